"""CUL101."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from itertools import pairwise

from mlsmith.rules.kit import Finding, Module, Place, Position, Rule, Severity, Span, scope_of

_GIVEN = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "exit", "quit", "spark", "sc", "dbutils", "sqlContext"}


class NotebookOutOfOrder(Rule):
    """The notebook was not run from top to bottom.

    ## What it finds
    A name that a cell uses at its top level, and that only cells below it define; and saved execution counts that do not grow. One
    finding a notebook for each of the two.

    ## Why it is debt
    The outputs are of a state that no run from top to bottom has. Whoever takes over gets an error, or other figures (Arpteg et al. 2018,
    cultural differences).

    ## Bad
    ```notebook
    # In[2]
    print(total)  # finding: CUL101
    # In[3]
    total = 3
    ```

    ## Good
    ```notebook
    # In[1]
    total = 3
    # In[2]
    print(total)
    ```

    ## Fix
    None: the notebook has to be run, which mlsmith does not do.

    ## When it stays silent
    For notebooks without outputs; for names that a star import may bring, or that the environment of a notebook gives; for uses inside
    functions, which run later. Names that no cell defines are ruff's F821.

    ## References
    Pimentel et al. 2019, A large-scale study about quality and reproducibility of Jupyter notebooks.
    """

    code = "CUL101"
    severity = Severity.INFO
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        if module.notebook is None:
            return
        counts = [(cell.execution_count, cell.index) for cell in module.notebook.cells if cell.execution_count]  # 0 is none
        for (before, _), (count, index) in pairwise(counts):
            if count < before:
                message = f"this cell ran as number {count}, after the one above it ran as number {before}"
                place = Place.of_line(module.path, (1, 1, 1, 2), "execution order")
                yield self.finding(
                    Place(place.path, Span(Position(1, 1), Position(1, 2), index), anchor=place.anchor), message,
                    advice="restart the kernel and run all cells before committing",
                )  # fmt: skip
                break
        early = None if module.syntax.star_imports else next(_too_early(module), None)
        if early is not None:
            yield self.finding(
                module.at(early), f"`{early.id}` is used here and defined only further down",
                advice="move the definition up, or the use down, and run all cells from a fresh kernel", severity=Severity.WARNING,
            )  # fmt: skip


def _too_early(module: Module) -> Iterator[ast.Name]:
    """Names used at the top level of a cell above the first cell that binds them."""
    scope = module.syntax.scope
    for name in module.names_spelt(scope.bindings.keys() - _GIVEN):
        bindings = scope.bindings[name.id]
        if not isinstance(name.ctx, ast.Load) or scope_of(name) is not scope:
            continue
        first = min(binding.node.lineno for binding in bindings if hasattr(binding.node, "lineno"))
        if first > (name.end_lineno or name.lineno) and _cell(module, first) != _cell(module, name.lineno):
            yield name


def _cell(module: Module, line: int) -> int:
    assert module.notebook is not None
    return max((cell.index for cell in module.notebook.cells if cell.first_line <= line), default=0)
