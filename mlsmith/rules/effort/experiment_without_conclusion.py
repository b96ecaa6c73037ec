"""EFF104."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import ConfigDocument, Context, Finding, Module, Place, Project, Rule, Severity, tokens

_DAYS = 90
_FOLDERS = frozenset({"experiments", "exps"})
_CONFIGURATIONS = frozenset({"conf", "confs", "config", "configs", "configuration", "configurations", "hydra", "yaml", "yamls"})
_NAMED = regex(r"(?:exp|experiment)[_-]?\d\w*|exp[_-][\w-]+", re.I)
_TOOLS = frozenset({
    "init", "main", "run", "runner", "runs", "launch", "train", "training", "trainer", "fit", "finetune", "pretrain", "eval", "evaluate", "evaluation",
    "test", "tests", "predict", "inference", "plot", "plots", "plotting", "visualize", "visualise", "analysis", "analyze", "analyse", "util", "utils",
    "helpers", "common", "shared", "lib", "core", "base", "basic", "default", "defaults", "config", "configs", "conf", "settings", "setup", "data",
    "dataset", "datasets", "prepare", "preprocess", "process", "download", "convert", "make", "template", "example", "examples", "sample", "demo", "debug",
    "sweep", "sweeps", "script", "scripts", "src", "model", "models", "manager", "registry", "results", "result", "reports", "report", "logs", "outputs",
    "output", "figures", "notebooks", "cli", "benchmark", "tools", "experiment", "experiments", "exp", "exps", "none", "null", "all", "smoke", "local",
    "check", "sanity", "inspect", "show", "visual", "extract", "tsne", "compare", "profile", "export",
})  # fmt: skip
"""First words of what is used by experiments, or shows how one is written, rather than being one"""
_SET_ASIDE = frozenset({"archive", "archived", "old", "attic", "deprecated", "legacy", "obsolete", "graveyard"})
_OUTCOMES = frozenset(
    {"result", "results", "report", "reports", "output", "outputs", "figures", "logs", "leaderboard", "scores", "metrics", "notes"}
)
_KEPT = (
    ".md", ".rst", ".txt", ".org", ".tex", ".pdf", ".html", ".csv", ".tsv", ".xlsx", ".log", ".out", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".npy", ".npz",
    ".pkl", ".pt", ".pth", ".ckpt", ".joblib", ".parquet", ".dvc",
)  # fmt: skip
"""Endings of what a run leaves behind, and of notes"""
_PAGES = (".md", ".rst", ".txt", ".org", ".adoc", ".tex", ".csv", ".tsv", ".ipynb", ".html")
_RUNS = ".mlsmith/runs/"
_OF_A_PAPER = ("the paper", "our paper", "this paper", "paper:", "inproceedings", "@article", "@misc", "bibtex", "citation", "cite")
"""Words of a README whose results stand in a paper"""
_SOURCES = (".py", ".sh", ".bash", ".yaml", ".yml", ".toml", ".json", ".cfg", ".ini", ".sbatch", ".slurm", ".bat")
_NAMES_OF_TRACKERS = ("wandb", "mlflow", "comet_ml", "clearml", "dvclive", "swanlab", "neptune-client", "NeptuneLogger")
_TRACKERS = ("neptune", "sacred", "aim", "guild", "trackio", "polyaxon", "labml")
"""Those whose names are words as well, by what is imported"""
_LEARNING = frozenset({"fit", "train", "pretrain", "finetune", "backward", "cross", "learn", "optimize", "minimize"})
"""First words of calls that train, or that start what does: `fit`, `train_model`, `cross_val_score`"""
_SAID = regex(
    r"\b(?:results?\s*[:=]|conclu|outcome|verdict|findings?\s*:|lesson|learned that|turned out|(?:did|does)(?:n'?t| not) (?:work|help|improve)|no "
    r"improvement|works? (?:better|worse|well|best)|worked|abandoned|rejected|discarded|superseded"
    r"|(?:cv|lb|score|acc|accuracy|auc|rmse|mae|mse|loss|map|miou|f1|bleu|psnr|dice|iou|r2|perplexity|ppl)\b[^\n]{0,16}?\d+\.\d)",
    re.I,
)


class ExperimentWithoutConclusion(Rule):
    """An experiment was tried and left lying, and nothing says what came of it.

    ## What it finds
    A script, a configuration or a folder of them under `experiments/` or `exps/`, named `exp_…` or `exp012`, or an option of a group `experiment`
    of a configuration folder, that is the same as 90 days before the newest commit, with no record of a result: no results, logs, figures or
    notes beside it, nothing of its name among the other files, no record of a run in `.mlsmith/runs`, no page of documentation, table or
    notebook that names it, no word of an outcome in its own comments. One finding an experiment. Asked of git; without a history: nothing.

    ## Why it is debt
    Somebody paid for the answer, and it is lost: the next one repeats the experiment, or keeps its code working for fear that it matters.
    Experiments have to be planned and paid for by what the ones before them gave (Arpteg et al. 2018, experiment management and effort
    estimation).

    ## Bad
    ```python
    # experiments/label_smoothing.py of last year, named nowhere else; the example needs a history and stands in the tests
    ```

    ## Good
    ```python
    # experiments/label_smoothing.py
    # Outcome: recall 0.41 instead of 0.43 on the validation months, not taken over.
    ```

    ## Fix
    None: what came of it is known to whoever ran it.

    ## When it stays silent
    Without git, in a clone that was cut off, and where the history is shorter; when any file of the experiment changed since, or another
    file of the project imports it; in a project that hands its runs to a tracker (Weights & Biases, MLflow, Neptune and others), which keeps
    what came of them, or whose README speaks of a paper; for what experiments share (`base`, `utils`, `train`) and what was put into an
    archive; for scripts that train nothing; for notebooks; in tests, examples and documentation. It
    knows only what is committed. What is an outcome and what only instructions is not told apart: a name on any page is enough.

    Off unless it is asked for: of 44 repositories with such experiments and a history that is long enough, fifteen of them with a tracker, it
    speaks in two, with seven findings; the five that were read held. Six others, of papers and of scripts that only draw, did not, and are
    silent now.

    ## Options
    `days = 180` reports only what has been left alone for longer; 90 by default.

    ## References
    Arpteg et al. 2018, Software engineering challenges of deep learning; Sculley et al. 2015, section 6, dead experimental codepaths.
    """

    code = "EFF104"
    severity = Severity.INFO
    minutes = 20
    default_on = False
    needs_history = True
    speaks_in_examples = False
    options = {"days": _DAYS}  # noqa: RUF012

    def collect(self, module: Module) -> Any:
        if any(name in module.source.text for name in _NAMES_OF_TRACKERS) or module.imports(*_TRACKERS):
            return "tracked"
        if module.notebook is not None or module.context is not Context.CODE or _experiment_of(module.path) is None:
            return None
        return "said" if _says_so(module.source.lines) else "runs" if _runs(module) else None

    def collect_config(self, document: ConfigDocument) -> Any:
        if document.format == "json":
            return None
        if any(name in line for line in document.lines for name in _NAMES_OF_TRACKERS):
            return "tracked"
        if _experiment_of(document.path) is None:
            return None
        return "said" if _says_so(document.lines) else "runs"

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        if project.history is None or not collected or any(seen == "tracked" for _, seen in collected):
            return
        experiments: dict[str, list[str]] = {}
        for path, _ in collected:
            experiments.setdefault(_experiment_of(path) or path, []).append(path)
        for path, seen in collected:
            if seen == "said":
                experiments.pop(_experiment_of(path) or path, None)
        experiments = {name: paths for name, paths in experiments.items() if project.is_asked(min(paths))}
        if not experiments:
            return
        tree = _Tree(project.history.standing(int(self.option["days"])))
        left = [
            name for name in experiments if tree.is_left_alone(name) and not _is_used(project, tree, name) and not tree.has_outcome(name)
        ]
        if not left or project.history.words_in(tree.readmes, _OF_A_PAPER):
            return
        named = project.history.words_in(tree.pages, sorted({word for name in left for word in _spellings(name)}))
        for name in sorted(left):
            if not named.intersection(_spellings(name)):
                yield self.finding(
                    Place.of_line(min(experiments[name]), (1, 1, 1, 2), name),
                    f"the experiment `{name}` has been left alone for {self.option['days']} days, and nothing in the project says what came of it",
                    advice="write down what came of it, be it in one line, or delete it: the history keeps it",
                )  # fmt: skip


class _Tree:
    """The files of the newest commit, as questions about one experiment want them."""

    def __init__(self, standing: Mapping[str, bool]) -> None:
        self._standing = standing
        self._paths = sorted(standing)
        self._kept = {posixpath.dirname(path) for path in standing if path.endswith(_KEPT)}
        self._others = [path for path in self._paths if not path.endswith(_SOURCES)]
        self._others_text = "\n".join(self._others).lower()
        folders = {posixpath.dirname(path) for path in standing}
        self._of_outcomes = {
            posixpath.dirname(f) for folder in folders for f in _upwards(folder) if _OUTCOMES.intersection(tokens(f.rpartition("/")[2]))
        }

    @property
    def pages(self) -> list[str]:
        return [path for path in self._paths if path.endswith(_PAGES) or path.startswith(_RUNS)]

    @property
    def readmes(self) -> list[str]:
        return [path for path in self._paths if path.lower().startswith("readme")]

    def inside(self, name: str) -> list[str]:
        """The files of an experiment."""
        if name in self._standing:
            return [name]
        return self._paths[bisect_left(self._paths, name + "/") : bisect_left(self._paths, name + "0")]  # 0 comes after /

    def is_left_alone(self, name: str) -> bool:
        inside = self.inside(name)
        return bool(inside) and all(self._standing[path] for path in inside)

    def has_outcome(self, name: str) -> bool:
        """Whether a file may hold what came of an experiment: in it or beside it, in a folder for that, or under its name."""
        beside, word = posixpath.dirname(name), _word(name)
        if (beside and beside in self._kept) or any(path.endswith(_KEPT) for path in self.inside(name)):
            return True
        if self._of_outcomes.intersection((name, beside, posixpath.dirname(beside))):
            return True
        return word in self._others_text and any(word in path.lower() for path in self._others if not path.startswith(name))


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def _word(name: str) -> str:
    return posixpath.basename(name).partition(".")[0].lower()


def _spellings(name: str) -> set[str]:
    """An experiment's name as a page may write it."""
    word = _word(name)
    return {word, word.replace("_", "-"), word.replace("-", "_"), word.replace("_", " ").replace("-", " ")}


def _is_used(project: Project, tree: _Tree, name: str) -> bool:
    """Whether other files import what stands in an experiment."""
    inside = tree.inside(name)
    return any(project.importers_of_module(path).difference(inside) for path in inside if path in project.files)


def _experiment_of(path: str) -> str | None:
    """The folder, or else the file, that is one experiment to which a file belongs; None where it belongs to none."""
    parts = path.split("/")
    if any(_SET_ASIDE.intersection(tokens(part)) for part in parts):
        return None
    for position, part in enumerate(parts):
        is_file = position == len(parts) - 1
        stem = part.partition(".")[0] if is_file else part
        if _NAMED.fullmatch(stem) and not _is_tool(stem):
            return "/".join(parts[: position + 1])
        if not is_file and _holds_experiments(parts, position):
            return _inside(parts, position + 1)
    return None


def _holds_experiments(parts: list[str], position: int) -> bool:
    folder = parts[position].lower()
    if folder == "experiment":  # The group of a configuration; anywhere else a package that is called so.
        return any(part.lower() in _CONFIGURATIONS for part in parts[:position]) and parts[-1].endswith((".yaml", ".yml", ".toml"))
    return folder in _FOLDERS


def _inside(parts: list[str], position: int) -> str | None:
    """The experiment in a folder of experiments, past folders that only sort them by kind or date."""
    while position < len(parts) - 1 and (_is_tool(parts[position]) or not any(map(str.isalpha, parts[position]))):
        position += 1
    name = parts[position].partition(".")[0] if position == len(parts) - 1 else parts[position]
    return None if _is_tool(name) or len(name) < 3 else "/".join(parts[: position + 1])


def _is_tool(name: str) -> bool:
    words = [word for word in tokens(name) if word not in ("exp", "experiment")]
    return not words or words[0] in _TOOLS or all(word in _TOOLS for word in words)


def _runs(module: Module) -> bool:
    """Whether a script is more than definitions, and learns something."""
    learning = [word for word in module.words_called if _LEARNING.intersection(tokens(word)[:1])]
    if not learning:
        return False
    return "__main__" in module.source.text or any(module.function_around(call.node) is None for call in module.calls_spelt(*learning))


def _says_so(lines: Iterable[str]) -> bool:
    """Whether a comment, or the text at the head, speaks of an outcome."""
    return any(_SAID.search(line) for line in lines if "#" in line or '"""' in line or "'''" in line)
