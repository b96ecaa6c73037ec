"""What a loader of data is for: whose rows it reads, whether their order is meant, and what is done with its batches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlsmith.index.scopes import block_of, last_word
from mlsmith.rules.kit.roles import Role, role_of_name, tokens
from mlsmith.rules.kit.splits import is_used

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_ORDERED = frozenset({
    "series", "timeseries", "forecast", "forecasting", "horizon", "lag", "lags", "stream", "streaming", "video", "frames", "tracking", "curriculum",
    "corpus", "lm", "ptb", "wikitext", "bptt", "stateful", "language", "causal", "temporal", "seq2seq", "packed", "sequential", "iterable",
    "autoregressive", "gpt", "llm", "llama", "buffer", "rollout", "replay", "online", "sorted", "bucket", "window", "windows", "windowed", "sliding",
})  # fmt: skip
_TRIAL = frozenset({"benchmark", "benchmarks", "bench", "profile", "profiling", "profiler", "speed", "throughput", "dummy", "toy", "synthetic",
                    "fake", "random", "overfit", "sanity", "debug", "smoke", "visual", "vis", "visualize", "plot", "cluster", "extract", "extraction",
                    "feature", "features", "embed", "embedding", "embeddings", "determin", "deterministic", "bank", "cache", "cached", "probe",
                    "prototype", "prototypes", "stats", "statistics"})  # fmt: skip
"""Words of runs and data in which nothing is learnt that anybody keeps, or from which features are taken one by one."""
_SAMPLED = frozenset({
    "gan", "generator", "sample", "sampling", "vis", "visual", "visualize", "visualise", "viz", "plot", "show", "nas", "darts", "search", "meta", "shot",
    "fewshot", "episode", "episodic", "contrastive", "triplet", "siamese", "pair", "pairs", "adaptation", "target", "attack", "adversarial",
    "unlabeled", "unsupervised", "calib", "calibration", "support", "query", "arch",
})  # fmt: skip
"""Words of evaluation data that something learns from, or of which a few samples are to be drawn."""
_BY_ITSELF = frozenset(
    {"shuffle", "shuffled", "shuffling", "randomize", "randomise", "randomized", "rand", "permute", "permuted", "reshuffle"}
)
_OF_ORDER = frozenset({"shuffle", "shuffled", "shuffling", "order", "ordered", "unshuffled", "sequential", "deterministic"})
_DRAWN = ("numpy.random.", "torch.rand", "random.", "tensorflow.random.")
_USES_ORDER = frozenset({"classes", "filenames", "filepaths", "imgs", "image_paths", "image_ids", "file_names", "idx_to_class"})
HOOKS = {"train_dataloader": Role.TRAIN, "val_dataloader": Role.VALIDATION, "test_dataloader": Role.TEST, "predict_dataloader": Role.TEST}
"""Methods by whose names Lightning asks for a loader."""
_TOLD = {
    Role.TRAIN: ("train", "trn", "fit"),
    Role.VALIDATION: ("val", "dev"),
    Role.TEST: ("test", "eval", "infer", "predict", "holdout"),
}
_LEARNING = frozenset({
    "backward", "step", "fit", "minimize", "apply_gradients", "train_on_batch", "train_step", "training_step", "partial_fit", "update", "optimize",
})  # fmt: skip
_EVALUATING = frozenset({"eval", "evaluate", "evaluation", "test", "infer", "inference", "predict", "retrieval", "knn"})
_PLACING = frozenset({"prepare", "prepare_data_loader", "setup_dataloaders"})
_ENDS = ("next", "len", "print", "type")
_LOOKING = ("iter", "next", "enumerate", "len", "print", "zip", "type")
_PROGRESS = ("tqdm", "track")
"""Names under which bars of progress are found in `tqdm`, `tqdm.auto`, `accelerate.utils` and `rich.progress`"""
_NO_SHUFFLED_PART = ("torch.utils.data.random_split", "torch.utils.data.Subset", "sklearn.model_selection.train_test_split")
_TRAINERS = ("pytorch_lightning.", "lightning.")
_TRAINED_ON = ("train_dataloaders", "train_dataloader")
_SHUFFLES = ("shuffle", "permutation", "randperm")
_READ_BY_INDEX = ("torchvision.datasets.", "torchtext.datasets.", "torchaudio.datasets.")


def is_near(call: Call, role: Role) -> bool:
    """Whether the role is told by the call itself: its target, its data, or a method whose name is a convention."""
    names = (*call.target_names, *call.data_names)
    function = call.function
    if any(role in call.module.own_roles.get(name, ()) for name in names):
        return True
    return any(word in name.lower() for name in names for word in _TOLD[role]) or (function is not None and function.node.name in HOOKS)


def is_ordered(module: Module, call: Call) -> bool:
    """Whether the samples may be ordered by intent, from the names around the call, and those of what the data set is made by."""
    node = call.argument("dataset", 0).node
    makers = [made.method for made in module.flow.trace(node).calls] if node is not None else []
    return any(word in _ORDERED for name in (*_names_around(module, call), *makers) for word in tokens(name))


def is_trial(module: Module, call: Call) -> bool:
    """Whether the run only measures speed or tries the machinery, from the names around the call."""
    return any(word in _TRIAL for name in _names_around(module, call) for word in tokens(name))


def is_sampled(module: Module, call: Call) -> bool:
    """Whether evaluation data may be there to be drawn from, or to be learnt from in a second way, from the names around the call."""
    words = [tokens(name) for name in _names_around(module, call) if name not in HOOKS]
    own = {
        tokens(name) for name in call.target_names if role_of_name(name) is not None
    }  # `val_generator` makes batches, as keras called it
    return any(word in _SAMPLED for split in words for word in (split[:-1] if split in own and split[-1] == "generator" else split))


def is_said(module: Module, call: Call) -> bool:
    """Whether a comment at the call or right above its statement, or the name of its function, speaks of the order."""
    first, last = call.statement.lineno, call.node.end_lineno or call.node.lineno
    lines = module.source.lines
    comments = [line.partition("#")[2] for line in lines[first - 1 : last]]
    above = first - 2
    while above >= 0 and lines[above].lstrip().startswith("#"):
        comments.append(lines[above])
        above -= 1
    function = call.function
    words = {word for comment in comments for word in tokens(comment)}
    words |= set(tokens(function.node.name)) if function is not None else set()
    return bool(words & _OF_ORDER)


def _names_around(module: Module, call: Call) -> Iterator[str]:
    function, cls = call.function, module.class_around(call.node)
    yield from (*call.target_names, *call.data_names, module.path.replace("/", "_"))
    if function is not None:
        yield function.node.name
    if cls is not None:
        yield cls.node.name


def is_iterable(module: Module, call: Call) -> bool:
    """Whether the data set streams its samples, and has no order that a loader could choose."""
    node = call.argument("dataset", 0).node
    named = [*call.data_names, *(made.rpartition(".")[2] for made in (module.names(node) if node is not None else ()))]
    if any("stream" in name.lower() for name in named):
        return True  # `RayBatchStream`, of another file
    for name in module.names(node) if node is not None else ():
        cls = module.resolver.class_named(name)
        if "Iterable" in name or (cls is not None and module.class_(cls).extends("torch.utils.data.IterableDataset")):
            return True
    return False


def is_read_by_index(module: Module, call: Call) -> bool:
    """Whether the data set is surely one whose samples stand in a fixed order until the loader shuffles them: a class with `__getitem__` of
    this module, or one of the libraries' own; not one that was shuffled once, nor a part that was drawn at random."""
    node = call.argument("dataset", 0).node
    if node is None:
        return False
    made = module.flow.trace(node).calls
    if any(call.method in _SHUFFLES or name in _NO_SHUFFLED_PART for call in made for name in (*call.names, "")):
        return False
    names = module.names(node)
    return bool(names) and all(_has_fixed_order(module, name) for name in names)


def _has_fixed_order(module: Module, name: str) -> bool:
    cls = module.resolver.class_named(name)
    if cls is None:
        return name.startswith(_READ_BY_INDEX) and name.endswith("()")
    methods = module.class_(cls).methods
    calls = [call for method in methods.values() for call in method.calls]
    draws = any(name.startswith(_DRAWN) for call in calls for name in call.names)
    draws = draws or any(word in _BY_ITSELF for call in calls for word in tokens(call.method))
    return "__getitem__" in methods and "__iter__" not in methods and not draws


_GENERATORS = ("flow", "flow_from_dataframe", "flow_from_directory")


def orders_itself(module: Module, call: Call) -> bool:
    """Whether the data set is told to shuffle, or is drawn at random; that it was shuffled once does not make its epochs differ."""
    node = call.argument("x" if call.method == "fit" else "dataset", 0).node
    if node is None:
        return False
    for made in module.flow.trace(node).calls:
        if any(name.startswith(_DRAWN) for name in made.names):
            return True
        if made.method in _GENERATORS:  # keras asks them, and not the flag of `fit`
            return not any(k.arg == "shuffle" and module.constant(k.value) is False for k in made.node.keywords)
        given = [*made.node.args, *(keyword.value for keyword in made.node.keywords)]
        words = {word for part in given for word in tokens(_last_name(part))}
        words.update(word for k in made.node.keywords if k.arg and module.constant(k.value) is not False for word in tokens(k.arg))
        if words & _BY_ITSELF:
            return True
    return False


def _last_name(node: ast.expr) -> str:
    name = last_word(node)
    return name if name.islower() else ""


def is_only_looked_at(module: Module, call: Call) -> bool:
    """Whether the loader serves no training: its batches are counted, averaged or shown, in this order as well as in any."""
    loader = _placed(call.node)
    loop = _loop_over(module, loader)
    if isinstance(loop, ast.For):
        return not _learns(module, loop)
    bindings = module.flow.bindings_of(loader)
    if len(bindings) != 1 or bindings[0].kind != "assign":
        return False
    uses = module.flow.uses(bindings[0])
    return bool(uses) and not any(_may_train(module, use) for use in uses)


def _placed(node: ast.expr) -> ast.expr:
    """The same loader after Accelerate or Fabric has wrapped it: `accelerator.prepare(DataLoader(…))`."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    wraps = isinstance(up, ast.Call) and up.args == [node] and isinstance(up.func, ast.Attribute) and up.func.attr in _PLACING
    return up if wraps and isinstance(up, ast.Call) else node


def is_of_evaluation(module: Module) -> bool:
    """Whether the file is a notebook, or named for evaluation, and nothing in it learns: training data is only read or counted there."""
    named = module.notebook is not None or bool(set(tokens(module.path.rpartition("/")[2])) & _EVALUATING)
    return named and not any(True for _ in module.method_calls(*_LEARNING - {"update"}))


def is_never_read(module: Module, call: Call) -> bool:
    """Whether a notebook or a function makes the loader and never uses it."""
    statement = call.statement
    return isinstance(statement, ast.Assign) and statement.value is call.node and not is_used(module, statement.targets[0])


def is_shown(module: Module, call: Call) -> bool:
    """Whether single batches are taken out of the loader by `next`, or drawn in a loop, to look at, and which ones a shuffle is to decide."""
    uses = [use for binding in module.flow.bindings_of(call.node) for use in module.flow.uses(binding)]
    if is_drawn_from(module, call):
        return True
    drawn = {id(made.loop) for made in module.method_calls("imshow", "subplot", "subplots", "imwrite") if made.loop is not None}
    return any(id(_loop_over(module, use)) in drawn or id(_inner(module, use)) in drawn for use in uses) or any(
        "next" in module.names(up.func) or (isinstance(up.up, ast.Call) and "next" in module.names(up.up.func))  # type: ignore[attr-defined]
        for use in uses
        if isinstance(up := use.up, ast.Call)  # type: ignore[attr-defined]
    )


def is_drawn_from(module: Module, call: Call) -> bool:
    """Whether an iterator of the loader is kept (`self.val_iter = iter(self.val_loader)`), to take a batch from now and then."""
    names = set(call.target_names)
    return any(
        isinstance(made.statement, ast.Assign) and made.node.args and isinstance(made.node.args[0], ast.Attribute) and made.node.args[0].attr in names
        for made in module.calls_to("iter", "builtins.iter")
    )  # fmt: skip


def _inner(module: Module, use: ast.expr) -> ast.AST | None:
    """The loop over the items of a batch, in the loop over the loader."""
    loop = _loop_over(module, use)
    inner = [part for part in ast.walk(loop) if isinstance(part, ast.For) and part is not loop] if isinstance(loop, ast.For) else []
    return inner[0] if inner else None


def is_learnt_from(module: Module, call: Call) -> bool:
    """Whether a loop over the loader, or one that takes its batches by `next`, steps an optimiser or fits."""
    bindings = module.flow.bindings_of(call.node)
    uses = [use for binding in bindings for use in module.flow.uses(binding)]
    iterators = [binding for use in uses if _is_call_of(module, use.up, "iter") for binding in module.flow.bindings_of(use.up)]  # type: ignore[attr-defined]
    taken = [use for binding in iterators for use in module.flow.uses(binding) if _is_taken(module, use.up)]  # type: ignore[attr-defined]
    loops = [_loop_over(module, use) for use in uses] + [block_of(use).loop() for use in taken]
    return any(isinstance(loop, (ast.For, ast.While)) and _steps(module, loop) for loop in loops)


def is_given_to_trainer(module: Module, call: Call) -> bool:
    """Whether Lightning's `fit` is given the loader as what it trains on: `trainer.fit(model, loader)`."""
    uses = {id(use) for binding in module.flow.bindings_of(call.node) for use in module.flow.uses(binding)} | {id(call.node)}
    fits = [made for made in module.method_calls("fit") if any(name.startswith(_TRAINERS) for name in made.names)]
    given = [value for made in fits for name in _TRAINED_ON if (value := made.argument(name, 1).node) is not None]
    return any(id(node) in uses for node in given)


def _is_taken(module: Module, up: ast.AST) -> bool:
    """`next(batches)`, or `batches.next()` of Python 2."""
    return _is_call_of(module, up, "next") or (isinstance(up, ast.Attribute) and up.attr == "next")


def _is_call_of(module: Module, node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and name in module.names(node.func)


def _steps(module: Module, node: ast.For | ast.While) -> bool:
    """Whether parameters are changed in a loop: `backward` and `step` both, or one call that does it all."""
    methods = {call.method for call in module.calls_between(node.lineno, node.end_lineno or 0)}
    return {"backward", "step"} <= methods or bool(methods & {"train_on_batch", "apply_gradients", "partial_fit"})


def _may_train(module: Module, use: ast.Name) -> bool:
    loop = _loop_over(module, use)
    if isinstance(loop, ast.For):
        return _learns(module, loop)
    return not (isinstance(loop, ast.Call) and any(name in _ENDS for name in module.names(loop.func)))


def _loop_over(module: Module, use: ast.expr) -> ast.AST:
    """The loop that goes over a name, or else the outermost of the calls that only look at it, or what takes it."""
    node: ast.AST = use
    while (taker := _taker(node)) is not None and any(
        name in _LOOKING or name.rpartition(".")[2] in _PROGRESS for name in module.names(taker.func)
    ):
        node = taker
    up: ast.AST = node.up  # type: ignore[attr-defined]
    return up if isinstance(up, ast.For) and up.iter is node else node


def _taker(node: ast.AST) -> ast.Call | None:
    """The call that takes a node as what it goes over: `tqdm(loader)`, `tqdm(iterable=loader)`."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    if isinstance(up, ast.keyword) and up.arg == "iterable":
        up = up.up  # type: ignore[attr-defined]
        return up if isinstance(up, ast.Call) else None
    return up if isinstance(up, ast.Call) and node in up.args else None


def _learns(module: Module, node: ast.For) -> bool:
    loop = next(loop for loop in module.loops if loop.node is node)
    return any(inner.method in _LEARNING or "train" in inner.method or "learn" in inner.method for inner in loop.calls)


def pairs_by_position(module: Module, call: Call) -> bool:
    """Whether `x.classes`, `x.filenames` or the like of the data is read where predictions are made."""
    if not any(word in ("predict", "predict_generator", "predict_proba") for word in module.words_called):
        return False
    targets = set(call.target_names) | set(call.data_names)
    return any(
        isinstance(node.value, (ast.Name, ast.Attribute))
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr) in targets
        for node in module.attributes_spelt(_USES_ORDER)
    )  # fmt: skip
