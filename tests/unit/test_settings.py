from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mlsmith.errors import SettingsError
from mlsmith.settings import (
    OPTIONS,
    DataSettings,
    Declared,
    GateSettings,
    Settings,
    TargetSettings,
    as_data,
    json_schema,
    load_settings,
    load_settings_text,
    with_codes,
)

FULL = """
[tool.mlsmith]
select = ["EXP", "TRB102"]
ignore = ["EXP109"]
extend-select = ["RES106"]
exclude = ["/data", "*.gen.py"]
serving = ["service/**"]
project = "application"
baseline = "known.jsonl"
[tool.mlsmith.per-file-ignores]
"scripts/*" = ["EXP112"]
[tool.mlsmith.severity]
EXP104 = "info"
[tool.mlsmith.minutes]
EXP104 = 5
[tool.mlsmith.rules.EXP104]
strict = true
[tool.mlsmith.roles]
train = ["fitting"]
[tool.mlsmith.gate]
max-ratio = 0.003
min-grade = "B"
max-new-minutes = 60
max-new-suppressions = 0
[tool.mlsmith.target]
metric = "recall"
value = 0.5
deadline = "2026-12-31"
experiments = 20
[[tool.mlsmith.data.source]]
name = "payments"
owner = "gateway"
paths = ["data/payments/*"]
[[tool.mlsmith.data.model]]
name = "fraud"
reads = ["payments"]
[[tool.mlsmith.data.consumer]]
name = "cashier"
reads = ["fraud"]
"""


def test_every_setting_reaches_its_attribute() -> None:
    settings = load_settings_text(FULL, "pyproject.toml")
    assert settings == Settings(
        select=("EXP", "TRB102"),
        ignore=("EXP109",),
        extend_select=("RES106",),
        exclude=("/data", "*.gen.py"),
        per_file_ignores={"scripts/*": ("EXP112",)},
        severity={"EXP104": "info"},
        minutes={"EXP104": 5},
        rules={"EXP104": {"strict": True}},
        roles={"train": ("fitting",)},
        serving=("service/**",),
        project="application",
        baseline="known.jsonl",
        gate=GateSettings(0.003, "B", 60, 0),
        target=TargetSettings("recall", 0.5, deadline="2026-12-31", experiments=20),
        data=DataSettings(
            source=(Declared("payments", "gateway", paths=("data/payments/*",)),),
            model=(Declared("fraud", reads=("payments",)),),
            consumer=(Declared("cashier", reads=("fraud",)),),
        ),
    )


def test_mlsmith_toml_has_no_prefix() -> None:
    assert load_settings_text('select = ["EXP"]\n', "mlsmith.toml").select == ("EXP",)


def test_the_declaration_names_every_attribute_and_nothing_else() -> None:
    declared = {option.key.partition(".")[0].replace("-", "_") for option in OPTIONS}
    assert declared == set(Settings._fields)
    gate = {option.key[5:].replace("-", "_") for option in OPTIONS if option.key.startswith("gate.")}
    assert gate == set(GateSettings._fields)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('selekt = ["EXP"]', 'unknown setting "selekt"; did you mean "select"?'),
        ("extend_select = []", 'unknown setting "extend_select"; did you mean "extend-select"?'),
        ("[gate]\nmax_ratio = 1", 'unknown setting "gate.max_ratio"; did you mean "gate.max-ratio"?'),
        ('select = "EXP"', "select must be a list of strings, not a string"),
        ("select = [1]", "an entry of select must be a string, not a whole number"),
        ('project = "libary"', 'project cannot be "libary"; did you mean "library"?'),
        ('severity = {EXP104 = "fatal"}', 'severity.EXP104 cannot be "fatal"'),
        ("minutes = {EXP104 = true}", "minutes.EXP104 must be a whole number, not true or false"),
        ("minutes = {EXP104 = -1}", "minutes.EXP104 cannot be -1; 0 or more is meant"),
        ('roles = {training = ["x"]}', 'unknown key "training" in roles; did you mean "train"?'),
        ("gate = 1", "gate must be a table, not a whole number"),
        ("[gate]\nmax-ratio = nan", "gate.max-ratio cannot be nan"),
        ("rules = {EXP104 = 1}", "rules.EXP104 must be a table"),
        ("select = [", "is not valid TOML"),
        ('[target]\nmetrik = "recall"', 'unknown setting "target.metrik"; did you mean "target.metric"?'),
        ('[target]\nmetric = "recall"', "target needs both metric and value"),
        ("[target]\nvalue = 0.5", "target needs both metric and value"),
        ('[target]\nmetric = "recall"\nvalue = 0.5\ndeadline = "soon"', 'target.deadline cannot be "soon"'),
        ('[target]\nmetric = "recall"\nvalue = "0.5"', "target.value must be a number, not a string"),
        ('[target]\ndirection = "up"', 'target.direction cannot be "up"'),
        ('[[data.source]]\nowner = "x"', "entry 1 of data.source has no name"),
        ('[[data.source]]\nname = "a"\npath = "b"', 'unknown key "path" in entry 1 of data.source; did you mean "paths"?'),
        ('[[data.sources]]\nname = "a"', 'unknown setting "data.sources"; did you mean "data.source"?'),
        ('[[data.source]]\nname = "a"\n[[data.model]]\nname = "m"\nreads = ["b"]', 'data.model "m" reads "b", which is not declared'),
        ('[[data.source]]\nname = "a"\n[[data.source]]\nname = "a"', 'data.source "a" is declared as data.source already'),
        ('[[data.model]]\nname = "m"\nreads = ["m"]', 'data.model "m" reads "m", which is not declared; declare it first'),
    ],
)
def test_what_is_wrong_is_named_with_the_nearest_known_key(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings_text(text, "mlsmith.toml")
    assert said in str(caught.value)
    assert "mlsmith.toml" in str(caught.value)


def test_the_nearest_settings_above_decide_and_their_folder_is_the_root(tmp_path: Path) -> None:
    inner = tmp_path / "inner" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "mlsmith.toml").write_text('select = ["EXP"]')
    (tmp_path / "inner" / "pyproject.toml").write_text('[project]\nname = "mlsmith-not-a-section"\n')
    settings, root, origin = load_settings(inner)
    assert (settings.select, root, origin) == (("EXP",), tmp_path, {"select": "mlsmith.toml"})
    (tmp_path / "inner" / "pyproject.toml").write_text("[tool.mlsmith.gate]\nmax-ratio = 0.1\n")
    settings, root, origin = load_settings(inner / "file.py")
    assert (settings.select, root) == ((), tmp_path / "inner")
    assert origin == {"gate.max-ratio": "pyproject.toml"}


def test_settings_above_the_repository_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "mlsmith.toml").write_text('select = ["EXP"]')
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "src").mkdir()
    settings, root, _ = load_settings(tmp_path / "repository" / "src")
    assert (settings.select, root) == ((), tmp_path / "repository")


def test_mlsmith_toml_wins_over_pyproject_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mlsmith.toml").write_text('select = ["EXP"]')
    (tmp_path / "pyproject.toml").write_text('[tool.mlsmith]\nselect = ["TRB"]')
    assert load_settings(tmp_path)[0].select == ("EXP",)


def test_a_broken_pyproject_that_is_not_about_us_is_not_our_business(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.black\n")
    assert load_settings(tmp_path)[0] == Settings()


def test_bytes_that_are_no_text_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "mlsmith.toml").write_bytes(b"select = ['\xff\xfe']")
    with pytest.raises(SettingsError, match="not valid UTF-8"):
        load_settings(tmp_path)


def test_the_schema_accepts_what_the_reader_accepts_and_refuses_the_rest() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validate = jsonschema.Draft202012Validator(schema).validate
    said = as_data(load_settings_text(FULL, "pyproject.toml"))
    validate(json.loads(json.dumps(said)))
    for wrong in (
        {"selekt": []},
        {"select": "EXP"},
        {"gate": {"min-grade": "F"}},
        {"minutes": {"EXP104": -1}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            validate(wrong)


def test_only_what_changes_an_analysis_changes_the_fingerprint() -> None:
    plain = Settings()
    assert plain._replace(exclude=("x",), gate=GateSettings(0.1)).fingerprint == plain.fingerprint
    for field in (
        {"select": ("EXP",)},
        {"severity": {"EXP104": "info"}},
        {"rules": {"EXP104": {"strict": True}}},
    ):
        assert plain._replace(**field).fingerprint != plain.fingerprint  # type: ignore[arg-type]


def test_the_command_line_replaces_the_selection_and_adds_the_rest() -> None:
    settings = Settings(select=("EXP",), ignore=("EXP109",))
    told = with_codes(settings, select=("TRB",), ignore=("TRB102",), extend_select=("RES",))
    assert (told.select, told.ignore, told.extend_select) == (("TRB",), ("EXP109", "TRB102"), ("RES",))
