"""Cases for rules, read from Markdown: `##` headings are cases, their fenced blocks the files of a small project.

    ```python train.py          a file; without a name it is `code.py` (`config.yaml`, `requirements.txt`, `Dockerfile` for others)
    ```python train.py @base    the same file as it was in the base revision
    ```toml settings            the project's `[tool.mlsmith]`, without that prefix
    ```notebook                 code cells, each under a line `# In[7]` (its execution count; `# In[ ]` for none); lines from `# Out:` on
                                are the cell's output, as HTML where they begin with `<`

`# finding: EXP104` at the end of a line says that a finding of that rule starts there; several codes are separated by commas. Where a comment would
change the case, `# finding on the line above: EXP104` stands alone on the next line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"^(`{3,})\s*(\S*)\s*(.*)$")
_MARK = re.compile(r"#\s*finding:\s*([A-Z0-9, ]+?)\s*$")
_ABOVE = re.compile(r"#\s*finding on the line above:\s*([A-Z0-9, ]+?)\s*$")
_CELL = re.compile(r"^# In\[(\d+| )\]$")
_DEFAULT_NAMES = {
    "python": "code.py", "yaml": "config.yaml", "toml": "config.toml", "json": "config.json", "text": "requirements.txt",
    "requirements": "requirements.txt", "dockerfile": "Dockerfile", "notebook": "notebook.ipynb",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One small project and the findings that it must give: (path, 1-based line, code)."""

    title: str
    source: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    expected: frozenset[tuple[str, int, str]] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.source}:{self.title}"


def read_cases(path: Path) -> list[Case]:
    return parse_cases(path.read_text(encoding="utf-8"), path.stem)


def parse_cases(text: str, source: str) -> list[Case]:
    cases: list[Case] = []
    title, line_of_title = "", 0
    files: dict[str, str] = {}
    base: dict[str, str] = {}
    notebooks: set[str] = set()
    settings = ""
    lines = text.split("\n")
    number = 0

    def close() -> None:
        if files or base:
            written = {name: as_notebook(text) if name in notebooks else text for name, text in files.items()}
            cases.append(Case(title, source, line_of_title, written, dict(base), settings, expectations(files, notebooks)))

    while number < len(lines):
        line = lines[number]
        fence = _FENCE.match(line)
        if line.startswith("## "):
            close()
            title, line_of_title = line[3:].strip(), number + 1
            files, base, settings = {}, {}, ""
            notebooks.clear()
        elif fence:
            ticks, language, info = fence.groups()
            body: list[str] = []
            number += 1
            while number < len(lines) and lines[number].strip() != ticks:
                body.append(lines[number])
                number += 1
            content = "\n".join(body) + "\n"
            name, _, flag = info.strip().partition(" ")
            if name == "@base":
                name, flag = "", "@base"
            name = name or _DEFAULT_NAMES.get(language, "code.py")
            if name == "settings":
                settings = content
            elif flag.strip() == "@base":
                base[name] = content
            else:
                files[name] = content
            if language == "notebook":
                notebooks.add(name)
        number += 1
    close()
    return cases


def as_notebook(text: str) -> str:
    """The JSON of a notebook whose cells are written one below the other."""
    cells = []
    for count, code, output in _cells(text):
        shown = {"text/html" if output.startswith("<") else "text/plain": output}
        outputs = [{"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": shown}] if output else []
        cells.append({"cell_type": "code", "metadata": {}, "execution_count": count, "outputs": outputs, "source": code})
    return json.dumps({"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5})


def _cells(text: str) -> list[tuple[int | None, str, str]]:
    """Execution count, code and output of each cell."""
    found: list[tuple[int | None, str, str]] = []
    for line in text.rstrip("\n").split("\n"):
        head = _CELL.match(line)
        if head:
            found.append((int(head.group(1)) if head.group(1).strip() else None, "", ""))
        else:
            count, code, output = found.pop()
            if output or line == "# Out:":
                found.append((count, code, output + "\n" + line if output.strip() else line if output else " "))
            else:
                found.append((count, code + "\n" + line if code else line, output))
    return [(count, code, output.strip()) for count, code, output in found]


def expectations(files: dict[str, str], notebooks: set[str] | frozenset[str] = frozenset()) -> frozenset[tuple[str, int, str]]:
    """The findings that comments mark; lines of notebooks count in their cell."""
    found: set[tuple[str, int, str]] = set()
    for path, text in files.items():
        for part in [code for _, code, _ in _cells(text)] if path in notebooks else [text]:
            for number, line in enumerate(part.split("\n"), 1):
                mark = _MARK.search(line)
                if mark:
                    found.update((path, number, code.strip()) for code in mark.group(1).split(","))
                above = _ABOVE.search(line)
                if above:
                    found.update((path, number - 1, code.strip()) for code in above.group(1).split(","))
    return frozenset(found)
