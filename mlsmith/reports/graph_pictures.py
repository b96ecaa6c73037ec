"""The graph of data dependencies as text that draws: from left to right, what belongs together in one frame.

Declared dependencies are solid, what the code does is dashed; what is undeclared or unused has a dashed border, so that no colour is needed to
tell them apart.
"""

from __future__ import annotations

from itertools import pairwise

from mlsmith.graph.elements import Edge, Graph, Node
from mlsmith.reports.safe import visible

_FRAMES = {"source": "Sources", "feature": "Features", "model": "Models", "output": "Outputs", "consumer": "Consumers"}
_LONGEST = 34

_MERMAID_SHAPES = {
    "source": ('[("', '")]'), "feature": ('["', '"]'), "model": ('{{"', '"}}'), "output": ('[/"', '"/]'), "consumer": ('(["', '"])'), "code": ('("', '")'),
}  # fmt: skip
_FILLS = {
    "source": ("#dbeafe", "#1d4ed8"), "feature": ("#dcfce7", "#15803d"), "model": ("#ede9fe", "#6d28d9"), "output": ("#fef3c7", "#b45309"),
    "consumer": ("#fce7f3", "#be185d"), "code": ("#f8fafc", "#64748b"),
}  # fmt: skip
"""Kind → fill and border; dark text stands on all of the fills with a contrast above 12."""
_MERMAID_MARKS = {
    "undeclared": "stroke:#dc2626,stroke-width:2px,stroke-dasharray:5 4",
    "unused": "fill:#f1f5f9,color:#475569,stroke:#94a3b8,stroke-dasharray:2 3",
    "legacy": "fill:#f5f5f4,stroke:#78716c,stroke-width:2px,stroke-dasharray:8 4",
}
_DOT_SHAPES = {
    "source": "cylinder", "feature": "box", "model": "hexagon", "output": "note", "consumer": "ellipse", "code": "box",
}  # fmt: skip
_DOT_MARKS = {
    "undeclared": 'color="#dc2626" style="filled,dashed" penwidth=2',
    "unused": 'color="#94a3b8" fillcolor="#f1f5f9" fontcolor="#475569" style="filled,dotted" penwidth=1.5',
    "legacy": 'color="#78716c" fillcolor="#f5f5f4" style="filled,dashed" penwidth=2',
}


def mermaid(graph: Graph) -> str:
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for kind, title in _FRAMES.items():
        nodes = graph.of_kind(kind)
        if nodes:
            lines += [
                f"  subgraph {kind}s [{title}]",
                "    direction TB",
                *(f"    {_mermaid_node(node, names)}" for node in nodes),
                "  end",
            ]
    lines += [f"  {_mermaid_node(node, names)}" for node in graph.of_kind("code")]
    lines += [f"  {names[edge.source]} {_arrow(edge, both)} {names[edge.target]}" for edge, both in _drawn(graph)]
    lines += [f"  {names[left.id]} ~~~ {names[right.id]}" for left, right in _in_order(graph)]
    lines += [
        f"  classDef {kind} fill:{fill},stroke:{border},color:#0f172a" for kind, (fill, border) in _FILLS.items() if graph.of_kind(kind)
    ]
    lines += [f"  classDef {mark} {look}" for mark, look in _MERMAID_MARKS.items() if graph.marked(mark)]
    return "\n".join(lines) + "\n"


def _mermaid_node(node: Node, names: dict[str, str]) -> str:
    before, after = _MERMAID_SHAPES[node.kind]
    label = "<br/>".join([_escaped(_short(node.name)), *(f"<small>{_escaped(_short(line))}</small>" for line in _below(node))])
    mark = _mark(node)
    return f"{names[node.id]}{before}{label}{after}:::{node.kind}" + (f"\n    class {names[node.id]} {mark}" if mark else "")


def dot(graph: Graph) -> str:
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = [
        "digraph data {",
        '  graph [rankdir=LR fontname="Helvetica" fontsize=13 fontcolor="#475569" nodesep=0.18 ranksep=0.7 pad=0.3 compound=true]',
        '  node [fontname="Helvetica" fontsize=11 fontcolor="#0f172a" style=filled margin="0.14,0.07"]',
        '  edge [color="#334155" arrowsize=0.7]',
    ]
    for kind, title in _FRAMES.items():
        nodes = graph.of_kind(kind)
        if nodes:
            lines += [f"  subgraph cluster_{kind} {{", f'    label="{title}" labeljust=l style=rounded color="#cbd5e1" margin=12']
            lines += [*(f"    {_dot_node(node, names)}" for node in nodes), "  }"]
    lines += [f"  {_dot_node(node, names)}" for node in graph.of_kind("code")]
    lines += [f"  {names[edge.source]} -> {names[edge.target]}{_dot_edge(edge, both)}" for edge, both in _drawn(graph)]
    lines += [f"  {names[left.id]} -> {names[right.id]} [style=invis weight=0]" for left, right in _in_order(graph)]
    return "\n".join([*lines, "}"]) + "\n"


def _dot_node(node: Node, names: dict[str, str]) -> str:
    small = "".join(f'<br/><font point-size="9" color="#475569">{_escaped(_short(line))}</font>' for line in _below(node))
    fill, border = _FILLS[node.kind]
    rounded = ' style="filled,rounded" fontname="Courier" fontsize=9' if node.kind == "code" else ""
    mark = _mark(node)
    tip = "&#10;".join(_escaped(f"{touch.way} {touch.path}:{touch.line}") for touch in node.seen[:20]) or _escaped(node.name)
    look = f'shape={_DOT_SHAPES[node.kind]} fillcolor="{fill}" color="{border}"{rounded} tooltip="{tip}"'
    return f"{names[node.id]} [label=<{_escaped(_short(node.name))}{small}> {look}{' ' + _DOT_MARKS[mark] if mark else ''}]"


def _dot_edge(edge: Edge, both: bool) -> str:
    return "" if edge.how == "declared" else f' [style=dashed color="#94a3b8"{" dir=both" if both else ""}]'


def _arrow(edge: Edge, both: bool) -> str:
    return "-->" if edge.how == "declared" else "<-.->" if both else "-.->"


def _drawn(graph: Graph) -> list[tuple[Edge, bool]]:
    """The edges, and whether one goes both ways: code that reads and writes the same is one line."""
    written = {(edge.target, edge.source) for edge in graph.edges if edge.how == "writes"}
    read = {(edge.source, edge.target) for edge in graph.edges if edge.how == "reads"}
    both = written & read
    return [
        (edge, (edge.source, edge.target) in both and edge.how == "reads")
        for edge in graph.edges if not (edge.how == "writes" and (edge.target, edge.source) in both)
    ]  # fmt: skip


def _in_order(graph: Graph) -> list[tuple[Node, Node]]:
    """What keeps one frame to the left of the next, where no arrow does."""
    heads = [nodes[0] for kind in _FRAMES if (nodes := graph.of_kind(kind))]
    joined = {(edge.source, edge.target) for edge in graph.edges}
    return [(left, right) for left, right in pairwise(heads) if (left.id, right.id) not in joined]


def _mark(node: Node) -> str:
    """The mark that decides the look: the one that asks most of the reader."""
    return next((mark for mark in ("undeclared", "unused", "legacy") if mark in node.marks), "")


def _below(node: Node) -> list[str]:
    """What stands under the name: who answers for it, and what is the matter."""
    marks = " · ".join(mark for mark in node.marks if mark != "declared")
    return [line for line in (node.owner, marks) if line]


def _short(text: str) -> str:
    """Long places lose their middle: folder and file name are told apart by their ends."""
    return text if len(text) <= _LONGEST else f"{text[:12]}…{text[-(_LONGEST - 13) :]}"


def _escaped(text: str) -> str:
    shown = visible(text)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
