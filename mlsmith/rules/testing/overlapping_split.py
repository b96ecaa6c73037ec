"""TST105."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Function, Loop, Module, Rule, Severity
from mlsmith.rules.kit.splits import Split, splits

_SAMPLE = "pandas.DataFrame().sample"


class OverlappingSplit(Rule):
    """The same rows can come to both sides of a split.

    ## What it finds
    A random split (`train_test_split` with shuffling, shuffled folds, `random_split`) of data that was made of overlapping windows of
    one series (`x.append(series[i:i + n])` for each `i`), that was resampled with replacement (`sklearn.utils.resample`,
    `DataFrame.sample(replace=True)`), or doubled (`concat([df, df])`, `np.repeat`) before; `train_test_split` of all rows a second time, while
    the test part of the first is still used.

    ## Why it is debt
    A window and its neighbour share all rows but one; a copy shares all. With one in the training part and the other in the test part,
    the test asks what has been learnt by heart (Arpteg et al. 2018, testing).

    ## Bad
    ```python
    from sklearn.model_selection import train_test_split

    windows = []
    for i in range(len(series) - 24):
        windows.append(series[i : i + 24])
    train, test = train_test_split(windows, random_state=1)  # finding: TST105
    ```

    ## Good
    ```python
    from sklearn.model_selection import train_test_split

    windows = []
    for i in range(len(series) - 24):
        windows.append(series[i : i + 24])
    train, test = train_test_split(windows, shuffle=False)
    ```

    ## Fix
    None: the split has to move in front of the step, or to follow the group, and the score changes.

    ## When it stays silent
    When the split keeps the order, or is by groups; when windows do not overlap (`range(0, n, 24)`); when resampling happens on the training
    part only. SMOTE and its like before a split are `fit-before-split`. Rows of one person in both parts are not looked at.

    ## References
    Kapoor and Narayanan 2023, Leakage and the reproducibility crisis: duplicates in data sets.
    """

    code = "TST105"
    severity = Severity.ERROR
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("sklearn", "torch", "dask_ml"):
            return
        yield from self._again(module)
        for split in splits(module):
            if not _is_random(module, split):
                continue
            why = next((reason for data in split.data for reason in _overlaps(module, split, data)), "")
            if why:
                yield self.finding(
                    module.at(split.node), f"{split.name} mixes data in which rows occur more than once: {why}",
                    advice="split first, along the time or by the source of the rows, and make windows or copies within each part",
                )  # fmt: skip

    def _again(self, module: Module) -> Iterator[Finding]:
        """`x_train, x_test = split(x)`, and then `x_train, x_dsel = split(x)`: the new training rows hold rows of the test."""
        calls = [call for call in module.calls_to("sklearn.model_selection.train_test_split") if call.node.args]
        for position, later in enumerate(calls):
            bound = _bound_by(later)
            for first in calls[:position]:
                left = [name for name in _bound_by(first) if name not in bound and _is_held_out(module, name)]
                if first.function is not later.function or not left or not bound & _bound_by(first) or not _same_rows(module, first, later):
                    continue
                if any(_is_read_after(module, name, later) for name in left):
                    whole = ast.unparse(later.node.args[0])[:30]
                    yield self.finding(
                        later, f"`{whole}` is split once more, and `{left[0]}` of line {first.place.span.start.line} is still used: "
                        "rows of it are in the new training part",
                        advice=f"split what the first split left for training, not `{whole}`",
                    )  # fmt: skip
                    break


def _bound_by(split: Call) -> set[str]:
    statement = split.statement
    target = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is split.node else None
    return {part.id for part in target.elts if isinstance(part, ast.Name)} if isinstance(target, ast.Tuple) else set()


def _is_held_out(module: Module, name: str) -> bool:
    role = module.role_of(name)
    return role is not None and role.evaluates


def _same_rows(module: Module, first: Call, later: Call) -> bool:
    one, other = first.node.args[0], later.node.args[0]
    if not isinstance(one, ast.Name) or not isinstance(other, ast.Name) or one.id != other.id:
        return False
    return {id(b) for b in module.resolver.reaching(one)} == {id(b) for b in module.resolver.reaching(other)}


def _is_read_after(module: Module, name: str, split: Call) -> bool:
    """Whether a name is read behind the split, with the value that it had there."""
    for node in module.names_spelt({name}):
        behind = isinstance(node.ctx, ast.Load) and (node.lineno, node.col_offset) > split.order
        if behind and module.function_around(node) is split.function:
            return all(b.node.lineno < split.node.lineno for b in module.resolver.reaching(node))
    return False


def _is_random(module: Module, split: Split) -> bool:
    call = module.call(split.node)
    if call is None:
        return False
    if call.method == "train_test_split":
        return call.argument("shuffle").absent or call.argument("shuffle").value is True
    if call.method == "random_split":
        return True
    made = module.call(module.resolver.values(call.receiver)[0]) if call.receiver is not None else None
    return made is not None and made.method in ("KFold", "StratifiedKFold") and made.argument("shuffle").value is True


def _overlaps(module: Module, split: Split, data: ast.expr) -> Iterator[str]:
    trace = module.flow.trace(data)
    loops = [loop for loop in module.loops if isinstance(loop.node, ast.For)]
    for call in trace.calls:
        if call.order >= (split.node.lineno, split.node.col_offset) and call.function is module.function_around(split.node):
            continue
        if _repeats(module, call):
            yield f"line {module.source.span(call.node).start.line} copies rows (`{call.method}`)"
        if call.method == "append" and any(_is_window(call, loop) for loop in loops):
            yield f"line {module.source.span(call.node).start.line} cuts overlapping windows"
        for name in call.names:
            function = module.resolver.function_named(name)
            if function is not None and _cuts_windows(module.function(function), loops):
                yield f"`{call.method}` cuts overlapping windows"


def _repeats(module: Module, call: Call) -> bool:
    if "sklearn.utils.resample" in call.names:
        return call.argument("replace").absent or call.argument("replace").value is True
    if call.method == "sample" and module.imports("pandas"):
        return call.argument("replace", _SAMPLE).value is True and not call.argument("frac", _SAMPLE).absent
    if call.method in ("concat", "concatenate", "vstack") and call.node.args and isinstance(call.node.args[0], (ast.List, ast.Tuple)):
        parts = [ast.dump(part) for part in call.node.args[0].elts if isinstance(part, ast.Name)]
        return len(parts) != len(set(parts)) and call.argument("axis", 1).value not in (1, -1, "columns")
    return False


def _cuts_windows(function: Function, loops: list[Loop]) -> bool:
    return any(call.method == "append" and _is_window(call, loop) for call in function.calls for loop in loops)


def _is_window(call: Call, loop: Loop) -> bool:
    """`x.append(series[i:i + n])` in `for i in range(…)` that goes on by one."""
    if (
        call.loop is not loop.node
        or not isinstance(loop.node, ast.For)
        or not isinstance(loop.node.target, ast.Name)
        or len(call.node.args) != 1
    ):
        return False
    over = loop.node.iter
    if not (isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range" and len(over.args) < 3):
        return False
    index, module = loop.node.target.id, call.module
    for value in module.resolver.values(call.node.args[0]):
        while isinstance(value, ast.Attribute) or (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
            value = value.value if isinstance(value, ast.Attribute) else value.func.value  # type: ignore[attr-defined]
        if not isinstance(value, ast.Subscript):
            return False
        cut = value.slice.elts[0] if isinstance(value.slice, ast.Tuple) and value.slice.elts else value.slice
        if not isinstance(cut, ast.Slice) or cut.lower is None or cut.upper is None:
            return False
        if not (_moves_with(cut.lower, index) and _moves_with(cut.upper, index)):
            return False
    return True


def _moves_with(node: ast.expr, index: str) -> bool:
    """`i`, `i + n`, `i - n`, but not `i * n`, whose windows do not overlap."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        return _moves_with(node.left, index) or _moves_with(node.right, index)
    return isinstance(node, ast.Name) and node.id == index
