"""What stands in a notebook beside its Python: shell escapes and magics, cells that do not parse, other languages, files that cells write.

Outputs, numbers of execution and prose are no behaviour.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Sequence

from mlsmith.change import Change, Component, Significance
from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.revisions.scripts import Command, compared
from mlsmith.sources.notebook import other_code, written_files
from mlsmith.sources.python import parsed

_FOR_READERS = regex(
    r"[!%]+\s*(?:matplotlib|config\s+InlineBackend|load_ext\s+(?:autoreload|tensorboard|watermark|lab_black|nb_black)|autoreload|time|timeit|tensorboard"
    r"|watermark|ls|pwd|cat|head|tail|nvidia-smi|reload_ext|who|whos|lsmagic|pinfo|html|HTML|capture|wc)\b"
)
_INSTALLS = regex(
    r"[!%]\s*(?:\S*python[\d.]*\s+-m\s+|\{sys\.executable\}\s+-m\s+)?(?:pip[\d.]*|conda|mamba|uv\s+pip)\s+install"
    r"(?:\s+(?:-[qUuy]+|--(?:quiet|upgrade|user|yes)|[A-Za-z][\w-]*(?:\[[\w,-]+\])?))+\s*\Z"
)
"""Packages of which any version will do"""
_GUIDES = regex(
    r"(?:^|/)(?:guides?|tutorials?|examples?|samples?|demos?|quick[-_]?starts?|getting[-_]started|how[-_]?tos?|cookbooks?|recipes)/",
    re.IGNORECASE,
)


def notebook_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> Sequence[Change]:
    """Changes of that, by line of the joined code cells. A notebook that cannot be read is told elsewhere."""
    try:
        ours, theirs = (_commands(data, path) for data in (old, new))
    except SourceError:
        return ()
    return [*compared(path, ours, theirs, moved_from), *_written(path, old, new, moved_from)]


def _written(path: str, old: bytes | None, new: bytes | None, moved_from: str | None) -> Iterator[Change]:
    """Files that cells write, one line each; Python that only looks otherwise is the same."""
    ours, theirs = (written_files(data) if data is not None else {} for data in (old, new))
    for name in sorted({*ours, *theirs}):
        line, now = theirs.get(name, (ours.get(name, (1, ""))[0], None))
        was = ours[name][1] if name in ours else None
        if was is None or now is None or _meant(name, was) != _meant(name, now):
            how = " added" if was is None else " removed" if now is None else ""
            yield Change(
                component=Component.SOURCE, kind=f"written file{how}", path=path, line=line, symbol="", subject=name, old=None, new=None,
                significance=Significance.MEDIUM, moved_from=moved_from,
            )  # fmt: skip


def _meant(name: str, text: str) -> str:
    if name.endswith(".py"):
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.dump(parsed(text))
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def _commands(data: bytes | None, path: str) -> list[Command]:
    """One for each logical line, `\\` at the end goes on; in a guide without what only sets up the reader's machine."""
    found: list[Command] = []
    last = 0
    for number, text in other_code(data) if data is not None else ():
        text = " ".join(text.split())
        if found and found[-1].text.endswith("\\") and number == last + 1:
            found[-1] = Command(f"{found[-1].text[:-1].rstrip()} {text}", found[-1].line)
        else:
            found.append(Command(text, number))
        last = number
    is_guide = _GUIDES.search(path) is not None
    return [one for one in found if not (_FOR_READERS.match(one.text) or (is_guide and _INSTALLS.match(one.text)))]
