"""`mlsmith review` as it is typed: what it prints, and its exit codes. What may be tried against it: test_attacks_on_approvals.py."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Project

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
HERE = Path(__file__).parents[2]
POLICY = '[review]\nconfigs = ["conf/**"]\n'


@dataclass
class House:
    """A repository with a policy on `main`, and the keys of Alice, who commits, and of Bob."""

    project: Project
    keys: Path

    def git(self, *arguments: str) -> str:
        return self.project.git("-c", "user.name=Alice", "-c", "user.email=alice@example.org", *arguments)

    def commit(self, message: str = "x") -> None:
        self.git("add", "-A")
        self.git("-c", "user.email=alice@example.org", "commit", "-q", "-m", message)

    def write(self, text: str, path: str = "conf/train.yaml") -> None:
        self.project.write({path: text})

    def state(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.project.run("review", "status", "--format", "json", *arguments).out)
        return found

    def approve(self, who: str, path: str = "conf/train.yaml", *more: str) -> Any:
        sha = next(c["diff_sha"] for c in self.state()["configurations"] if c["path"] == path)
        return self.project.run("review", "approve", path, "--reason", "measured", "--key", str(self.keys / who), "--diff-sha", sha, *more)

    def verify(self) -> int:
        code: int = self.project.run("review", "verify", "--base", "main").code
        return code


@pytest.fixture
def house(project: Project, tmp_path: Path) -> House:
    keys = tmp_path / "keys"
    keys.mkdir()
    lines = []
    for name in ("alice", "bob", "mallory"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name)], check=True)
        if name != "mallory":
            lines.append(f"{name}@example.org {' '.join((keys / f'{name}.pub').read_text().split()[:2])}\n")
    house = House(project, keys)
    project.write({"mlsmith.toml": POLICY, ".mlsmith/allowed_signers": "".join(lines), "conf/train.yaml": "lr: 0.1\nshuffle: true\n"})
    project.commit("first")
    house.git("checkout", "-q", "-b", "work")
    house.write("lr: 0.01\nshuffle: true\n")
    house.commit("slower")
    return house


def test_a_change_waits_until_somebody_else_approves_it(house: House) -> None:
    assert house.verify() == 1
    (waiting,) = house.state()["configurations"]
    assert (waiting["state"], waiting["authors"]) == ("waiting", ["alice@example.org"])
    assert house.approve("bob").code == 0
    house.commit("approved")
    assert house.verify() == 0


def test_nobody_approves_what_they_wrote(house: House) -> None:
    done = house.approve("alice")
    assert done.code == 2
    assert "is an author" in done.err


def test_a_key_that_the_base_does_not_list_signs_nothing(house: House) -> None:
    signers = house.project.root / ".mlsmith" / "allowed_signers"
    signers.write_text(signers.read_text() + f"mallory@example.org {' '.join((house.keys / 'mallory.pub').read_text().split()[:2])}\n")
    done = house.approve("mallory")
    assert done.code == 2
    assert "not among the allowed signers of the base" in done.err
    assert ".mlsmith/allowed_signers" in {c["path"] for c in house.state()["configurations"]}, "the new signer waits for an approval too"


def test_an_emergency_passes_until_it_is_due(house: House) -> None:
    assert house.approve("alice", "conf/train.yaml", "--emergency").code == 0
    house.commit("urgent")
    assert house.verify() == 0
    (entry,) = house.state()["configurations"]
    assert entry["state"] == "emergency"
    assert entry["due"]


def test_each_commit_of_a_branch_can_be_judged_afterwards(house: House) -> None:
    house.git("checkout", "-q", "main")
    house.git("merge", "-q", "--no-ff", "-m", "merge", "work")
    done = house.project.run("review", "verify", "--since", "HEAD~1")
    assert done.code == 1
    assert "1 commit with configuration changes, 1 not approved" in done.out


def test_without_a_terminal_the_diff_that_was_read_is_named(house: House) -> None:
    said = house.project.run("review", "approve", "conf/train.yaml", "--reason", "measured", "--key", str(house.keys / "bob"))
    assert (said.code, "0.1 → 0.01" in said.err, "add --diff-sha" in said.err) == (2, True, True)
    assert house.approve("bob").code == 0


def test_an_approval_that_nobody_signed_is_called_so(house: House) -> None:
    house.git("checkout", "-q", "main")
    house.write(POLICY + "require-signature = false\n", "mlsmith.toml")
    house.commit("trust")
    house.git("checkout", "-q", "-b", "again")
    house.write("lr: 0.02\nshuffle: true\n")
    house.commit("faster")
    sha = house.state()["configurations"][0]["diff_sha"]
    house.project.git("config", "user.email", "zoe@example.org")
    missing = str(house.keys / "missing")
    assert house.project.run("review", "approve", "conf/train.yaml", "--reason", "x", "--diff-sha", sha, HOME=missing).code == 0
    assert "approved by zoe@example.org unsigned" in house.project.run("review").out


def test_the_next_command_is_for_whoever_asks(house: House) -> None:
    house.project.git("config", "user.email", "alice@example.org")
    house.write("lr: 0.02\nshuffle: true\n")
    asked = house.project.run("review").out
    assert "waits for 1 approval by bob@example.org" in asked
    assert "→ git add conf/train.yaml && git commit" in asked
    house.commit("faster")
    assert "→ push the branch, and ask bob@example.org" in house.project.run("review").out
    house.project.git("config", "user.email", "bob@example.org")
    assert '\n→ mlsmith review approve conf/train.yaml --reason "…"' in house.project.run("review").out
    house.approve("bob")
    assert "→ git add .mlsmith/approvals && git commit" in house.project.run("review").out


def test_verify_says_what_it_did_not_judge(house: House) -> None:
    house.approve("bob")
    done = house.project.run("review", "verify", "--base", "main")
    assert done.code == 1
    assert "only what is committed was judged" in done.out
    assert ".mlsmith/approvals" in done.out


def test_as_a_hook_it_judges_what_is_pushed_to_the_protected_branch_and_nothing_else(house: House) -> None:
    here, there = (house.git("rev-parse", name).strip() for name in ("work", "main"))
    own = f"refs/heads/work {here} refs/heads/work {'0' * 40}\n"
    protected = f"refs/heads/work {here} refs/heads/main {there}\n"
    assert house.project.run("review", "verify", "--push", stdin=own).code == 0
    assert house.project.run("review", "verify", "--push", stdin=own + protected).code == 1
    told = {"PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main", "PRE_COMMIT_FROM_REF": there, "PRE_COMMIT_TO_REF": here}
    assert house.project.run("review", "verify", "--push", **told).code == 1


def test_lint_and_gate_see_what_is_not_approved(house: House) -> None:
    found = house.project.lint()
    assert [(path, code) for path, code, _ in found.codes] == [("conf/train.yaml", "CFG108")]
    assert "`lr` changed without approval" in found.json["findings"][0]["message"]
    gate = house.project.run("gate", "--base", "main", "--format", "json").json
    (condition,) = [c for c in gate["conditions"] if c["name"] == "unreviewed-configurations"]
    assert (condition["actual"], condition["passed"], gate["passed"]) == (1, False, False)
    house.approve("bob")
    assert house.project.lint().codes == []
    gate = house.project.run("gate", "--base", "main", "--format", "json").json
    assert all(c["passed"] for c in gate["conditions"])


def test_a_commit_is_not_stopped_for_what_nobody_can_have_approved_yet(house: House) -> None:
    hook = house.project.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nPYTHONPATH={HERE} exec {sys.executable} -m mlsmith lint --format concise conf/train.yaml\n")
    hook.chmod(0o755)
    assert "CFG108" in house.project.run("lint", "--format", "concise").out
    house.write("lr: 0.02\nshuffle: true\n")
    house.commit("faster")
    assert house.git("log", "-1", "--format=%s").strip() == "faster"


def test_the_first_signers_need_nobody_and_then_it_begins(project: Project) -> None:
    project.write({"mlsmith.toml": POLICY, ".mlsmith/allowed_signers": "# nobody\n", "conf/a.yaml": "x: 1\n"})
    project.commit("first")
    project.git("checkout", "-q", "-b", "work")
    assert project.run("review").code == 0
    key = project.home.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    project.git("config", "user.email", "ann@example.org")
    project.git("config", "user.signingkey", str(key))
    assert project.run("review", "init").code == 0
    assert "ann@example.org ssh-ed25519" in (project.root / ".mlsmith" / "allowed_signers").read_text()
    project.write({"conf/a.yaml": "x: 2\n"})
    begun = project.run("review")
    assert (begun.code, "this change brings the first signers" in begun.out) == (1, True)
    assert [one["path"] for one in project.run("review", "--format", "json").json["configurations"]] == ["conf/a.yaml"]


def test_the_gate_is_not_led_astray_by_a_policy_that_the_change_takes_away(house: House) -> None:
    house.write("", "mlsmith.toml")
    house.commit("no more reviews")
    gate = house.project.run("gate", "--base", "main", "--format", "json").json
    (condition,) = [c for c in gate["conditions"] if c["name"] == "unreviewed-configurations"]
    assert (condition["actual"], condition["passed"]) == (2, False)


def test_without_a_history_lint_and_gate_have_nothing_to_say_of_reviews(project: Project) -> None:
    project.write({"mlsmith.toml": POLICY, "conf/a.yaml": "x: 1\n"})
    for _ in range(2):  # Without git, and before the first commit.
        linted, gate = project.run("lint"), project.run("gate", "--format", "json")
        assert (linted.code, linted.err, gate.code, gate.err, gate.json["conditions"]) == (0, "", 0, "", [])
        project.git("init", "-q")


def test_where_it_cannot_be_judged_lint_says_so_and_verify_fails(house: House, tmp_path: Path) -> None:
    root = tmp_path / "shallow"
    house.git("clone", "-q", "--depth", "1", "--branch", "work", f"file://{house.project.root}", str(root))
    shallow = Project(root, house.project.home)
    linted = shallow.run("lint")
    assert (linted.code, linted.err.count("\n")) == (0, 1)
    assert "not judged: this clone is shallow" in linted.err
    done = shallow.run("review", "verify", "--base", "HEAD")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_lint_gives_a_project_without_a_policy_one_hint(project: Project) -> None:
    project.write({"conf/a.yaml": "x: 1\n", "conf/b.yaml": "x: 2\n"})
    project.commit("first")
    done = project.run("lint")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "2 configuration files may change without review; mlsmith review init" in done.err
    project.write({"mlsmith.toml": "[review]\nconfigs = []\n"})
    assert project.run("lint").err == ""


def test_a_project_without_a_policy_gets_one_hint(project: Project) -> None:
    project.write({"conf/a.yaml": "x: 1\n"})
    project.commit("first")
    done = project.run("review")
    assert (done.code, done.out.count("\n")) == (0, 2)
    assert "mlsmith review init" in done.out


def test_a_project_can_begin(project: Project) -> None:
    project.write({"conf/a.yaml": "x: 1\n"})
    project.commit("first")
    assert project.run("review", "init").code == 0
    assert 'configs = ["conf/**"]' in (project.root / "mlsmith.toml").read_text()
    assert (project.root / ".mlsmith" / "allowed_signers").exists()
    again = project.run("review", "init")
    assert again.code == 2
    assert "has a policy already" in again.err


@pytest.mark.parametrize(("arguments", "said"), [(("--base", "nowhere"), "nowhere"), (("--format", "xml"), "xml")])
def test_bad_input_is_one_line(house: House, arguments: tuple[str, ...], said: str) -> None:
    done = house.project.run("review", "verify", *arguments)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_outside_of_git_there_is_nothing_to_review(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    done = project.run("review")
    assert done.code == 2
    assert "git" in done.err


COMPOSED = {
    "conf/config.yaml": "defaults:\n  - model: small\n  - _self_\nepochs: 3\n",
    "conf/model/small.yaml": "hidden: 64\nheads: 4\n",
    "conf/model/large.yaml": "hidden: 256\nheads: 4\n",
    "conf/runs/a.yaml": "_base_: ../../shared/base.yaml\nname: a\n",
    "conf/runs/b.yaml": "_base_: ../../shared/base.yaml\nname: b\n",
    "shared/base.yaml": "lr: 0.1\n",
}
"""All below `conf` is under review; what the runs are based on is not."""


@pytest.fixture
def composed(house: House) -> House:
    house.git("checkout", "-q", "main")
    house.project.write(dict(COMPOSED))
    house.commit("composed")
    house.git("checkout", "-q", "-b", "larger")
    house.write(COMPOSED["conf/config.yaml"].replace("small", "large"), "conf/config.yaml")
    house.commit("larger")
    return house


def test_what_changes_in_effect_stands_beside_what_changes_in_the_text(composed: House) -> None:
    for verb in ((), ("diff",), ("status", "--format", "markdown")):
        said = composed.project.run("review", *verb).out
        assert "64 (conf/model/small.yaml)" in said
        assert "256 (conf/model/large.yaml)" in said
    asked = composed.project.run("review", "approve", "conf/config.yaml", "--reason", "x", "--key", str(composed.keys / "bob"))
    assert "in effect, which is not signed" in asked.err
    (entry,) = composed.state()["configurations"]
    assert [(change["subject"], change["kind"]) for change in entry["effective"]] == [
        ("model.hidden", "effective-changed"), ("model.heads", "same-from-elsewhere"),
    ]  # fmt: skip
    assert [change["subject"] for change in entry["changes"]] == ["defaults.[0].model"]


def test_what_changes_in_effect_only_is_shown_and_needs_no_approval(composed: House) -> None:
    composed.write("lr: 0.2\n", "shared/base.yaml")
    composed.write(COMPOSED["conf/config.yaml"], "conf/config.yaml")
    composed.commit("faster")
    state = composed.state()
    assert (state["passed"], state["configurations"]) == (True, [])
    assert [(one["path"], one["by"], [change["new"] for change in one["changes"]]) for one in state["effective"]] == [
        (path, ["shared/base.yaml"], ["0.2 (shared/base.yaml)"]) for path in ("conf/runs/a.yaml", "conf/runs/b.yaml")
    ]
    said = composed.project.run("review").out
    assert "conf/runs/a.yaml and 1 other  in effect only, by shared/base.yaml (not under review)\n    lr  0.1 → 0.2" in said
    assert composed.verify() == 0


def test_a_taken_file_under_review_is_approved_once_and_shown_where_it_counts(composed: House) -> None:
    composed.write(COMPOSED["conf/config.yaml"], "conf/config.yaml")
    composed.write("hidden: 32\nheads: 4\n", "conf/model/small.yaml")
    state = composed.state()
    assert [entry["path"] for entry in state["configurations"]] == ["conf/model/small.yaml"]
    assert [(one["path"], one["by"]) for one in state["effective"]] == [("conf/config.yaml", ["conf/model/small.yaml"])]
    assert "conf/config.yaml  in effect only, by conf/model/small.yaml\n" in composed.project.run("review").out, "drafts count as well"


def test_what_changes_in_effect_is_no_part_of_what_is_signed(composed: House) -> None:
    before = composed.state()["configurations"][0]["diff_sha"]
    assert composed.approve("bob", "conf/config.yaml").code == 0
    composed.commit("approved")
    composed.write("hidden: 512\nheads: 4\n", "conf/model/large.yaml")
    composed.commit("larger still")
    entry, other = composed.state()["configurations"]
    assert (entry["path"], entry["state"], entry["diff_sha"]) == ("conf/config.yaml", "approved", before)
    assert entry["effective"][0]["new"] == "512 (conf/model/large.yaml)"
    assert (other["path"], other["state"]) == ("conf/model/large.yaml", "waiting")


def test_a_judgement_for_ci_does_not_look_at_effects(composed: House) -> None:
    told = json.loads(composed.project.run("review", "verify", "--base", "main", "--format", "json").out)
    assert "effective" not in told
    assert all("effective" not in entry for entry in told["configurations"])
