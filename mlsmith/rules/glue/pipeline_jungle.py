"""GLU102."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Finding, Module, Project, Rule, Severity, tokens
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.commands import WAITING, Start, starts
from mlsmith.rules.kit.origins import is_lesson

_ORCHESTRATORS = frozenset(
    {
        "airflow",
        "prefect",
        "luigi",
        "dagster",
        "kfp",
        "metaflow",
        "zenml",
        "kedro",
        "flytekit",
        "snakemake",
        "ploomber",
    }
)
_PIPELINES = ("dvc.yaml", "dvc.yml", "MLproject", "Snakefile")
_LEARNING = frozenset({
    "torch", "tensorflow", "keras", "sklearn", "xgboost", "lightgbm", "catboost", "transformers", "pandas", "numpy", "polars", "jax", "lightning",
    "datasets", "scipy", "cv2", "librosa", "spacy", "nltk", "gensim", "mlflow", "wandb",
})  # fmt: skip
_CHECKING = frozenset(
    {"test", "tests", "check", "ci", "doc", "docs", "bench", "benchmark", "benchmarks", "tutorial", "tutorials", "install", "setup"}
)
_MOST = 12
"""Scripts of a chain that are kept"""
_LEAST = 2


class PipelineJungle(Rule):
    """A pipeline is a program that starts other programs of the project one after the other.

    ## What it finds
    A file that starts at least two different Python scripts or modules of its own project through `os.system` or `subprocess`, waiting for
    each, in one run of one function or of the file: command lines and lists, loops over a list of scripts, wrappers such as `run("train.py")`.
    One of the scripts works with data or models. One finding a file.

    ## Why it is debt
    The steps speak with each other through files, whose names stand in each of them and nowhere else. Nothing knows which step is stale, a step
    that fails is passed over (`os.system` only returns a number), no debugger, profiler or test sees more than one step, and a rename breaks the
    chain silently (Sculley et al. 2015, pipeline jungles).

    ## Bad
    ```python prepare.py
    import pandas as pd

    pd.read_csv("raw.csv").dropna().to_parquet("clean.parquet")
    ```
    ```python train.py
    import pandas as pd

    table = pd.read_parquet("clean.parquet")
    ```
    ```python run.py
    import os

    os.system("python prepare.py")  # finding: GLU102
    os.system("python train.py --epochs 10")
    ```

    ## Good
    ```python shop.py
    import pandas as pd


    def prepare(table):
        return table.dropna()


    def train(table):
        return table.mean()
    ```
    ```python run.py
    import pandas as pd

    from shop import prepare, train

    train(prepare(pd.read_csv("raw.csv")))
    ```

    ## Fix
    None: the steps have to become functions that one program calls, or stages that an orchestrator knows (DVC, Snakemake, Airflow, Prefect).

    ## When it stays silent
    In tests, examples, lessons and benchmarks; where the file imports an orchestrator, or the project has a `dvc.yaml`; for one script that is
    started again and again with other options, which is a search; for scripts of which only one runs (`if … else`); for what is started beside
    the others (`Popen`); for other people's programs; for commands that are put together from what is not known. Intermediate files that scripts pass
    to each other without such a program are not looked at.

    Measured on unseen code, see the page on precision: 10 of 10 findings held in round 30. They are rare: some 90 repositories had four of them, the
    others were looked for.

    ## References
    Sculley et al. 2015, section 4, pipeline jungles.
    """

    code = "GLU102"
    severity = Severity.WARNING
    minutes = 60
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        if (
            not module.imports("os", "subprocess")
            or module.packages & _ORCHESTRATORS
            or _CHECKING & set(tokens(module.path))
            or is_lesson(module.path)
        ):
            return None
        return _chain(module)

    def collect_config(self, document: ConfigDocument) -> Any:
        return True if document.path.rpartition("/")[2] in _PIPELINES else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        if any(facts is True for _, facts in collected):
            return
        for path, (scripts, seen) in collected:
            own = list(dict.fromkeys(found for script in scripts if (found := _own(project, path, script))))
            if len(own) >= _LEAST and any(_works(project, script) for script in own):
                names = [script.rpartition("/")[2] for script in own]
                listed = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
                yield self.finding(
                    place_from(path, project, seen),
                    f"{listed} are started one after the other as programs, and pass on what they made through files",
                    advice="make the steps functions that one program calls, or declare them as stages with inputs and outputs (DVC, Snakemake, Airflow)",
                )  # fmt: skip


def _chain(module: Module) -> tuple[tuple[str, ...], Any] | None:
    """The scripts that the file starts in one run of one scope, and where the first is started."""
    by_scope: dict[int, list[Start]] = {}
    for call in module.calls_to(*WAITING):
        for start in starts(module, call):
            together = by_scope.setdefault(start.scope, [])
            if not any(start.block.excludes(other.block) for other in together):
                together.append(start)
    for together in by_scope.values():
        scripts = tuple(dict.fromkeys(start.script for start in together))
        if len(scripts) >= _LEAST:
            return scripts[:_MOST], tuple(where(module, min((s.node for s in together), key=lambda node: node.lineno)))
    return None


def _own(project: Project, path: str, script: str) -> str:
    """The file of the project that a script or module is; empty where it is none, or the one that starts it."""
    if script.startswith("-m "):
        ending = script[3:].replace(".", "/")
        ends: tuple[str, ...] = (f"{ending}.py", f"{ending}/__main__.py")
    else:
        ends = (re.sub(r"^(\*|\.{1,2}|/)+/", "", script).lstrip("/"),)
    found = [other for other in project.files for end in ends if other == end or other.endswith(f"/{end}")]
    folder = path.rpartition("/")[0]
    near = [other for other in found if other.startswith(f"{folder}/")] if folder else []
    own = min(near or found, key=len, default="")
    return "" if own == path or own.rpartition("/")[2] == "setup.py" else own


def _works(project: Project, path: str) -> bool:
    """Whether a script works with data or models."""
    return any(origin.partition(".")[0] in _LEARNING for _, origin in project.files[path].imports)
