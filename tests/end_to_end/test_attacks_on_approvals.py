"""What somebody may try to get a configuration past its review, and what may happen to an approval that holds: real git, real ssh-keygen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlsmith.cli.lint import Scene
from mlsmith.cli.reviewed import findings_of
from mlsmith.errors import GitError, UserError
from mlsmith.review.afterwards import open_history
from mlsmith.review.statement import Statement, name_of
from mlsmith.settings import load_settings
from tests.end_to_end.review_bench import AFTER, BEFORE, NAMESPACE, POLICY, TRAIN, Bench, make_keys

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder, "alice", "alice2", "bob", "carol", "mallory", "authority")
    return folder


@pytest.fixture
def bench(tmp_path: Path, keys: Path) -> Bench:
    return Bench((tmp_path / "project").resolve(), keys)


def record(bench: Bench) -> Path:
    (file,) = (bench.root / ".mlsmith" / "approvals").rglob("*.json")
    return file


def put(bench: Bench, data: bytes, signature: bytes) -> None:
    """Keep a statement under the name that its content has, as whoever forges one would."""
    name = name_of(data)
    bench.write({f".mlsmith/approvals/{name[:2]}/{name}.json": data, f".mlsmith/approvals/{name[:2]}/{name}.sig": signature})
    bench.commit("mallory")


def said(bench: Bench, **other: object) -> bytes:
    """The statement of an approval by Bob that holds, but for what is said otherwise; its file is taken away again."""
    bench.approve("bob", commit=False)
    file = record(bench)
    told = json.loads(file.read_bytes())
    shutil.rmtree(bench.root / ".mlsmith" / "approvals")
    data: bytes = (json.dumps({**told, **other}, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()
    return data


def forged(bench: Bench, key: str, namespace: str = NAMESPACE, **other: object) -> None:
    """Bob's statement, but for what is said otherwise, signed with a key and kept."""
    data = said(bench, **other)
    put(bench, data, bench.sign(data, key, namespace))


Attack = Callable[[Bench], None]
ATTACKS: dict[str, tuple[Attack, str]] = {}
"""Title → what is done to a repository whose `work` branch has a change by Alice, and a word of why it does not help"""


def attack(why: str) -> Callable[[Attack], Attack]:
    def kept(function: Attack) -> Attack:
        ATTACKS[function.__name__.replace("_", " ")] = (function, why)
        return function

    return kept


@attack("")
def nobody_approves(bench: Bench) -> None:
    bench.begin().changed()


@attack("does not bear the name that its content has")
def a_statement_is_edited_in_place(bench: Bench) -> None:
    bench.begin().changed().approve()
    file = record(bench)
    file.write_bytes(file.read_bytes().replace(b"measured", b"Measured"))
    bench.commit("mallory")


@attack("signature is not bob@example.org's")
def a_statement_is_edited_and_renamed(bench: Bench) -> None:
    bench.begin().changed().approve(commit=False)
    file = record(bench)
    data, signature = file.read_bytes().replace(b"measured", b"Measured"), file.with_suffix(".sig").read_bytes()
    shutil.rmtree(bench.root / ".mlsmith" / "approvals")
    put(bench, data, signature)


@attack("its signature is damaged")
def a_signature_is_cut_off(bench: Bench) -> None:
    bench.begin().changed().approve(commit=False)
    file = record(bench).with_suffix(".sig")
    file.write_bytes(file.read_bytes()[:90])
    bench.commit("mallory")


@attack("signature is not bob@example.org's")
def a_signature_has_one_other_byte(bench: Bench) -> None:
    bench.begin().changed().approve(commit=False)
    file = record(bench).with_suffix(".sig")
    lines = file.read_bytes().split(b"\n")
    lines[-4] = (b"B" if lines[-4][:1] == b"A" else b"A") + lines[-4][1:]
    file.write_bytes(b"\n".join(lines))
    bench.commit("mallory")


@attack("it is not signed")
def a_signature_is_left_out(bench: Bench) -> None:
    bench.begin().changed().approve(commit=False)
    record(bench).with_suffix(".sig").unlink()
    bench.commit("mallory")


@attack("signature is not bob@example.org's")
def a_signature_is_of_another_namespace(bench: Bench) -> None:
    forged(bench.begin().changed(), "bob", "git")


@attack("signature is not bob@example.org's")
def a_stranger_signs_in_the_name_of_bob(bench: Bench) -> None:
    forged(bench.begin().changed(), "mallory")


@attack("signature is not mallory@example.org's")
def a_stranger_signs_in_their_own_name(bench: Bench) -> None:
    forged(bench.begin().changed(), "mallory", approver="mallory@example.org")


@attack("signature is not bob@example.org's")
def a_colleague_signs_in_the_name_of_bob(bench: Bench) -> None:
    forged(bench.begin().changed(), "carol")


@attack("is an author of this change")
def the_author_approves(bench: Bench) -> None:
    forged(bench.begin().changed(), "alice", approver="alice@example.org")


@attack("is an author of this change")
def the_author_approves_with_a_second_key(bench: Bench) -> None:
    bench.begin(more=f"alice@example.org {bench.public('alice2')}\n").changed()
    forged(bench, "alice2", approver="alice@example.org")


@attack("is an author of this change")
def the_author_approves_under_a_second_name_of_one_key(bench: Bench) -> None:
    bench.begin(more=f"a.smith@corp.example {bench.public('alice')}\n").changed()
    forged(bench, "alice", approver="a.smith@corp.example")


@attack("is an author of this change")
def the_author_commits_signed_under_a_forged_name(bench: Bench) -> None:
    bench.begin()
    bench.write({TRAIN: AFTER})
    bench.commit("carol", signed="alice", author="Carol <carol@example.org>")
    forged(bench, "alice", approver="alice@example.org")


@attack("is an author of this change")
def the_author_is_a_co_author(bench: Bench) -> None:
    bench.begin()
    bench.write({TRAIN: AFTER})
    bench.commit("carol", message="slower\n\nCo-authored-by: Alice <alice@example.org>")
    forged(bench, "alice", approver="alice@example.org")


@attack("is an author of this change")
def the_author_edits_under_another_name_of_the_file(bench: Bench) -> None:
    """Carol moves it away and back; in between Alice changes it."""
    bench.begin()
    bench.git("mv", TRAIN, "conf/other.yaml")
    bench.commit("carol")
    bench.write({"conf/other.yaml": AFTER})
    bench.commit("alice")
    bench.git("mv", "conf/other.yaml", TRAIN)
    bench.commit("carol")
    forged(bench, "alice", approver="alice@example.org")


@attack("is an author of this change")
def the_author_takes_back_what_main_changed_by_a_merge(bench: Bench) -> None:
    bench.begin()
    bench.git("checkout", "-q", "main")
    bench.write({TRAIN: AFTER})
    bench.commit("carol")
    bench.git("checkout", "-q", "work")
    bench.write({"README.md": "words\n"})
    bench.commit("alice")
    bench.git("merge", "-q", "-s", "ours", "-m", "merge", "main", who="alice")
    forged(bench, "alice", approver="alice@example.org")


@attack("is an author of this change")
def a_key_for_all_names_approves_under_another(bench: Bench) -> None:
    bench.begin(signers=("bob",), more=f"*@example.org {bench.public('alice')}\n").changed()
    forged(bench, "alice", approver="zoe@example.org")


@attack("")
def a_key_for_all_names_approves_twice(bench: Bench) -> None:
    policy = POLICY + "approvals = 2\n"
    bench.begin(policy, signers=("alice", "bob"), more=f"*@corp.example {bench.public('carol')}\n").changed()
    first, second = (said(bench, approver=name) for name in ("one@corp.example", "two@corp.example"))
    put(bench, first, bench.sign(first, "carol"))
    put(bench, second, bench.sign(second, "carol"))


@attack("")
def an_approval_is_copied_to_another_configuration(bench: Bench) -> None:
    bench.begin()
    bench.write({"conf/other.yaml": BEFORE})
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.changed().approve()
    bench.write({"conf/other.yaml": AFTER})
    bench.commit("mallory")


@attack("given in another repository")
def an_approval_is_copied_from_another_repository(bench: Bench) -> None:
    forged(bench.begin().changed(), "bob", repository="0" * 40)


@attack("")
def an_approval_is_used_for_another_base(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.git("checkout", "-q", "main")
    bench.write({TRAIN: BEFORE.replace("0.1", "0.5")})
    bench.commit("root")
    bench.git("checkout", "-q", "-b", "again")
    bench.git("checkout", "-q", "work", "--", ".")
    bench.commit("mallory")


@attack("")
def an_approval_is_used_for_the_way_back(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.git("branch", "-f", "main")
    bench.changed("mallory", BEFORE)


@attack("")
def an_approval_is_used_for_another_head(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.changed("mallory", AFTER.replace("true", "false"))


@attack("")
def the_type_of_a_value_changes_after_the_approval(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.changed("mallory", AFTER.replace("0.01", "'0.01'"))


@attack("")
def a_mapping_imitates_the_number_that_was_approved(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.changed("mallory", AFTER.replace("0.01", "{float: '0.01'}"))


@attack("given under another policy")
def an_approval_is_of_another_policy(bench: Bench) -> None:
    forged(bench.begin().changed(), "bob", policy="0" * 64)


@attack("another difference")
def an_approval_shows_another_difference_than_it_covers(bench: Bench) -> None:
    forged(bench.begin().changed(), "bob", diff="0" * 64)


@attack("")
def the_policy_is_loosened_by_the_change(bench: Bench) -> None:
    bench.begin().changed()
    bench.write({"mlsmith.toml": "[review]\nconfigs = []\n"})
    bench.commit("mallory")


@attack("")
def the_policy_is_deleted_by_the_change(bench: Bench) -> None:
    bench.begin().changed()
    (bench.root / "mlsmith.toml").unlink()
    bench.commit("mallory")


@attack("")
def another_settings_file_goes_before_the_policy(bench: Bench) -> None:
    bench.begin(policy="")
    (bench.root / "mlsmith.toml").unlink()
    bench.write({"pyproject.toml": '[tool.mlsmith.review]\nconfigs = ["conf/**"]\n'})
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.write({"mlsmith.toml": 'exclude = ["old"]\n'})
    bench.commit("mallory")


@attack("is an author of this change")
def the_author_approves_where_nobody_has_to_sign(bench: Bench) -> None:
    bench.begin(POLICY + "require-signature = false\n").changed()
    put(bench, said_by(bench, "alice"), b"")


@attack("")
def settings_of_a_subfolder_make_it_a_project_of_its_own(bench: Bench) -> None:
    bench.begin().changed()
    bench.write({"conf/mlsmith.toml": "exclude = []\n"})
    bench.commit("mallory")
    bench.root = bench.root / "conf"


@attack("not allowed")
def a_signer_is_added_by_the_change(bench: Bench) -> None:
    bench.begin().changed()
    data = said(bench, approver="mallory@example.org")
    signers = bench.root / ".mlsmith" / "allowed_signers"
    signers.write_text(signers.read_text() + f"mallory@example.org {bench.public('mallory')}\n")
    put(bench, data, bench.sign(data, "mallory"))


@attack("was changed or deleted")
def an_approval_of_the_base_is_deleted(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.git("branch", "-f", "main")
    shutil.rmtree(bench.root / ".mlsmith" / "approvals")
    bench.commit("mallory")


@attack("was changed or deleted by a commit on the way")
def an_approval_is_deleted_and_restored(bench: Bench) -> None:
    bench.begin().changed().approve()
    kept = record(bench).read_bytes()
    file = record(bench)
    file.unlink()
    bench.commit("mallory")
    file.write_bytes(kept)
    bench.commit("mallory")


@attack("key is not allowed, expired or revoked")
def a_key_has_expired(bench: Bench) -> None:
    bench.begin(signers=("alice",), more=f'bob@example.org valid-before="20200101" {bench.public("bob")}\n').changed()
    case = bench.case(head=None)
    told = case.judgements[0].item
    statement = Statement(
        case.repository, TRAIN, None, told.base, told.head, told.diff, case.policy.digest, "approve", "bob@example.org", "measured",
        NOW.isoformat(), None,
    )  # fmt: skip
    put(bench, statement.to_bytes(), bench.sign(statement.to_bytes(), "bob"))


@attack("key is not allowed, expired or revoked")
def a_key_was_revoked(bench: Bench) -> None:
    bench.begin()
    bench.write({".mlsmith/revoked_keys": f"{bench.public('bob')}\n"})
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.changed()
    case = bench.case(head=None)
    told = case.judgements[0].item
    statement = Statement(
        case.repository, TRAIN, None, told.base, told.head, told.diff, case.policy.digest, "approve", "bob@example.org", "measured",
        NOW.isoformat(), None,
    )  # fmt: skip
    put(bench, statement.to_bytes(), bench.sign(statement.to_bytes(), "bob"))


@attack("it expired on")
def an_approval_has_expired_and_says_that_it_never_does(bench: Bench) -> None:
    forged(bench.begin(POLICY + "expires = 7\n").changed(), "bob", created=(NOW - timedelta(days=9)).isoformat(), expires=None)


@attack("date that is still to come")
def an_approval_bears_a_day_to_come(bench: Bench) -> None:
    forged(bench.begin(POLICY + "expires = 7\n").changed(), "bob", created=(NOW + timedelta(days=90)).isoformat(), expires=None)


@attack("was due for approval")
def an_emergency_is_past_due(bench: Bench) -> None:
    bench.begin().changed().approve("alice", decision="emergency", now=NOW - timedelta(days=9))


@attack("rejected by bob@example.org")
def an_approval_is_taken_back(bench: Bench) -> None:
    bench.begin().changed().approve("bob", now=NOW - timedelta(hours=2))
    bench.approve("bob", decision="reject", now=NOW - timedelta(hours=1))


@attack("")
def a_configuration_becomes_a_link(bench: Bench) -> None:
    """An approval that deletes a file covers nothing that takes its place."""
    bench.begin()
    (bench.root / TRAIN).unlink()
    bench.commit()
    bench.approve()
    (bench.root / TRAIN).symlink_to("../other.yaml")
    bench.commit("mallory")


@attack("")
def what_a_link_leads_to_is_changed(bench: Bench) -> None:
    bench.begin()
    bench.write({"shared/base.yaml": BEFORE})
    (bench.root / "conf" / "linked.yaml").symlink_to("../shared/base.yaml")
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.write({"shared/base.yaml": AFTER})
    bench.commit("mallory")


@attack("larger than 10 MiB")
def a_configuration_grows_too_large_to_be_read(bench: Bench) -> None:
    bench.begin()
    bench.write({TRAIN: AFTER + "#" * (11 << 20) + "\n"})
    bench.commit("mallory")


@attack("")
def a_submodule_moves_on(bench: Bench) -> None:
    bench.begin()
    inner = bench.root.parent / "inner"
    inner.mkdir()
    bench.git("init", "-q", "-b", "main", cwd=inner)
    (inner / "a.yaml").write_text(BEFORE)
    for text in (BEFORE, AFTER):
        (inner / "a.yaml").write_text(text)
        bench.git("add", "-A", cwd=inner)
        bench.git("commit", "-q", "-m", "x", cwd=inner)
    bench.git("submodule", "--quiet", "add", str(inner), "conf/inner")
    bench.git("checkout", "-q", "HEAD~1", cwd=bench.root / "conf" / "inner")
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.git("checkout", "-q", "main", cwd=bench.root / "conf" / "inner")
    bench.commit("mallory")


@attack("")
def an_approval_of_a_neighbouring_project_is_used(bench: Bench) -> None:
    bench.begin()
    for name in ("a", "b"):
        bench.write({f"{name}/mlsmith.toml": POLICY, f"{name}/conf/train.yaml": BEFORE})
        shutil.copytree(bench.root / ".mlsmith", bench.root / name / ".mlsmith")
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.write({f"{name}/conf/train.yaml": AFTER for name in ("a", "b")})
    bench.commit()
    top = bench.root
    bench.root = top / "a"
    bench.approve()
    bench.root = top / "b"
    shutil.copytree(top / "a" / ".mlsmith", top / "b" / ".mlsmith", dirs_exist_ok=True)
    bench.commit("mallory")


@attack("must be a number from 0 to 1")
def a_whole_mapping_hides_a_key_with_a_range(bench: Bench) -> None:
    bench.begin(POLICY + '\n[[review.rule]]\nkey = "optim.lr"\nrange = [0, 1]\n')
    bench.write({TRAIN: BEFORE + "optim:\n  lr: high\n  beta: 0.9\n"})
    bench.commit()
    bench.approve()


@attack("ranges of its keys cannot be checked")
def a_configuration_that_cannot_be_read_hides_its_keys(bench: Bench) -> None:
    bench.begin(POLICY + '\n[[review.rule]]\nkey = "lr"\nrange = [0, 1]\n')
    bench.write({TRAIN: "lr: 5\nbad: [\n"})
    bench.commit()
    bench.approve()


@attack("is a bot, and may not approve changes of these keys")
def a_bot_approves_more_than_its_keys(bench: Bench) -> None:
    bench.begin(POLICY + '\n[[review.bot]]\nprincipal = "bob@example.org"\nkeys = ["image.*"]\n')
    bench.changed("bob")
    data = said_by(bench, "bob")
    put(bench, data, bench.sign(data, "bob"))


@attack("is a bot, and may only approve what it changed itself")
def a_bot_approves_what_somebody_else_changed(bench: Bench) -> None:
    bench.begin(POLICY + '\n[[review.bot]]\nprincipal = "bob@example.org"\nkeys = ["lr"]\n').changed()
    data = said_by(bench, "bob")
    put(bench, data, bench.sign(data, "bob"))


def said_by(bench: Bench, who: str) -> bytes:
    """A statement that `mlsmith review approve` would not write."""
    case = bench.case(head=None)
    item = case.judgements[0].item
    statement = Statement(
        case.repository, item.path, None, item.base, item.head, item.diff, case.policy.digest, "approve", f"{who}@example.org", "measured",
        NOW.isoformat(), None,
    )  # fmt: skip
    return statement.to_bytes()


@pytest.mark.parametrize("title", ATTACKS)
def test_it_does_not_pass_when(title: str, bench: Bench) -> None:
    function, why = ATTACKS[title]
    function(bench)
    case = bench.case()
    assert not case.passes
    told = [objection.text for one in (*case.judgements, *case.debts) for objection in one.objections] + list(case.broken)
    assert why in "\n".join(told)


HOLDS: dict[str, Attack] = {}


def holds(function: Attack) -> Attack:
    HOLDS[function.__name__.replace("_", " ")] = function
    return function


@holds
def somebody_else_approves(bench: Bench) -> None:
    bench.begin().changed().approve()


@holds
def the_author_signs_their_commits_and_somebody_else_approves(bench: Bench) -> None:
    bench.begin()
    bench.write({TRAIN: AFTER})
    bench.commit("alice", signed="alice")
    bench.approve()


@holds
def a_certificate_signs(bench: Bench) -> None:
    authority = bench.keys / "authority"
    arguments = ["ssh-keygen", "-q", "-s", str(authority), "-I", "bob", "-n", "bob@example.org", str(bench.keys / "bob.pub")]
    subprocess.run(arguments, check=True)
    bench.begin(signers=("alice",), more=f"*@example.org cert-authority {bench.public('authority')}\n").changed()
    bench.git("config", "user.email", "bob@example.org")
    shutil.copy(bench.keys / "bob", bench.keys / "bob-cert")
    bench.approve("bob-cert.pub")


@holds
def the_branch_is_rebased(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.git("checkout", "-q", "main")
    bench.write({"README.md": "words\n"})
    bench.commit("root")
    bench.git("checkout", "-q", "work")
    bench.git("rebase", "-q", "main")


@holds
def the_branch_is_squashed(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.git("checkout", "-q", "-b", "squashed", "main")
    bench.git("merge", "-q", "--squash", "work")
    bench.commit("alice")


@holds
def two_branches_with_approvals_each_are_merged(bench: Bench) -> None:
    bench.begin()
    bench.write({"conf/other.yaml": BEFORE})
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.git("checkout", "-q", "-b", "second")
    bench.write({"conf/other.yaml": AFTER})
    bench.commit("carol")
    bench.approve("bob", "conf/other.yaml")
    bench.git("checkout", "-q", "work")
    bench.changed().approve("carol")
    bench.git("merge", "-q", "--no-ff", "-m", "both", "second", who="dave")


@holds
def main_is_merged_into_the_branch_by_whoever_approves(bench: Bench) -> None:
    bench.begin()
    bench.write({"conf/other.yaml": BEFORE})
    bench.commit("root")
    bench.git("checkout", "-q", "main")
    bench.git("merge", "-q", "--ff-only", "work")
    bench.git("checkout", "-q", "work")
    bench.changed()
    bench.git("checkout", "-q", "main")
    bench.write({"README.md": "words\n"})
    bench.commit("root")
    bench.git("checkout", "-q", "work")
    bench.git("merge", "-q", "--no-ff", "-m", "update", "main", who="bob")
    bench.approve("bob")


@holds
def the_forge_merges_it_on_trial_in_the_name_of_whoever_approved(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.git("checkout", "-q", "main")
    bench.write({"README.md": "words\n"})
    bench.commit("root")
    bench.git("checkout", "-q", "--detach")
    bench.git("merge", "-q", "--no-ff", "-m", "Merge work into main", "work", who="bob")


@holds
def a_configuration_is_renamed_and_edited(bench: Bench) -> None:
    bench.begin()
    bench.git("mv", TRAIN, "conf/learn.yaml")
    bench.write({"conf/learn.yaml": AFTER})
    bench.commit()
    bench.approve("bob", "conf/learn.yaml")


@holds
def remarks_and_layout_change_after_the_approval(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.changed("alice", "# tuned\nmodel: {width: 64}\nshuffle:   true\nlr: 1.0e-2\n")


@holds
def the_checkout_has_other_line_ends(bench: Bench) -> None:
    bench.begin().changed()
    bench.git("config", "core.autocrlf", "true")
    bench.git("rm", "-q", "--cached", "-r", ".")
    bench.git("reset", "-q", "--hard")
    assert b"\r\n" in (bench.root / TRAIN).read_bytes()
    bench.approve()


@holds
def a_key_stands_twice(bench: Bench) -> None:
    bench.begin().changed("alice", AFTER + "lr: 0.02\n").approve()


@holds
def a_file_without_keys_is_deleted(bench: Bench) -> None:
    bench.begin()
    bench.write({"conf/empty.yaml": ""})
    bench.commit("root")
    bench.git("branch", "-f", "main")
    (bench.root / "conf" / "empty.yaml").unlink()
    bench.commit("alice")
    bench.approve("bob", "conf/empty.yaml")


@holds
def an_emergency_is_not_yet_due(bench: Bench) -> None:
    bench.begin().changed().approve("alice", decision="emergency")


@holds
def a_bot_approves_its_own_change_of_its_keys(bench: Bench) -> None:
    bench.begin(POLICY + '\n[[review.bot]]\nprincipal = "bob@example.org"\nkeys = ["lr"]\n')
    bench.changed("bob").approve("bob")


@holds
def a_rejection_is_taken_back(bench: Bench) -> None:
    bench.begin().changed().approve("bob", decision="reject", now=NOW - timedelta(hours=2))
    bench.approve("bob", now=NOW - timedelta(hours=1))


@holds
def somebody_else_approves_a_new_policy(bench: Bench) -> None:
    bench.begin()
    bench.write({"mlsmith.toml": POLICY + "approvals = 2\n"})
    bench.commit()
    bench.approve("bob", "mlsmith.toml")


@pytest.mark.parametrize("title", HOLDS)
def test_it_passes_when(title: str, bench: Bench) -> None:
    HOLDS[title](bench)
    assert bench.case().judgements
    assert bench.passes(), bench.said()


@pytest.mark.parametrize(("key", "why"), [("alice", "is an author"), ("mallory", "not among the allowed signers of the base")])
def test_what_would_not_count_is_not_signed(key: str, why: str, bench: Bench) -> None:
    bench.begin().changed()
    with pytest.raises(UserError, match=why):
        bench.approve(key)
    assert not (bench.root / ".mlsmith" / "approvals").exists()


def test_a_shallow_clone_says_what_it_lacks(bench: Bench, tmp_path: Path) -> None:
    bench.begin().changed().approve()
    bench.git("clone", "-q", "--depth", "1", "--branch", "work", f"file://{bench.root}", str(tmp_path / "shallow"))
    bench.root = tmp_path / "shallow"
    with pytest.raises(GitError, match="shallow"):
        bench.case(base="HEAD")


def test_two_merge_bases_are_no_basis(bench: Bench) -> None:
    bench.begin().changed()
    bench.git("checkout", "-q", "main")
    bench.write({"README.md": "words\n"})
    bench.commit("root")
    bench.git("branch", "other")
    bench.git("merge", "-q", "--no-ff", "-m", "one", "work")
    bench.git("checkout", "-q", "work")
    bench.git("merge", "-q", "--no-ff", "-m", "two", "other")
    with pytest.raises(GitError, match="2 merge bases"):
        bench.case()


def test_a_bomb_is_judged_in_a_second(bench: Bench) -> None:
    bench.begin()
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    bench.write({"conf/bomb.yaml": f"l0: &l0 [a, b, c, d, e, f, g, h, i]\n{levels}"})
    bench.commit()
    started = time.process_time()
    (judgement,) = bench.case().judgements
    assert time.process_time() - started < 2
    assert [change.subject for change in judgement.item.changes] == ["(the whole file)"]


def test_a_merged_emergency_stays_debt_until_a_second_person_approves(bench: Bench) -> None:
    bench.begin().changed().approve("alice", decision="emergency", now=NOW - timedelta(days=2))
    bench.git("branch", "-f", "main")
    (debt,) = bench.case().debts
    assert (debt.state.value, bench.passes()) == ("emergency", True)
    late = bench.case(now=NOW + timedelta(days=30))
    assert not late.passes
    assert late.debts[0].invalid
    with pytest.raises(UserError, match="is an author"):
        bench.approve("alice")
    bench.approve("bob")
    assert bench.case(now=NOW + timedelta(days=30)).debts == ()


def test_lint_tells_an_emergency_until_it_is_due_and_then_blames_it(bench: Bench) -> None:
    bench.begin().changed().approve("alice", decision="emergency", now=NOW - timedelta(days=2))
    settings, root, _ = load_settings(bench.root)
    scene = Scene(root, settings, ("",), {}, root)
    for merged in (False, True):
        if merged:
            bench.git("branch", "-f", "main")
        told, late = (findings_of(bench.case(now=now), scene) for now in (NOW, NOW + timedelta(days=30)))
        assert [(one.code, one.severity.value) for one in told] == [("CFG108", "info")]
        assert {(one.code, one.severity.value) for one in late} == {("CFG108", "error"), ("CFG109", "error")}


def test_an_emergency_that_was_taken_back_is_no_debt(bench: Bench) -> None:
    bench.begin().changed().approve("alice", decision="emergency", now=NOW - timedelta(days=2))
    bench.changed("alice", BEFORE)
    bench.git("branch", "-f", "main")
    assert bench.case().debts == ()


def test_each_step_of_a_branch_is_judged_by_the_law_of_its_day(bench: Bench) -> None:
    bench.begin()
    first = bench.git("rev-parse", "HEAD")
    bench.changed().approve()
    bench.git("checkout", "-q", "main")
    bench.git("merge", "-q", "--no-ff", "-m", "merge", "work", who="bob")
    bench.write({TRAIN: AFTER.replace("64", "128")})
    bench.commit("mallory", message="pushed past CI")
    cases = open_history(bench.root, since=first)
    assert [case.passes for case in cases] == [True, False, True]
    assert cases[0].judgements[0].approvers == ("bob@example.org",)


def test_a_deleted_approval_is_missed_in_the_history_of_the_branch(bench: Bench) -> None:
    bench.begin()
    first = bench.git("rev-parse", "HEAD")
    bench.changed().approve()
    record(bench).unlink()
    bench.commit("mallory")
    bench.git("branch", "-f", "main")
    assert any("on the way" in what for what in open_history(bench.root, since=first)[-1].broken)


def test_a_schema_of_the_base_decides_whatever_the_change_makes_of_it(bench: Bench) -> None:
    policy = POLICY + '\n[[review.schema]]\npath = "conf/*.yaml"\nschema = "conf.schema.json"\n'
    schema = '{"type": "object", "properties": {"lr": {"type": "number", "maximum": 1}}, "required": ["lr"]}'
    bench.begin(policy)
    bench.write({"conf.schema.json": schema})
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.changed("alice", AFTER.replace("0.01", "5"))
    bench.write({"conf.schema.json": "{}"})
    bench.commit()
    bench.approve()
    assert "5 is greater than the maximum of 1" in bench.said()
    assert not bench.passes()
    bench.changed()
    bench.approve()
    bench.approve("bob", "conf.schema.json")
    assert bench.passes(), bench.said()


def test_a_schema_fetches_nothing(bench: Bench) -> None:
    bench.begin(POLICY + '\n[[review.schema]]\npath = "conf/*.yaml"\nschema = "s.json"\n')
    bench.write({"s.json": '{"$ref": "http://127.0.0.1:9/never.json"}'})
    bench.commit("root")
    bench.git("branch", "-f", "main")
    bench.changed()
    with pytest.raises(UserError, match="which is not in it"):
        bench.case()


def test_keys_ask_for_more(bench: Bench) -> None:
    rule = '\n[[review.rule]]\nkey = "lr"\nrisk = "low"\napprovals = 2\nfactor = 5\n'
    bench.begin(POLICY + rule).changed()
    bench.approve("bob")
    (judgement,) = bench.case().judgements
    assert (judgement.item.demands.risk, judgement.item.demands.approvals, judgement.state.value) == ("high", 2, "waiting")
    bench.approve("carol")
    assert bench.passes()


def test_what_is_not_committed_is_named_and_not_judged(bench: Bench) -> None:
    bench.begin().changed().approve()
    bench.write({TRAIN: AFTER.replace("64", "32")})
    case = bench.case()
    assert (case.passes, case.drafts) == (True, (TRAIN,))
    assert not bench.case(head=None).passes


def test_an_old_ssh_keygen_is_named(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.begin().changed().approve()
    old = tmp_path / "bin" / "ssh-keygen"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'unknown option -- Y' >&2\nexit 1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    with pytest.raises(UserError, match="too old"):
        bench.case()
