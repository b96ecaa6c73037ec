"""The package of docs/how-to/own-rules, installed for real beside mlsmith."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "docs" / "how-to" / "own-rules"
CODE = 'from acme import warehouse\n\norders = warehouse.read("orders")\n'


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the package has been installed."""
    target = tmp_path_factory.mktemp("site-packages")
    command = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(target), str(PACKAGE)]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        command = ["-m", "uv", "pip", *command[2:-3], "--offline", "--target", str(target), str(PACKAGE)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


def run(installed: Path, folder: Path, *arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "PYTHONPATH": str(installed), "MLSMITH_CACHE_DIR": str(folder.parent / "cache"), "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # what changes twice in a second and keeps its length would be taken from there as it was
    }  # fmt: skip
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "mlsmith", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "train.py").write_text(CODE)
    return folder


def test_a_rule_of_another_package_speaks_like_one_of_our_own(installed: Path, project: Path) -> None:
    done = run(installed, project, "lint", "--format", "json")
    found = json.loads(done.stdout)["findings"]
    assert done.returncode == 1, done.stderr
    assert [(f["code"], f["name"], f["start"]["line"], f["minutes"]) for f in found] == [("ACM101", "undated-snapshot", 3, 15)]


def test_settings_know_its_options_and_prices(installed: Path, project: Path) -> None:
    (project / "mlsmith.toml").write_text('minutes = { ACM101 = 99 }\n[rules.ACM101]\ntables = ["rates"]\n')
    (found,) = json.loads(run(installed, project, "lint", "--format", "json").stdout)["findings"]
    assert found["minutes"] == 99
    (project / "mlsmith.toml").write_text('[rules.ACM101]\ntables = ["orders"]\n')
    assert run(installed, project, "lint").returncode == 0
    (project / "mlsmith.toml").write_text('[rules.ACM101]\ntabels = ["orders"]\n')
    wrong = run(installed, project, "lint")
    assert wrong.returncode == 2
    assert "tables" in wrong.stderr


def test_its_page_is_shown_and_listed(installed: Path, project: Path) -> None:
    assert "Data that holds still" in run(installed, project, "rule", "ACM101").stdout
    assert "undated-snapshot" in run(installed, project, "rule", "--list").stdout


def test_a_change_of_the_rule_is_seen_by_the_next_run(installed: Path, project: Path) -> None:
    assert run(installed, project, "lint").returncode == 1
    source = installed / "acme_rules" / "snapshots.py"
    text = source.read_text()
    try:
        source.write_text(text.replace("acme.warehouse.read", "acme.warehouse.scan"))
        assert run(installed, project, "lint").returncode == 0
    finally:
        source.write_text(text)


def test_the_packages_own_tests_pass(installed: Path, project: Path) -> None:
    done = run(
        installed, project, code=f"import pytest, sys; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', {str(PACKAGE / 'tests')!r}]))"
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("value", "said"),
    [("acme_rules.nowhere", "cannot be loaded"), ("json:loads", "is no rule"), ("mlsmith.rules.kit:Rule", "is no rule")],
)
def test_a_broken_package_of_rules_is_one_clear_line(tmp_path: Path, project: Path, value: str, said: str) -> None:
    broken = tmp_path / "broken"
    information = broken / "broken_rules-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-rules\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[mlsmith.rules]\nbroken = {value}\n")
    done = run(broken, project, "lint")
    assert done.returncode == 2
    assert said in done.stderr
    assert "broken-rules" in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1
