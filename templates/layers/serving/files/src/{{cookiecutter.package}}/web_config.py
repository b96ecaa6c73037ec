"""The configuration of the HTTP door, apart from the model's: another port is not another model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]


class WebConfig(BaseModel):
    """Where the service listens and how much it takes on."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    host: str
    port: Annotated[int, Field(ge=0, le=65_535)]
    max_message_bytes: Count
    max_waiting: Count
    answer_within_s: Annotated[float, Field(gt=0)]
    close_within_s: Count


def load(path: Path, **changes: object) -> WebConfig:
    """The configuration in `path`; `changes` replace values, None leaves them."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    return WebConfig.model_validate({**values, **{key: value for key, value in changes.items() if value is not None}})
