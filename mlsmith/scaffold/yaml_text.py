"""YAML as text: entries of one file added to another whose comments and layout stay."""

from __future__ import annotations

from typing import Any

import yaml

from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.merged import merge_data

Insertions = list[tuple[int, int, str]]


def merge_yaml(text: str, addition: str) -> str:
    """`text` with the entries of `addition` in it, in block style; comments stay on both sides.

    Raises `TemplateDefect` where a value contradicts, or a collection to extend is written in flow style.
    """
    expected = merge_data(_load(text), _load(addition))
    insertions: Insertions = []
    _merge(_node(text), text.splitlines(), _node(addition), addition.splitlines(), insertions)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    # Bottom up, so that line numbers hold; where two meet at one line, the deeper entry stands first.
    in_order = sorted(insertions, key=lambda item: (item[0], -item[1]))
    for line, _, block in in_order[::-1]:
        lines.insert(line, block)
    merged = "".join(lines)
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


def _merge(
    base: yaml.Node, base_lines: list[str], extra: yaml.Node, extra_lines: list[str], out: Insertions
) -> None:
    if isinstance(base, yaml.MappingNode) and isinstance(extra, yaml.MappingNode):
        known = {key.value: value for key, value in base.value}
        starts = [key.start_mark.line for key, _ in extra.value]
        for number, (key, value) in enumerate(extra.value):
            if key.value in known:
                _merge(known[key.value], base_lines, value, extra_lines, out)
            else:
                block = _block(extra_lines, starts[number], _end(extra, starts, number, extra_lines))
                _append(base, base_lines, block, column=key.start_mark.column, out=out)
    elif isinstance(base, yaml.SequenceNode) and isinstance(extra, yaml.SequenceNode):
        known_items = [_plain(item) for item in base.value]
        starts = [item.start_mark.line for item in extra.value]
        for number, item in enumerate(extra.value):
            if _plain(item) not in known_items:
                block = _block(extra_lines, starts[number], _end(extra, starts, number, extra_lines))
                _append(base, base_lines, block, column=extra.start_mark.column, out=out)


def _plain(node: yaml.Node) -> Any:
    return yaml.safe_load(yaml.serialize(node))


def _end(parent: yaml.Node, starts: list[int], number: int, lines: list[str]) -> int:
    """The line after the last one of entry `number`."""
    if number + 1 < len(starts):
        return _with_comments_above(lines, starts[number + 1])
    return _last_line(parent, lines)


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
        isinstance(node, yaml.SequenceNode)
        and indent == node.start_mark.column
        and not line.lstrip().startswith("-")
    )


def _with_comments_above(lines: list[str], start: int) -> int:
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start


def _block(lines: list[str], start: int, end: int) -> list[str]:
    return lines[_with_comments_above(lines, start) : end]


def _append(
    base: yaml.Node, base_lines: list[str], block: list[str], *, column: int, out: Insertions
) -> None:
    indent = " " * base.start_mark.column
    moved = [(indent + line[min(column, len(line) - len(line.lstrip())) :]).rstrip() for line in block]
    while moved and not moved[-1]:
        moved.pop()
    out.append((_last_line(base, base_lines), len(indent), "".join(f"{line}\n" for line in moved)))
