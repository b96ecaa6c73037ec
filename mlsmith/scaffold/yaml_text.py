"""YAML as text: entries of one file added to another whose comments and layout stay."""

from __future__ import annotations

from typing import Any

import yaml

from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.merged import merge_data


def merge_yaml(text: str, addition: str) -> str:
    """`text` with the entries of `addition` in it, in block style; comments stay on both sides.

    Raises `TemplateDefect` where a value contradicts, or a collection to extend is written in flow style.
    """
    expected = merge_data(_load(text), _load(addition))
    merged = _Merger(text.splitlines(), addition.splitlines()).merged(_node(text), _node(addition))
    # Edited by position, so compared with a merge of the plain data before anyone sees it.
    try:
        same = _load(merged) == expected
    except yaml.YAMLError:
        same = False
    if not same:
        raise TemplateDefect("a YAML file cannot be extended; write the collections that grow in block style")
    return merged


def _load(text: str) -> dict[str, Any]:
    data = yaml.safe_load(text)
    if not isinstance(data, dict):
        raise TemplateDefect("only YAML files with a mapping at the top can be merged")
    return data


def _node(text: str) -> yaml.Node:
    node = yaml.compose(text)
    if node is None:
        raise TemplateDefect("an empty YAML file cannot be merged")
    return node


class _Merger:
    """Collects blocks of `extra` and the lines of `base` they go to, then writes the sum."""

    def __init__(self, base: list[str], extra: list[str]) -> None:
        self._base = base
        self._extra = extra
        self._insertions: list[tuple[int, int, list[str]]] = []

    def merged(self, base: yaml.Node, extra: yaml.Node) -> str:
        self._visit(base, extra, 0)
        lines = list(self._base)
        # Bottom up, so that line numbers hold; where two meet at one line, the deeper entry stands first.
        in_order = sorted(self._insertions, key=lambda item: (item[0], -item[1]))
        for line, _, block in in_order[::-1]:
            lines[line:line] = block
        return "".join(f"{line}\n" for line in lines)

    def _visit(self, base: yaml.Node, extra: yaml.Node, depth: int) -> None:
        if isinstance(base, yaml.MappingNode) and isinstance(extra, yaml.MappingNode):
            known = {key.value: value for key, value in base.value}
            for number, (key, value) in enumerate(extra.value):
                if key.value in known:
                    self._visit(known[key.value], value, depth + 1)
                else:
                    self._append(base, extra, [key for key, _ in extra.value], number, depth)
        elif isinstance(base, yaml.SequenceNode) and isinstance(extra, yaml.SequenceNode):
            known_items = [_plain(item) for item in base.value]
            for number, item in enumerate(extra.value):
                if _plain(item) not in known_items:
                    self._append(base, extra, extra.value, number, depth)

    def _append(self, base: yaml.Node, extra: yaml.Node, entries: list[yaml.Node], number: int, depth: int) -> None:
        """Note that entry `number` of `extra` goes to the end of `base`, at the indent of `base`."""
        start = _with_comments_above(self._extra, entries[number].start_mark.line)
        if number + 1 < len(entries):
            end = _with_comments_above(self._extra, entries[number + 1].start_mark.line)
        else:
            end = _last_line(extra, self._extra)
        block = self._extra[start:end]
        while block and not block[-1].strip():
            block.pop()
        moved = [_moved(line, extra.start_mark.column, base.start_mark.column) for line in block]
        self._insertions.append((_last_line(base, self._base), depth, moved))


def _moved(line: str, column: int, to: int) -> str:
    own = min(column, len(line) - len(line.lstrip()))
    return " " * to + line[own:] if line.strip() else ""


def _plain(node: yaml.Node) -> Any:
    return yaml.safe_load(yaml.serialize(node))


def _last_line(node: yaml.Node, lines: list[str]) -> int:
    end = min(node.end_mark.line + (1 if node.end_mark.column else 0), len(lines))
    # A block collection "ends" where the next token starts: blanks, comments and that token are not its own.
    while end > node.start_mark.line + 1 and (
        not lines[end - 1].strip()
        or lines[end - 1].lstrip().startswith("#")
        or (end - 1 == node.end_mark.line and _belongs_outside(node, lines[end - 1]))
    ):
        end -= 1
    return end


def _belongs_outside(node: yaml.Node, line: str) -> bool:
    indent = len(line) - len(line.lstrip())
    return indent < node.start_mark.column or (
        isinstance(node, yaml.SequenceNode) and indent == node.start_mark.column and not line.lstrip().startswith("-")
    )


def _with_comments_above(lines: list[str], start: int) -> int:
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start
