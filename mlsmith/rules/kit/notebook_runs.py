"""Commands in scripts, continuous integration and images that execute a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlsmith.regex import regex

_COMMAND = regex(r"&&|\|\||[;|\n]")
_COMMENT = regex(r"(?:^|(?<=\s))#.*")
_CONTINUED = regex(r"\\[ \t]*\n|`[ \t]*\n")
_RUNS = regex(
    r"(?P<papermill>(?:^|[\s/@\"'\[(-])papermill(?=[\s\"']))|\bnbconvert\b(?=.*\s--execute\b)|--execute\b(?=.*\bnbconvert\b)|\bjupyter[ -]+(?:execute|run)\b"
    r"|\brunipy\b|\bipython3?\s(?=.*\.ipynb)"
)
_NAMED = regex(
    r"""(?P<option>--output(?:-dir)?[= ]\s*)?(?:"(?P<double>[^"]*\.ipynb)"|'(?P<single>[^']*\.ipynb)'|(?P<bare>(?:\\.|[^\s"'\\,])+\.ipynb))"""
)
_LISTED = regex(r"[\"']\s*,\s*[\"']|^\[\s*[\"']|[\"']\s*\]\s*$")
_TARGET = regex(r"^(?P<name>[A-Za-z0-9_][\w./ -]*?)\s*:(?!=)")


class NotebookRun(NamedTuple):
    notebook: str
    """As the command names it, variables and all"""
    target: str
    """Of a Makefile or justfile, what it is run for; empty elsewhere"""


def runs_in(text: str, *, targets: bool = False) -> Iterator[NotebookRun]:
    """The notebooks that command lines execute, by name; with `targets` the text is a Makefile or justfile."""
    if ".ipynb" not in text:
        return
    if text.startswith("["):  # the arguments of an image's command one by one
        text = _LISTED.sub(" ", text)
    plain = "\n".join(_COMMENT.sub("", line) for line in _CONTINUED.sub(" ", text).split("\n"))
    target = ""
    for line in plain.split("\n"):
        heading = _TARGET.match(line) if targets else None
        target = heading["name"] if heading else target
        for notebook in _executed(_COMMAND.split(line)):
            yield NotebookRun(notebook, target)


def _executed(commands: Iterable[str]) -> Iterator[str]:
    for command in commands:
        run = _RUNS.search(command)
        if run is None:
            continue
        named = [m["double"] or m["single"] or m["bare"].replace("\\", "") for m in _NAMED.finditer(command) if not m["option"]]
        yield from named[:1] if run["papermill"] else named


def notebook_named(name: str, notebooks: Iterable[str]) -> str:
    """Which of the project's notebooks a command means, whatever folder it is run in; empty where that is not clear."""
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    if not parts or any(sign in parts[-1] for sign in "$*?{}<>%"):
        return ""
    found = [path for path in notebooks if path.rpartition("/")[2] == parts[-1]]
    for keep in range(len(parts), 0, -1):
        ending = "/".join(parts[-keep:])
        same = [path for path in found if path == ending or path.endswith("/" + ending)]
        if len(same) == 1:
            return same[0]
        if same:
            return ending if ending in same else ""
    return ""
