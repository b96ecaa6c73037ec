"""Notebooks: the code cells as one Python module, every line keeping its number, and edits that change nothing but the cell."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.finding import Edit

MAX_BYTES = 10 << 20

_ASSIGNED = re.compile(r"^(\s*)([\w.,\s\[\]'\"]+?)\s*=\s*([!%])(?!=)(.*)$")
_LINE_MAGIC = re.compile(r"^(\s*)(%{1,2}|!{1,2}|\?{1,2}|/[A-Za-z])(.*)$")
_HELP = re.compile(r"^(\s*)[\w.\[\]]+\?{1,2}\s*$")
_CELL_MAGIC = re.compile(r"^\s*%%(\w+)")
_PYTHON_CELLS = frozenset({"time", "timeit", "capture", "prun", "px", "memit", "mprun", "output", "wandb", "matplotlib", "debug", "skip"})


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """One code cell: `index` is 0-based among all cells, `first_line` 1-based in the joined text."""

    index: int
    first_line: int
    line_count: int
    execution_count: int | None
    magics: tuple[tuple[int, str], ...]
    """(1-based line in the cell, text) of shell escapes and magics"""
    outputs: tuple[dict[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Notebook:
    text: str
    cells: tuple[NotebookCell, ...]
    metadata: dict[str, Any]


def read_notebook(data: bytes) -> Notebook:
    """The code cells of a notebook, formats 3 and 4. No cells where the language is not Python. Raises SourceError."""
    document = _load(data)
    said = document.get("metadata")
    metadata: dict[str, Any] = said if isinstance(said, dict) else {}
    if _language(metadata) not in ("python", "ipython", "python3", ""):
        return Notebook("", (), metadata)
    texts: list[str] = []
    cells: list[NotebookCell] = []
    line = 1
    for index, cell in enumerate(_cells(document)):
        if cell.get("cell_type") != "code":
            continue
        lines, magics = _plain_python(_source(cell))
        texts.append("\n".join(lines) + "\n")
        count = cell.get("execution_count", cell.get("prompt_number"))
        outputs = tuple(output for output in cell.get("outputs") or () if isinstance(output, dict))
        cells.append(NotebookCell(index, line, len(lines), count if isinstance(count, int) else None, magics, outputs))
        line += len(lines)
    return Notebook("".join(texts), tuple(cells), metadata)


def cell_lines(data: bytes, index: int) -> list[str]:
    """The source lines of one cell as written, magics included."""
    return _source(_cells(_load(data))[index]).split("\n")


def apply_cell_edits(data: bytes, edits: list[Edit]) -> bytes:
    """The notebook with edits made in its cells and every other byte of meaning kept: key order, indentation, escapes, last newline.

    Raises SourceError where writing the untouched notebook would not give back the same bytes, because then an edit would change more.
    """
    from mlsmith.sources.edits import apply_edits

    text = data.decode("utf-8")
    document = _load(data)
    style = _style_of(text, document)
    cells = _cells(document)
    by_cell: dict[int, list[Edit]] = {}
    for edit in edits:
        if edit.span.cell is not None:
            by_cell.setdefault(edit.span.cell, []).append(edit)
    for index, own in by_cell.items():
        key = "source" if "source" in cells[index] else "input"
        source = apply_edits(_source(cells[index]), own)
        cells[index][key] = source if isinstance(cells[index][key], str) else source.splitlines(keepends=True)
    return _dump(document, style).encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Style:
    indent: int | None
    ascii: bool
    ending: str
    separators: tuple[str, str]


def _style_of(text: str, document: dict[str, Any]) -> _Style:
    ending = text[len(text.rstrip()) :]
    match = re.match(r"\{\r?\n( *)\"", text)
    indent = len(match.group(1)) if match else None
    for escaped in (False, True):
        for separators in ((",", ": "), (", ", ": "), (",", ":")):
            style = _Style(indent, escaped, ending, separators)
            if _dump(document, style) == text:
                return style
    raise SourceError("is written in a way that an edit would not keep; save it once with Jupyter, then fix it")


def _dump(document: dict[str, Any], style: _Style) -> str:
    return json.dumps(document, indent=style.indent, ensure_ascii=style.ascii, separators=style.separators) + style.ending


def _load(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise SourceError("is larger than 10 MiB; clear its outputs or exclude it")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SourceError("is not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise SourceError(f"is not a notebook: {error.msg}", line=error.lineno) from None
    except RecursionError:
        raise SourceError("is nested too deeply to be read") from None
    if not isinstance(document, dict) or not isinstance(document.get("cells", document.get("worksheets")), list):
        raise SourceError("is not a notebook: it has no cells")
    return document


def _cells(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "cells" in document:
        found = document["cells"]
    else:
        found = [cell for sheet in document["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells", ())]
    return [cell if isinstance(cell, dict) else {} for cell in found]


def _language(metadata: dict[str, Any]) -> str:
    for group, key in (("language_info", "name"), ("kernelspec", "language")):
        value = metadata.get(group)
        if isinstance(value, dict) and isinstance(value.get(key), str):
            return str(value[key]).lower()
    return ""


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    text = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else ""


def _plain_python(source: str) -> tuple[list[str], tuple[tuple[int, str], ...]]:
    """The lines of a cell as Python that parses on its own, and the magics replaced."""
    lines = source.replace("\0", " ").split("\n")
    magics: list[tuple[int, str]] = []
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    cell_magic = _CELL_MAGIC.match(lines[first]) if first is not None else None
    if cell_magic and first is not None:
        magics.append((first + 1, lines[first].strip()))
        if cell_magic.group(1) not in _PYTHON_CELLS:
            return [f"# {line}" for line in lines], tuple(magics)
        lines[first] = f"# {lines[first]}"
    if _parses(lines):
        return lines, tuple(magics)
    return _without_magics(lines, magics), tuple(magics)


def _without_magics(lines: list[str], magics: list[tuple[int, str]]) -> list[str]:
    plain: list[str] = []
    continued = False
    for number, line in enumerate(lines, 1):
        assigned, magic = _ASSIGNED.match(line), _LINE_MAGIC.match(line)
        if continued:
            plain.append(f"# {line}")
        elif assigned:
            magics.append((number, line.strip()))
            plain.append(f"{assigned.group(1)}{assigned.group(2)} = None  # {assigned.group(3)}{assigned.group(4)}")
        elif magic or _HELP.match(line):
            magics.append((number, line.strip()))
            indent = line[: len(line) - len(line.lstrip())]
            plain.append(f"{indent}pass  # {line.strip()}")
        else:
            plain.append(line)
            continue
        continued = line.rstrip().endswith("\\")
        if continued:
            plain[-1] = plain[-1].rstrip("\\ ")
    return plain


def _parses(lines: list[str]) -> bool:
    text = "\n".join(lines)
    if not any(line.lstrip()[:1] in ("%", "!", "?", "/") or line.rstrip().endswith("?") or ("=" in line and ("!" in line or "%" in line))
               for line in lines):  # fmt: skip
        return True
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
