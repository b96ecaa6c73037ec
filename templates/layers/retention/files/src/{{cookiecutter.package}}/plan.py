"""The logging plan: which source logs what, since which release, how often, for whom; signed by its product owner."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from {{ cookiecutter.package }}.record import digest, write_atomically


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signature(_Strict):
    """Who agreed to an entry, when, and to which text: the digest of what the entry said."""

    by: str
    when: date
    text: str


class Event(_Strict):
    """One event of one source. `per_100_active` is the least number a day by a hundred active users."""

    source: str
    event: str
    purpose: str
    since: str
    per_100_active: float = Field(gt=0)
    signed: Signature | None = None

    def text(self) -> str:
        """A digest of all that the signature is for."""
        return digest(self.model_dump(exclude={"signed"}))[:16]

    @property
    def agreed(self) -> bool:
        """Whether the entry is signed as it stands."""
        return self.signed is not None and self.signed.text == self.text()


class Plan(_Strict):
    """All planned events, and who answers for each source."""

    version: int
    owners: dict[str, str]
    events: tuple[Event, ...]

    def unsigned(self) -> list[str]:
        """Entries that nobody has signed as they stand, with whom to ask."""
        return [
            f"{one.source}.{one.event} is not signed as it stands; ask {self.owners[one.source]}"
            for one in self.events
            if not one.agreed
        ]


def load(path: Path) -> Plan:
    """The plan of a project. Raises `ValueError` for an entry whose source has no owner."""
    plan = Plan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    if orphans := sorted({one.source for one in plan.events} - set(plan.owners)):
        raise ValueError(f"{path.name}: nobody owns the source {orphans[0]}")
    return plan


def sign(path: Path, *, source: str, event: str, by: str, when: date) -> None:
    """Write a signature under an entry, leaving all else in the file as it is. Raises `ValueError` if there is none."""
    entry = next((one for one in load(path).events if (one.source, one.event) == (source, event)), None)
    if entry is None:
        raise ValueError(f"{path.name} plans no {source}.{event}")
    blocks = re.split(r"(?m)^(?=  - source: )", path.read_text(encoding="utf-8"))
    wanted = next(
        number for number, block in enumerate(blocks)
        if yaml.safe_load(block.splitlines()[0].removeprefix("  - ")) == {"source": source}
        and re.search(rf"(?m)^    event: {re.escape(event)}$", block)
    )  # fmt: skip
    body = re.sub(r"(?m)^    signed:.*\n", "", blocks[wanted]).rstrip("\n")
    signature = f'by: {json.dumps(by, ensure_ascii=False)}, when: {when}, text: "{entry.text()}"'
    blocks[wanted] = body + "\n    signed: {" + signature + "}\n\n"
    write_atomically(path, "".join(blocks).rstrip("\n") + "\n")
