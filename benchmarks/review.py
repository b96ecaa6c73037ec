"""How fast `mlsmith review` is: `python benchmarks/review.py`, which makes its own repositories with `git fast-import`.

1,000 configurations, each changed once on a branch of its own that is approved, signed and merged, among 10,000 commits: all of it judged
as one change (`verify --base`), and commit by commit (`verify --since`); both again at half the size, to see whether time is linear in it.
Then a configuration of 10 MB with one changed value. Wall time, start-up included, the best of three runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mlsmith.review.policy import policy_in
from mlsmith.review.signing import sign
from mlsmith.review.statement import Statement, digest_of, name_of
from mlsmith.review.versions import Form, Version, side_of
from mlsmith.revisions.configuration import config_changes
from mlsmith.sources.tree import MemoryTree

LIMITS = {"verify --base, 1,000 approvals, 10,000 commits": 5.0, "verify --since, the same": 5.0, "status, 10 MB": 3.0}
APPROVALS, COMMITS = 1_000, 10_000
POLICY = b'[review]\nconfigs = ["conf/**"]\n'
BEFORE, AFTER = (f"lr: {value}\nmodel:\n  width: 64\n  depth: 3\n".encode() for value in ("0.1", "0.2"))
WHEN = 1_750_000_000


def main() -> int:
    figures = {}
    with tempfile.TemporaryDirectory() as box:
        key = Path(box, "bob")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        for share in (2, 1):
            folder = Path(box, f"history-{share}")
            first = history(folder, key, APPROVALS // share, COMMITS // share)
            times = [verify(folder, "--base", first), verify(folder, "--since", first)]
            names = list(LIMITS)[:2]
            if share == 2:
                print("\n".join(f"{name:<50} {took:>7.2f} s at half the size" for name, took in zip(names, times, strict=True)))
            else:
                figures.update(zip(names, times, strict=True))
        folder = Path(box, "large")
        large(folder, key)
        figures["status, 10 MB"] = run(folder, "status", "--base", "main", expected=1)
    for name, took in figures.items():
        print(f"{name:<50} {took:>7.2f} s  (limit {LIMITS[name]:g}) {'✓' if took <= LIMITS[name] else '✗'}")
    return 0 if all(took <= LIMITS[name] for name, took in figures.items()) else 1


def verify(folder: Path, *arguments: str) -> float:
    return run(folder, "verify", *arguments, expected=0)


def run(folder: Path, *arguments: str, expected: int) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "mlsmith", "review", *arguments], cwd=folder, capture_output=True)
        times.append(time.perf_counter() - started)
        if done.returncode != expected:
            raise SystemExit(f"{' '.join(arguments)} gave {done.returncode}: {done.stdout.decode()[-500:]} {done.stderr.decode()[-500:]}")
    return min(times)


def history(folder: Path, key: Path, approvals: int, commits: int) -> str:
    """A branch `main` with its approved changes, and the name of its first commit."""
    git(folder.parent, "init", "-q", "-b", "main", str(folder))
    signers = f"bob@example.org {' '.join(Path(f'{key}.pub').read_text().split()[:2])}\n".encode()
    base = {"mlsmith.toml": POLICY, ".mlsmith/allowed_signers": signers} | {f"conf/c{n}.yaml": BEFORE for n in range(approvals)}
    stream = Stream()
    stream.commit("refs/heads/main", "root", base)
    fed(folder, stream)
    first = git(folder, "rev-parse", "main")
    digest = policy_in(MemoryTree(base)).digest
    with ThreadPoolExecutor() as pool:
        records = list(pool.map(lambda n: approval(f"conf/c{n}.yaml", first, digest, key), range(approvals)))
    stream = Stream()
    parent = first
    for n, files in enumerate(records):
        side = stream.commit("refs/heads/side", "alice", {f"conf/c{n}.yaml": AFTER}, parents=[parent])
        side = stream.commit("refs/heads/side", "bob", files, parents=[side])
        for more in range(commits // approvals - 3):
            parent = stream.commit("refs/heads/main", "carol", {f"src/m{more}.py": f"x = {n}\n".encode()}, parents=[parent])
        merged = {f"conf/c{n}.yaml": AFTER, **files}
        parent = stream.commit("refs/heads/main", "bob", merged, parents=[parent, side])
    fed(folder, stream)
    git(folder, "reset", "-q", "--hard", "main")
    return first


def approval(path: str, repository: str, policy: str, key: Path) -> dict[str, bytes]:
    old, new = (side_of(path, Version(Form.FILE, data)) for data in (BEFORE, AFTER))
    diff = digest_of(config_changes(path, BEFORE, AFTER))
    created = "2025-06-15T15:00:00+00:00"
    statement = Statement(repository, path, None, old, new, diff, policy, "approve", "bob@example.org", "measured", created, None)
    data = statement.to_bytes()
    name = name_of(data)
    return {f".mlsmith/approvals/{name[:2]}/{name}{end}": text for end, text in ((".json", data), (".sig", sign(data, key)))}


def large(folder: Path, key: Path) -> None:
    """A configuration of 10 MB on `main`, with one changed value in the working tree."""
    git(folder.parent, "init", "-q", "-b", "main", str(folder))
    signers = f"bob@example.org {' '.join(Path(f'{key}.pub').read_text().split()[:2])}\n".encode()
    entries = "".join(f"section_{n}:\n  description: {'x' * 1_620}\n  value: {n}\n" for n in range(6_000))
    text = f"{entries}lr: 0.1\n".encode()
    assert 9_900_000 < len(text) <= 10_000_000
    stream = Stream()
    stream.commit("refs/heads/main", "root", {"mlsmith.toml": POLICY, ".mlsmith/allowed_signers": signers, "conf/large.yaml": text})
    fed(folder, stream)
    git(folder, "reset", "-q", "--hard", "main")
    Path(folder, "conf", "large.yaml").write_bytes(text.replace(b"lr: 0.1", b"lr: 0.2"))


class Stream:
    """What `git fast-import` reads."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._marks = 0

    def commit(self, branch: str, who: str, files: dict[str, bytes], *, parents: list[str] | None = None) -> str:
        """Its mark."""
        self._marks += 1
        head = f"commit {branch}\nmark :{self._marks}\ncommitter {who} <{who}@example.org> {WHEN + 60 * self._marks} +0000\ndata 1\nx\n"
        one, *others = parents or [""]
        head += (f"from {one}\n" if one else "") + "".join(f"merge {other}\n" for other in others)
        self.parts.append(head.encode())
        for path, data in files.items():
            self.parts += [f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]
        self.parts.append(b"\n")
        return f":{self._marks}"


def fed(folder: Path, stream: Stream) -> None:
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=folder, input=b"".join(stream.parts), check=True)


def git(folder: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True, env=kept)
    return done.stdout.decode().strip()


if __name__ == "__main__":
    sys.exit(main())
