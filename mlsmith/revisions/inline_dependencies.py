"""What a script asks for in the comment at its head, as `uv run` and `pipx run` read it (PEP 723)."""

from __future__ import annotations

import re
import tomllib

from mlsmith.change import Change
from mlsmith.regex import regex
from mlsmith.revisions.platform import platform_changes

_BLOCK = regex(r"^# /// script[ \t]*\n((?:#(?: .*)?\n)+?)# ///[ \t]*$", re.MULTILINE)


def inline_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> list[Change]:
    """Changes of the dependencies that a Python file itself names."""
    before, after = _as_requirements(old), _as_requirements(new)
    if before == after:
        return []
    return [change._replace(path=path) for change in platform_changes("requirements.txt", before, after, moved_from=moved_from)]


def _as_requirements(data: bytes | None) -> bytes:
    """A requirements file that asks for the same on the same lines; empty where a script asks for nothing that can be read."""
    text = (data or b"").decode("utf-8-sig", "replace").replace("\r\n", "\n")
    block = _BLOCK.search(text) if "# /// script" in text else None
    if block is None:
        return b""
    try:
        asked = tomllib.loads("\n".join(line[1:].removeprefix(" ") for line in block[1].splitlines()))
    except tomllib.TOMLDecodeError:
        return b""
    listed, python = asked.get("dependencies"), asked.get("requires-python")
    wanted = [entry for entry in listed if isinstance(entry, str)] if isinstance(listed, list) else []
    first = text.count("\n", 0, block.start(1)) + 1
    lines = [""] * (first - 1)
    for line in block[1].splitlines():
        lines.append(next((entry for entry in wanted if f'"{entry}"' in line or f"'{entry}'" in line), ""))
        if isinstance(python, str) and line[1:].lstrip().startswith("requires-python"):
            lines[-1] = f"python{python}"
    lines += [entry for entry in wanted if entry not in lines]
    return "\n".join(lines).encode("utf-8", "replace")
