"""GLU103."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Context, Finding, Function, Module, Rule, Severity, scope_of

_PATH_CALLS = ("sys.path.append", "sys.path.insert", "sys.path.extend", "site.addsitedir")
_LOADERS = ("importlib.import_module", "importlib.util.module_from_spec", "pytest.main")
_OWN_ENDS = ("conf.py", "setup.py", "conftest.py", "manage.py", "noxfile.py")


class ImportPathHack(Rule):
    """The program finds its own modules by changing the search path.

    ## What it finds
    `sys.path.append`, `insert` and `extend`, `os.chdir` into a literal or computed folder, and `PYTHONPATH` set in code. In notebooks as
    information only. One finding a file.

    ## Why it is debt
    What is imported depends on where the program was started and which file ran first; two copies of a module can be loaded at once.
    Nobody can install the project, test it or import it in a service as it is (Arpteg et al. 2018, glue code).

    ## Bad
    ```python
    import sys

    sys.path.append("..")  # finding: GLU103

    from shop.features import build
    ```

    ## Good
    ```python
    from shop.features import build
    ```

    ## Fix
    None: the package has to be installed (`pip install -e .`), which no edit does.

    ## When it stays silent
    In `setup.py`, `conftest.py` and the configuration of documentation; in examples and tests; for `os.chdir` that goes back
    again in its function, a path that is taken off again, and a plug-in that is imported by a given name. There
    is no fix: the way out is to install the project (`pip install --editable .`).

    ## References
    Python packaging user guide, editable installs.
    """

    code = "GLU103"
    severity = Severity.WARNING
    minutes = 10
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if module.path.rsplit("/", 1)[-1] in _OWN_ENDS or module.context is Context.DOCS:
            return
        severity = Severity.INFO if module.notebook is not None else None
        found = (
            [call.node for call in module.calls_to(*_PATH_CALLS) if not _loads_plugin(call)] if module.packages & {"sys", "site"} else []
        )
        if found and not _is_put_back(module):
            yield self.finding(
                module.at(found[0]), "the search path for modules is changed while the program runs",
                advice="make the project installable and install it (`pip install --editable .`)", severity=severity,
            )  # fmt: skip
            return
        moved = next(_moves(module), None)
        if moved is not None:
            yield self.finding(
                moved, "the program moves to another folder: relative paths mean something else from here on",
                advice="build paths from one root, and leave the working folder to whoever starts the program", severity=severity,
            )  # fmt: skip
        for node in module.syntax.assignments if "PYTHONPATH" in module.source.text else ():
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Subscript) and module.constant(target.slice) == "PYTHONPATH":
                yield self.finding(
                    module.at(node), "PYTHONPATH is set in code", advice="make the project installable and install it", severity=severity
                )  # fmt: skip
                return


def _moves(module: Module) -> Iterator[Call]:
    """Changes of folder from which the same function does not come back."""
    calls = [call for call in module.calls_to("os.chdir") if call.node.args]
    homes = [scope_of(call.node) for call in module.calls_to("os.getcwd", "pathlib.Path.cwd")] if calls else []
    scopes = [scope_of(call.node) for call in calls]
    for call, scope in zip(calls, scopes, strict=True):
        if scopes.count(scope) == 1 and scope not in homes:
            yield call


def _loads_plugin(call: Call) -> bool:
    """Whether the function loads a module by a name, or from a place, that it was given: there is no other way to find it."""
    if call.function is None:
        return False
    if any(_is_in(other, call.function) for other in call.module.calls_to(*_LOADERS)):
        return True
    called = call.function.node.name in call.module.words_called
    given = {parameter.name for parameter in call.function.parameters}
    return not called and any(
        isinstance(part, ast.Name) and part.id in given
        for other in call.module.calls_to(*_PATH_CALLS)
        if _is_in(other, call.function)
        for argument in other.node.args
        for part in ast.walk(argument)
    )


def _is_in(call: Call, function: Function) -> bool:
    return call.function is not None and call.function.node is function.node


def _is_put_back(module: Module) -> bool:
    """Whether the path is taken off again: a plug-in is loaded, nobody leans on it afterwards."""
    if any(True for _ in module.calls_to("sys.path.remove", "sys.path.pop")):
        return True
    targets = (target for node in module.syntax.assignments if isinstance(node, ast.Assign) for target in node.targets)
    return any(isinstance(target, ast.Subscript) and "sys.path" in module.names(target.value) for target in targets)
