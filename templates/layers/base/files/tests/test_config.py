"""Every key of the configuration is typed, bounded, read somewhere, and described by the schema that is committed."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from {{ cookiecutter.package }} import config
from {{ cookiecutter.package }}.config import Config

CONF = Path(__file__).resolve().parents[1] / "conf"
VALUES = yaml.safe_load((CONF / "base.yaml").read_text(encoding="utf-8"))
Way = tuple[str | int, ...]


def leaves(values: Any, *way: str | int) -> Iterator[tuple[Way, Any]]:
    """Every value with the keys that lead to it; of a list of tables the first is looked into."""
    inner = values.items() if isinstance(values, dict) else enumerate(values[:1])
    for key, value in inner:
        if isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict)):
            yield from leaves(value, *way, key)
        else:
            yield (*way, key), value


LEAVES = dict(leaves(VALUES))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the configuration that a test may spoil."""
    return Path(shutil.copytree(CONF, tmp_path / "conf"))


def refusal(folder: Path, way: Way, change: dict[str, object]) -> str:
    """What is said to the configuration with `change` in place of the key; nothing where it is taken."""
    values = copy.deepcopy(VALUES)
    table = values
    for key in way[:-1]:
        table = table[key]
    table.pop(way[-1])
    table.update(change)
    (folder / "base.yaml").write_text(json.dumps(values), encoding="utf-8")
    try:
        config.load(folder)
    except ValidationError as error:
        return str(error)
    return ""


def test_every_key_is_read_somewhere(project: Path) -> None:
    files = [path for path in sorted((project / "src").rglob("*.py")) if path.name != "config.py"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [way for way in LEAVES if f".{way[-1]}" not in source] == []


def test_a_missing_key_is_refused_by_name(folder: Path) -> None:
    assert [way for way in LEAVES if str(way[-1]) not in refusal(folder, way, {})] == []


def test_an_unknown_key_is_refused_by_name(folder: Path) -> None:
    typos = {way: str(way[-1])[:-1] for way in LEAVES}
    assert [way for way, typo in typos.items() if f"{typo}\n" not in refusal(folder, way, {typo: LEAVES[way]})] == []


@pytest.mark.parametrize("wrong", [None, {}, [{}], "0.05x", True])
def test_a_wrong_type_is_refused(folder: Path, wrong: object) -> None:
    others = [way for way, value in LEAVES.items() if type(value) is not type(wrong)]
    assert [way for way in others if not refusal(folder, way, {str(way[-1]): wrong})] == []


def test_every_number_but_the_seed_has_a_bound(folder: Path) -> None:
    numbers = [way for way, value in LEAVES.items() if type(value) in (int, float) and way != ("seed",)]
    far = (-(10**9), 10**9)
    assert [way for way in numbers if not any(refusal(folder, way, {str(way[-1]): value}) for value in far)] == []


def test_the_digest_sees_values_and_not_layout(folder: Path) -> None:
    assert refusal(folder, ("seed",), {"seed": VALUES["seed"]}) == ""
    assert config.load(folder).digest() == config.load(CONF).digest()
    assert refusal(folder, ("seed",), {"seed": VALUES["seed"] + 1}) == ""
    assert config.load(folder).digest() != config.load(CONF).digest()


def test_the_committed_schema_is_fresh() -> None:
    committed = json.loads((CONF / "schema.json").read_text(encoding="utf-8"))
    assert committed == Config.model_json_schema(), "write it anew: python3 project.py schema"
