"""Where the time of a run went, and what it left out, for `--verbose`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlsmith.engine.result import LintResult


def timings(result: LintResult, wall: float) -> str:
    """Seconds by phase (of the wall clock), then by rule (of all processes together), the dearest first; then what was left out."""
    phases = {name: spent for name, spent in result.seconds.items() if ":" not in name}
    rules = {name[5:]: spent for name, spent in result.seconds.items() if name.startswith("rule:")}
    lines = [f"{len(result.counts)} files, {result.lines} lines in {wall:.3f} s"]
    lines += [f"  {name:<18}{spent:9.3f} s" for name, spent in phases.items()]
    dearest = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"  {code:<18}{spent * 1000:9.1f} ms" for code, spent in dearest]
    lines += [f"  left out: {entry.path}{f':{entry.line}' if entry.line else ''} {entry.message}" for entry in result.left_out]
    return "\n".join(lines)
