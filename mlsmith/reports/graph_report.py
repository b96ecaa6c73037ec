"""The graph of data dependencies: for people, as JSON, and as pictures for Mermaid and Graphviz."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mlsmith.graph.elements import KINDS, Edge, Graph, Node, Touch
from mlsmith.reports.graph_pictures import dot, mermaid
from mlsmith.reports.notation import json_text
from mlsmith.reports.safe import encodable, visible
from mlsmith.reports.style import Style
from mlsmith.reports.wording import cells, count, spoken_place

if TYPE_CHECKING:
    from mlsmith.engine.result import ErrorEntry

FORMATS = ("text", "json", "mermaid", "dot")
_TITLES = {"source": "sources", "feature": "features", "model": "models", "output": "outputs", "consumer": "consumers"}
_MARKS = ("undeclared", "unused", "legacy")
_FEW = 3


def render(graph: Graph, errors: Sequence[ErrorEntry], *, format: str = "text", colour: bool = False) -> str:
    """The graph in one of `FORMATS`, ending with a line end."""
    if format == "json":
        return json_text(document(graph, errors))
    if format == "mermaid":
        return encodable(mermaid(graph))
    if format == "dot":
        return encodable(dot(graph))
    return encodable(_text(graph, Style(colour)))


def document(graph: Graph, errors: Sequence[ErrorEntry]) -> dict[str, Any]:
    return {
        "version": 1,
        "declared": graph.is_declared,
        "nodes": [
            {
                "id": node.id, "kind": node.kind, "name": node.name, "owner": node.owner or None, "marks": list(node.marks),
                "paths": list(node.paths), "code": list(node.code), "seen": [_touch(touch) for touch in node.seen],
            }
            for node in graph.nodes
        ],
        "edges": [
            {"from": edge.source, "to": edge.target, "how": edge.how, "seen": [_touch(touch) for touch in edge.seen]}
            for edge in graph.edges
        ],
        "errors": [{"path": error.path, "line": error.line, "message": error.message} for error in errors],
        "summary": {
            "by_kind": {kind: number for kind in KINDS if (number := len(graph.of_kind(kind)))},
            **{mark: graph.marked(mark) for mark in _MARKS},
        },
    }  # fmt: skip


def _touch(touch: Touch) -> dict[str, Any]:
    return {"way": touch.way, "place": touch.place, "path": touch.path, "cell": _cell(touch), "line": touch.line, "symbol": touch.symbol}


def _text(graph: Graph, style: Style) -> str:
    lines: list[str] = []
    incoming = _by(graph.edges, lambda edge: edge.target)
    for kind, title in _TITLES.items():
        nodes = graph.of_kind(kind)
        if nodes:
            lines += [style.bold(title), *(line for node in nodes for line in _node(node, incoming.get(node.id, []), style)), ""]
    lines.append(_verdict(graph, style))
    if not graph.is_declared:
        lines.append(style.dim("nothing is declared: [[tool.mlsmith.data.source]] says whose data these are"))
    return "\n".join(lines) + "\n"


def _node(node: Node, incoming: Sequence[Edge], style: Style) -> list[str]:
    marks = [mark for mark in node.marks if mark in _MARKS]
    name = visible(node.name)
    head = f"  {name}{' ' * max(1, 28 - cells(name))}"
    if marks:
        paint = style.bad if "undeclared" in marks else style.severity("warning")
        head += paint(" ".join(marks)) + "  "
    declared = [visible(edge.source.partition(":")[2]) for edge in incoming if edge.how == "declared"]
    said = [visible(node.owner) if node.owner else "", f"from {', '.join(declared)}" if declared else ""]
    lines = [(head + style.dim(" · ".join(filter(None, said)))).rstrip()]
    if "declared" in node.marks and not node.seen and node.kind == "source":
        lines.append(
            "    "
            + style.dim(
                f"{', '.join(map(visible, node.paths))} not seen in the code"
                if node.paths
                else "without paths, so no code is known to read it"
            )
        )
    lines += [f"    {style.dim('code      ')} {visible(path)}" for path in node.code[:_FEW]]
    for way in ("writes", "reads"):
        lines += _touches(way, [touch for touch in node.seen if touch.way == way], node, style)
    if node.kind == "consumer" and "declared" not in node.marks:
        lines += [
            f"    {style.dim('reads ')} {visible(edge.source.partition(':')[2])}  {style.dim(_at(edge.seen[0]))}"
            for edge in incoming
            if edge.seen
        ]
    return lines


def _touches(way: str, touches: Sequence[Touch], node: Node, style: Style) -> list[str]:
    label = {"writes": "written by", "reads": "read by   "}[way]
    lines = []
    for touch in touches[:_FEW]:
        place = f"  {style.dim(visible(touch.place))}" if touch.place not in (node.name, *node.paths) else ""
        lines.append(f"    {style.dim(label)} {visible(touch.symbol)}  {style.dim(_at(touch))}{place}")
    if len(touches) > _FEW:
        lines.append(f"    {style.dim(' ' * len(label))} {style.dim(f'and {len(touches) - _FEW} more')}")
    return lines


def _at(touch: Touch) -> str:
    return visible(spoken_place(touch.path, _cell(touch), touch.line))


def _cell(touch: Touch) -> int | None:
    return None if touch.cell < 0 else touch.cell


def _verdict(graph: Graph, style: Style) -> str:
    kinds = [count(number, kind) for kind in _TITLES if (number := len(graph.of_kind(kind)))]
    if not kinds:
        return "no data are read or written that the code names"
    marks = [f"{number} {mark}" for mark in _MARKS if (number := graph.marked(mark))]
    said = ", ".join(marks) if marks else "all declared" if graph.is_declared else ""
    paint = style.bad if graph.marked("undeclared") else style.good
    return ", ".join(kinds) + (f" · {paint(said)}" if said else "")


def _by(edges: Iterable[Edge], key: Callable[[Edge], str]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(key(edge), []).append(edge)
    return found
