"""A lint of one file says of it what a lint of the whole project says: rules that look at the project may spare themselves the rest."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.engine.run import Options, lint_tree
from mlsmith.finding import Finding
from mlsmith.settings import Settings
from mlsmith.sources.tree import MemoryTree

MODULES = 4
USES = (
    "from part{0} import work{0}\n\nwork{0}([1])\nwork{0}([2])\n",
    "from part{0} import work{0} as job\n\njob([1], old=False)\njob([2], False)\n",
    "import part{0}\n\npart{0}.work{0}([1])\npart{0}.work{0}([3])\n",
    "from shared import again{0}\n\nagain{0}([1])\nagain{0}([2])\n",
    "from part{0} import work{0}\n\nwork{0}([1], old=True)\n",
    "from part{0} import work{0}\n\nSTEPS = [work{0}]\n",
    'NAMES = ["part{0}.work{0}"]\n',
    "def run(step):\n    return step.work{0}([1])\n",
    "from part{0} import Trainer{0}\n\nTrainer{0}(4).fit([1])\nTrainer{0}(5, slow=False).fit([2])\n",
    'import yaml\n\ncfg = yaml.safe_load(open("conf/run.yaml"))\nprint(cfg["epochs"], cfg["wdith"])\n',
    'import yaml\n\ncfg = yaml.safe_load(open("conf/run.yaml"))\nprint(cfg["epochs"], cfg["width"])\n',
    'import yaml\n\ncfg = yaml.safe_load(open("conf/run.yaml"))\nprint(cfg.get("epochs", 3), cfg.get("model", {{}}).get("size", 7))\n',
    'import yaml\n\ncfg = yaml.safe_load(open("conf/run.yaml"))\nprint(cfg.get("model", {{}}).get("size", 9))\n',
)  # fmt: skip
"""Ways in which a file uses the functions of another"""


def project_of(chosen: list[list[tuple[int, int]]]) -> dict[str, str]:
    """Modules with a flag each, one that imports them under other names, and a configuration."""
    files = {"conf/run.yaml": "epochs: 3\nwidth: 4\nunread: 5\n", "shared.py": ""}
    for number, uses in enumerate(chosen):
        own = (
            f"def work{number}(rows, old=False):\n    if old:\n        rows = [row * 2 for row in rows]\n        rows.sort()\n        return rows\n"
            f"    return [row + 1 for row in rows]\n\n\nclass Trainer{number}:\n    def __init__(self, width, slow=False):\n        self.width = width\n"
            "        if slow:\n            self.width = width * 2\n            self.steps = 7\n            self.rate = 3\n\n"
            "    def fit(self, rows):\n        return rows\n\n\n"
        )
        files[f"part{number}.py"] = own + "\n\n".join(USES[way].format(other) for way, other in uses)
        files["shared.py"] += f"from part{number} import work{number} as again{number}\n"
    return files


def found(files: dict[str, str], *paths: str) -> list[Finding]:
    everything = Settings()._replace(select=("ALL",), project="application")
    return list(lint_tree(partial(MemoryTree, files), Path("in-memory"), everything, paths=paths, options=Options(jobs=1)).findings)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, len(USES) - 1), st.integers(0, MODULES - 1)), max_size=4), min_size=MODULES, max_size=MODULES
    )
)
def test_one_file_alone_gets_the_findings_that_it_has_in_the_whole_project(chosen: list[list[tuple[int, int]]]) -> None:
    files = project_of(chosen)
    whole = found(files)
    for path in files:
        assert found(files, path) == [finding for finding in whole if finding.path == path]


def test_the_projects_have_findings_of_the_rules_in_question() -> None:
    said = {finding.code for finding in found(project_of([[(0, 1)], [(8, 2), (0, 3)], [(9, 0)], []]))}
    assert {"DEX102", "CFG101", "CFG102"} <= said
