"""RES103."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, block_of

_JOINING = ("pandas.concat", "numpy.append", "numpy.concatenate", "numpy.vstack", "numpy.hstack", "torch.cat", "torch.concat")
_FRAME_APPENDS = ("pandas.DataFrame().append", "pandas.read_csv().append", "pandas.read_parquet().append", "pandas.read_excel().append")


class GrowingFrame(Rule):
    """A frame, array or tensor is copied whole in every step of a loop to grow by one piece.

    ## What it finds
    `x = pd.concat([x, piece])`, `x = x.append(piece)` on a DataFrame, `np.append`, `np.concatenate`, `np.vstack`, `np.hstack`
    and `torch.cat` onto the name itself, in a loop before which the name got its first value, or whose first round gives it one
    (`if x is None: x = piece`).

    ## Why it is debt
    Each step copies everything gathered so far, so time and memory traffic grow with the square of the data: the loop that took a second
    on a sample takes hours on the whole set (Arpteg et al. 2018, resource limitations).

    ## Bad
    ```python
    import pandas as pd

    table = pd.DataFrame()
    for path in paths:
        table = pd.concat([table, pd.read_csv(path)])  # finding: RES103
    ```

    ## Good
    ```python
    import pandas as pd

    pieces = []
    for path in paths:
        pieces.append(pd.read_csv(path))
    table = pd.concat(pieces)
    ```

    ## Fix
    None: code behind the loop, or in it, may look at the frame while it grows.

    ## When it stays silent
    When the loop reads the grown value in any other place than a `print`, as generation of text and sliding windows must; when the loop goes over a
    literal or `range` of a literal; when the name gets a new value in the loop elsewhere; in `forward` of a network; for attributes
    (`self.x`) and elements. There is no fix, since the first value may be more than an empty one.

    Off by default: of 18 findings read on code that the rule was tuned on, 8 grow with the data; the others go a few times round
    (over classifiers, metrics, degrees), which the code does not tell.

    ## References
    pandas documentation of `concat`; NumPy documentation of `append`.
    """

    code = "RES103"
    severity = Severity.WARNING
    minutes = 20
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("pandas", "numpy", "torch"):
            return
        for call in module.calls_to(*_JOINING, *_FRAME_APPENDS):
            name = _grown(call)
            loop = call.loop
            if not name or loop is None or _is_short(loop) or not _only_grows(call, loop, name):
                continue
            if call.function is not None and call.function.node.name == "forward":
                continue
            yield self.finding(
                call, f"`{name}` is copied whole in every step of the loop, to grow by one piece",
                advice=f"append the pieces to a list and join them once behind the loop, into `{name}`",
            )  # fmt: skip


def _grown(call: Call) -> str:
    """The name that a call joins with something more and that takes the result."""
    up = call.statement
    if not isinstance(up, ast.Assign) or up.value is not call.node or len(up.targets) != 1 or not isinstance(up.targets[0], ast.Name):
        return ""
    name = up.targets[0].id
    first: list[ast.expr] = [call.receiver] if set(call.names) <= set(_FRAME_APPENDS) and call.receiver is not None else call.node.args[:1]
    parts = [part for node in first for part in (node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node])]
    return name if any(isinstance(part, ast.Name) and part.id == name for part in parts) else ""


def _is_short(loop: ast.AST) -> bool:
    if not isinstance(loop, (ast.For, ast.AsyncFor)):
        return False
    over = loop.iter
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range":
        return all(isinstance(argument, ast.Constant) for argument in over.args)
    return isinstance(over, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant))


def _only_grows(call: Call, loop: ast.AST, name: str) -> bool:
    """Whether the name has a value before the loop, and the loop neither reads it elsewhere nor gives it another one."""
    aside = {id(part) for node in [*_first_round(call, name), *_told(loop)] for part in ast.walk(node)}
    inside = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and node.id == name and id(node) not in aside]
    scope = loop.scope  # type: ignore[attr-defined]
    first = [binding.node for binding in scope.bindings.get(name, ()) if binding.kind == "assign"]
    before = any(node.lineno < loop.lineno and call.module.runs_before(node, loop) for node in first)  # type: ignore[attr-defined]
    return len(inside) == 2 and before


def _told(loop: ast.AST) -> list[ast.AST]:
    """`print(len(x))`: how far it is, told in every round."""
    return [
        node for node in ast.walk(loop)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "print"
    ]  # fmt: skip


def _first_round(call: Call, name: str) -> list[ast.AST]:
    """`if x is None: x = piece` in front of the joining `else`: the test, and the first value."""
    block = block_of(call.node)
    if not isinstance(block.owner, ast.If) or block.field not in ("body", "orelse"):
        return []
    other = block.owner.orelse if block.field == "body" else block.owner.body
    first = [s.targets[0] for s in other if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name) and s.targets[0].id == name]
    return [block.owner.test, *first] if first else []
