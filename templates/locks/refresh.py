"""Write universal.txt, the one lock of all layers, and beside it those of torch: `python templates/locks/refresh.py`.

Needs the network and uv. Releases that still fit stay as they are; `--upgrade` takes the newest of all.
`--check` needs neither network nor uv: it says whether the layers' requirements have changed since the lock
was made, and exits 1 if so.

torch's builds for the CPU and for CUDA share a version and differ by index. torch.txt holds the hashes of the
builds that the index serves by default, and of every wheel named by `--build FILE`, until its version changes;
cuda.txt holds what only a CUDA build needs.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from itertools import pairwise
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[1]
LOCK = Path(__file__).with_name("universal.txt")
OLDEST_PYTHON = "3.11"
TITLES = {"universal": "resolved", "torch": "here torch itself,", "cuda": "here what only torch for CUDA needs,"}
# Never locked: mlsmith cannot hold its own release's hash.
UNLOCKED = {"mlsmith"}
# Names of packages → the lock that they have apart from the others.
APART = {"torch": r"torch", "cuda": r"(?:nvidia|cuda)-.*|triton"}


def main(arguments: list[str]) -> int:
    wanted = requirements()
    mark = f"# requirements: sha256 {digest(wanted)}\n"
    if "--check" in arguments:
        fresh = LOCK.is_file() and mark in LOCK.read_text(encoding="utf-8")
        print("the lock fits the layers" if fresh else "the lock is older than the layers: run refresh.py")
        return 0 if fresh else 1
    builds = [Path(value) for name, value in pairwise(arguments) if name == "--build"]
    locks = {LOCK.stem: LOCK} | {name: LOCK.with_name(f"{name}.txt") for name in APART}
    former = {name: path.read_text(encoding="utf-8") for name, path in locks.items() if path.is_file()}
    known = "" if "--upgrade" in arguments else "".join(former.values())
    parts = apart(resolve(wanted, known))
    parts["torch"] = with_builds(parts["torch"], former.get("torch", ""), builds)
    for name, path in locks.items():
        path.write_text(header(mark, name) + parts[name], encoding="utf-8", newline="\n")
        print(f"{path.name}: {len(entries(parts[name]))} packages")
    return 0


def apart(text: str) -> dict[str, str]:
    """Lock → its entries of `text`, which is all of them as uv wrote them."""
    parts = {LOCK.stem: "", **dict.fromkeys(APART, "")}
    for entry in entries(text):
        name = entry.partition("==")[0]
        place = next((place for place, names in APART.items() if re.fullmatch(names, name)), LOCK.stem)
        parts[place] += entry
    return parts


def entries(text: str) -> list[str]:
    """Each package's lines."""
    return re.findall(r"^[A-Za-z0-9].*\n(?:[ \t]+.*\n)*", text, flags=re.MULTILINE)


def with_builds(text: str, former: str, builds: list[Path]) -> str:
    """The lock of torch with the hashes of `builds` too, and of those named before if its version is the same."""
    hashes = {f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in builds}
    version = text.split(maxsplit=1)[0] if text else ""
    if version and version in former:
        hashes.update(re.findall(r"sha256:[0-9a-f]{64}", former))
    known = set(re.findall(r"sha256:[0-9a-f]{64}", text))
    more = "".join(f" \\\n    --hash={value}" for value in sorted(hashes - known))
    return re.sub(r"(--hash=\S+)(\n(?!\s+--hash))", lambda match: match[1] + more + match[2], text, count=1)


def requirements() -> list[str]:
    """Every requirement of every layer, once, sorted."""
    found: set[str] = set()
    for path in (TEMPLATES / "layers").glob("*/layer.toml"):
        for texts in tomllib.loads(path.read_text(encoding="utf-8")).get("dependencies", {}).values():
            found.update(texts)
    return sorted(text for text in found if not any(text.startswith(name) for name in UNLOCKED))


def digest(wanted: list[str]) -> str:
    return hashlib.sha256("\n".join(wanted).encode()).hexdigest()


def header(mark: str, name: str) -> str:
    return (
        f"# The union of all layers' requirements, {TITLES[name]} for every platform and Python 3.11 to 3.13.\n"
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
