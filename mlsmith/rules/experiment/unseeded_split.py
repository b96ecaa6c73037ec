"""EXP102."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Call, Finding, Fix, Module, Project, Rule, Safety, Severity, from_plain, last_word, to_plain, with_argument
from mlsmith.rules.kit.knowledge import sklearn, torch
from mlsmith.rules.kit.seeds import has_global_seed, seed_name
from mlsmith.rules.kit.splits import drawn_parts, is_used

_LOADED = (
    "datasets.load_dataset()",
    "datasets.Dataset()",
    "datasets.Dataset.from_pandas()",
    "datasets.load_from_disk()",
    "datasets.DatasetDict()",
)
_LOADED_AND_SPLIT = tuple(f"{source}.train_test_split" for source in _LOADED)
_SPLITS = sklearn.RANDOM_SPLITS | torch.RANDOM_SPLITS
"""Name → the argument that takes its seed"""
_OPTIONS = frozenset({
    "test_size", "train_size", "shuffle", "stratify_by_column", "seed", "generator", "keep_in_memory", "load_from_cache_file", "writer_batch_size",
    "train_indices_cache_file_name", "test_indices_cache_file_name", "train_new_fingerprint", "test_new_fingerprint",
})  # fmt: skip
"""Keywords of the data sets' own `train_test_split`; a method that takes others is another one"""
_LEARNS = (
    "fit", "train", "fit_generator", "fit_transform", "backward", "evaluate", "predict", "score", "cross_val_score", "cross_validate", "map", "Trainer",
    "learning_curve", "to_json", "to_csv", "save", "save_to_disk", "dump", "push_to_hub", "DataLoader",
)  # fmt: skip
"""What makes something of the parts of a notebook; where none of it happens, the data is only looked at."""


class UnseededSplit(Rule):
    """Data is divided at random, and nothing says with which seed.

    ## What it finds
    `train_test_split`, shuffled folds, `ShuffleSplit`, `random_split`, Spark's `randomSplit` and the `train_test_split` of Hugging Face
    data sets without a seed argument (or with `None`), and parts that are drawn by hand - an order from `permutation`, `randperm` or `shuffle` that
    is cut in two, a mask of random numbers with its opposite -, where neither this file nor one that imports it sets a global seed.

    ## Why it is debt
    Each run trains and tests on other rows. Two figures cannot be compared, a leak cannot be traced, and a result cannot be shown
    again; Arpteg et al. (2018, experiment management) ask for exactly that: same data, same split.

    ## Bad
    ```python
    from sklearn.model_selection import train_test_split

    def divide(X, y):
        return train_test_split(X, y, test_size=0.2)  # finding: EXP102
    ```

    ## Good
    ```python
    from sklearn.model_selection import train_test_split

    def divide(X, y, seed):
        return train_test_split(X, y, test_size=0.2, random_state=seed)
    ```

    ## Fix
    The seed argument is added (unsafe: the split changes), with the project's own seed where one is at hand.
    ```python
    from sklearn.model_selection import train_test_split

    def divide(X, y):
        return train_test_split(X, y, test_size=0.2, random_state=42)
    ```

    ## When it stays silent
    With `shuffle=False`; when a global seed is set in the file, or in one that imports it; when `**options` may bring the seed; when a
    generator is passed; when the data itself is drawn at random without a seed; when nobody uses the parts; in tests.

    ## References
    scikit-learn glossary, random_state; PyTorch notes on reproducibility.
    """

    code = "EXP102"
    severity = Severity.WARNING
    minutes = 10

    def collect(self, module: Module) -> Any:
        """Whether the file seeds, and what it divides without a seed, to be confirmed when the project is known."""
        if not module.imports("torch", "sklearn", "datasets", "pyspark", "random", "numpy", "tensorflow", "lightning", "pytorch_lightning"):
            return None
        seeded = has_global_seed(module)
        unseeded = [] if seeded else [(call, argument) for call, argument in _unseeded(module) if _matters(module, call)]
        found = [to_plain(self._report(call, argument)) for call, argument in unseeded]
        return (seeded, tuple(found)) if seeded or found else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        seeded = {path for path, (seeds, _) in collected if seeds}
        for path, (_, found) in collected:
            if found and not (project.importers_of_module(path) & seeded):
                yield from (from_plain(finding, path) for finding in found)

    def _report(self, call: Call, argument: str) -> Finding:
        again = _is_repeated(call)
        return self.finding(
            call, _message(call.method, argument), advice=_advice(argument, again), fix=None if again else _fix(call, argument)
        )


def _matters(module: Module, call: Call) -> bool:
    """Whether the seed alone makes the parts the same again (not where the data is drawn at random, too), and somebody uses the parts."""
    if module.notebook is not None and not any(True for _ in module.method_calls(*_LEARNS)):
        return False
    statement = call.statement
    if isinstance(statement, ast.Expr) and call.method != "shuffle" and (statement.value is call.node or _is_printed(call.node)):
        return False
    if isinstance(statement, ast.Assign) and statement.value is call.node and not is_used(module, statement.targets[0]):
        return False
    data = [*call.node.args[:2], *([call.receiver] if call.receiver is not None else [])]
    return not any(_is_drawn(made) for expression in data for made in module.flow.trace(expression).calls)


def _is_printed(node: ast.Call) -> bool:
    up: ast.AST = node.up  # type: ignore[attr-defined]
    return isinstance(up, ast.Call) and isinstance(up.func, ast.Name) and up.func.id in ("print", "display")


def _is_drawn(call: Call) -> bool:
    """Made-up data, other in every run."""
    if any(name.startswith(("numpy.random.", "torch.rand", "random.")) for name in call.names):
        return True
    made = any(name.startswith("sklearn.datasets.make_") for name in call.names)
    return made and _is_missing(call, "random_state")


def _message(method: str, argument: str) -> str:
    missing = f"no `{argument}`, and no global seed" if argument else "no global seed"
    return f"`{method}` divides the data differently in every run: {missing}"


def _is_repeated(call: Call) -> bool:
    """`for i in range(100):` and the same data in it: the rounds mean to get other parts, and one seed would make them all the same."""
    loop = call.loop
    if not isinstance(loop, ast.For) or not call.node.args or "range" not in {last_word(part) for part in ast.walk(loop.iter)}:
        return False
    data = call.module.flow.trace(call.node.args[0])
    made = [call.node.args[0], *(binding.value for binding in data.bindings if binding.value is not None)]
    return not {last_word(part) for part in ast.walk(loop.target)} & {last_word(part) for node in made for part in ast.walk(node)} - {""}


def _advice(argument: str, again: bool) -> str:
    if again:
        return f"pass `{argument}=` with a seed that the run records and the round, so that each round is another and all can be had again"
    if not argument:
        return (
            "draw from a generator that is made with the seed that the run records: `numpy.random.default_rng(seed)`, `random.Random(seed)`"
        )
    if argument == "generator":
        return "pass `generator=torch.Generator().manual_seed(seed)`"
    return f"pass `{argument}=` with the seed that the run records"


def _unseeded(module: Module) -> Iterator[tuple[Call, str]]:
    for call in module.calls_to("sklearn.model_selection.train_test_split"):
        if call.argument("shuffle").value is not False and _is_missing(call, "random_state"):
            yield call, "random_state"
    for call, argument in module.calls_listed(_SPLITS):
        if _is_missing(call, argument):
            yield call, argument
    for call in module.calls_to(*sklearn.SHUFFLED_FOLDS):
        if call.argument("shuffle").value is True and _is_missing(call, "random_state"):
            yield call, "random_state"
    for call in module.method_calls("randomSplit"):
        if module.imports("pyspark") and _is_missing(call, "seed", 1):
            yield call, "seed"
    known = {id(call.node) for call in module.calls_to(*_LOADED_AND_SPLIT)}
    for call in module.method_calls("train_test_split") if known or module.imports("datasets") else ():
        given = call.argument("shuffle").value is False or call.argument("generator").given or not _is_missing(call, "seed")
        if not given and (id(call.node) in known or _is_of_a_data_set(call)):
            yield call, "seed"

    for call in drawn_parts(module):
        argument = "generator" if any(name.startswith("torch.") for name in call.names) else ""
        if not argument or _is_missing(call, argument):
            yield call, argument


def _is_of_a_data_set(call: Call) -> bool:
    """Whether this is the method of some data set, and not a function taken from a module such as `model_selection`, nor of another table."""
    if call.receiver is None or any(name.startswith(("sklearn.", "surprise.", "cuml.", "dask_ml.")) for name in call.names):
        return False
    return all(keyword.arg is None or keyword.arg in _OPTIONS for keyword in call.node.keywords)


def _is_missing(call: Call, argument: str, position: int | None = None) -> bool:
    seed = call.argument(argument, position)
    return seed.absent or (seed.given and seed.value is None)


def _fix(call: Call, argument: str) -> Fix | None:
    if not argument:
        return None
    value = seed_name(call.module, call) or "42"
    if argument == "generator":
        torch = next((b.name for bs in call.module.syntax.scope.bindings.values() for b in bs if b.origin == "torch"), "")
        return (
            with_argument(call, argument, f"{torch}.Generator().manual_seed({value})", title="seed the split", safety=Safety.UNSAFE)
            if torch
            else None
        )
    return with_argument(call, argument, value, title="seed the split", safety=Safety.UNSAFE)
