"""Every key of the configuration is typed, read, and described by the schema that is committed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from {{ cookiecutter.package }} import config
from {{ cookiecutter.package }}.config import Config


def test_every_key_is_read_somewhere(project: Path, settings: Config) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((project / "src").rglob("*.py")))
    unread = [key for key in _leaves(settings.model_dump()) if f".{key}" not in source]
    assert unread == []


def test_an_unknown_key_is_refused(project: Path, tmp_path: Path) -> None:
    _copy(project, tmp_path, lambda values: values["model"].update(learning_rat=0.1))
    with pytest.raises(ValidationError, match="learning_rat"):
        config.load(tmp_path)


@pytest.mark.parametrize("value", ["0.05", -0.1, True, None])
def test_a_wrong_type_or_range_is_refused(project: Path, tmp_path: Path, value: object) -> None:
    _copy(project, tmp_path, lambda values: values["model"].update(learning_rate=value))
    with pytest.raises(ValidationError, match="learning_rate"):
        config.load(tmp_path)


def test_a_missing_key_is_refused(project: Path, tmp_path: Path) -> None:
    _copy(project, tmp_path, lambda values: values["information"].pop("min_short_energy"))
    with pytest.raises(ValidationError, match="min_short_energy"):
        config.load(tmp_path)


def test_the_digest_sees_values_and_not_layout(project: Path, tmp_path: Path) -> None:
    _copy(project, tmp_path, lambda values: None)
    assert config.load(tmp_path).digest() == config.load(project / "conf").digest()
    _copy(project, tmp_path, lambda values: values["power"].update(rated=13.5))
    assert config.load(tmp_path).digest() != config.load(project / "conf").digest()


def test_the_committed_schema_is_fresh(project: Path) -> None:
    committed = json.loads((project / "conf" / "schema.json").read_text(encoding="utf-8"))
    assert committed == Config.model_json_schema(), "write it anew: python3 project.py schema"


def _leaves(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield key


def _copy(project: Path, folder: Path, change: Any) -> None:
    values = yaml.safe_load((project / "conf" / "base.yaml").read_text(encoding="utf-8"))
    change(values)
    (folder / "base.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    (folder / "engine").mkdir(exist_ok=True)
    engine = (project / "conf" / "engine" / "process.yaml").read_text(encoding="utf-8")
    (folder / "engine" / "process.yaml").write_text(engine, encoding="utf-8")
