"""Known debt: `.mlsmith/baseline.jsonl`, one sorted line a finding, without anything that moves when code moves.

Lines carry no numbers, times or versions, so that writing the file again without a change gives the same bytes. Branches that add
lines next to each other would conflict in git; the `.gitattributes` beside the file lets git take both sides, and a line that is left
over matches nothing and goes with the next `--write-baseline`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from mlsmith.debt.matching import Known, compare, known, match
from mlsmith.engine.cache import replace_file
from mlsmith.errors import UnreadableInput, UserError
from mlsmith.finding import Finding

__all__ = ["MAX_BYTES", "Known", "compare", "known", "match", "parse", "read", "write"]

MAX_BYTES = 64 << 20
_ATTRIBUTES = "baseline.jsonl merge=union\n"


def read(file: Path) -> list[Known]:
    """The lines of a baseline. Raises UnreadableInput where it cannot be read, UserError naming the line where one is none."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UnreadableInput(f"the baseline {file} is larger than 64 MiB", advice="write it again with --write-baseline")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(f"the baseline {file} cannot be read: {error}", advice="write it again with --write-baseline") from None
    return parse(text, str(file))


def parse(text: str, name: str) -> list[Known]:
    """The lines of a baseline's text. Raises UserError naming the line that is none."""
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                lines.append(_entry(json.loads(line)))
            except (ValueError, KeyError, TypeError, RecursionError):
                advice = "solve the merge conflict, or write it again with --write-baseline"
                raise UserError(f"line {number} of the baseline {name} is no entry", advice=advice) from None
    return lines


def write(file: Path, findings: Iterable[Finding], *, kept: Iterable[Known] = ()) -> None:
    """Write the baseline of these findings and of the lines that are kept, whole or not at all, and the merge rule beside it."""
    text = "".join(_line(entry) for entry in sorted({*known(findings), *kept}))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, text.encode(), mode=0o666)
        attributes = file.parent / ".gitattributes"
        if file.name == "baseline.jsonl" and not attributes.exists():
            replace_file(attributes, _ATTRIBUTES.encode(), mode=0o666)
    except OSError as error:
        raise UserError(
            f"the baseline {file} cannot be written: {error.strerror}", advice="free the disk, or choose another --baseline"
        ) from None


def _entry(said: dict[str, object]) -> Known:
    """The line's entry. Raises KeyError, TypeError or ValueError where it is none."""
    path, code, scope, anchor, occurrence = said["path"], said["code"], said["scope"], said["anchor"], said.get("occurrence", 0)
    if not (isinstance(path, str) and isinstance(code, str) and isinstance(scope, str) and isinstance(anchor, str)):
        raise TypeError("text is meant")
    if not isinstance(occurrence, int) or isinstance(occurrence, bool):
        raise TypeError("a whole number is meant")
    return Known(path, code, scope, anchor, occurrence)


def _line(entry: Known) -> str:
    fields: dict[str, object] = {"path": entry.path, "code": entry.code, "scope": entry.scope, "anchor": entry.anchor}
    if entry.occurrence:
        fields["occurrence"] = entry.occurrence
    return json.dumps(fields, ensure_ascii=False) + "\n"
