"""The commands of the tutorial, run in its order, print what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent.parent / "docs" / "tutorial" / "first-ten-minutes.md"


def test_the_tutorial_tells_the_truth(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, source in re.findall(r"^```python (\S+)\n(.*?)^```", text, re.M | re.S):
        (tmp_path / name).write_text(source, encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 3
    for block in blocks:
        for command, shown in re.findall(r"^\$ mlsmith (.*)\n((?:(?!\$ ).*\n)*)", block, re.M):
            done = subprocess.run(
                [sys.executable, "-m", "mlsmith", *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode in (0, 1), done.stderr
            if shown:
                assert done.stdout == shown
    assert done.returncode == 0, "the baseline knows all"
