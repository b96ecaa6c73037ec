"""What all configuration has in common: typed, bounded, frozen, nothing unknown; read, digested and described."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field

from {{ cookiecutter.package }}.record import digest, write_atomically

Share = Annotated[float, Field(ge=0, le=1)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class Strict(BaseModel):
    """A part: a wrong type, a value out of bounds or an unknown key is refused, and nobody changes it later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Whole(Strict):
    """A whole configuration."""

    def digest(self) -> str:
        """SHA-256 of the values, whatever the files' layout and comments."""
        return digest(self.plain())

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return self.model_dump(mode="json")

    @classmethod
    def read(cls, folder: Path, changes: Mapping[str, object], *, engine: str = "") -> Self:
        """From `base.yaml` and, where there are engines, one file of `engine/`; `changes` replace values."""
        values = _values(folder / "base.yaml")
        if engine:
            values["engine"] = _values(folder / "engine" / f"{engine}.yaml")
        for key, change in changes.items():
            values[key] = {**values[key], **change} if isinstance(change, dict) else change
        # As JSON, in which a list may stand for a tuple although types are strict.
        return cls.model_validate_json(json.dumps(values))

    @classmethod
    def write_schema(cls, folder: Path) -> Path:
        """Write the JSON Schema, for editors and reviewers, beside the values."""
        path = folder / "schema.json"
        write_atomically(path, json.dumps(cls.model_json_schema(), indent=2) + "\n")
        return path


def _values(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
