"""Notebooks: the code cells as one Python module, every line keeping its number."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.sources.magics import Magic, plain_python
from mlsmith.sources.notebook_edits import apply_cell_edits
from mlsmith.sources.python import Cell, PythonSource, parse_python, parsed
from mlsmith.sources.regular import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "Notebook",
    "NotebookCell",
    "apply_cell_edits",
    "cell_lines",
    "other_code",
    "read_notebook",
    "readable",
    "written_files",
]

_PYTHON = ("python", "ipython")
_FOREIGN_KERNELS = (
    "ir", "julia", "xcpp", "xeus-cling", "javascript", "ijavascript", "bash", "scala", "almond", "spark", "apache_toree",
    ".net", "gophernotes", "octave", "matlab", "stata", "sas", "rust", "evcxr", "sql", "xsql", "ruby", "perl", "kotlin",
    "haskell", "lua", "deno",
)  # fmt: skip
"""Beginnings of kernel names, for notebooks whose metadata name no language."""
_WRITES = regex(r"\s*%%(?:writefile|file)[ \t]+(-a[ \t]+|--append[ \t]+)?(\S+)[^\n]*\n?")
"""A cell that writes a file"""


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """One code cell: `index` is 0-based among all cells, `first_line` 1-based in the joined text."""

    index: int
    first_line: int
    line_count: int
    execution_count: int | None
    magics: tuple[Magic, ...]
    """(1-based line in the cell, text) of magics, shell escapes and requests for help"""
    outputs: tuple[dict[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Notebook:
    text: str
    """All code cells; each ends with a newline"""
    cells: tuple[NotebookCell, ...]
    metadata: dict[str, Any]


def read_notebook(data: bytes) -> Notebook:
    """The code cells of a notebook, formats 3 and 4. No cells where the language is not Python.

    Raises SourceError.
    """
    document = _load(data)
    metadata = _mapping(document.get("metadata"))
    if not _is_python(metadata):
        return Notebook("", (), metadata)
    texts: list[str] = []
    cells: list[NotebookCell] = []
    line = 1
    for index, cell in enumerate(_cells(document)):
        if cell.get("cell_type") != "code":
            continue
        lines, magics = _lines_of(cell)
        texts.append("\n".join(lines) + "\n")
        count = cell.get("execution_count", cell.get("prompt_number"))
        outputs = tuple(output for output in _listed(cell.get("outputs")) if isinstance(output, dict))
        cells.append(NotebookCell(index, line, len(lines), count if isinstance(count, int) else None, magics, outputs))
        line += len(lines)
    return Notebook("".join(texts), tuple(cells), metadata)


@dataclass(frozen=True, slots=True)
class BrokenCell:
    """A cell that is no Python: 0-based index in the file, 1-based line in the cell."""

    index: int
    line: int
    message: str


def readable(notebook: Notebook) -> tuple[str, dict[int, int], list[BrokenCell]]:
    """The text of a notebook that does not parse as a whole, without the cells at fault, every line keeping its number.

    A cell that is indented as a whole runs in IPython, which cuts the indentation off: so do we, and say by how much, by cell.
    """
    lines = notebook.text.split("\n")
    indents: dict[int, int] = {}
    broken: list[BrokenCell] = []
    for cell in notebook.cells:
        place = slice(cell.first_line - 1, cell.first_line - 1 + cell.line_count)
        fault = _fault(lines[place])
        if fault is None:
            continue
        plain, cut = _dedented(lines[place])
        if cut and _fault(plain) is None:
            lines[place], indents[cell.index] = plain, cut
        else:
            lines[place] = [""] * cell.line_count
            broken.append(BrokenCell(cell.index, *fault))
    return "\n".join(lines), indents, broken


def parse_notebook(notebook: Notebook, path: str) -> PythonSource:
    """All cells as one source. Raises SourceError where one of them is no Python."""
    return parse_python(notebook.text, path, tuple(Cell(cell.index, cell.first_line) for cell in notebook.cells))


def parse_readable(notebook: Notebook, path: str) -> tuple[PythonSource, list[BrokenCell]]:
    """The cells that are Python as one source, and the others. Raises SourceError where they are none together."""
    text, indents, broken = readable(notebook)
    cells = tuple(Cell(cell.index, cell.first_line, indents.get(cell.index, 0)) for cell in notebook.cells)
    return parse_python(text, path, cells), broken


def _fault(lines: list[str]) -> tuple[int, str] | None:
    """Line and reason where these lines are no Python by themselves."""
    try:
        parsed("\n".join(lines) + "\n")
    except SyntaxError as error:
        return error.lineno or 1, f"cannot be parsed: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return 1, f"cannot be parsed: {type(error).__name__}"
    return None


def _dedented(lines: list[str]) -> tuple[list[str], int]:
    """The lines without the indentation of the first, and its width; none where a line has less."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if not indent or any(line.strip() and not line.startswith(indent) for line in lines):
        return lines, 0
    return [line[len(indent) :] for line in lines], len(indent)


def other_code(data: bytes) -> list[tuple[int, str]]:
    """(line of the joined code cells, text) of what is no Python: magics, escapes, cells that cannot be parsed, other languages.

    Files that cells write are none of it. Raises SourceError.
    """
    document = _load(data)
    cells = [cell for cell in _cells(document) if cell.get("cell_type") == "code"]
    if not _is_python(_mapping(document.get("metadata"))):
        written = "\n".join(_source(cell) for cell in cells).split("\n")
        return [(number, text) for number, text in enumerate(written, 1) if text.strip()]
    notebook = read_notebook(data)
    kept = notebook.text.split("\n")
    if _fault(kept) is not None:
        kept = readable(notebook)[0].split("\n")
    written = [line if not _WRITES.match(_source(cell)) else "" for cell in cells for line in _source(cell).split("\n")]
    return [
        (number, text)
        for number, (text, plain) in enumerate(zip(written, kept, strict=False), 1)
        if text.strip() not in ("", plain.strip()) and not text.lstrip().startswith("#")
    ]


def written_files(data: bytes) -> dict[str, tuple[int, str]]:
    """File that a cell writes (`%%writefile train.py`) → its line of the joined code cells, and the text. Raises SourceError."""
    found: dict[str, tuple[int, str]] = {}
    line = 1
    for cell in _cells(_load(data)):
        if cell.get("cell_type") == "code":
            source = _source(cell)
            magic = _WRITES.match(source)
            if magic:
                before = found[magic[2]][1] if magic[1] and magic[2] in found else ""
                found[magic[2]] = (line, before + source[magic.end() :])
            line += source.count("\n") + 1
    return found


def cell_lines(data: bytes, index: int) -> list[str]:
    """The source lines of one cell as written, magics included; none where there is no such cell."""
    cells = _cells(_load(data))
    return _source(cells[index]).split("\n") if 0 <= index < len(cells) else []


def _load(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise SourceError("is larger than 10 MiB; clear its outputs or exclude it")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SourceError("is not valid UTF-8", line=data[: error.start].count(b"\n") + 1) from None
    except json.JSONDecodeError as error:
        raise SourceError(f"is not a notebook: {error.msg}", line=error.lineno) from None
    except ValueError:
        raise SourceError("is not a notebook: a number has too many digits") from None
    except RecursionError:
        raise SourceError("is nested too deeply to be read") from None
    if not isinstance(document, dict) or not isinstance(document.get("cells", document.get("worksheets")), list):
        raise SourceError("is not a notebook: it has no cells")
    return document


def _cells(document: dict[str, Any]) -> list[dict[str, Any]]:
    """All cells; what is no cell counts, as an empty one, so that the numbers stay those of the file."""
    if "cells" in document:
        return [_mapping(cell) for cell in document["cells"]]
    sheets = [_mapping(sheet) for sheet in document["worksheets"]]
    return [_mapping(cell) for sheet in sheets for cell in _listed(sheet.get("cells"))]


def _is_python(metadata: dict[str, Any]) -> bool:
    kernel = _mapping(metadata.get("kernelspec"))
    for language in (_mapping(metadata.get("language_info")).get("name"), kernel.get("language")):
        if isinstance(language, str) and language:
            return language.lower().startswith(_PYTHON)
    name = kernel.get("name")
    return not (isinstance(name, str) and name.lower().startswith(_FOREIGN_KERNELS))


def _lines_of(cell: dict[str, Any]) -> tuple[list[str], tuple[Magic, ...]]:
    """The lines of a cell as Python, its magics; comments where the cell itself names another language."""
    editor = _mapping(_mapping(cell.get("metadata")).get("vscode"))
    language = editor.get("languageId", cell.get("language", "python"))
    if isinstance(language, str) and not language.lower().startswith(_PYTHON):
        return [f"# {line}" for line in _source(cell).split("\n")], ()
    return plain_python(_source(cell))


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    text = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
