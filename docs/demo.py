"""The main job in one command, on a machine with nothing but Python ≥ 3.11 and git: `python3 docs/demo.py [--clean]`.

Sets mlsmith up in `.venv`, makes a fraud project in `demo/shop`, trains and evaluates it on the data it generates, lints it, then plants a
mistake that its own quality figures would not show, and lets mlsmith name it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
PROJECT = DEMO / "shop"
INCIDENT = "fit-before-split"

sys.path.insert(0, str(ROOT))
from tests.run import PYTHON, set_up  # noqa: E402


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"mlsmith needs Python 3.11 or newer; this is {sys.version.split()[0]}", file=sys.stderr)
        return 2
    set_up()
    if "--clean" in sys.argv:
        shutil.rmtree(DEMO, ignore_errors=True)
    if not PROJECT.exists():
        DEMO.mkdir(exist_ok=True)
        say("a fraud project, offline, with hashed pins", "mlsmith new shop --kind fraud -y")
        must(mlsmith("new", "shop", "--kind", "fraud", "-y", cwd=DEMO))
        first_commit()
    else:
        must(run("git", "checkout", "--quiet", "--", "."))
    say("train and evaluate it", "python3 project.py train")
    must(run(sys.executable, "project.py", "train"))
    say("lint and gate it", "mlsmith lint && mlsmith gate")
    must(mlsmith("lint"))
    must(mlsmith("gate"))
    say("now the usual mistake: scale, then shuffle and split", f"git apply docs/incidents/{INCIDENT}.patch")
    must(run("git", "apply", f"docs/incidents/{INCIDENT}.patch"))
    say("mlsmith names it", "mlsmith lint")
    found = mlsmith("lint", "--no-baseline")
    must(run("git", "checkout", "--quiet", "--", "."))
    if found != 1:
        print("the planted mistake was not found", file=sys.stderr)
        return 1
    print(f"\nThe project is in {PROJECT.relative_to(ROOT)}; docs/incidents/ there has more mistakes to try, and what catches each.")
    return 0


def first_commit() -> None:
    """`mlsmith new` makes no repository inside another one; the demonstration wants one of its own."""
    if not (PROJECT / ".git").exists():
        must(run("git", "init", "--quiet"))
        must(run("git", "add", "--all"))
        must(run("git", "-c", "user.name=demo", "-c", "user.email=demo@localhost", "commit", "--quiet", "-m", "A new project"))


def say(what: str, command: str) -> None:
    print(f"\n\x1b[1m▸ {what}\x1b[0m\n  $ {command}\n" if sys.stdout.isatty() else f"\n▸ {what}\n  $ {command}\n", flush=True)


def mlsmith(*arguments: str, cwd: Path = PROJECT) -> int:
    return run(str(PYTHON), "-m", "mlsmith", *arguments, cwd=cwd)


def run(*command: str, cwd: Path = PROJECT) -> int:
    return subprocess.run(command, cwd=cwd, check=False).returncode


def must(code: int) -> None:
    if code:
        sys.exit(code)


if __name__ == "__main__":
    sys.exit(main())
