"""The journal of experiments: every one, failed ones too, each line bound to the line before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from {{ cookiecutter.package }}.record import digest, file_digest, write_atomically

START = "0" * 64
FINISHED, FAILED = "finished", "failed"


class BrokenJournal(ValueError):
    """A journal from which something was taken, or into which something was put."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One experiment. `recall` is None where it failed; `previous` is the digest of the entry before."""

    number: int
    run: str
    at: str
    outcome: str
    recall: float | None
    target: float
    record: str
    previous: str

    def digest(self) -> str:
        """SHA-256 of the whole entry, and through `previous` of all before it."""
        return digest(asdict(self))


def read(path: Path) -> list[Entry]:
    """All entries; an empty list where there is no journal yet. Raises `BrokenJournal` unless the chain holds."""
    if not path.exists():
        return []
    try:
        entries = [Entry(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (ValueError, TypeError) as error:
        raise BrokenJournal(f"{path.name} cannot be read: {error}") from error
    if broken := next(_breaks(entries), None):
        raise BrokenJournal(f"{path.name}: {broken}; take the file from version control and leave it as it is")
    return entries


def append(path: Path, *, run: str, outcome: str, recall: float | None, target: float, record: Path | None) -> Entry:
    """Add one experiment. The journal must be whole, or nothing is written."""
    entries = read(path)
    entry = Entry(
        number=len(entries) + 1,
        run=run,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        outcome=outcome,
        recall=recall,
        target=target,
        record=file_digest(record) if record is not None else "",
        previous=entries[-1].digest() if entries else START,
    )
    lines = [json.dumps(asdict(one), sort_keys=True) for one in (*entries, entry)]
    write_atomically(path, "\n".join(lines) + "\n")
    return entry


def verify(path: Path, runs: Path) -> list[Entry]:
    """The journal's entries, checked against the runs that are still there.

    Raises `BrokenJournal` for a run that no entry names or whose record was altered: entries at the end may be gone.
    """
    entries = read(path)
    known = {entry.run: entry for entry in entries}
    for record in sorted(runs.glob("*/run.json")):
        entry = known.get(record.parent.name)
        if entry is None:
            raise BrokenJournal(f"{path.name}: run {record.parent.name} is not in it; no experiment may be left out")
        if entry.record != file_digest(record):
            raise BrokenJournal(f"run {record.parent.name} is not as the journal recorded it")
    return entries


def results(entries: Sequence[Entry]) -> list[float]:
    """Recall of every experiment in order; a failed one found nothing."""
    return [entry.recall or 0.0 for entry in entries]


def moved_targets(entries: Sequence[Entry], target: float) -> list[str]:
    """Every time the target was changed, in words; a target that moves to the arrow is none."""
    now = [*((entry.number, entry.target) for entry in entries), (len(entries) + 1, target)]
    return [
        f"before experiment {number} the target went from {before:.2f} to {after:.2f}"
        for (_, before), (number, after) in pairwise(now)
        if before != after
    ]


def _breaks(entries: Sequence[Entry]) -> Iterator[str]:
    previous = START
    for place, entry in enumerate(entries, start=1):
        if entry.number != place:
            yield f"experiment {place} is missing"
        if entry.previous != previous:
            yield f"experiment {entry.number} does not follow the one before it"
        previous = entry.digest()
