"""`mlsmith gate` on real repositories: limits, bases, and changes that would loosen the gate that judges them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LEAK = """from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def {name}(X):
    return train_test_split(StandardScaler().fit_transform(X), random_state=1)
"""


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments], cwd=folder, check=True, capture_output=True)


def gate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "mlsmith", "gate", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "old.py").write_text(LEAK.format(name="old"))
    (tmp_path / "pyproject.toml").write_text("[tool.mlsmith.gate]\nmax-new-minutes = 10\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_the_arithmetic_is_shown_and_the_limit_decides(repository: Path) -> None:
    failed = gate(repository, "--max-ratio", "0.003")
    assert failed.returncode == 1
    assert "code lines × 30 min" in failed.stdout
    assert "TST101 × 1" in failed.stdout
    assert "gate failed" in failed.stdout
    assert gate(repository, "--max-ratio", "1").returncode == 0


def test_old_debt_passes_against_a_base_and_new_debt_does_not(repository: Path) -> None:
    (repository / "moved.py").write_text((repository / "old.py").read_text())
    (repository / "old.py").unlink()
    git(repository, "add", "-A")
    assert gate(repository, "--base", "HEAD").returncode == 0, "moving is not new"
    (repository / "new.py").write_text(LEAK.format(name="new"))
    done = gate(repository, "--base", "HEAD", "--format", "json")
    verdict = json.loads(done.stdout)
    assert done.returncode == 1
    assert (verdict["new"]["findings"], verdict["new"]["minutes"]) == (1, 45)
    assert [c["name"] for c in verdict["conditions"] if not c["passed"]] == ["max-new-minutes"]


def test_a_change_cannot_loosen_the_gate_that_judges_it(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[tool.mlsmith]\nignore = ["TST"]\n[tool.mlsmith.gate]\nmax-new-minutes = 1000\n')
    (repository / "new.py").write_text(LEAK.format(name="new"))
    subprocess.run([sys.executable, "-m", "mlsmith", "lint", "--write-baseline"], cwd=repository, check=True, capture_output=True)
    assert gate(repository, "--base", "HEAD").returncode == 1


def test_the_json_has_what_the_contract_names(repository: Path) -> None:
    verdict = json.loads(gate(repository, "--format", "json").stdout)
    wanted = {
        "version",
        "passed",
        "grade",
        "ratio",
        "minutes",
        "development_minutes",
        "new",
        "fixed",
        "conditions",
        "areas",
        "hotspots",
        "to_next_grade",
    }
    assert wanted <= set(verdict)
    assert verdict["areas"]["TST"] == {"minutes": 45.0, "findings": 1}
    assert verdict["hotspots"][0]["path"] == "old.py"


@pytest.mark.parametrize(
    ("arguments", "said"), [(("--base", "nowhere"), "nowhere"), (("--min-grade", "F"), "no grade"), (("--min-grade", "AB"), "no grade")]
)
def test_bad_input_is_one_line(repository: Path, arguments: tuple[str, ...], said: str) -> None:
    done = gate(repository, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_project_without_machine_learning_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print('hello')\n")
    done = gate(tmp_path)
    assert done.returncode == 0
    assert "no machine-learning code" in done.stdout


def test_suppressing_a_finding_is_not_mending_it(repository: Path) -> None:
    file = repository / "old.py"
    file.write_text(file.read_text().replace("    return", "    # mlsmith: ignore[TST101] known\n    return"))
    verdict = json.loads(gate(repository, "--base", "HEAD", "--format", "json").stdout)
    assert (verdict["suppressed"], verdict["fixed"]["findings"]) == (1, 0)
    file.write_text("import sklearn\n")
    assert json.loads(gate(repository, "--base", "HEAD", "--format", "json").stdout)["fixed"]["minutes"] == 45


def test_settings_of_the_base_that_cannot_be_read_are_one_line(repository: Path) -> None:
    (repository / "mlsmith.toml").write_bytes(b'exclude = ["\xff"]\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "broken")
    (repository / "mlsmith.toml").unlink()
    done = gate(repository, "--base", "HEAD")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "mlsmith.toml of the base" in done.stderr
