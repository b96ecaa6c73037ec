"""RES102."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Edit, Finding, Fix, Module, Rule, Safety, Severity, tokens

_APPLY = "pandas.DataFrame().apply"
_LESSON = frozenset({"lambda", "apply", "functional"})
_PLAIN = frozenset({"print", "int", "float", "str", "bool", "abs", "round", "min", "max"})
"""What has a way for whole columns"""
_WRITERS = frozenset({"at", "loc", "iloc", "iat"})
_MAKES = (ast.Call, ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict)
_MOST = 8
"""Statements of a named function; more are a decision that reads better row by row"""


class RowLoop(Rule):
    """A column is computed row by row.

    ## What it finds
    `frame.apply(lambda row: …, axis=1)` whose function, which may have a name, calls nothing: it calculates, compares, chooses or looks
    up with the row's columns; a loop over `iterrows()` or `itertuples()` that writes one element of a frame in every round.

    ## Why it is debt
    Every row becomes an object of its own. What takes seconds on the sample takes hours on the data, and the way out is usually a
    bigger machine (Arpteg et al. 2018, resource limitations).

    ## Bad
    ```python
    import pandas as pd

    frame = pd.read_csv("houses.csv")
    frame["density"] = frame.apply(lambda row: row["rooms"] / row["area"], axis=1)  # finding: RES102
    ```

    ## Good
    ```python
    import pandas as pd

    frame = pd.read_csv("houses.csv")
    frame["density"] = frame["rooms"] / frame["area"]
    ```

    ## Fix
    Unsafe, since a division by zero raises in rows of plain objects and gives infinity in columns. Only for `apply` on a name.
    ```python
    import pandas as pd

    frame = pd.read_csv("houses.csv")
    frame["density"] = frame["rooms"] / frame["area"]
    ```

    ## When it stays silent
    When the function calls something, takes the row as a whole, or an item of a list in a column; when the loop does not write into a frame,
    computes what it writes with a function, or does something else besides; in lessons on `apply` and lambdas, which name themselves so.

    ## References
    pandas user guide, enhancing performance: iterating is slow.
    """

    code = "RES102"
    severity = Severity.WARNING
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("pandas") or _LESSON & set(tokens(module.path.rpartition("/")[2])):
            return
        for call in module.method_calls("apply"):
            function = _function(call)
            if function is not None and _is_of_columns(function):
                calculates = (
                    isinstance(function, ast.Lambda)
                    and isinstance(function.body, ast.BinOp)
                    and _is_arithmetic(function.body, function.args.args[0].arg)
                )
                yield self.finding(
                    call, "a column is computed row by row, through a Python function for each",
                    advice=f"calculate with whole columns: `{_vectorised(call, function)}`" if calculates and isinstance(function, ast.Lambda)
                    else "work on whole columns: comparisons as they are, `numpy.where` to choose, `.map` to look up, `.dt` and `.str` for parts",
                    fix=_fix(module, call, function) if calculates and isinstance(function, ast.Lambda) else None,
                )  # fmt: skip
        for call in module.method_calls("iterrows", "itertuples"):
            loop: ast.AST = call.node.up  # type: ignore[attr-defined]
            if isinstance(loop, ast.Call) and loop.args[:1] == [call.node]:  # enumerate, tqdm
                loop = loop.up  # type: ignore[attr-defined]
            written = _written(loop) if isinstance(loop, ast.For) else None
            if written is not None:
                yield self.finding(
                    module.at(written), f"a frame is written element by element, in a loop over `{call.method}()`",
                    advice="compute the column with whole columns, or collect the values in a list and assign it once",
                )  # fmt: skip


def _function(call: Call) -> ast.Lambda | ast.FunctionDef | None:
    """What `apply(…, axis=1)` gives each row to: a lambda, or the one function of the file that has the name."""
    given = call.argument("func", _APPLY).node
    if call.argument("axis", _APPLY).value not in (1, "columns") or call.receiver is None:
        return None
    if isinstance(given, ast.Name):
        named = [function.node for function in call.module.functions if function.node.name == given.id]
        given = named[0] if len(named) == 1 else None  # type: ignore[assignment]
    return given if isinstance(given, (ast.Lambda, ast.FunctionDef)) and len(given.args.args) == 1 else None


def _is_of_columns(function: ast.Lambda | ast.FunctionDef) -> bool:
    """Whether it calls nothing, and knows its row by single columns only."""
    row, used = function.args.args[0].arg, 0
    body = [function.body] if isinstance(function, ast.Lambda) else _short(function)
    for part in (part for top in body for part in ast.walk(top)):
        if isinstance(part, ast.Subscript) and _names_row(part.slice, row) and _names_row(part.value, row):
            return False  # an item of a list in a column
        if isinstance(part, ast.Tuple) and isinstance(part.up, ast.Subscript):  # type: ignore[attr-defined]
            continue  # a table of two keys
        if isinstance(part, _MAKES) and not (isinstance(part, ast.Call) and _rounds(part)):
            return False
        if isinstance(part, ast.Name) and part.id == row:
            used += 1
            if not _is_column(part.up):  # type: ignore[attr-defined]
                return False
    return used > 0


def _short(function: ast.FunctionDef) -> list[ast.stmt]:
    """The body of a function that only names values, chooses and returns; empty for any other."""
    statements = [part for part in ast.walk(function) if isinstance(part, ast.stmt) and part is not function]
    simple = all(isinstance(s, (ast.Return, ast.If, ast.Assign)) or _is_text(s) for s in statements)
    assigned = [target for s in statements if isinstance(s, ast.Assign) for target in s.targets]
    fits = len(statements) <= _MOST and all(isinstance(target, ast.Name) for target in assigned) and not function.decorator_list
    return function.body if simple and fits else []


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _rounds(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("round", "abs")


def _names_row(node: ast.expr, row: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == row for part in ast.walk(node))


def _is_column(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "loc":
        node = node.up  # type: ignore[attr-defined]
    return isinstance(node, ast.Attribute) or (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant))


def _is_arithmetic(node: ast.expr, row: str) -> bool:
    if isinstance(node, ast.BinOp):
        return not isinstance(node.op, ast.Mod | ast.MatMult) and _is_arithmetic(node.left, row) and _is_arithmetic(node.right, row)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _is_arithmetic(node.operand, row)
    if isinstance(node, ast.Subscript):
        return (
            isinstance(node.value, ast.Name)
            and node.value.id == row
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        )
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == row
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def _vectorised(call: Call, function: ast.Lambda) -> str:
    """The calculation with the frame in the place of the row, as the source has it."""
    module, row = call.module, function.args.args[0].arg
    text, body = module.source.segment(function.body), function.body
    names = [part for part in ast.walk(body) if isinstance(part, ast.Name) and part.id == row]
    if body.lineno != body.end_lineno or call.receiver is None:
        return ast.unparse(body)
    frame = module.source.segment(call.receiver)
    for name in sorted(names, key=lambda part: -part.col_offset):
        start = module.source.column(name.lineno, name.col_offset) - module.source.column(body.lineno, body.col_offset)
        text = text[:start] + frame + text[start + len(row) :]
    return text


def _fix(module: Module, call: Call, function: ast.Lambda) -> Fix | None:
    body = function.body
    if not isinstance(call.receiver, ast.Name) or body.lineno != body.end_lineno or len(call.node.args) + len(call.node.keywords) > 2:
        return None
    if not isinstance(call.node.up, (ast.Assign, ast.Return)):  # type: ignore[attr-defined]
        return None
    return Fix("calculate with whole columns", Safety.UNSAFE, (Edit(module.source.span(call.node), _vectorised(call, function)),))


def _is_said(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "print"


def _written(loop: ast.For) -> ast.AST | None:
    """The first statement of the loop's own body that writes one element of a frame: `df.at[i, "x"] = …`, `df["x"][i] = …`."""
    index = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) and loop.target.elts else loop.target
    names = {part.id for part in ast.walk(index) if isinstance(part, ast.Name)}
    if any(isinstance(part, ast.Expr) and isinstance(part.value, ast.Call) and not _is_said(part.value) for part in ast.walk(loop)):
        return None  # the loop does more than to compute
    inner = [part for statement in loop.body for part in ast.walk(statement)]
    if any(isinstance(part, (ast.For, ast.While, ast.ListComp, ast.GeneratorExp)) for part in inner) or any(
        isinstance(part, ast.Call) and not (isinstance(part.func, ast.Name) and part.func.id in _PLAIN) for part in inner
    ):
        return None  # what is written is looked up, or computed by functions, row by row
    for statement in ast.walk(loop):
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = statement.targets[0]
        if not isinstance(target, ast.Subscript):
            continue
        used = {part.id for part in ast.walk(target.slice) if isinstance(part, ast.Name)}
        is_element = isinstance(target.value, ast.Attribute) and target.value.attr in _WRITERS
        is_chained = (
            isinstance(target.value, ast.Subscript)
            and isinstance(target.value.slice, ast.Constant)
            and isinstance(target.value.slice.value, str)
        )
        if used & names and (is_element or is_chained):
            whole = isinstance(statement.value, (ast.List, ast.Tuple, ast.Dict))  # a row is put in, which no column-wise way does
            return None if whole or any(isinstance(part, ast.Call) for part in ast.walk(statement.value)) else statement
    return None
