"""How each peer is asked and what it answers: its command, and its output read into counts by rule and by file."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Counts = dict[str, Counter[str]]
"""File, as a path under the repository → rule → findings"""
_CONCISE = re.compile(r"^(?P<path>.+?):\d+:(?:\d+:)? (?P<what>.+)$")
_TORCHFIX = re.compile(r"^(?P<path>.+?):\d+:\d+: (?P<code>TOR\d+)")
_VULTURE = re.compile(r"^(?P<kind>unused \w+|unreachable code)")
_DSLINTER = (
    *(f"C55{number:02}" for number in range(1, 7)), "E5501", *(f"R55{number:02}" for number in range(1, 9)),
    *(f"W55{number:02}" for number in range(1, 22)),
)  # fmt: skip
ENVIRONMENT = frozenset({"import-error", "no-name-in-module", "no-member"})
"""What pylint says only because the libraries of the repository are not installed beside it"""


@dataclass(slots=True)
class Answer:
    """`unread` are files that the tool itself says it could not read; `crash` is how it ended, where it gave no answer."""

    counts: Counts = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    crash: str = ""

    def add(self, path: str, rule: str) -> None:
        self.counts.setdefault(path, Counter())[rule] += 1


@dataclass(frozen=True, slots=True)
class Tool:
    """`command(bin folder, what to look at)`; `read(stdout, stderr, answer)`; `bounded`: too slow for whole repositories, so that it takes files in batches."""

    name: str
    command: Callable[[Path, list[str]], list[str]]
    read: Callable[[str, str, Answer], None]
    bounded: bool = False


def _mlsmith(_: Path, paths: list[str]) -> list[str]:
    return [sys.executable, "-m", "mlsmith", "lint", *paths, "--format", "json", "--no-cache", "--jobs", "1", "--exit-zero"]


def _read_mlsmith(out: str, _: str, answer: Answer) -> None:
    found = json.loads(out)
    for finding in found["findings"]:
        answer.add(finding["path"], finding["code"])
    answer.unread.update(error["path"] for error in found["errors"])


def _ruff(folder: Path, paths: list[str]) -> list[str]:
    options = ["--isolated", "--no-cache", "--select", "NPY,PD,S", "--output-format", "json", "--exit-zero"]
    return [str(folder / "ruff"), "check", *options, *paths]


def _read_ruff(out: str, _: str, answer: Answer) -> None:
    for finding in json.loads(out):
        if finding["code"] in (None, "invalid-syntax"):
            answer.unread.add(finding["filename"])
        else:
            answer.add(finding["filename"], finding["code"])


def _torchfix(folder: Path, paths: list[str]) -> list[str]:
    return [str(folder / "torchfix"), "--select", "ALL", "-j", "1", "--show-stderr", *paths]


def _read_torchfix(out: str, err: str, answer: Answer) -> None:
    for line in out.splitlines():
        if match := _TORCHFIX.match(line):
            answer.add(match["path"], match["code"])
    answer.unread.update(re.findall(r"^Failed to codemod (.+)$", err, re.M))


def _pylint(folder: Path, paths: list[str]) -> list[str]:
    return [str(folder / "python"), "-m", "pylint", "--rcfile=/dev/null", "-j", "1", "--output-format=json", *paths]


def _dslinter(folder: Path, paths: list[str]) -> list[str]:
    asked = ["--load-plugins=dslinter", "--disable=all", f"--enable={','.join((*_DSLINTER, 'E0001', 'F0001', 'F0002'))}"]
    return [str(folder / "python"), "-W", "ignore", "-m", "pylint", "--rcfile=/dev/null", *asked, "-j", "1", "-f", "json", *paths]


def _read_pylint(out: str, _: str, answer: Answer) -> None:
    for finding in json.loads(out[out.index("[") :]):
        if finding["message-id"].startswith("F") or finding["message-id"] == "E0001":
            answer.unread.add(finding["path"])
        elif finding["symbol"] not in ENVIRONMENT:
            symbol = "unnecessary-iteration-tensorflow" if " " in finding["symbol"] else finding["symbol"]
            answer.add(finding["path"], symbol)


def _vulture(folder: Path, paths: list[str]) -> list[str]:
    return [str(folder / "vulture"), *paths]


def _read_vulture(out: str, err: str, answer: Answer) -> None:
    for line in out.splitlines():
        match = _CONCISE.match(line)
        if match and (kind := _VULTURE.match(match["what"])):
            answer.add(match["path"], kind["kind"])
        elif match:
            answer.add(match["path"], match["what"].partition(" '")[0].partition(" (")[0])
    answer.unread.update(match["path"] for line in err.splitlines() if (match := _CONCISE.match(line)))


def _bandit(folder: Path, paths: list[str]) -> list[str]:
    return [str(folder / "bandit"), "-q", "-r", "-f", "json", "--exit-zero", *paths]


def _read_bandit(out: str, _: str, answer: Answer) -> None:
    found = json.loads(out)
    for finding in found["results"]:
        answer.add(finding["filename"], finding["test_id"])
    answer.unread.update(error["filename"] for error in found["errors"])


TOOLS = (
    Tool("mlsmith", _mlsmith, _read_mlsmith),
    Tool("ruff", _ruff, _read_ruff),
    Tool("torchfix", _torchfix, _read_torchfix),
    Tool("bandit", _bandit, _read_bandit),
    Tool("vulture", _vulture, _read_vulture),
    Tool("pylint", _pylint, _read_pylint, bounded=True),
    Tool("dslinter", _dslinter, _read_pylint, bounded=True),
)
