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
    loaders,
    tokens,
    with_argument,
)  # fmt: skip
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.configuration import key_read
from mlsmith.rules.kit.configuration_paths import document_at
from mlsmith.rules.kit.flags import flag_default
from mlsmith.rules.kit.memo import TellingWords
from mlsmith.rules.kit.order import LOADERS, SHUFFLING, OrderDecision, order_decisions

_BY_ITSELF = "by itself"
"""Stands for a role where the data set draws its order anew"""
_DATA_WORDS = frozenset(
    {"load", "loader", "loaders", "dataloader", "dataloaders", "data", "dataset", "datasets", "iterator", "generator", "batches"}
)
_OF_DATA = TellingWords(lambda word: not _DATA_WORDS.isdisjoint(tokens(word)))
_LIBRARIES = ("torch.", "keras.", "sklearn.", "tensorflow.", "datasets.")


class HardcodedShuffleFlag(Rule):
    """A shuffle flag is written into the code with a value that contradicts what the data is for.

    ## What it finds
    The shuffle decision of data loaders (PyTorch, torch-geometric, MONAI, keras, `tf.data`) as a literal, or as a constant, that contradicts
    the role of the data: training without shuffling (error; a warning where only the loop tells that it is training, where a sampler is
    given in some runs only, or where no flag is given at all for a data set that is read by index and trained on); evaluation with shuffling
    (information; a warning where names or classes are paired with the predictions afterwards, the last batch is dropped, or Lightning asks
    for the loader); one literal in a function that both training and evaluation call (warning).
    Project functions that pass their own parameter on as the flag are followed to their call sites, across files. Flags that are kept
    elsewhere are followed there: the default of a command-line option or of a field of a settings class in the same file, and the key of a
    configuration that is false wherever it stands (warnings).

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
    parameter, the command line or configuration; when names speak of both roles or none; in tests. When the data set is told to shuffle
    (`randomize=`, `data.shuffle(epoch)`) or draws its samples; when nothing is learnt from the loader (features, statistics, clusters,
    pictures, trials of speed), or nobody reads it;
    when a comment or the function's name speaks of the order; for evaluation of which single batches are shown, or that is learnt from; for
    the sampler of evaluation on several processes, whose one order comes from its seed until it is told of an epoch.
    Samples that are ordered by intent (time series, language-model streams, video, curricula) are reported as information only.

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
            if decision.callee in LOADERS and not decision.given:
                yield from self._left_out(module, decision)
            elif decision.callee in LOADERS and isinstance(decision.value, bool):
                yield from self._judge(module, decision)
            elif decision.callee in LOADERS:
                yield from self._by_default(module, decision)
        yield from self._buffers(module)

    def _left_out(self, module: Module, decision: OrderDecision) -> Iterator[Finding]:
        """`DataLoader(train_set, 32)`: the library does not shuffle unless it is told to."""
        call = decision.call
        if (
            decision.value is False
            and (call.role is Role.TRAIN or (call.role is None and _is_trained_on(module, call)))
            and not _may_have_sampler(call)
            and _is_meant_for_training(module, call)
            and loaders.is_read_by_index(module, call)
        ):
            yield self.finding(
                call, f"{_data(call)} for training {_is_are(call)} read in the same order every epoch: no `shuffle` is given, and the default is False",
                advice="set `shuffle=True`, or say `shuffle=False` where the order is meant", severity=Severity.WARNING,
                confidence=Confidence.MEDIUM,
            )  # fmt: skip

    def _by_default(self, module: Module, decision: OrderDecision) -> Iterator[Finding]:
        """`args.shuffle` and `config.shuffle`: what holds if nobody says otherwise."""
        call, role = decision.call, decision.call.role
        flag = flag_default(module, decision.argument)
        if (
            flag is None
            or role is None
            or not loaders.is_near(call, role)
            or loaders.is_iterable(module, call)
            or loaders.is_ordered(module, call)
        ):
            return
        if role is Role.TRAIN and flag.value is False:
            yield self.finding(
                module.at(flag.node), f"`{flag.label}` is off by default, so that training (line {call.node.lineno}) reads its data in the same order",
                advice="turn the default around, or name the run that wants its data unshuffled", severity=Severity.WARNING,
                confidence=Confidence.MEDIUM,
            )  # fmt: skip
        elif role is not Role.TRAIN and flag.value is True and loaders.pairs_by_position(module, call):
            yield self.finding(
                module.at(flag.node),
                f"`{flag.label}` is on by default, so that {role} data (line {call.node.lineno}) is shuffled, but predictions are paired with it",
                advice="give evaluation a flag of its own that is off", severity=Severity.WARNING, confidence=Confidence.MEDIUM,
            )  # fmt: skip

    def _judge(self, module: Module, decision: OrderDecision) -> Iterator[Finding]:
        call, role = decision.call, decision.call.role
        if loaders.is_iterable(module, call) or loaders.is_said(module, call):
            return
        if role in (Role.TRAIN, None) and decision.value is False:
            yield from self._unshuffled(module, decision)
        elif role is None:
            return
        elif role is not Role.TRAIN and decision.value is True and loaders.is_near(call, role):
            yield from self._shuffled(module, call, role)
        elif self.option["strict"] and isinstance(decision.argument, ast.Constant):
            yield self.finding(
                call, f"`shuffle={decision.value}` stands in the code: no configuration controls it",
                advice="take it from the configuration that is reviewed", severity=Severity.INFO,
            )  # fmt: skip

    def _unshuffled(self, module: Module, decision: OrderDecision) -> Iterator[Finding]:
        call = decision.call
        near = call.role is Role.TRAIN and loaders.is_near(call, Role.TRAIN)
        meant = (
            loaders.is_of_evaluation(module)
            or _is_second(module, decision)
            or loaders.is_never_read(module, call)
            or loaders.is_only_looked_at(module, call)
            or loaders.orders_itself(module, call)
            or loaders.is_trial(module, call)
        )
        if meant or not (near or (_is_trained_on(module, call) and not decision.sometimes)):
            return
        ordered = loaders.is_ordered(module, call)
        note = ", which is right only if their order is meant" if ordered else " where no sampler is given" if decision.sometimes else ""
        yield self.finding(
            call, f"{_data(call)} for training {_is_are(call)} read in the same order every epoch: `shuffle=False`{note}",
            advice="pass `shuffle=sampler is None`" if decision.sometimes else
            "set `shuffle=True`, or take the flag from the configuration that is reviewed",
            severity=Severity.INFO if ordered else Severity.ERROR if near and not decision.sometimes else Severity.WARNING,
            confidence=Confidence.HIGH if near else Confidence.MEDIUM, fix=None if decision.sometimes else _flip(call, "True"),
        )  # fmt: skip

    def _shuffled(self, module: Module, call: Call, role: Role) -> Iterator[Finding]:
        why, severity = _harm_of_shuffling(module, call)
        if why:
            yield self.finding(
                call, f"{_data(call)} for {role} {_is_are(call)} shuffled, {why}: `shuffle=True`",
                advice="set `shuffle=False`, so that each evaluation reads the same samples in the same order",
                severity=severity, fix=_flip(call, "False"),
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
            if (
                read is not None
                and role is Role.TRAIN
                and loaders.is_near(decision.call, role)
                and not loaders.is_ordered(module, decision.call)
            ):
                reads.append((*read, decision.call.node.lineno))
            function = decision.call.function
            if (
                decision.callee in LOADERS
                and isinstance(decision.argument, ast.Constant)
                and function is not None
                and decision.call.role is None
                and not _is_chosen(module, decision, function)
                and not (decision.value is False and loaders.is_trial(module, decision.call))
            ):
                inside.append((function.scope.qualified, decision.value, tuple(where(module, decision.call.node))))
        calls = []
        for call in module.calls_spelt(*_OF_DATA.among(module.words_called)) if not module.is_test else ():
            own = [] if any(name in SHUFFLING for name in call.names) else [n for n in call.names if not n.startswith(_LIBRARIES)]
            if own and call.role is not None:
                told = _BY_ITSELF if _shuffles_itself(module, call) else call.role.value
                slots = _slots(call)
                near = told == Role.TRAIN and any(value is False for _, value in slots) and loaders.is_near(call, call.role)
                ordered = near and loaders.is_ordered(module, call)
                calls += [(name, told, near, ordered, slots, tuple(where(module, call.node))) for name in own]
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
                roles.setdefault(project.absolute(path, name), set()).add(role if role in (_BY_ITSELF, Role.TRAIN) else "evaluation")
        for path, (inside, calls, _) in collected:
            for function, value, seen in inside:
                if roles.get(f"{project.files[path].module}.{function}") == {Role.TRAIN.value, "evaluation"}:
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


def _shuffles_itself(module: Module, call: Call) -> bool:
    """Whether something that is given has a method that draws its order anew, and the file calls it: `data.shuffle(epoch)`."""
    shuffled = {ast.unparse(other.receiver) for other in module.method_calls("shuffle") if other.receiver is not None}
    return bool(shuffled) and any(
        isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) in shuffled
        for node in (*call.node.args, *(k.value for k in call.node.keywords))
    )


def _is_second(module: Module, decision: OrderDecision) -> bool:
    """Whether another loader of the same function shuffles the same data, which is the one to learn from."""
    data = decision.call.argument("dataset", 0).node
    return isinstance(data, ast.Name) and any(
        other.value is True
        and other.callee == decision.callee
        and other.call.function is decision.call.function
        and isinstance(same := other.call.argument("dataset", 0).node, ast.Name)
        and same.id == data.id
        for other in order_decisions(module)
    )


def _may_have_sampler(call: Call) -> bool:
    """`sampler=sampler`, which is None in some runs, at most."""
    return any(
        call.argument(name).given and not isinstance(call.argument(name).node, ast.Constant) for name in ("sampler", "batch_sampler")
    )


def _is_trained_on(module: Module, call: Call) -> bool:
    """Whether a loop over the loader steps an optimiser, or Lightning is given it to train on, whatever it is called."""
    return loaders.is_learnt_from(module, call) or loaders.is_given_to_trainer(module, call)


def _is_meant_for_training(module: Module, call: Call) -> bool:
    """Whether somebody learns from the loader, whose name or use says so, and nothing around it says that the order is meant or of no account."""
    return (
        (loaders.is_near(call, Role.TRAIN) or _is_trained_on(module, call))
        and not loaders.is_ordered(module, call)
        and not loaders.is_trial(module, call)
        and not loaders.is_said(module, call)
        and not loaders.is_only_looked_at(module, call)
        and not loaders.orders_itself(module, call)
        and not loaders.is_of_evaluation(module)
    )


def _harm_of_shuffling(module: Module, call: Call) -> tuple[str, Severity]:
    """What an evaluation loses by reading its samples in random order; empty where that may be meant."""
    function = call.function
    if loaders.pairs_by_position(module, call):
        return "but predictions are paired with them by position", Severity.WARNING
    if loaders.is_never_read(module, call) or _keeps_one_order(module, call):
        return "", Severity.INFO
    if loaders.is_shown(module, call) or loaders.is_learnt_from(module, call) or loaders.is_sampled(module, call):
        return "", Severity.INFO
    if call.argument("drop_last").value is True:
        return "and the last batch is dropped, so that every evaluation leaves out other samples", Severity.WARNING
    if function is not None and function.node.name in loaders.HOOKS:
        return "which Lightning warns of, since predictions cannot be told apart by position", Severity.WARNING
    return "which no metric needs, and its predictions cannot be matched with the samples by position", Severity.INFO


def _keeps_one_order(module: Module, call: Call) -> bool:
    """A sampler of several processes draws its order from its seed and the epoch, and is never told of an epoch here."""
    if not any(name.endswith(".DistributedSampler") for name in call.names):
        return False
    told = {node.id if isinstance(node, ast.Name) else node.attr for made in module.method_calls("set_epoch") if made.receiver is not None
            for node in ast.walk(made.receiver) if isinstance(node, (ast.Name, ast.Attribute))}  # fmt: skip
    told -= {"sampler", "batch_sampler"}  # `train_loader.sampler.set_epoch(epoch)` tells the one of training
    return not any(name in call.target_names or module.role_of(name) in (Role.VALIDATION, Role.TEST) for name in told)


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
