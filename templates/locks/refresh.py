"""Write universal.txt, the one lock of all layers: `python templates/locks/refresh.py`.

Needs the network and uv. Releases that still fit stay as they are; `--upgrade` takes the newest of all.
`--check` needs neither network nor uv: it says whether the layers' requirements have changed since the lock
was made, and exits 1 if so.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[1]
LOCK = Path(__file__).with_name("universal.txt")
OLDEST_PYTHON = "3.11"
# Never locked: mlsmith cannot hold its own release's hash.
UNLOCKED = {"mlsmith"}


def main(arguments: list[str]) -> int:
    wanted = requirements()
    mark = f"# requirements: sha256 {digest(wanted)}\n"
    if "--check" in arguments:
        fresh = LOCK.is_file() and mark in LOCK.read_text(encoding="utf-8")
        print("the lock fits the layers" if fresh else "the lock is older than the layers: run refresh.py")
        return 0 if fresh else 1
    known = LOCK.read_text(encoding="utf-8") if LOCK.is_file() and "--upgrade" not in arguments else ""
    LOCK.write_text(header(mark) + resolve(wanted, known), encoding="utf-8", newline="\n")
    print(f"{LOCK.name}: {len(wanted)} requirements")
    return 0


def requirements() -> list[str]:
    """Every requirement of every layer, once, sorted."""
    found: set[str] = set()
    for path in (TEMPLATES / "layers").glob("*/layer.toml"):
        for texts in tomllib.loads(path.read_text(encoding="utf-8")).get("dependencies", {}).values():
            found.update(texts)
    return sorted(text for text in found if not any(text.startswith(name) for name in UNLOCKED))


def digest(wanted: list[str]) -> str:
    return hashlib.sha256("\n".join(wanted).encode()).hexdigest()


def header(mark: str) -> str:
    return (
        "# The union of all layers' requirements, resolved for every platform and Python 3.11 to 3.13.\n"
        "# Written by templates/locks/refresh.py; `via` lines are the edges `mlsmith new` walks.\n" + mark
    )


def resolve(wanted: list[str], known: str) -> str:
    """uv's universal resolution: one release a package wherever one fits all Pythons, so results agree."""
    with tempfile.TemporaryDirectory() as box:
        source, output = Path(box, "layers.in"), Path(box, "out.txt")
        source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        output.write_text(known, encoding="utf-8")  # uv prefers what the output file holds already.
        command = [
            "uv", "pip", "compile", "--universal", "--python-version", OLDEST_PYTHON,
            "--fork-strategy", "fewest", "--generate-hashes",
            "--no-header", "--no-emit-index-url", "--no-emit-find-links",
            "--no-config", "--quiet", "--output-file", output.name, source.name,
        ]  # fmt: skip
        subprocess.run(command, check=True, cwd=box)
        return output.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
