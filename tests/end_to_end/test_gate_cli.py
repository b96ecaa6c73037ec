"""`mlsmith gate` on real repositories: limits, bases, and changes that would loosen the gate that judges them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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
    assert "4 lines of code × 30 min" in failed.stdout
    assert "45  1 × 45  TST101" in failed.stdout
    assert failed.stdout.endswith("gate failed: max-ratio\n")
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


def verdict_of(folder: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gate(folder, *arguments, "--format", "json").stdout)
    return found


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "mlsmith", "lint", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_new_lines_are_lines_of_code_of_files_that_git_does_not_know_yet_too(repository: Path) -> None:
    (repository / "new.py").write_text('"""A docstring."""\n\n# a remark\nx = 1\n\ny = 2  # two\n')
    (repository / "tests").mkdir()
    (repository / "tests" / "test_new.py").write_text("assert 1\n")
    assert verdict_of(repository, "--base", "HEAD")["new"]["lines"] == 2


def test_lines_that_only_moved_are_not_new(repository: Path) -> None:
    (repository / "elsewhere.py").write_text("z = 3\n" + (repository / "old.py").read_text())
    (repository / "old.py").write_text("z = 3\n")
    assert verdict_of(repository, "--base", "HEAD")["new"]["lines"] == 2  # `z = 3`, twice


def test_lines_outside_of_what_is_judged_do_not_count(repository: Path) -> None:
    (repository / "mlsmith.toml").write_text('exclude = ["made/**"]\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "settings")
    for name in ("made/a.py", "src/b.py", "other/c.py"):
        (repository / name).parent.mkdir()
        (repository / name).write_text("x = 1\n")
    assert verdict_of(repository, "--base", "HEAD")["new"]["lines"] == 2
    assert verdict_of(repository, "src", "--base", "HEAD")["new"]["lines"] == 1


def test_a_suppression_that_is_taken_away_makes_no_new_debt(repository: Path) -> None:
    loud = LEAK.format(name="old")
    (repository / "old.py").write_text(loud.replace("random_state=1)", "random_state=1)  # mlsmith: ignore[TST101] known"))
    git(repository, "commit", "-qam", "quiet")
    (repository / "old.py").write_text(loud)
    after = verdict_of(repository, "--base", "HEAD")
    assert (after["new"]["findings"], after["fixed"]["findings"], after["suppressed"]) == (0, 0, 0)


def test_a_suppressed_flip_is_suppression_growth(repository: Path) -> None:
    (repository / "data.py").write_text(FLAG.format(flag=True, remark=""))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "data")
    (repository / "data.py").write_text(FLAG.format(flag=False, remark="  # mlsmith: ignore[EXP106] a stream"))
    conditions = {c["name"]: c for c in verdict_of(repository, "--base", "HEAD")["conditions"]}
    assert conditions["max-new-suppressions"]["actual"] == 1


def test_the_baseline_of_the_base_says_what_was_known(repository: Path) -> None:
    lint(repository, "--write-baseline")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "baseline")
    assert verdict_of(repository, "--base", "HEAD")["baseline"] == 1
    (repository / "new.py").write_text(LEAK.format(name="new"))
    lint(repository, "--write-baseline")
    after = verdict_of(repository, "--base", "HEAD")
    assert (after["baseline"], after["new"]["findings"], after["passed"]) == (1, 1, False)


def test_one_suppression_for_another_is_seen(repository: Path) -> None:
    quiet = LEAK.replace("random_state=1)", "random_state=1)  # mlsmith: ignore[TST101] known")
    (repository / "old.py").write_text(quiet.format(name="old"))
    git(repository, "commit", "-qam", "quiet")
    (repository / "old.py").write_text("x = 1\n")
    (repository / "new.py").write_text(quiet.replace("(X)", "(X, y)").replace("transform(X)", "transform(X + y)").format(name="other"))
    (repository / "pyproject.toml").write_text("[tool.mlsmith.gate]\nmax-new-suppressions = 0\n")
    git(repository, "commit", "-qam", "limit")
    conditions = {c["name"]: c for c in verdict_of(repository, "--base", "HEAD")["conditions"]}
    assert conditions["max-new-suppressions"]["actual"] == 1


FLAG = "from torch.utils.data import DataLoader\n\n\ndef loader(rows):\n    return DataLoader(rows, shuffle={flag}){remark}\n"


def test_a_flipped_flag_has_its_price_and_can_be_suppressed(repository: Path) -> None:
    (repository / "data.py").write_text(FLAG.format(flag=True, remark=""))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "data")
    (repository / "data.py").write_text(FLAG.format(flag=False, remark=""))
    after = verdict_of(repository, "--base", "HEAD")
    assert (after["new"]["findings"], after["new"]["minutes"], after["passed"]) == (1, 60, False)
    assert "EXP106" in lint(repository, "data.py", "--format", "concise").stdout
    (repository / "data.py").write_text(FLAG.format(flag=False, remark="  # mlsmith: ignore[EXP106] a stream"))
    assert verdict_of(repository, "--base", "HEAD")["new"]["findings"] == 0
    assert "EXP106" not in lint(repository, "data.py", "--format", "concise").stdout


def test_a_baseline_of_some_paths_keeps_the_lines_of_others(repository: Path) -> None:
    (repository / "new.py").write_text(LEAK.format(name="new"))
    lint(repository, "--write-baseline")
    (repository / "gone.py").write_text(LEAK.format(name="gone"))
    lint(repository, "gone.py", "--write-baseline")
    lines = (repository / ".mlsmith" / "baseline.jsonl").read_text().splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["gone.py", "new.py", "old.py"]
    (repository / "gone.py").unlink()
    lint(repository, "new.py", "--write-baseline")
    lines = (repository / ".mlsmith" / "baseline.jsonl").read_text().splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["new.py", "old.py"]


def test_the_same_debt_mended_here_and_made_there_is_new(repository: Path) -> None:
    lint(repository, "--write-baseline")
    (repository / "other.py").write_text((repository / "old.py").read_text())
    (repository / "old.py").write_text("x = 1\n")
    assert "TST101" in lint(repository, "--format", "concise").stdout, "old.py is still there: nothing has moved"


def test_a_function_that_was_moved_to_another_file_brings_and_mends_nothing_against_a_revision(repository: Path) -> None:
    (repository / "other.py").write_text("import os\n\n\n" + (repository / "old.py").read_text())
    (repository / "old.py").write_text("x = 1\n")
    after = verdict_of(repository, "--base", "HEAD")
    assert (after["new"]["findings"], after["fixed"]["findings"], after["passed"]) == (0, 0, True)
    assert "TST101" not in lint(repository, "--since", "HEAD", "--format", "concise").stdout
    (repository / "third.py").write_text((repository / "other.py").read_text())
    assert verdict_of(repository, "--base", "HEAD")["new"]["findings"] == 1, "one moved, the other is a copy"
    assert lint(repository, "--since", "HEAD", "--format", "concise").stdout.count("TST101") == 1


def test_what_is_done_elsewhere_is_new_although_something_alike_was_mended_here(repository: Path) -> None:
    (repository / "other.py").write_text(LEAK.format(name="another"))
    (repository / "old.py").write_text("x = 1\n")
    after = verdict_of(repository, "--base", "HEAD")
    assert (after["new"]["findings"], after["fixed"]["findings"], after["passed"]) == (1, 1, False)
    assert "TST101" in lint(repository, "--since", "HEAD", "--format", "concise").stdout


def test_hotspots_say_how_much_of_a_file_is_glue(repository: Path) -> None:
    (repository / "glue.py").write_text(
        "import numpy as np\nimport pandas as pd\nimport torch\nfrom sklearn.model_selection import train_test_split\n"
        "from sklearn.preprocessing import StandardScaler\n\n\ndef move(frame):\n    a = frame.to_numpy()\n    b = torch.from_numpy(a)\n"
        "    c = pd.DataFrame(b.numpy())\n    d = np.asarray(c)\n    return train_test_split(StandardScaler().fit_transform(d), random_state=1)\n"
    )
    spots = {spot["path"]: spot for spot in verdict_of(repository)["hotspots"]}
    assert 0 < spots["glue.py"]["glue"] <= 1
    assert spots["old.py"]["glue"] is None
