"""Rules that ask git, on real repositories made for the purpose."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mlsmith.engine.history import GitHistory
from mlsmith.engine.run import Options, lint_working_tree
from mlsmith.finding import Finding
from mlsmith.settings import Settings

GLUE = "import json\nimport numpy as np\nimport pandas as pd\nimport torch\n\n\ndef carry(path):\n" + "".join(
    f"""    frame{i} = pd.read_csv(path)
    array{i} = frame{i}.to_numpy()
    flat{i} = np.asarray(array{i}).reshape(-1)
    tensor{i} = torch.from_numpy(flat{i})
    text{i} = json.dumps(tensor{i}.tolist())
"""
    for i in range(6)
)


DRAWER = "import json\nimport os\nimport subprocess\nimport numpy as np\nimport torch\n\n\ndef carry(path, model):\n" + "".join(
    f"""    array{i} = np.load(path)
    part{i} = torch.load(path)
    text{i} = json.dumps(part{i})
    subprocess.run(["cp", path, "{i}"])
    os.system("rm x")
"""
    + "".join(f"    step{i}_{j} = model.work(part{i}, {j})\n" for j in range(40))
    for i in range(4)
)


def git(folder: Path, *arguments: str, date: str | None = None) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "commit.gpgsign=false", *arguments],
        cwd=folder, check=True, capture_output=True,
        env={**os.environ, **({"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {})},
    )  # fmt: skip


def findings(folder: Path, code: str) -> list[Finding]:
    settings = Settings(select=(code,))
    result = lint_working_tree(folder, settings, history=GitHistory(folder), options=Options(jobs=1))
    assert not result.errors
    return list(result.new)


def commits(folder: Path, path: str, text: str, number: int) -> None:
    for turn in range(number):
        (folder / path).write_text(f"{text}\n# {turn}\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-m", f"change {turn}")


def test_glue_that_is_changed_often_is_a_hotspot(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commits(tmp_path, "bridge.py", GLUE, 6)
    (found,) = findings(tmp_path, "GLU101")
    assert (found.path, found.span.start.line) == ("bridge.py", 1)
    assert "6 commits" in found.message


def test_a_file_that_everything_passes_through_is_a_hotspot_however_much_else_it_does(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commits(tmp_path, "drawer.py", DRAWER, 6)
    (found,) = findings(tmp_path, "GLU101")
    assert "calls of this file only carry data between 5 ecosystems" in found.message
    two_less = DRAWER.replace("np.load", "model.load").replace("torch.load", "model.load")
    commits(tmp_path, "drawer.py", two_less, 1)
    assert findings(tmp_path, "GLU101") == []


def test_what_a_library_does_with_its_own_is_no_border(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    own = "import json\nimport cv2\nimport numpy as np\nimport torch\n\n\ndef carry(path, size):\n" + "".join(
        f"""    corners{i} = np.array([[0, 0], [size, size]])
    scale{i} = torch.tensor([size])
    torch.save(scale{i}, path)
    part{i} = torch.load(path)
    array{i} = np.load(path)
    picture{i} = cv2.cvtColor(array{i}, 4)
    text{i} = json.dumps(path)
"""
        for i in range(6)
    )
    commits(tmp_path, "own.py", own, 6)
    assert findings(tmp_path, "GLU101") == []


def test_glue_that_is_thin_in_a_large_file_is_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    work = "".join(f"    step{i} = tensor0.work({i})\n" for i in range(700))
    commits(tmp_path, "large.py", GLUE + work, 6)
    assert findings(tmp_path, "GLU101") == []


def test_glue_that_is_left_alone_is_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commits(tmp_path, "bridge.py", GLUE, 2)
    assert findings(tmp_path, "GLU101") == []


@pytest.mark.parametrize(
    "trainer", ["class Loop(base.Trainer):\n    pass\n", "def learn(loss, optimiser):\n    loss.backward()\n    optimiser.step()\n"]
)
def test_what_a_trainer_logs_and_saves_is_no_glue(tmp_path: Path, trainer: str) -> None:
    git(tmp_path, "init", "-q")
    commits(tmp_path, "loop.py", GLUE + "\n\n" + trainer, 6)
    assert findings(tmp_path, "GLU101") == []
    commits(tmp_path, "loop.py", GLUE + "\n\n" + trainer.replace("Trainer", "Reader").replace(".step", ".look"), 1)
    assert [found.path for found in findings(tmp_path, "GLU101")] == ["loop.py"]


def test_without_git_nothing_is_said_of_glue(tmp_path: Path) -> None:
    (tmp_path / "bridge.py").write_text(GLUE)
    assert findings(tmp_path, "GLU101") == []


def test_a_dead_flag_is_reported_with_who_touched_it_last(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    source = "def load(path, old=False):\n    if old:\n        path = path + '.old'\n    return path\n\n\nprint(load('a'), load('b'))\n"
    commits(tmp_path, "data.py", source, 1)
    (found,) = findings(tmp_path, "DEX102")
    assert "last touched by a on 20" in found.message


def test_a_task_of_nobody_is_reported_when_it_has_stood_for_months(tmp_path: Path) -> None:
    code = (
        "import torch\n\n# TODO: balance the classes\n# TODO(ann): tune\n# FIXME see #12\nweights = torch.ones(3)  # HACK\n"
        "text = '''\n# TODO: no comment\n'''\n"
    )
    git(tmp_path, "init", "-q")
    (tmp_path / "train.py").write_text(code)
    (tmp_path / "plain.py").write_text("# TODO: nothing is learned here\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "old", date="2026-01-01T00:00:00Z")
    assert findings(tmp_path, "EFF101") == []
    (tmp_path / "train.py").write_text("\n" + code.replace("ones(3)", "ones(4)") + "# TODO: of yesterday\n")
    git(tmp_path, "commit", "-am", "new", date="2026-06-01T00:00:00Z")
    assert [(found.path, found.span.start.line) for found in findings(tmp_path, "EFF101")] == [("train.py", 4)]


def test_without_git_nothing_is_said_of_tasks(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import torch  # TODO: pin\n")
    assert findings(tmp_path, "EFF101") == []


EXPERIMENT = "import torch\n\n\ndef main():\n    train(torch.ones(3))\n\n\nif __name__ == '__main__':\n    main()\n"


def left_alone(folder: Path, files: dict[str, str], later: dict[str, str] | None = None) -> list[str]:
    """Where experiments without a conclusion are found when `files` were committed half a year before `later`."""
    git(folder, "init", "-q")
    for date, texts in (("2026-01-01T00:00:00Z", files), ("2026-07-01T00:00:00Z", later or {"work.py": "import torch\n"})):
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-m", "more", date=date)
    return [found.path for found in findings(folder, "EFF104")]


def test_an_experiment_that_was_left_alone_without_a_word_of_what_came_of_it_is_reported(tmp_path: Path) -> None:
    assert left_alone(tmp_path, {
        "experiments/label_smoothing.py": EXPERIMENT, "exp_012/train.py": EXPERIMENT, "exp_012/model.py": "import torch\n",
        "conf/experiment/wide.yaml": "width: 512\n",
    }) == ["conf/experiment/wide.yaml", "exp_012/train.py", "experiments/label_smoothing.py"]  # fmt: skip


def test_an_experiment_can_have_longer_to_come_to_an_end(tmp_path: Path) -> None:
    assert left_alone(tmp_path, {"experiments/label_smoothing.py": EXPERIMENT})
    settings = Settings(select=("EFF104",), rules={"EFF104": {"days": 365}})
    assert not lint_working_tree(tmp_path, settings, history=GitHistory(tmp_path), options=Options(jobs=1)).new


@pytest.mark.parametrize(
    "record",
    [
        {"README.md": "| label smoothing | 0.41 |\n"},
        {"docs/notes.rst": "We tried label_smoothing, and it was worse.\n"},
        {"CHANGELOG.md": "label-smoothing is not taken over\n"},
        {"experiments/results.csv": "run,recall\n"},
        {"experiments/NOTES.md": "none helped\n"},
        {"results/all.json": "{}\n"},
        {"models/label_smoothing.json": "{}\n", "out/label_smoothing.svg": "<svg/>\n"},
        {".mlsmith/runs/7f/run.json": '{"command": "python experiments/label_smoothing.py"}\n'},
        {"README.md": "Code of our paper.\n"},
        {"train.py": "import wandb\n"},
        {"conf/logger.yaml": "name: mlflow\n"},
        {"train.py": "from experiments.label_smoothing import main\n"},
        {"experiments/label_smoothing.py": "# Outcome: recall 0.41 instead of 0.43\n" + EXPERIMENT},
        {"experiments/label_smoothing.py": "# CV 0.412\n" + EXPERIMENT},
    ],
    ids=lambda record: next(iter(record)),
)
def test_an_experiment_with_a_record_of_what_came_of_it_is_none_without_conclusion(tmp_path: Path, record: dict[str, str]) -> None:
    assert left_alone(tmp_path, {"experiments/label_smoothing.py": EXPERIMENT, **record}) == []


@pytest.mark.parametrize(
    "path",
    [
        "experiments/utils.py",
        "experiments/train.py",
        "archive/experiments/wide.py",
        "src/shop/experiment/runner.py",
        "tests/experiments/wide.py",
    ],
)
def test_what_experiments_share_and_what_only_sounds_like_one_is_none(tmp_path: Path, path: str) -> None:
    assert left_alone(tmp_path, {path: EXPERIMENT}) == []


def test_a_script_that_only_draws_what_others_trained_is_no_experiment(tmp_path: Path) -> None:
    assert left_alone(tmp_path, {"experiments/histograms.py": EXPERIMENT.replace("train(", "draw(")}) == []


def test_definitions_in_a_folder_of_experiments_are_none(tmp_path: Path) -> None:
    assert left_alone(tmp_path, {"experiments/wide.py": "import torch\n\n\ndef wide():\n    return torch.ones(9)\n"}) == []


def test_an_experiment_that_somebody_works_on_is_not_left_alone(tmp_path: Path) -> None:
    assert left_alone(tmp_path, {"exp_012/train.py": EXPERIMENT}, {"exp_012/model.py": "import torch\n"}) == []


def test_of_experiments_nothing_is_said_without_git_or_with_half_a_history(tmp_path: Path) -> None:
    (tmp_path / "plain" / "experiments").mkdir(parents=True)
    (tmp_path / "plain" / "experiments" / "wide.py").write_text(EXPERIMENT)
    assert findings(tmp_path / "plain", "EFF104") == []
    whole = tmp_path / "whole"
    whole.mkdir()
    assert left_alone(whole, {"experiments/wide.py": EXPERIMENT})
    (whole / "work.py").write_text("import keras\n")
    git(whole, "commit", "-am", "still more", date="2026-12-01T00:00:00Z")
    assert findings(whole, "EFF104")
    for depth in ("1", "2"):
        git(tmp_path, "clone", "-q", "--depth", depth, whole.as_uri(), depth)
        assert findings(tmp_path / depth, "EFF104") == []


def drifted(folder: Path, test: str, turns: int = 5, *, body: str = "return popular(items)", root: Path | None = None) -> list[str]:
    """What is said of a switch whose `else` was changed `turns` times within half a year."""
    git(root or folder, "init", "-q")
    for turn in range(turns + 1):
        lines = ["import torch", "", "", "def rank(items, flags):", f"    if {test}:", f"        {body}"]
        (folder / "rank.py").write_text("\n".join([*lines, "    else:", f"        return best(items, {turn})", "", "", f"# {turn}", ""]))
        git(folder, "add", "-A")
        git(folder, "commit", "-m", f"turn {turn}", date=f"2026-0{turn + 1}-15T00:00:00Z")
    return [f"{found.path}:{found.span.start.line} {found.message}" for found in findings(folder, "DEX108")]


def test_a_variant_that_was_left_alone_while_the_other_was_worked_on_is_stale(tmp_path: Path) -> None:
    (said,) = drifted(tmp_path, "flags.variant == 'b'")
    assert said == "rank.py:5 the branch under `flags.variant` has not been changed for 151 days, in which 5 commits changed the other one"


@pytest.mark.parametrize(
    "test",
    ["not flags['use_new_ranker']", "flags.get('fallback')", "flags != 'treatment'", "legacy", "use_v2", "version == 'v1'", "canary"],
)
def test_flags_of_variants_and_fallbacks_are_known_however_they_are_read(tmp_path: Path, test: str) -> None:
    assert len(drifted(tmp_path, test)) == 1


@pytest.mark.parametrize(
    "test", ["flags.debug", "new_items", "fallback is None", "variant == None", "legacy and flags", "len(fallback)", "flags[0]"]
)
def test_other_conditions_choose_between_no_variants(tmp_path: Path, test: str) -> None:
    assert drifted(tmp_path, test) == []


@pytest.mark.parametrize("body", ["raise ValueError(items)", "pass", "print(items)"])
def test_a_branch_that_only_speaks_is_no_variant(tmp_path: Path, body: str) -> None:
    assert drifted(tmp_path, "legacy", body=body) == []


def test_the_side_of_the_else_can_be_the_stale_one(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    for turn in range(7):
        source = (
            f"def rank(items, champion):\n    if champion:\n        return best(items, {turn})\n    else:\n        return popular(items)\n"
        )
        (tmp_path / "rank.py").write_text(source)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-m", f"turn {turn}", date=f"2026-0{turn + 1}-15T00:00:00Z")
    (found,) = findings(tmp_path, "DEX108")
    assert found.message == "the `else` of `champion` has not been changed for 181 days, in which 6 commits changed the other one"


def test_an_else_that_begins_with_a_choice_and_does_more_is_a_side(tmp_path: Path) -> None:
    head = "def rank(items, legacy):\n    if legacy:\n        return popular(items)\n    else:\n        if not items:\n            items = all_items()\n"
    git(tmp_path, "init", "-q")
    for turn in range(7):
        (tmp_path / "rank.py").write_text(f"{head}        return best(items, {turn})\n")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-m", f"turn {turn}", date=f"2026-0{turn + 1}-15T00:00:00Z")
    (found,) = findings(tmp_path, "DEX108")
    assert found.message == "the branch under `legacy` has not been changed for 181 days, in which 6 commits changed the other one"
    (tmp_path / "rank.py").write_text(head.replace("items = all_items()", f"return best(items, {turn})"))
    git(tmp_path, "commit", "-am", "it only chooses again", date="2026-08-15T00:00:00Z")
    assert findings(tmp_path, "DEX108") == []


def test_few_changes_and_short_times_make_no_stale_variant(tmp_path: Path) -> None:
    assert drifted(tmp_path, "legacy", turns=4) == []
    settings = {"changes": 4}
    assert stale(tmp_path, settings) == ["rank.py"]
    assert stale(tmp_path, {**settings, "days": 365}) == []


def stale(folder: Path, options: dict[str, int]) -> list[str]:
    settings = Settings(select=("DEX108",), rules={"DEX108": options})
    return [found.path for found in lint_working_tree(folder, settings, history=GitHistory(folder), options=Options(jobs=1)).new]


def test_a_variant_that_was_changed_with_the_other_is_not_stale(tmp_path: Path) -> None:
    assert drifted(tmp_path, "legacy")
    source = (tmp_path / "rank.py").read_text()
    (tmp_path / "rank.py").write_text(source.replace("popular(items)", "popular(items, 3)").replace("best(items, 5)", "best(items, 6)"))
    git(tmp_path, "commit", "-am", "both", date="2026-06-20T00:00:00Z")
    assert findings(tmp_path, "DEX108") == []


def test_lines_that_only_moved_are_followed(tmp_path: Path) -> None:
    assert drifted(tmp_path, "legacy")
    (tmp_path / "rank.py").write_text("import numpy\n" + (tmp_path / "rank.py").read_text())
    git(tmp_path, "commit", "-am", "above", date="2026-06-20T00:00:00Z")
    assert [found.span.start.line for found in findings(tmp_path, "DEX108")] == [6]


def test_a_chain_of_choices_and_a_test_are_no_pair_of_variants(tmp_path: Path) -> None:
    assert drifted(tmp_path, "legacy")
    source = (tmp_path / "rank.py").read_text()
    (tmp_path / "rank.py").write_text(source.replace("    else:\n", "    elif flags:\n"))
    git(tmp_path, "commit", "-am", "chain", date="2026-06-20T00:00:00Z")
    assert findings(tmp_path, "DEX108") == []
    (tmp_path / "rank.py").write_text(source.replace("    if legacy:\n", "    if flags:\n        return items\n    elif legacy:\n"))
    git(tmp_path, "commit", "-am", "end of a chain", date="2026-06-20T00:00:00Z")
    assert findings(tmp_path, "DEX108") == []
    (tmp_path / "rank.py").write_text(source)
    git(tmp_path, "mv", "rank.py", "test_rank.py")
    git(tmp_path, "commit", "-am", "test", date="2026-06-21T00:00:00Z")
    assert findings(tmp_path, "DEX108") == []


def test_of_variants_nothing_is_said_without_git_of_what_is_not_committed_or_with_half_a_history(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    assert drifted(whole, "legacy")
    source = (whole / "rank.py").read_text()
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "rank.py").write_text(source)
    assert findings(tmp_path / "plain", "DEX108") == []
    (whole / "rank.py").write_text("\n" + source)
    assert findings(whole, "DEX108") == []
    (whole / "rank.py").write_text(source)
    git(tmp_path, "clone", "-q", "--depth", "3", whole.as_uri(), "shallow")
    assert findings(tmp_path / "shallow", "DEX108") == []


def test_a_variant_in_a_folder_below_the_root_of_the_repository_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    assert drifted(inner, "legacy", root=tmp_path)
