"""`mlsmith review` against real git and real ssh-keygen: who may approve what, and what does not count."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Project

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
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


def test_an_approval_dies_with_the_change_it_was_given_for(house: House) -> None:
    house.approve("bob")
    house.write("lr: 0.02\nshuffle: true\n")
    house.commit("another")
    assert house.verify() == 1


def test_an_approval_survives_remarks_and_layout(house: House) -> None:
    house.approve("bob")
    house.write("# tuned\nshuffle:   true\nlr: 1.0e-2\n")
    house.commit("remarks")
    assert house.verify() == 0


def test_an_approval_that_is_edited_or_deleted_is_seen(house: House) -> None:
    house.approve("bob")
    house.commit("approved")
    (file,) = (house.project.root / ".mlsmith" / "approvals").rglob("*.json")
    text = file.read_text()
    file.write_text(text.replace("measured", "Measured"))
    house.commit("edited")
    assert house.verify() == 1
    file.write_text(text)
    house.commit("restored")
    broken = json.loads(house.project.run("review", "verify", "--base", "main", "--format", "json").out)["broken"]
    assert any("changed or deleted" in what for what in broken)


def test_a_signature_of_somebody_else_does_not_count(house: House) -> None:
    house.approve("bob")
    (file,) = (house.project.root / ".mlsmith" / "approvals").rglob("*.sig")
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-n", "config-approval.mlsmith/v1", "-f", str(house.keys / "mallory")],
        input=file.with_suffix(".json").read_bytes(), capture_output=True, check=True,
    )  # fmt: skip
    file.write_bytes(signed.stdout)
    house.commit("forged")
    assert house.verify() == 1
    (entry,) = house.state()["configurations"]
    assert any("signature is not bob@example.org's" in objection for objection in entry["objections"])


def test_a_policy_loosened_in_the_same_change_loosens_nothing(house: House) -> None:
    house.write("[review]\nconfigs = []\n", "mlsmith.toml")
    house.commit("no more reviews")
    assert house.verify() == 1
    assert "mlsmith.toml" in {c["path"] for c in house.state()["configurations"]}


def test_the_approval_of_one_direction_is_none_of_the_other(house: House) -> None:
    house.approve("bob")
    house.commit("approved")
    house.git("checkout", "-q", "main")
    house.git("merge", "-q", "--no-ff", "-m", "merge", "work")
    house.git("checkout", "-q", "-b", "back")
    house.write("lr: 0.1\nshuffle: true\n")
    house.commit("back again")
    assert house.verify() == 1


def test_an_approval_survives_a_rebase_and_a_squash(house: House) -> None:
    house.approve("bob")
    house.commit("approved")
    house.git("checkout", "-q", "main")
    house.project.write({"README.md": "# shop\n"})
    house.commit("meanwhile")
    house.git("checkout", "-q", "work")
    house.git("rebase", "-q", "main")
    assert house.verify() == 0
    house.git("checkout", "-q", "-b", "squashed", "main")
    house.git("merge", "-q", "--squash", "work")
    house.commit("squashed")
    assert house.verify() == 0


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
    assert "1 not approved" in done.out


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
