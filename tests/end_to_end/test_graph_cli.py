"""`mlsmith graph` as a user runs it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mlsmith.reports.graph_report import FORMATS
from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.locate import templates_root
from tests.end_to_end.conftest import Project

SETTINGS = """
[[data.source]]
name = "orders"
owner = "shop \\"north\\" <x>"
paths = ["data/orders.csv"]

[[data.source]]
name = "fx"
paths = ["data/fx.csv"]
legacy = true

[[data.model]]
name = "demand"
reads = ["orders"]
paths = ["model.joblib"]

[[data.consumer]]
name = "warehouse"
reads = ["demand"]
paths = ["warehouse.py"]
"""
FILES: dict[str, str | bytes] = {
    "mlsmith.toml": SETTINGS,
    "train.py": 'import joblib\nimport pandas as pd\n\nrows = pd.read_csv("data/orders.csv").merge(pd.read_csv("data/weather.csv"))\n'
    'joblib.dump(model.fit(rows), "model.joblib")\n',
    "score.py": 'import pandas as pd\n\nrows = pd.read_csv("data/orders.csv")\nrows["demand"] = model.predict(rows)\nrows.to_csv("out/predictions.csv")\n',
    "warehouse.py": 'import pandas as pd\n\npd.read_csv("out/predictions.csv")\n',
    "prices.py": 'import pandas as pd\n\npd.read_csv("out/predictions.csv")\n',
}


@pytest.fixture
def shop(project: Project) -> Project:
    project.write(FILES)
    return project


def test_the_text_says_what_is_declared_seen_undeclared_and_unused(shop: Project) -> None:
    done = shop.run("graph")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "sources\n"
        '  orders                      shop "north" <x>\n'
        "    read by    score  score.py:3\n"
        "    read by    train  train.py:4\n"
        "  fx                          unused legacy\n"
        "    data/fx.csv not seen in the code\n"
        "  data/weather.csv            undeclared\n"
        "    read by    train  train.py:4\n"
        "\n"
        "models\n"
        "  demand                      from orders\n"
        "    written by train  train.py:5\n"
        "\n"
        "outputs\n"
        "  out/predictions.csv\n"
        "    written by score  score.py:5\n"
        "    read by    prices  prices.py:3\n"
        "    read by    warehouse  warehouse.py:3\n"
        "\n"
        "consumers\n"
        "  warehouse                   from demand\n"
        "    code       warehouse.py\n"
        "  prices.py                   undeclared\n"
        "    reads  out/predictions.csv  prices.py:3\n"
        "\n"
        "3 sources, 1 model, 1 output, 2 consumers · 2 undeclared, 1 unused, 1 legacy\n"
    )


def test_colour_is_for_terminals(shop: Project) -> None:
    plain, coloured = shop.run("graph"), shop.run("graph", FORCE_COLOR="1")
    assert "\x1b[" not in plain.out
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured.out) == plain.out != coloured.out


def test_json_fits_its_schema_and_edges_join_nodes(shop: Project) -> None:
    found = shop.run("graph", "-f", "json").json
    schema().validate(found)
    ids = [node["id"] for node in found["nodes"]]
    assert len(set(ids)) == len(ids)
    assert {end for edge in found["edges"] for end in (edge["from"], edge["to"])} <= set(ids)
    assert found["summary"] == {
        "by_kind": {"source": 3, "model": 1, "output": 1, "consumer": 2, "code": 2}, "undeclared": 2, "unused": 1, "legacy": 1,
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_files_give_the_same_bytes_however_they_are_read(shop: Project, form: str) -> None:
    cold = shop.run("graph", "-f", form, "--jobs", "2").out
    assert shop.run("graph", "-f", form, "--jobs", "1").out == cold
    assert shop.run("graph", "-f", form, "--no-cache").out == cold
    assert shop.run("graph", "-f", form, ".").out == cold


def test_output_goes_to_a_file_whole(shop: Project) -> None:
    done = shop.run("graph", "-f", "mermaid", "-o", "data.mmd", FORCE_COLOR="1")
    assert (done.code, done.out) == (0, "")
    assert (shop.root / "data.mmd").read_text(encoding="utf-8") == shop.run("graph", "-f", "mermaid").out


def test_graphviz_draws_it_whatever_names_hold(shop: Project, tmp_path: Path) -> None:
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    drawn = subprocess.run(["dot", "-Tsvg"], input=shop.run("graph", "-f", "dot").out.encode(), capture_output=True, check=True)
    assert drawn.stderr == b""
    for name in (b"orders", b"shop &quot;north&quot; &lt;x&gt;", b"data/weather.csv", b"Consumers"):
        assert name in drawn.stdout


def test_mermaid_names_every_node_once_and_quotes_what_would_be_markup(shop: Project) -> None:
    text = shop.run("graph", "-f", "mermaid").out
    nodes = re.findall(r"^ +(n\d+)\W.*:::(\w+)$", text, re.MULTILINE)
    assert sorted(name for name, _ in nodes) == sorted({name for name, _ in nodes})
    assert len(nodes) == len(shop.run("graph", "-f", "json").json["nodes"])
    assert "shop &quot;north&quot; &lt;x&gt;" in text
    assert {name for arrow in re.findall(r"^  (n\d+) \S+ (n\d+)$", text, re.MULTILINE) for name in arrow} <= {name for name, _ in nodes}


def test_a_path_narrows_the_picture(shop: Project) -> None:
    nodes = shop.run("graph", "-f", "json", "warehouse.py").json["nodes"]
    assert {node["id"] for node in nodes} == {"output:out/predictions.csv", "consumer:warehouse", "model:demand"}


def test_a_file_that_cannot_be_parsed_is_said_and_the_rest_is_drawn(shop: Project) -> None:
    shop.write({"broken.py": "def (:\n"})
    done = shop.run("graph")
    assert done.code == 2
    assert done.err.startswith("broken.py:1: ")
    assert "data/weather.csv" in done.out
    assert [error["path"] for error in shop.run("graph", "-f", "json").json["errors"]] == ["broken.py"]


def test_a_project_without_data_or_declaration(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    done = project.run("graph")
    assert done.code == 0
    assert done.out.startswith("no data are read or written that the code names\n")


def test_the_rule_that_collects_may_be_off(shop: Project) -> None:
    before = shop.run("graph").out
    shop.write({"mlsmith.toml": 'ignore = ["FBL101"]\n' + SETTINGS})
    assert shop.run("graph").out == before


def test_a_notebook_is_named_by_cell(project: Project) -> None:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# title"]}] + [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": [source]}
        for source in ("import pandas as pd", 'x = 1\npd.read_csv("data/rows.csv")')
    ]
    project.write({"look.ipynb": json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})})
    assert "read by    look  look.ipynb · cell 2 · line 2" in project.run("graph").out


def test_usage_errors_are_one_line(shop: Project) -> None:
    for arguments in (("nowhere",), ("-f", "svg"), ("-o", "no/folder/x")):
        done = shop.run("graph", *arguments)
        assert done.code == 2
        assert done.out == ""
        assert len(done.err.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(read_catalogue(templates_root()).kinds))
def test_every_skeleton_shows_its_sources_features_models_and_consumers(project: Project, kind: str) -> None:
    made = project.run("new", kind, "--kind", kind, "--no-input", "--no-git", cwd=project.root)
    assert made.code == 0
    found = project.run("graph", "-f", "json", cwd=project.root / kind).json
    schema().validate(found)
    settings = tomllib.loads((project.root / kind / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mlsmith"]["data"]
    nodes = {node["id"]: node for node in found["nodes"]}
    assert found["summary"]["unused"] == 0
    for step, entries in settings.items():
        for entry in entries:
            node = nodes[f"{step}:{entry['name']}"]
            if step in ("source", "model") and entry.get("paths"):
                assert {touch["way"] for touch in node["seen"]} == {"reads", "writes"}
    undeclared = {node["name"] for node in nodes.values() if "undeclared" in node["marks"]}
    assert undeclared <= {"*/truth*/*.parquet"}  # which only a made world has, and no contract names
    assert nodes["output:*/predictions.jsonl"]["seen"]


def schema() -> Any:
    return jsonschema.Draft202012Validator(json.loads((files("mlsmith.reports") / "schema" / "graph.schema.json").read_text("utf-8")))
