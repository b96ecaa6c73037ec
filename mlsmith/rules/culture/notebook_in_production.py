"""CUL102."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import (
    ConfigDocument,
    Dockerfile,
    Finding,
    Module,
    Place,
    Position,
    Project,
    Rule,
    Severity,
    Span,
    TextDocument,
    serving,
    tokens,
)
from mlsmith.rules.kit.accesses import accesses
from mlsmith.rules.kit.commands import command_lines
from mlsmith.rules.kit.context import Context, context_of_path
from mlsmith.rules.kit.knowledge import storage
from mlsmith.rules.kit.notebook_runs import notebook_named, runs_in
from mlsmith.rules.kit.origins import is_lesson
from mlsmith.rules.kit.places import places

_PAPERMILL_TASKS = (
    "airflow.providers.papermill.operators.papermill.PapermillOperator", "airflow.operators.papermill_operator.PapermillOperator",
)  # fmt: skip
_BASH_TASKS = (
    "airflow.operators.bash.BashOperator", "airflow.providers.standard.operators.bash.BashOperator", "airflow.operators.bash_operator.BashOperator",
)  # fmt: skip
_CHECKING = frozenset({
    "test", "tests", "testing", "check", "checks", "validate", "verify", "lint", "doc", "docs", "documentation", "book", "website", "pages", "gallery",
    "tutorial", "tutorials", "example", "examples", "demo", "demos", "sample", "hello", "binder", "colab", "render",
})  # fmt: skip
"""Words of what runs notebooks to see whether they run, or to show them"""
_DEPLOYING = frozenset({
    "deploy", "deployment", "prod", "production", "cron", "crontab", "hourly", "daily", "nightly", "weekly", "monthly", "schedule", "scheduled",
    "scheduler", "entrypoint", "retrain",
})  # fmt: skip
_KEEPS = regex(r"\bgit push\b|\baws s3 (?:cp|sync|mv)\b|\bgsutil\b.*\bcp\b|\bdocker push\b|\bdvc push\b|\baz storage\b.*\bupload\b")
"""What hands on to others what a notebook made"""
_WORKFLOW = regex(r"(?:\.github/workflows/[^/]+|\.gitlab-ci)\.ya?ml")
_MAKEFILE = regex(r"(?:^|/)(?:GNUmakefile|[Mm]akefile|[Jj]ustfile)$|\.mk$")
_SCRIPT = (".sh", ".bash", ".bat", ".ps1")
_MANY_LINES = 400
_MODELS = tuple(f".{ending}" for ending in sorted(storage.MODEL_ENDINGS))
_SHOWING = ("streamlit", "gradio", "dash", "telegram", "telebot", "discord")
"""Packages of programs that people use"""
_MIXED = (".pkl", ".pickle", ".h5", ".hdf5")
"""Endings of models and of tables alike"""
_ENDINGS = _MODELS + _MIXED
_MODEL_WORDS = frozenset({
    "model", "models", "clf", "classifier", "regressor", "regression", "estimator", "pipeline", "net", "network", "weights", "xgb", "xgboost", "lgb",
    "lgbm", "catboost", "rf", "forest", "svm", "lstm", "cnn",
})  # fmt: skip
_FITS = ("fit", "fit_generator", "backward", "train_model", "fit_one_cycle")


class NotebookInProduction(Rule):
    """A notebook runs in production, or is all there is of a training that others depend on.

    ## What it finds
    Notebooks that are executed, by `papermill`, `jupyter nbconvert --execute`, `jupyter execute` or `ipython`, in a workflow of GitHub or GitLab that
    is scheduled or called a deployment, a task of Airflow, a Dockerfile, or a script or target of a Makefile that by its name, or by what it does
    with the result, deploys or is scheduled. Also notebooks of 400 lines of code and more that fit a model and export it to a file that a service
    or a package of the project uses.

    ## Why it is debt
    A notebook is read, run and mended by one person at a time, cell by cell. As a program it has no interface, its parts cannot be tested, a
    review shows outputs instead of changes, and the kernel's state is not in the file: those who operate it cannot take over what those who
    wrote it know (Sculley et al. 2015, cultural debt; Arpteg et al. 2018, cultural differences).

    ## Bad
    ```notebook churn.ipynb
    # In[1]
    scores = model.predict(customers)  # finding: CUL102
    ```
    ```yaml .github/workflows/score.yml
    on:
      schedule:
        - cron: "0 5 * * *"
    jobs:
      score:
        steps:
          - run: papermill churn.ipynb out.ipynb
    ```

    ## Good
    ```notebook churn.ipynb
    # In[1]
    from shop.churn import score

    score(customers)
    ```
    ```yaml .github/workflows/score.yml
    on:
      schedule:
        - cron: "0 5 * * *"
    jobs:
      score:
        steps:
          - run: python -m shop.churn
    ```

    ## Fix
    None: what runs unattended has to move into a module with tests; the notebook may call it.

    ## When it stays silent
    For notebooks of examples, lessons, documentation and tests, and for what runs notebooks to check or to show them, as the names of files,
    targets and workflows tell, and workflows that run for pull requests too; where the notebook is named by a variable, or the name fits
    several; for notebooks that are converted to scripts, for Databricks' jobs, and for a single command of a Makefile that nothing says to be
    production. A long notebook that trains and exports counts only where the model is used: of 164 such notebooks in 24 repositories nearly all were
    courses, galleries of examples and competitions. The script that a notebook was converted to, and code that trains by itself, use no model.

    Measured on unseen code, see the page on precision: 12 of 22 findings held in the first look of round 30, in repositories that were looked for;
    nine of the others were models used by experiments and by converted copies, which are silent since, and of what came after that three of three held.

    ## Options
    `every = true` reports long notebooks that train and export even where nothing in the project uses the model; false by default.

    ## References
    Pimentel et al. 2019, A large-scale study about quality and reproducibility of Jupyter notebooks; Sculley et al. 2015; Arpteg et al. 2018.
    """

    code = "CUL102"
    severity = Severity.WARNING
    minutes = 60
    speaks_in_examples = False
    options = {"every": False}  # noqa: RUF012

    def collect(self, module: Module) -> Any:
        if module.notebook is not None:
            if is_lesson(module.path) or _is_check(module.path) or not module.notebook.cells:
                return None
            return ("n", module.notebook.cells[0].index, *_exported(module))
        if module.context is not Context.CODE:
            return None
        if not module.imports("airflow"):
            used = _used(module)
            return ("m", serving.is_serving(module) or module.imports(*_SHOWING), *used) if used and not _is_check(module.path) else None
        if _is_check(module.path):
            return None
        named = [place for call in module.calls_to(*_PAPERMILL_TASKS) for place in places(module, call.argument("input_nb", 0).node)]
        lines = [line for call in module.calls_to(*_BASH_TASKS) for line in command_lines(module, call)]
        named += [run.notebook for line in lines for run in runs_in(line)]
        return ("r", "a task of Airflow", tuple(dict.fromkeys(named))) if named else None

    def collect_config(self, document: ConfigDocument) -> Any:
        if not _WORKFLOW.fullmatch(document.path):
            return None
        name = f"{document.path} {document.value(('name',)) or ''}"
        text = "\n".join(line for line in document.lines if not line.lstrip().startswith("#"))
        if _is_check(name) or "pull_request" in text or "merge_request" in text:
            return None
        notebooks = [run.notebook for run in runs_in(text)]
        if "schedule" in text:
            return _runs("a schedule", notebooks)
        return _runs("a workflow that deploys", notebooks) if _is_deployment(name) else None

    def collect_dockerfile(self, document: Dockerfile) -> Any:
        if context_of_path(document.path) is not Context.CODE or _is_check(document.path):
            return None
        commands = [i.value for i in document.instructions if i.keyword in ("RUN", "CMD", "ENTRYPOINT")]
        started = re.findall(
            r"[\w-]+\.(?:sh|bash)\b", " ".join(i.value for i in document.instructions if i.keyword in ("CMD", "ENTRYPOINT"))
        )
        notebooks = [run.notebook for command in commands for run in runs_in(command)]
        return ("d", "an image", tuple(notebooks), tuple(started)) if notebooks or started else None

    def collect_text(self, document: TextDocument) -> Any:
        script = document.path.endswith(_SCRIPT)
        make = _MAKEFILE.search(document.path) is not None
        if not (script or make) or context_of_path(document.path) is not Context.CODE or _is_check(document.path):
            return None
        runs = [run for run in runs_in(document.text, targets=make) if not _is_check(run.target)]
        if not runs:
            return None
        if script and (_is_deployment(document.path) or _KEEPS.search(document.text)):
            return _runs("a script that deploys", [run.notebook for run in runs])
        chosen = [run.notebook for run in runs if _is_deployment(run.target) or _is_deployment(run.notebook)]
        return ("s", tuple(chosen), tuple(run.notebook for run in runs))

    def project(self, project: Project) -> Iterator[Finding]:
        kept = project.collected(self)
        notebooks = {path: data for path, data in kept if data[0] == "n"}
        read = {
            name: path
            for path, data in reversed(kept)
            if data[0] == "m" and (data[1] or f"{path.rpartition('/')[0]}/__init__.py" in project.files) for name in data[2:]
        }  # fmt: skip
        started = {name for _, data in kept if data[0] == "d" for name in data[3]} if notebooks else set()
        seen: dict[str, str] = {}
        for path, data in kept:
            if data[0] in "nm":
                continue
            how, named = _how(path, data, started)
            for name in named:
                seen.setdefault(notebook_named(name, notebooks), f"{how} in `{path}`")
        for path, (_, cell, *exported) in notebooks.items():
            model = next((name for name in exported[1:] if name in read), None)
            if path in seen:
                message = f"this notebook runs in production: by {seen[path]}"
            elif exported and self.option["every"] and not model:
                message = f"`{exported[1]}` is made in {exported[0]} lines of a notebook"
            elif model:
                message = f"`{model}`, which `{read[model]}` uses, is made in {exported[0]} lines of a notebook"
            else:
                continue
            place = Place.of_line(path, (1, 1, 1, 2), "notebook")
            yield self.finding(
                Place(path, Span(place.span.start, Position(1, 2), cell), anchor=place.anchor), message,
                advice="move the work into a module with tests, and let a script run it; the notebook may show it",
            )  # fmt: skip


def _how(path: str, data: Any, started: set[str]) -> tuple[str, tuple[str, ...]]:
    """In what a file runs notebooks, and which."""
    if path.rpartition("/")[2] in started and data[0] in "rs":
        return "an image", data[-1]
    return (data[1], data[2]) if data[0] != "s" else ("a deployment", data[1])


def _runs(how: str, notebooks: list[str]) -> Any:
    return ("r", how, tuple(dict.fromkeys(notebooks))) if notebooks else None


def _is_check(name: str) -> bool:
    return bool(_CHECKING & set(tokens(name)))


def _is_deployment(name: str) -> bool:
    return bool(_DEPLOYING & set(tokens(name)))


def _exported(module: Module) -> tuple[Any, ...]:
    """Lines of code of a notebook that fits a model, where they are many, and the files of models that it writes."""
    lines = sum(bool(line.strip()) for line in module.source.lines) - len(module.comment_lines)
    if lines < _MANY_LINES or not any(module.method_calls(*_FITS)):
        return ()
    written = {_file(access.place) for access in accesses(module) if access.way == "w" and _is_model(access.place)}
    return (lines, *sorted(written)) if written else ()


def _used(module: Module) -> list[str]:
    """The files of models that code names which trains none itself: the script that a notebook was converted to is not a service."""
    strings = [node.value for node in module.syntax.strings if isinstance(node.value, str) and node.value.endswith(_ENDINGS)]
    named = {_file(place) for place in strings if _is_model(place)}
    if not named or any(module.method_calls(*_FITS)):
        return []
    return sorted(named - {_file(access.place) for access in accesses(module) if access.way == "w"})


def _file(place: str) -> str:
    return place.replace("\\", "/").rpartition("/")[2]


def _is_model(place: str) -> bool:
    """Whether a file holds a model, by its ending, or by its name where tables have that ending too."""
    return place.endswith(_MODELS) or (place.endswith(_MIXED) and bool(_MODEL_WORDS & set(tokens(_file(place)))))
