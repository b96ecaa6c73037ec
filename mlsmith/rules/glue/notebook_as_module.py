"""GLU105."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, tokens
from mlsmith.rules.kit.commands import WAITING, command_lines
from mlsmith.rules.kit.origins import is_lesson
from mlsmith.rules.kit.places import places

_IMPORTERS = frozenset({"import_ipynb", "nbimporter", "importnb", "ipynb", "from_notebook"})
"""Packages whose only use is to import notebooks"""
_RUN = regex(r"%run\s+(?:-\w\s+)*[\"']?([^\"'\s]+\.ipynb)\b")
_RUN_WORDS = regex(r"(?:run\s+)?(?:-\w\s+)*([^\"'\s]+\.ipynb)\b")
_EXECUTORS = {
    "papermill.execute_notebook": "input_path",
    "papermill.execute.execute_notebook": "input_path",
    "airflow.providers.papermill.operators.papermill.PapermillOperator": "input_nb",
    "airflow.operators.papermill_operator.PapermillOperator": "input_nb",
}
"""What runs a notebook with parameters, or without → the argument that names the notebook"""
_CLIENTS = (
    "nbconvert.preprocessors.ExecutePreprocessor().preprocess", "nbconvert.preprocessors.execute.ExecutePreprocessor().preprocess",
    "nbclient.NotebookClient().execute", "nbclient.client.NotebookClient().execute", "nbclient.execute",
)  # fmt: skip
"""What runs a notebook that was read before, and can give it no parameters"""
_BASH_TASKS = (
    "airflow.operators.bash.BashOperator", "airflow.providers.standard.operators.bash.BashOperator", "airflow.operators.bash_operator.BashOperator",
)  # fmt: skip
_CONVERTED = regex(r"\bnbconvert\b.*\s--execute\b")
_MILLED = regex(r"\bpapermill\s+(?!.*\s-(?:p|r|f|y|b|-parameters\w*)\s)(?:-\S+\s+(?:\w+\s+)?)*([^\s*<-][^\s*<]*\.ipynb)\b")
_NOTEBOOK = regex(r"[^\s*\"']+\.ipynb\b")
_CHECKING = frozenset({
    "test", "tests", "testing", "check", "checks", "validate", "verify", "ci", "travis", "doc", "docs", "documentation", "sphinx", "mkdocs",
    "website", "gallery", "tutorial", "tutorials", "example", "examples", "convert", "clean", "format", "refresh", "regenerate", "report", "reports",
})  # fmt: skip
"""Words of files that run notebooks to see whether they run, or to show what they show"""


class NotebookAsModule(Rule):
    """A notebook is imported or run as if it were a module.

    ## What it finds
    Packages whose only use is to import notebooks (`import_ipynb`, `nbimporter`, `importnb`, `ipynb.fs`); `%run other.ipynb`; and code that
    executes a notebook named in it without giving it parameters: `papermill.execute_notebook`, Airflow's `PapermillOperator`, nbconvert's
    and nbclient's executors, and `jupyter nbconvert --execute` or `papermill` through `os.system` and `subprocess`. One finding a file.

    ## Why it is debt
    A notebook has no interface: who runs it gets every name that it leaves behind, and every side effect of every cell, downloads, plots and
    trainings included. No test, type checker, linter or search for usages looks through the border, and a rerun of the notebook by hand changes
    what production does (Sculley et al. 2015, glue code; Arpteg et al. 2018).

    ## Bad
    ```python
    import import_ipynb  # finding: GLU105

    from features import build

    table = build("orders.csv")
    ```

    ## Good
    ```python
    from shop.features import build

    table = build("orders.csv")
    ```

    ## Fix
    None: what is shared has to move into a module (`jupyter nbconvert --to script` is a start), which the notebook then imports.

    ## When it stays silent
    In tests, examples, lessons and documentation; in files that by their name check, convert or show notebooks; where the notebook gets
    parameters, because then it has an interface; where which notebook is run comes from outside, because that is a tool for notebooks; for
    `%run script.py`, and for Databricks' `%run ./other`, which has no other way there. What a workflow or a container runs is not looked at here.

    Measured on unseen code, see the page on precision: 8 of 10 findings held in round 30, in repositories that were looked for; the two others,
    tools that run any notebook, are silent since.

    ## References
    papermill documentation, parametrise; Sculley et al. 2015, section 4; Arpteg et al. 2018.
    """

    code = "GLU105"
    severity = Severity.WARNING
    minutes = 30
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if _CHECKING & set(tokens(module.path)) or is_lesson(module.path):
            return
        found = next(_imported(module), None) or next(_run(module), None) or next(_executed(module), None)
        if found is not None:
            node, message = found
            yield self.finding(
                module.at(node), message, advice="move what is shared into a module and import it, or give the notebook parameters and declare them"
            )  # fmt: skip


def _imported(module: Module) -> Iterator[tuple[ast.AST, str]]:
    if not _IMPORTERS & module.packages:
        return
    for node in module.syntax.imports:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if not node.level else []
        for name in names:
            package = name.partition(".")[0]
            if package in _IMPORTERS and (package != "ipynb" or name.startswith("ipynb.fs")):
                yield node, f"`{name}` imports notebooks as modules: all their cells run, and all their names come along"


def _run(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """`%run other.ipynb`, in a notebook or in what it was converted to."""
    for cell in module.notebook.cells if module.notebook is not None else ():
        for line, text in cell.magics:
            named = _RUN.match(text)
            statement = _statement_at(module, cell.first_line + line - 1) if named else None
            if named and statement is not None:
                yield statement, _leaves_behind(named.group(1))
    for call in module.method_calls("run_line_magic", "magic"):
        given = [argument.value for argument in call.node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
        named = _RUN_WORDS.match(given[-1]) if given and given[0].startswith("run") else None
        if named:
            yield call.node, _leaves_behind(named.group(1))


def _leaves_behind(notebook: str) -> str:
    return f"`%run` brings in whatever the cells of `{notebook}` leave behind"


def _statement_at(module: Module, line: int) -> ast.stmt | None:
    """What stands for a magic."""
    return next((node for node in module.source.tree.body if node.lineno == line), None)


def _executed(module: Module) -> Iterator[tuple[ast.AST, str]]:
    if module.imports("papermill", "airflow"):
        for call in module.calls_to(*_EXECUTORS):
            if not _has_parameters(call):
                yield from _named(module, call, call.argument(_EXECUTORS[next(n for n in call.names if n in _EXECUTORS)], 0).node)
    if module.imports("nbconvert", "nbclient"):
        named = {s.value for s in module.syntax.strings if isinstance(s.value, str) and _NOTEBOOK.fullmatch(s.value)}
        for call in module.calls_to(*_CLIENTS) if named else ():
            yield call.node, _runs(min(named))
    if module.imports("os", "subprocess", "airflow"):
        for call in module.calls_to(*WAITING, "subprocess.Popen", *_BASH_TASKS):
            for line in command_lines(module, call):
                notebook = _NOTEBOOK.search(line) if _CONVERTED.search(line) else _MILLED.search(line)
                if notebook:
                    yield call.node, _runs(notebook.group(notebook.re.groups))


def _has_parameters(call: Call) -> bool:
    """Whether the notebook gets any; an empty mapping gives none."""
    given = call.argument("parameters", 2)
    nothing = isinstance(given.node, ast.Dict) and not given.node.keys
    made = call.module.call(given.node)
    nothing = nothing or (made is not None and made.name == "dict" and not made.node.args and not made.node.keywords)
    return not (given.absent or nothing) or call.has_unknown_arguments


def _named(module: Module, call: Call, node: ast.expr | None) -> Iterator[tuple[ast.AST, str]]:
    place = places(module, node)[0]
    if place.endswith(".ipynb") and "*" not in place.rpartition("/")[2] and "<" not in place.rpartition("/")[2]:
        yield call.node, _runs(place)


def _runs(notebook: str) -> str:
    return f"`{notebook.rpartition('/')[2]}` is run like a function that takes nothing: what it does is decided in its cells"
