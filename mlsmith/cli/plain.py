"""Plain command lines of `mlsmith lint` read without Typer; whatever is not plain is left to Typer, errors
included.
"""

from __future__ import annotations

from typing import Any

from mlsmith.cli.arguments import Arguments
from mlsmith.reports import FORMATS

FLAGS = {
    "--fix": "fix", "--unsafe-fixes": "unsafe_fixes", "--diff": "diff", "--no-baseline": "no_baseline",
    "--write-baseline": "write_baseline", "--no-cache": "no_cache", "--statistics": "statistics",
    "--exit-zero": "exit_zero", "--verbose": "verbose", "-v": "verbose",
    "--show-suppressed": "show_suppressed",
}  # fmt: skip
LISTS = {"--select": "select", "--ignore": "ignore", "--extend-select": "extend_select"}
VALUES = {
    "--format": "format", "-f": "format", "--output": "output", "-o": "output", "--baseline": "baseline",
    "--since": "since", "--cache-dir": "cache_dir", "--stdin-filename": "stdin_filename",
}  # fmt: skip


def parse_plain(argv: list[str]) -> Arguments | None:
    """The arguments after `lint`; None where Typer has to read them."""
    values: dict[str, Any] = {}
    lists: dict[str, list[str]] = {}
    paths: list[str] = []
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        option, equals, attached = word.partition("=")
        if not word.startswith("-") or word == "-":
            paths.append(word)
        elif word in FLAGS:
            values[FLAGS[word]] = True
        elif option in LISTS or option in VALUES:
            if not option.startswith("--") and equals:
                return None
            if not equals and not rest:
                return None
            value = attached if equals else rest.pop(0)
            if value.startswith("-"):
                return None
            if option in LISTS:
                lists.setdefault(LISTS[option], []).append(value)
            else:
                values[VALUES[option]] = value
        elif word in ("--jobs", "-j") and rest and rest[0].isascii() and rest[0].isdigit():
            values["jobs"] = int(rest.pop(0))
        else:
            return None
    if values.get("format", "text") not in FORMATS:
        return None
    values.update({name: tuple(said) for name, said in lists.items()})
    return Arguments(paths=tuple(paths), **values)
