"""EXP104."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import (
    Call,
    Confidence,
    ConfigDocument,
    Finding,
    Fix,
    Function,
    Module,
    Place,
    Project,
    Role,
    Rule,
    Safety,
    Severity,
    tokens,
    with_argument,
)  # fmt: skip
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.configuration import key_read
from mlsmith.rules.kit.configuration_paths import document_at
from mlsmith.rules.kit.flags import flag_default
from mlsmith.rules.kit.order import LOADERS, SHUFFLING, OrderDecision, order_decisions

_ORDERED = frozenset({
    "series", "timeseries", "forecast", "forecasting", "horizon", "lag", "lags", "stream", "streaming", "video", "frames", "tracking", "curriculum",
    "corpus", "lm", "ptb", "wikitext", "bptt", "stateful", "language", "causal", "temporal", "seq2seq", "packed", "sequential", "iterable",
    "autoregressive", "gpt", "llm", "llama", "buffer", "rollout", "replay", "online", "sorted", "bucket",
})  # fmt: skip
_USES_ORDER = frozenset({"classes", "filenames", "filepaths", "imgs", "image_paths", "image_ids", "file_names", "idx_to_class"})
_DATA_WORDS = frozenset(
    {"load", "loader", "loaders", "dataloader", "dataloaders", "data", "dataset", "datasets", "iterator", "generator", "batches"}
)
_CONVENTIONS = {"train_dataloader", "val_dataloader", "test_dataloader", "predict_dataloader"}


class HardcodedShuffleFlag(Rule):
    """A shuffle flag is written into the code with a value that contradicts what the data is for.

    ## What it finds
    The shuffle decision of data loaders (PyTorch, torch-geometric, MONAI, keras, `tf.data`) as a literal, or as a constant, that contradicts
    the role of the data: training without shuffling (error); evaluation with shuffling where file names, classes or indices are paired
    with the predictions afterwards (warning); one literal in a function that both training and evaluation call
    (warning). Project functions that pass their own parameter on as the flag are followed to their call sites, across files. Flags that
    are kept elsewhere are followed there: the default of a command-line option or of a field of a settings class in the same file, and
    the key of a configuration that is false wherever it stands (warnings).

    ## Why it is debt
    The order of samples is part of the experiment. In the real-estate project of Arpteg et al. (2018) a refactoring flipped such a flag;
    nothing failed, the model got worse, and days were lost to find it.

    ## Bad
    ```python
    from torch.utils.data import DataLoader

    def loaders(train_set, test_set):
        train_loader = DataLoader(train_set, batch_size=32, shuffle=False)  # finding: EXP104
        test_loader = DataLoader(test_set, batch_size=32, shuffle=False)
        return train_loader, test_loader
    ```

    ## Good
    ```python
    from torch.utils.data import DataLoader

    def loaders(train_set, test_set):
        train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
        test_loader = DataLoader(test_set, batch_size=32, shuffle=False)
        return train_loader, test_loader
    ```

    ## Fix
    The flag is set to what the role asks for (unsafe: training changes).
    ```python
    from torch.utils.data import DataLoader

    def loaders(train_set, test_set):
        train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
        test_loader = DataLoader(test_set, batch_size=32, shuffle=False)
        return train_loader, test_loader
    ```

    ## When it stays silent
    When the literal agrees with the role; when a sampler or batch sampler decides; for iterable datasets; when the flag comes from a
    parameter, the command line or configuration; when names speak of both roles or none; in tests. Samples that are ordered by intent
    (time series, language-model streams, video, curricula) are reported as information only.

    ## Options
    `strict = true` also reports, as information, every other literal flag, since no configuration controls it.

    ## References
    Arpteg et al. 2018, the EST project; PyTorch documentation of `torch.utils.data.DataLoader`.
    """

    code = "EXP104"
    severity = Severity.ERROR
    minutes = 15
    options = {"strict": False}  # noqa: RUF012

    def python(self, module: Module) -> Iterator[Finding]:
        for decision in order_decisions(module):
            if decision.callee in LOADERS and decision.given and isinstance(decision.value, bool):
                yield from self._judge(module, decision)
            elif decision.callee in LOADERS and decision.given:
                yield from self._by_default(module, decision)
        yield from self._buffers(module)

    def _by_default(self, module: Module, decision: OrderDecision) -> Iterator[Finding]:
        """`args.shuffle` and `config.shuffle`: what holds if nobody says otherwise."""
        call, role = decision.call, decision.call.role
        flag = flag_default(module, decision.argument)
        if flag is None or role is None or not _is_near(call, role) or _is_iterable(module, call) or _is_ordered(module, call):
            return
        if role is Role.TRAIN and flag.value is False:
            yield self.finding(
                module.at(flag.node), f"`{flag.label}` is off by default, so that training (line {call.node.lineno}) reads its data in the same order",
                advice="turn the default around, or name the run that wants its data unshuffled", severity=Severity.WARNING,
                confidence=Confidence.MEDIUM,
            )  # fmt: skip
        elif role is not Role.TRAIN and flag.value is True and _uses_order(module, call):
            yield self.finding(
                module.at(flag.node),
                f"`{flag.label}` is on by default, so that {role} data (line {call.node.lineno}) is shuffled, but predictions are paired with it",
                advice="give evaluation a flag of its own that is off", severity=Severity.WARNING, confidence=Confidence.MEDIUM,
            )  # fmt: skip

    def _judge(self, module: Module, decision: OrderDecision) -> Iterator[Finding]:
        call, role = decision.call, decision.call.role
        if role is None or _is_iterable(module, call) or (role is Role.TRAIN and _is_only_looked_at(module, call)):
            return
        near = _is_near(call, role)
        if role is Role.TRAIN and decision.value is False:
            ordered = _is_ordered(module, call)
            severity = Severity.INFO if ordered or not near else Severity.ERROR
            note = ", which is right only if their order is meant" if ordered else ""
            yield self.finding(
                call, f"{_data(call)} for training {_is_are(call)} read in the same order every epoch: `shuffle=False`{note}",
                advice="set `shuffle=True`, or take the flag from the configuration that is reviewed", severity=severity,
                confidence=Confidence.HIGH if near else Confidence.MEDIUM, fix=_flip(call, "True"),
            )  # fmt: skip
        elif role is not Role.TRAIN and decision.value is True and near and _uses_order(module, call):
            yield self.finding(
                call, f"{_data(call)} for {role} {_is_are(call)} shuffled, but predictions are paired with them by position: `shuffle=True`",
                advice="set `shuffle=False`, so that predictions keep the order of the samples",
                severity=Severity.WARNING, fix=_flip(call, "False"),
            )  # fmt: skip
        elif self.option["strict"] and isinstance(decision.argument, ast.Constant):
            yield self.finding(
                call, f"`shuffle={decision.value}` stands in the code: no configuration controls it",
                advice="take it from the configuration that is reviewed", severity=Severity.INFO,
            )  # fmt: skip

    def _buffers(self, module: Module) -> Iterator[Finding]:
        """`dataset.shuffle(1)`: a buffer of one shuffles nothing."""
        if not module.imports("tensorflow"):
            return
        for call in module.method_calls("shuffle"):
            size = call.argument("buffer_size", 0)
            if (
                size.value in (0, 1)
                and not isinstance(size.value, bool)
                and any(name.startswith("tensorflow.data.") for name in call.names)
            ):
                yield self.finding(
                    call, f"`shuffle({size.value})` shuffles nothing: the buffer holds one sample",
                    advice="give it a buffer as large as the data set, or a share of it that memory can hold",
                )  # fmt: skip

    # wrappers, across files

    def collect(self, module: Module) -> Any:
        """Literals inside functions that several roles may call, and calls with a role that such a function may be the target of."""
        inside, reads = [], []
        for decision in order_decisions(module):
            read = key_read(module, decision.argument) if decision.given and not isinstance(decision.value, bool) else None
            role = decision.call.role
            if read is not None and role is Role.TRAIN and _is_near(decision.call, role) and not _is_ordered(module, decision.call):
                reads.append((*read, decision.call.node.lineno))
            function = decision.call.function
            if (
                decision.callee in LOADERS
                and isinstance(decision.argument, ast.Constant)
                and function is not None
                and decision.call.role is None
                and not _is_chosen(module, decision, function)
            ):
                inside.append((function.scope.qualified, decision.value, tuple(where(module, decision.call.node))))
        calls = []
        for call in module.calls:
            words = set(tokens(call.method))
            if words & _DATA_WORDS and call.role is not None and not any(name in SHUFFLING for name in call.names) and not module.is_test:
                for name in call.names:
                    if not name.startswith(("torch.", "keras.", "sklearn.", "tensorflow.", "datasets.")):
                        ordered = _is_ordered(module, call)
                        calls.append(
                            (name, call.role.value, _is_near(call, call.role), ordered, _slots(call), tuple(where(module, call.node)))
                        )
        return (tuple(inside), tuple(calls), tuple(reads)) if inside or calls or reads else None

    def collect_config(self, document: ConfigDocument) -> Any:
        """Flags of order in a configuration: (keys, value, place, text of the line)."""
        found = []
        for entry in document.entries:
            if isinstance(entry.value, bool) and "shuffle" in entry.path[-1].lower():
                start, end = entry.span.start, entry.span.end
                line = document.lines[start.line - 1].strip() if start.line <= len(document.lines) else ""
                found.append((entry.path, entry.value, (start.line, start.column, end.line, end.column), line))
        return ("flags", tuple(found)) if found else None

    def project(self, project: Project) -> Iterator[Finding]:
        everything = project.collected(self)
        yield from self._in_configuration(everything)
        collected = [(path, data) for path, data in everything if data[0] != "flags"]
        roles: dict[str, set[str]] = {}
        for path, (_, calls, _) in collected:
            for name, role, *_ in calls:
                roles.setdefault(project.absolute(path, name), set()).add("train" if role == Role.TRAIN else "evaluation")
        for path, (inside, calls, _) in collected:
            for function, value, seen in inside:
                if len(roles.get(f"{project.files[path].module}.{function}", ())) == 2:
                    yield self.finding(
                        place_from(path, project, seen), f"`shuffle={value}` holds for training and evaluation alike: `{function}` is called for both",
                        advice="make the flag a parameter of the function", severity=Severity.WARNING,
                    )  # fmt: skip
            for name, role, near, ordered, slots, seen in calls:
                value = _forwarded(project, path, name, dict(slots), 3)
                if near and role == Role.TRAIN and value is False:
                    yield self.finding(
                        place_from(path, project, seen), f"training data is not shuffled: `{name.rpartition('.')[2]}` passes `False` on as the shuffle flag",
                        advice="pass `True`, or take the flag from the configuration that is reviewed",
                        severity=Severity.INFO if ordered else None,
                    )  # fmt: skip

    def _in_configuration(self, everything: list[tuple[str, Any]]) -> Iterator[Finding]:
        """A key that training reads its flag from, and that is false in every configuration that has it."""
        flags = {path: data[1] for path, data in everything if data[0] == "flags"}
        readers = [(path, *read) for path, data in everything if data[0] != "flags" for read in data[2]]
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for reader, file, keys, line in readers:
            places = {document_at(flags, reader, file)} - {""} if file != "*" else set(flags)
            held = [(path, flag) for path in sorted(places) for flag in flags[path] if flag[0][-len(keys) :] == keys]
            if not held or any(flag[1] for _, flag in held):
                continue
            path, (full, _, numbers, text) = held[0]
            if (path, full) not in seen:
                seen.add((path, full))
                yield self.finding(
                    Place.of_line(path, numbers, text), f"`{'.'.join(full)}` is false, so that training reads its data in the same order ({reader}:{line})",
                    advice="set it to true, or say beside it why the order is meant", severity=Severity.WARNING, confidence=Confidence.MEDIUM,
                )  # fmt: skip


def _forwarded(project: Project, path: str, name: str, slots: dict[Any, Any], reach: int) -> Any:
    """The literal that a call gives to a shuffle flag further down, through parameters that are passed on; None where it is not known."""
    definition = project.definitions.get(project.absolute(path, name))
    if definition is None or reach == 0:
        return None
    parameters = definition.function.parameters
    for own, callee, slot in definition.function.forwards:
        index = next((i for i, p in enumerate(parameters) if p.name == own), None)
        if index is None or parameters[index].kind not in ("positional", "keyword"):
            continue
        position = index - 1 if definition.function.owner else index
        value = slots.get(own, slots.get(position))
        spec = SHUFFLING.get(callee)
        if spec is not None and callee in LOADERS and slot in ("shuffle", spec.position) and isinstance(value, bool):
            return value
        deeper = _forwarded(project, definition.path, callee, {slot: value}, reach - 1) if isinstance(value, bool) else None
        if isinstance(deeper, bool):
            return deeper
    return None


def _is_chosen(module: Module, decision: OrderDecision, function: Function) -> bool:
    """Whether a parameter of the function decides if this call is made, or another call in it has the other value: it tells roles apart."""
    if any(other.call.function is function and other.value is (not decision.value) for other in order_decisions(module)):
        return True
    parameters = {parameter.name for parameter in function.parameters}
    up: ast.AST = decision.call.node
    while up is not function.node:
        up = up.up  # type: ignore[attr-defined]
        if isinstance(up, (ast.If, ast.IfExp)) and any(isinstance(part, ast.Name) and part.id in parameters for part in ast.walk(up.test)):
            return True
    return False


def _slots(call: Call) -> tuple[tuple[Any, Any], ...]:
    """Literal booleans among the arguments, by keyword or position."""
    found: list[tuple[Any, Any]] = []
    for position, node in enumerate(call.node.args):
        if isinstance(node, ast.Starred):
            break
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            found.append((position, node.value))
    found += [(k.arg, k.value.value) for k in call.node.keywords if isinstance(k.value, ast.Constant) and isinstance(k.value.value, bool)]
    return tuple(found)


def _is_near(call: Call, role: Role) -> bool:
    """Whether the role is told by the call itself: its target, its data, or a method whose name is a convention."""
    names = " ".join((*call.target_names, *call.data_names))
    function = call.function
    told = {
        Role.TRAIN: ("train", "trn", "fit"),
        Role.VALIDATION: ("val", "dev"),
        Role.TEST: ("test", "eval", "infer", "predict", "holdout"),
    }
    return any(word in names.lower() for word in told[role]) or (function is not None and function.node.name in _CONVENTIONS)


def _is_ordered(module: Module, call: Call) -> bool:
    """Whether the samples may be ordered by intent, from the names around the call."""
    function, cls = call.function, module.class_around(call.node)
    names = [*call.target_names, *call.data_names, module.path.replace("/", "_")]
    names += [function.node.name] if function is not None else []
    names += [cls.node.name] if cls is not None else []
    return any(word in _ORDERED for name in names for word in tokens(name))


_LEARNING = frozenset({
    "backward", "step", "fit", "minimize", "apply_gradients", "train_on_batch", "train_step", "training_step", "partial_fit", "update", "optimize",
})  # fmt: skip
_ENDS = ("next", "len", "print", "type")
_LOOKING = ("iter", "next", "enumerate", "len", "print", "zip", "type", "tqdm.tqdm")


def _is_only_looked_at(module: Module, call: Call) -> bool:
    """Whether the loader serves no training: its batches are counted, averaged or shown, in this order as well as in any."""
    bindings = module.flow.bindings_of(call.node)
    if len(bindings) != 1 or bindings[0].kind != "assign":
        return False
    uses = module.flow.uses(bindings[0])
    return bool(uses) and not any(_may_train(module, use) for use in uses)


def _may_train(module: Module, use: ast.Name) -> bool:
    node: ast.AST = use
    up: ast.AST = use.up  # type: ignore[attr-defined]
    while isinstance(up, ast.Call) and node in up.args and any(name in _LOOKING for name in module.names(up.func)):
        node, up = up, up.up  # type: ignore[attr-defined]
    if isinstance(up, ast.For) and up.iter is node:
        loop = next(loop for loop in module.loops if loop.node is up)
        return any(inner.method in _LEARNING or "train" in inner.method or "learn" in inner.method for inner in loop.calls)
    return not (isinstance(node, ast.Call) and any(name in _ENDS for name in module.names(node.func)))


def _is_iterable(module: Module, call: Call) -> bool:
    node = call.argument("dataset", 0).node
    names = module.names(node) if node is not None else ()
    for name in names:
        cls = module.resolver.class_named(name)
        if "IterableDataset" in name or (cls is not None and module.class_(cls).extends("torch.utils.data.IterableDataset")):
            return True
    return False


def _uses_order(module: Module, call: Call) -> bool:
    """Whether `x.classes`, `x.filenames` or the like of the shuffled data is read where predictions are made."""
    if not any(other.method in ("predict", "predict_generator", "predict_proba") for other in module.calls):
        return False
    targets = set(call.target_names) | set(call.data_names)
    return any(
        node.attr in _USES_ORDER and isinstance(node.value, (ast.Name, ast.Attribute))
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr) in targets
        for node in module.syntax.attributes
    )  # fmt: skip


def _data(call: Call) -> str:
    names = [] if call.method == "fit" else list(call.target_names)
    return f"`{names[-1]}`" if names else "samples"


def _is_are(call: Call) -> str:
    return "is" if call.target_names and call.method != "fit" else "are"


def _flip(call: Call, value: str) -> Fix | None:
    return (
        with_argument(call, "shuffle", value, title=f"set shuffle={value}", safety=Safety.UNSAFE)
        if any(k.arg == "shuffle" for k in call.node.keywords)
        else None
    )
