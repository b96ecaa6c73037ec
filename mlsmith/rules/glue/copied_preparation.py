"""GLU104."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.regex import regex
from mlsmith.rules.kit import (
    Context,
    Finding,
    Module,
    Place,
    Position,
    Project,
    RequirementsDocument,
    Rule,
    Severity,
    Span,
    TextDocument,
    tokens,
)
from mlsmith.rules.kit.copies import LENGTH, WORK, runs
from mlsmith.rules.kit.origins import is_borrowed, is_lesson

_TRAINING = frozenset({"train", "training", "trainer", "fit", "finetune", "pretrain"})
_SERVING = frozenset({
    "serve", "serving", "server", "service", "predict", "prediction", "predictor", "inference", "infer", "api", "app", "deploy", "deployment", "production",
    "prod", "endpoint", "scoring", "handler", "online",
})  # fmt: skip
_MEANT = frozenset({
    "legacy", "old", "deprecated", "archive", "archived", "backup", "single", "standalone", "bundle", "bundled", "bootstrap", "kernel", "kernels", "contrib",
    "projects", "egs", "baselines", "competitions", "template", "templates", "tutorial", "tutorials", "course", "courses", "bench", "benchmark",
    "benchmarks", "playground", "sandbox", "scratch", "demo", "demos", "example", "examples",
})  # fmt: skip
"""Words of places whose copies are meant, or are past"""
_ARCHITECTURES = frozenset({
    "network", "networks", "net", "nets", "module", "modules", "layer", "layers", "attention", "backbone", "backbones", "arch", "archs", "architectures",
})  # fmt: skip
"""Words of places that define networks, which are taken from each other's repositories as they are"""
_VERSION = regex(r"[_\-. ]*(v?\d+|old|new|copy|backup|bak|final|orig|original|tmp|temp|prev|fixed|modified|stable)$", re.IGNORECASE)
_COMPARED = 8
"""Files with one run that all others with it are compared with"""
_MOST = 10
"""Findings of a project: where every file is a copy, one word for each says nothing more"""


class _Seen(NamedTuple):
    path: str
    line: int
    cell: int


class CopiedPreparation(Rule):
    """The same statements prepare data, train or evaluate in two files.

    ## What it finds
    Eight or more statements in a row, of a function, a script or a notebook, that stand in another file of the project as well and are the same
    up to the names of variables; what is called, attributes, keywords, strings and numbers have to be equal. At least four of the eight work
    with data or models (pandas, NumPy, scikit-learn, PyTorch and the like), and six are different from each other; what prints or logs does not
    count and does not part them. Of a file some runs are kept as hashes, so that a copy of nine statements is found unless the file is very
    long, and one of eight often. One finding a file, at the copy, and at most ten a project, those that share most; a notebook counts as
    the copy of a module.

    ## Why it is debt
    Preparation that is written down twice is mended once: training, evaluation and serving begin to see different data, and nothing
    fails (Sculley et al. 2015, glue code and pipeline jungles; Arpteg et al. 2018). What differs already, other constants or steps, is no longer
    equal and is not found.

    ## Bad
    ```python train.py
    import numpy as np
    import pandas as pd


    def prepare(path):
        orders = pd.read_csv(path, parse_dates=["day"])
        orders = orders.dropna(subset=["price"])
        orders["weekday"] = pd.to_datetime(orders["day"]).dt.dayofweek
        orders["log_price"] = np.log1p(orders["price"])
        low, high = np.quantile(orders["log_price"], [0.01, 0.99])
        orders["log_price"] = np.clip(orders["log_price"], low, high)
        dummies = pd.get_dummies(orders["shop"], prefix="shop")
        orders = pd.concat([orders, dummies], axis=1)
        return orders.drop(columns=["day", "shop"])
    ```
    ```python predict.py
    import numpy as np
    import pandas as pd


    def features(file):
        table = pd.read_csv(file, parse_dates=["day"])  # finding: GLU104
        table = table.dropna(subset=["price"])
        table["weekday"] = pd.to_datetime(table["day"]).dt.dayofweek
        table["log_price"] = np.log1p(table["price"])
        low, high = np.quantile(table["log_price"], [0.01, 0.99])
        table["log_price"] = np.clip(table["log_price"], low, high)
        dummies = pd.get_dummies(table["shop"], prefix="shop")
        table = pd.concat([table, dummies], axis=1)
        return table.drop(columns=["day", "shop"])
    ```

    ## Good
    ```python features.py
    import numpy as np
    import pandas as pd


    def prepare(path):
        orders = pd.read_csv(path, parse_dates=["day"]).dropna(subset=["price"])
        orders["log_price"] = np.log1p(orders["price"])
        return orders
    ```
    ```python train.py
    from features import prepare

    orders = prepare("orders.csv")
    ```
    ```python predict.py
    from features import prepare

    orders = prepare("today.csv")
    ```

    ## Fix
    None: where the common function belongs is a decision.

    ## When it stays silent
    In tests, examples, lessons, documentation, generated and vendored files, and files whose head names the repository that they came from; for what
    defines networks (`forward`, `__init__`, folders of layers and backbones), which projects take over as it is; between two notebooks; between a
    script and its notebook of the same name, and files of the same name; between versions of a file (`train.py`, `train_v2.py`: another rule);
    between parts of a repository that each have their own README or requirements, unless one trains and the other serves; in folders such as
    `legacy`, `baselines`, `demo` or `egs`.

    Measured on unseen code, see the page on precision: 54 of 63 findings held in round 30. The others were layers, metrics and whole folders taken
    over from elsewhere, and demonstrations that stand alone; all but one of them are silent since.

    Off by default: on twelve projects that nobody had looked at 7 of 11 findings held. The others were scripts and trainers that stand alone
    on purpose, one a model, each to be read from top to bottom.

    ## References
    Sculley et al. 2015, section 4; Breck et al. 2017, tests for training-serving skew; Arpteg et al. 2018.
    """

    code = "GLU104"
    severity = Severity.WARNING
    minutes = 30
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        if module.context is not Context.CODE or not module.packages & WORK or (_MEANT | _ARCHITECTURES) & set(tokens(module.path)):
            return None
        if is_lesson(module.path) or is_borrowed(module):
            return None
        found = []
        for run in runs(module):
            span = module.source.localise(Position(run.line, 1), Position(run.line, 2))
            found.append((run.digest, span.start.line, -1 if span.cell is None else span.cell))
        return tuple(found) or None

    def collect_text(self, document: TextDocument) -> Any:
        return True if document.path.rpartition("/")[2].lower().startswith("readme") else None

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        return True

    def project(self, project: Project) -> Iterator[Finding]:
        places: dict[int, list[_Seen]] = {}
        roots: set[str] = set()
        for path, facts in project.collected(self):
            if facts is True:
                roots.add(path.rpartition("/")[0])
            else:
                for digest, line, cell in facts:
                    places.setdefault(digest, []).append(_Seen(path, line, cell))
        shared: dict[str, list[tuple[_Seen, _Seen]]] = {}
        for seen in places.values():
            for home, copy in _pairs(seen):
                if not _is_meant(home.path, copy.path, roots):
                    shared.setdefault(copy.path, []).append((copy, home))
        ranked = sorted((-len({copy for copy, _ in pairs}), path) for path, pairs in shared.items())[:_MOST]
        for path in sorted(path for _, path in ranked):
            yield self._report(path, shared[path])

    def _report(self, path: str, pairs: list[tuple[_Seen, _Seen]]) -> Finding:
        counts = Counter(home.path for _, home in pairs)
        most = min(counts, key=lambda other: (-counts[other], other))
        copy, home = min(pair for pair in pairs if pair[1].path == most)
        cell = f", cell {home.cell + 1}" if home.cell >= 0 else ""
        rest = f", and in {len(counts) - 1} more file{'s' if len(counts) > 2 else ''}" if len(counts) > 1 else ""
        span = Span(Position(copy.line, 1), Position(copy.line, 2), None if copy.cell < 0 else copy.cell)
        return self.finding(
            Place(path, span, anchor=f"copied from {most}"),
            f"{LENGTH} statements or more, from here on, stand in `{most}` as well, from line {home.line}{cell} on{rest}",
            advice="make them one function that both call: what is mended in one copy stays wrong in the other",
        )  # fmt: skip


def _pairs(seen: list[_Seen]) -> Iterator[tuple[_Seen, _Seen]]:
    """Each with those before it, of other files: notebooks are copies of modules, and what serves of what trains, not the other way round."""
    ordered = sorted(seen, key=lambda one: (one.cell >= 0, bool(_SERVING & set(tokens(one.path))), one.path, one.line))
    for number, copy in enumerate(ordered):
        for home in ordered[: min(number, _COMPARED)]:
            if home.path != copy.path:
                yield home, copy


def _is_meant(one: str, two: str, roots: set[str]) -> bool:
    """Whether two files are apart on purpose, or another rule speaks of them."""
    (folder, name), (other_folder, other_name) = one.rpartition("/")[::2], two.rpartition("/")[::2]
    stem, other_stem = name.rpartition(".")[0], other_name.rpartition(".")[0]
    if one.endswith(".ipynb") and two.endswith(".ipynb"):
        return True
    if folder == other_folder and _VERSION.sub("", stem) == _VERSION.sub("", other_stem):
        return True  # versions of a file
    words, other_words = set(tokens(one)), set(tokens(two))
    if (words & _TRAINING and other_words & _SERVING) or (words & _SERVING and other_words & _TRAINING):
        return False
    return stem == other_stem or (_own_root(one, two, roots) and _own_root(two, one, roots))


def _own_root(path: str, other: str, roots: set[str]) -> bool:
    """Whether a folder above a file, and not above the other, has its own documentation or requirements."""
    folder = path.rpartition("/")[0]
    while folder and not other.startswith(f"{folder}/"):
        if folder in roots:
            return True
        folder = folder.rpartition("/")[0]
    return False
