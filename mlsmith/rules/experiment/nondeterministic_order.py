"""EXP107."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import (
    Call,
    Confidence,
    Finding,
    Module,
    Project,
    Rule,
    Safety,
    Severity,
    from_plain,
    last_word,
    statement_of,
    to_plain,
    tokens,
    wrapped_in,
)
from mlsmith.rules.kit.seeds import has_global_seed

_LISTINGS = (
    "os.listdir", "os.scandir", "glob.glob", "glob.iglob", "pathlib.Path().iterdir", "pathlib.Path().glob", "pathlib.Path().rglob",
)  # fmt: skip
_SORTS = frozenset({"sorted", "natsorted", "natsort", "os_sorted", "humansorted"})
_UNORDERED_USES = frozenset({"len", "set", "frozenset", "dict", "any", "all", "max", "min", "sum", "Counter", "next", "shuffle", "sample"})
_SPLITS = frozenset({"train_test_split", "random_split", "split", "choice", "permutation", "shuffle", "sample", "randperm"})
_SAMPLES = frozenset({
    "data", "dataset", "datasets", "images", "imgs", "image", "samples", "labels", "label", "targets", "x", "y", "files", "paths", "features", "records",
    "examples", "inputs", "items", "classes", "train", "test", "val", "list", "sequences", "texts", "docs", "masks", "frames",
})  # fmt: skip
_CLASSES = frozenset({"class", "classes", "label", "labels", "vocab", "vocabulary", "words", "chars", "characters", "tags", "categories", "intents",
                      "speakers", "tokens", "names", "users", "relations"})  # fmt: skip
_KEPT = frozenset({"weights", "ckpt", "ckpts", "checkpoint", "checkpoints", "epoch", "epochs", "snapshot", "snapshots"})
"""Words of files of which the last one is taken for the newest."""
_SHOWING = frozenset({"show", "imshow", "display", "plot", "grid", "preview", "visualize", "visualise", "montage", "print"})
"""Words of functions and numbers by which some files are shown"""
_BY_POSITION = ("the list is paired", "positions in it", "a slice")
"""Harm that no seed is needed for: which image belongs to which mask, which number to which class, which file to which part."""
_ML = (
    "torch",
    "torchvision",
    "tensorflow",
    "keras",
    "sklearn",
    "lightning",
    "pytorch_lightning",
    "datasets",
    "jax",
    "timm",
    "xgboost",
    "lightgbm",
)


class NondeterministicOrder(Rule):
    """Samples, labels or classes are taken in the order in which the file system happens to list them.

    ## What it finds
    `os.listdir`, `os.scandir`, `glob`, `Path.iterdir`, `Path.glob` and `rglob` without `sorted`, where the order matters: the list is sliced,
    split, enumerated into class indices, paired by `zip`, kept by a data set that is read by index, or appended sample by sample; the last of
    a list of checkpoints is taken for the newest; and classes or words numbered in the order of a set (`list(set(labels))`), which differs
    from run to run.

    ## Why it is debt
    The order differs by file system, by machine and after a copy. The same seed then gives another split, and a class index another
    class; the run cannot be reproduced, and nothing says why (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import os
    from torchvision.datasets.folder import default_loader

    def load(folder):
        files = os.listdir(folder)  # finding: EXP107
        return [default_loader(file) for file in files[:100]], files[100:]
    ```

    ## Good
    ```python
    import os
    from torchvision.datasets.folder import default_loader

    def load(folder):
        files = sorted(os.listdir(folder))
        return [default_loader(file) for file in files[:100]], files[100:]
    ```

    ## Fix
    The listing is wrapped in `sorted` (safe: any order was possible before, this is one of them).
    ```python
    import os
    from torchvision.datasets.folder import default_loader

    def load(folder):
        files = sorted(os.listdir(folder))
        return [default_loader(file) for file in files[:100]], files[100:]
    ```

    ## When it stays silent
    Where nothing is seeded, neither in the file nor in one that imports it, so that order is the smaller part of the chance (but not for
    pairs, class indices and slices, which no seed mends). When the list is sorted afterwards, only counted, searched, deleted, or put
    into a set or dict; for the first few, to look at, and for batches of the whole; in files that use no machine-learning library; in tests.

    Off by default: of 18 findings on unseen code in rounds 13 to 18 the authors of the rule would defend 7. What most of the others had
    in common is silent now (pictures that are shown, pairs made of one listing), but the last looks after that gave 1 of 3.

    ## References
    Python documentation of `os.listdir` ("the list is in arbitrary order") and of `glob`.
    """

    code = "EXP107"
    severity = Severity.WARNING
    minutes = 10
    default_on = False

    def collect(self, module: Module) -> Any:
        """Whether the file seeds, what order spoils in any case, and what it spoils only where a seed promises the same again."""
        if not module.imports(*_ML):
            return (True, (), ()) if module.imports("random", "numpy") and has_global_seed(module) else None
        always: list[Any] = []
        seeded: list[Any] = []
        for place, kept in _classes_of_sets(module):
            always.append(to_plain(self.finding(
                place, f"`{kept}` takes its order from a set, which differs from run to run for strings, and positions in it count",
                advice="sort it: `sorted(set(…))`", confidence=Confidence.MEDIUM,
            )))  # fmt: skip
        for call in module.calls_to(*_LISTINGS):
            harm = "" if _is_ordered(call.node) else _harm(module, call)
            if harm and not _sorted_by_value(call):
                (always if harm.startswith(_BY_POSITION) else seeded).append(to_plain(self._report(module, call, harm)))
        seeds = _is_seeded(module) if seeded or not always else False
        return (seeds, tuple(always), tuple(seeded)) if always or seeded or seeds else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        seeded = {path for path, (seeds, *_) in collected if seeds}
        for path, (seeds, always, found) in collected:
            yield from (from_plain(finding, path) for finding in always)
            if found and (seeds or project.importers_of_module(path) & seeded):
                yield from (from_plain(finding, path) for finding in found)

    def _report(self, module: Module, call: Call, harm: str) -> Finding:
        return self.finding(
            call, f"`{call.method}` lists files in arbitrary order, and {harm}", advice="wrap it in `sorted(…)`",
            confidence=Confidence.MEDIUM, fix=wrapped_in(module, call.node, "sorted", title="sort the listing", safety=Safety.SAFE),
        )  # fmt: skip


def _is_seeded(module: Module) -> bool:
    """Whether the file asks for the same again: a seed for the process, or one for a split, a shuffle, a sample."""
    if has_global_seed(module):
        return True
    calls = module.method_calls("train_test_split", "shuffle", "sample", "random_split", "KFold", "StratifiedKFold", "default_rng", "Random",
                                "RandomState", "flow_from_directory", "image_dataset_from_directory")  # fmt: skip
    return any(k.arg in ("random_state", "seed", "generator") for call in calls for k in call.node.keywords) or any(
        call.method in ("default_rng", "Random", "RandomState") and call.node.args for call in calls
    )


def _sorted_by_value(call: Call) -> bool:
    """Whether the rows that were read are sorted by a column before they leave the function."""
    function = call.function
    return function is not None and any(other.method in ("sort_values", "sort_index") for other in function.calls)


def _is_ordered(node: ast.AST) -> bool:
    """Whether the listing goes straight into something that sorts it or does not care."""
    up = node.up  # type: ignore[attr-defined]
    while isinstance(up, (ast.ListComp, ast.GeneratorExp, ast.comprehension, ast.Starred, ast.List, ast.BinOp)) or _is_list_call(up):
        node, up = up, up.up
    if isinstance(up, (ast.SetComp, ast.DictComp, ast.Compare)) and not isinstance(up, ast.DictComp):
        return True
    return isinstance(up, ast.Call) and _last(up) in (_SORTS | _UNORDERED_USES)


def _harm(module: Module, call: Call) -> str:
    """How the arbitrary order comes to matter; empty where it does not, or is not known to."""
    direct = _use_of(module, call.node)
    if direct:
        return direct
    holder = call.node
    while isinstance(holder.up, (ast.ListComp, ast.comprehension, ast.BinOp, ast.List)) or _is_list_call(holder.up):  # type: ignore[attr-defined]
        holder = holder.up  # type: ignore[attr-defined]
        taken = _use_of(module, holder)
        if taken:
            return taken
    statement = call.statement
    if isinstance(statement, (ast.For, ast.AsyncFor)) and _within(call.node, statement.iter):
        return _appends(statement)
    if not isinstance(statement, ast.Assign) or statement.value is not holder:
        return ""
    target = statement.targets[0]
    if isinstance(target, ast.Attribute):
        return _kept_by_dataset(module, call, target)
    if isinstance(target, ast.Name):
        return _used_later(module, target.id, statement)
    return ""


def _used_later(module: Module, name: str, statement: ast.Assign) -> str:
    bound = [binding for binding in statement.scope.bindings.get(name, ()) if binding.value is statement.value]  # type: ignore[attr-defined]
    uses = [use for binding in bound for use in module.flow.uses(binding)]
    for use in uses:
        if _goes_into_sort(use):
            return ""
        up = use.up  # type: ignore[attr-defined]
        if isinstance(up, ast.Attribute) and up.attr == "sort":
            return ""
        if isinstance(up, ast.Call) and _last(up) in (*_SORTS, "shuffle"):
            return ""
    for use in uses:
        found = _use_of(module, use)
        if found:
            return found
        loop = use.up  # type: ignore[attr-defined]
        if isinstance(loop, ast.For) and loop.iter is use and _appends(loop):
            return _appends(loop)
    return ""


def _goes_into_sort(use: ast.AST) -> bool:
    """`files = sorted([path for f in files])`: sorted further up in the same statement."""
    while not isinstance(use, ast.stmt):
        if isinstance(use, ast.Call) and _last(use) in _SORTS:
            return True
        use = use.up  # type: ignore[attr-defined]
    return False


def _use_of(module: Module, node: ast.expr) -> str:
    """What is done with a listing, or with a name that holds it, that depends on its order."""
    up = node.up  # type: ignore[attr-defined]
    if (
        isinstance(up, ast.Subscript)
        and up.value is node
        and isinstance(up.slice, ast.Slice)
        and not _is_preview(up.slice)
        and not _is_shown(up)
    ):
        return "a slice of the list is taken"
    if (
        isinstance(up, ast.Subscript)
        and up.value is node
        and _is_from_the_end(up.slice)
        and _KEPT & set(tokens(ast.unparse(statement_of(up))))
    ):
        return "a slice of it, its last element, is taken for the newest"
    if isinstance(up, ast.Call) and node in up.args:
        last = _last(up)
        if last in ("train_test_split", "random_split"):
            return "the list is split"
        if last == "zip" and len(up.args) > 1 and not all(_is_made_of(module, other, node) for other in up.args if other is not node):
            return "the list is paired with another by position"
        if last == "enumerate" and isinstance(up.up, (ast.comprehension, ast.For)) and _indexes_classes(up.up):  # type: ignore[attr-defined]
            return "positions in it become class indices"
    return ""


def _is_made_of(module: Module, other: ast.expr, listing: ast.expr) -> bool:
    """Whether the other half of a pair was computed from the listing itself, item by item: `zip(files, map(check, files))`."""
    known = module.resolver.reaching(listing) if isinstance(listing, ast.Name) else []
    return any(binding in known for binding in module.flow.trace(other).bindings)


def _is_preview(part: ast.Slice) -> bool:
    """`files[:5]`, the first few to look at, and `files[i * n : (i + 1) * n]`, batches that together are the whole list."""
    if part.lower is not None and part.upper is not None:
        return not isinstance(part.lower, ast.Constant) and not isinstance(part.upper, ast.Constant)
    upper = part.upper.value if isinstance(part.upper, ast.Constant) else None
    return part.lower is None and isinstance(upper, int) and 0 < upper < 100


def _is_shown(part: ast.Subscript) -> bool:
    """`grid(images[:n])` and `images[:images_to_show]`: some pictures to look at."""
    named = {word for name in ast.walk(part.slice) if isinstance(name, ast.Name) for word in tokens(name.id)}
    node: Any = part
    while not isinstance(node, ast.stmt):
        node = node.up
        named |= set(tokens(_last(node))) if isinstance(node, ast.Call) else set()
    return bool(named & _SHOWING)


def _indexes_classes(loop: ast.AST) -> bool:
    owner = loop.up if isinstance(loop, ast.comprehension) else loop  # type: ignore[attr-defined]
    if isinstance(owner, ast.DictComp):
        return True
    if not isinstance(owner, ast.For):
        return False
    targets = [n.targets[0] for n in owner.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Subscript)]
    return any({"label", "labels", "class", "idx", "index"} & set(tokens(ast.unparse(target))) for target in targets)


def _kept_by_dataset(module: Module, call: Call, target: ast.Attribute) -> str:
    cls = module.class_around(call.node)
    if cls is None or "__getitem__" not in cls.methods:
        return ""
    sorted_later = any(
        other.method in ("sort", *_SORTS) and target.attr in ast.unparse(other.node) for method in cls.methods.values() for other in method.calls
    )  # fmt: skip
    by_index = any(
        isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == target.attr
        for method in cls.methods.values() for node in ast.walk(method.node)
    )  # fmt: skip
    return "" if sorted_later or not by_index else f"`{cls.node.name}` reads its samples from the list by index"


def _appends(loop: ast.For | ast.AsyncFor) -> str:
    """Samples gathered in the loop, one by one."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Call) and _last(node) == "append" and isinstance(node.func, ast.Attribute):
            kept = ast.unparse(node.func.value)
            if set(tokens(kept.rpartition(".")[2])) & _SAMPLES:
                return "" if _is_shuffled(loop, kept) else f"`{kept}` gathers samples in that order"
    return ""


def _is_shuffled(loop: ast.For | ast.AsyncFor, kept: str) -> bool:
    """Whether the samples are shuffled or sorted behind the loop (`random.shuffle(data)`), where the shuffle decides on the order."""
    owner: ast.AST = loop
    while not isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
        owner = owner.up  # type: ignore[attr-defined]
    later = (node for node in ast.walk(owner) if isinstance(node, ast.Call) and node.lineno > loop.lineno)
    return any(
        (_last(call) in ("shuffle", *_SORTS) and any(ast.unparse(argument) == kept for argument in call.args))
        or (_last(call) == "sort" and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == kept)
        for call in later
    )


def _is_list_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _last(node) in ("list", "tuple", "filter", "map", "sum")


def _last(call: ast.Call) -> str:
    func = call.func
    return last_word(func)


def _within(node: ast.AST, whole: ast.AST) -> bool:
    up: ast.AST | None = node
    while up is not None and not isinstance(up, ast.stmt):
        if up is whole:
            return True
        up = up.up  # type: ignore[attr-defined]
    return False


def _is_from_the_end(index: ast.expr) -> bool:
    return isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub) and isinstance(index.operand, ast.Constant)


def _classes_of_sets(module: Module) -> Iterator[tuple[Call, str]]:
    """`classes = list(set(labels))`, where a position in the list is a class's number afterwards."""
    for call in module.calls_to("list", "tuple", "builtins.list"):
        made = call.node.args[0] if len(call.node.args) == 1 else None
        names = set(call.target_names)
        if made is None or not _is_set(made) or not isinstance(call.statement, ast.Assign) or call.statement.value is not call.node:
            continue
        if _is_numbered(module, names, speaking=any(_CLASSES & set(tokens(name)) for name in names)):
            yield call, call.target_names[0]


def _is_set(node: ast.expr) -> bool:
    return isinstance(node, (ast.Set, ast.SetComp)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "set"
    )


def _is_numbered(module: Module, names: set[str], *, speaking: bool) -> bool:
    """Whether any of the names is asked for an index, or, where they speak of classes, enumerated or paired; and nowhere sorted."""
    numbered = False
    reads: list[ast.expr] = [n for n in module.names_spelt(names) if isinstance(n.ctx, ast.Load)]
    reads += [a for a in module.attributes_spelt(names) if isinstance(a.ctx, ast.Load)]
    for node in reads:
        up: ast.AST = node.up  # type: ignore[attr-defined]
        if (isinstance(up, ast.Attribute) and up.attr == "sort") or (isinstance(up, ast.Call) and _last(up) in _SORTS):
            return False
        numbered |= isinstance(up, ast.Attribute) and up.attr == "index"
        numbered |= speaking and isinstance(up, ast.Call) and node in up.args and _last(up) in ("enumerate", "zip")
    return numbered
