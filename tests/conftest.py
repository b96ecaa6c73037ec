"""What holds for every test."""

from __future__ import annotations

import signal
from collections import defaultdict

import pytest

PARTS = ("install", "train", "tests", "incidents")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each kind of project cost, where projects were run (tests/scaffold/test_kinds.py notes it as `seconds KIND PART`)."""
    seconds: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, value in report.user_properties:
            if report.when == "call" and name.startswith("seconds "):
                _, kind, part = name.split()
                seconds[kind][part] += float(value)
    if seconds:
        terminalreporter.section("processor seconds by kind")
        terminalreporter.write_line(f"{'':12}" + "".join(f"{part:>10}" for part in PARTS))
        for kind, parts in sorted(seconds.items()):
            terminalreporter.write_line(f"{kind:12}" + "".join(f"{parts[part]:10.1f}" for part in PARTS))


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs with ^C ignored, and children inherit that: tests that send ^C would test the shell.
    signal.signal(signal.SIGINT, signal.default_int_handler)
