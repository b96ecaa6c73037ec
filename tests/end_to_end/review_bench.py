"""A repository under review, with real git and real ssh-keygen, judged without starting a process of mlsmith for each question."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mlsmith.review.case import Case, open_case
from mlsmith.review.deciding import Decided, decide

POLICY = '[review]\nconfigs = ["conf/**"]\n'
BEFORE = "lr: 0.1\nshuffle: true\nmodel:\n  width: 64\n"
AFTER = "lr: 0.01\nshuffle: true\nmodel:\n  width: 64\n"
TRAIN = "conf/train.yaml"
NAMESPACE = "config-approval.mlsmith/v1"


def make_keys(folder: Path, *names: str) -> None:
    for name in names:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)


@dataclass
class Bench:
    """`main` holds a policy and one configuration; `work` is checked out, with a change of it by Alice."""

    root: Path
    keys: Path
    environment: dict[str, str] = field(default_factory=dict)

    def git(self, *arguments: str, who: str = "alice", cwd: Path | None = None, date: str = "") -> str:
        named = ["-c", f"user.name={who}", "-c", f"user.email={who}@example.org", "-c", "protocol.file.allow=always"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
        done = subprocess.run(
            ["git", *named, *arguments], cwd=cwd or self.root, capture_output=True, check=True, env={**kept, **self.environment, **dates}
        )
        return done.stdout.decode().strip()

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, who: str = "alice", *, message: str = "x", signed: str = "", author: str = "", date: str = "") -> str:
        """Commit all there is, signed with a key of that name if one is given."""
        with_key = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.keys / signed}"] if signed else []
        more = (["-S"] if signed else ["--no-gpg-sign"]) + ([f"--author={author}"] if author else [])
        self.git("add", "-A")
        self.git(*with_key, "commit", "-q", "--allow-empty", *more, "-m", message, who=who, date=date)
        return self.git("rev-parse", "HEAD")

    def begin(self, policy: str = POLICY, *, signers: tuple[str, ...] = ("alice", "bob", "carol"), more: str = "") -> Bench:
        self.root.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")
        lines = "".join(f"{name}@example.org {self.public(name)}\n" for name in signers)
        self.write({"mlsmith.toml": policy, ".mlsmith/allowed_signers": lines + more, TRAIN: BEFORE})
        self.commit("root", message="first")
        self.git("checkout", "-q", "-b", "work")
        return self

    def changed(self, who: str = "alice", text: str = AFTER) -> Bench:
        self.write({TRAIN: text})
        self.commit(who, message="slower")
        return self

    def public(self, name: str) -> str:
        return " ".join((self.keys / f"{name}.pub").read_text().split()[:2])

    def case(self, *, base: str = "main", head: str | None = "HEAD", now: datetime | None = None) -> Case:
        return open_case(self.root, base=base, head=head, now=now)

    def approve(
        self, who: str = "bob", path: str = TRAIN, *, decision: str = "approve", base: str = "main", now: datetime | None = None,
        commit: bool = True,
    ) -> Decided:  # fmt: skip
        case = self.case(base=base, head=None)
        (judgement,) = [one for one in (*case.judgements, *case.debts) if one.item.path == path]
        done = decide(case, judgement, decision, "measured", key=self.keys / who, now=now)
        if commit:
            self.commit(who, message=f"{decision}d")
        return done

    def sign(self, data: bytes, who: str, namespace: str = NAMESPACE) -> bytes:
        arguments = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(self.keys / who)]
        return subprocess.run(arguments, input=data, capture_output=True, check=True).stdout

    def passes(self, **how: str) -> bool:
        return self.case(**how).passes

    def said(self, path: str = TRAIN, **how: str) -> str:
        """Everything that is said against a configuration, and against the ledger."""
        case = self.case(**how)
        found = [objection.text for one in case.judgements if one.item.path == path for objection in one.objections]
        return "\n".join([*found, *case.broken])
