"""DEX102."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Confidence, Definition, Finding, Function, Module, Project, Rule, SeenCall, Severity, scope_of, tokens
from mlsmith.rules.kit.closed import MISSING, QUIET_DECORATORS, is_called_by_others, mentions, passed, why_open
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.flags import PAST
from mlsmith.rules.kit.origins import is_borrowed, is_lesson, is_quoted

_Test = tuple[ast.If, str, Any]
"""(branch, operator, operand)"""

_TALKATIVE = {
    "verbose", "quiet", "silent", "debug", "log", "progress", "progress_bar", "disable_tqdm", "name", "title", "legend", "legends",
    "color", "colour", "colors", "cmap", "fontsize", "figsize", "marker", "linestyle", "xlabel", "ylabel", "ax", "fig", "path",
    "filename", "fname", "out", "output", "logger", "callback", "limit", "nrows", "device", "timeout",
}  # fmt: skip
"""Flags that switch output on and off, limits for trying things out, and what things are called on a picture or in a graph: no experiments."""
_OUTPUT_WORDS = frozenset({
    "verbose", "debug", "legend", "legends", "save", "plot", "show", "tqdm", "progress", "fmt", "print", "display", "limit", "visualize",
    "draw", "log", "view", "path", "file", "filename", "dir", "folder", "url", "title", "label", "prefix", "suffix", "name", "seed",
    "sanity", "dry", "quick", "smoke", "store", "dump", "cuda", "gpu",
    "timeout", "wait", "sleep", "delay", "retry", "retries",
    "func", "fn", "hook", "callback", "prompt", "training", "train", "mode", "phase", "test", "inference", "is_train",
})  # fmt: skip
_PICTURES = frozenset({"plot", "vis", "show", "draw", "display", "visualize", "visualise", "viz", "print", "imshow", "figure"})
_OF_PICTURES = frozenset({"visualizer", "visualiser", "visualization", "visualisation", "plotting", "drawing"})
_DRAWING = frozenset({"plot", "imshow", "scatter", "savefig", "countplot", "heatmap", "barh", "annotate"})
_DRAWERS = ("matplotlib.", "seaborn.", "plotly.", "graphviz.", "bokeh.", "altair.", "pydot.")
"""Exploring and drawing by hand: what a picture shows today is no experiment that somebody forgot."""

_ALTERNATIVES = frozenset({
    "use", "enable", "enabled", "disable", "disabled", "without", "experimental", "experiment", "legacy", "old", "new", "v1", "v2", "alt",
    "alternative", "ablation", "ablate", "variant", "fancy", "fallback", "deprecated", "hack",
})  # fmt: skip
"""Words of switches between two ways of doing a thing"""

_WORTH = 3
"""Lines that a flag must keep dead to be worth a word, unless it is named for another way, or the settings say that the project is an
application; fewer are rather an option that somebody may want tomorrow"""
_WORTH_OF_NONE = 8
"""As many for a parameter left at None, which is rather an input that nobody has today"""


class NeverToggledFlag(Rule):
    """A parameter guards a branch, and no call in the project ever gives it the value that takes the branch.

    ## What it finds
    A boolean, enumeration-like or None-default parameter tested by an `if` whose one side no call site can reach: every call leaves the
    default, or passes the same literal; a single call counts only where it does not mention a switch to another way (`use_…`,
    `legacy_…`). Calls are matched across files, through aliases, re-exports, methods and classes. With a git history the report names
    who last touched the line, and when.

    ## Why it is debt
    The branch is an experiment that nobody runs: it is neither tested nor trained with, yet each change must carry it along, and one
    day a caller switches it on (Sculley et al. 2015, dead experimental code paths).

    ## Bad
    ```python train.py
    def augment(image, use_mixup=False):
        if use_mixup:  # finding: DEX102
            image = mixup(image)
        return normalise(image)

    first = augment(load(1))
    second = augment(load(2), use_mixup=False)
    ```

    ## Good
    ```python train.py
    def augment(image, use_mixup=False):
        if use_mixup:
            image = mixup(image)
        return normalise(image)

    first = augment(load(1))
    second = augment(load(2), use_mixup=True)
    ```

    ## Fix
    None here, because taking a flag out touches its call sites in other files: `mlsmith prune FLAG=VALUE` does that, and `mlsmith prune
    --list` shows the command for each finding.

    ## When it stays silent
    For the public names of a library; when the function is passed around, registered, decorated by something unknown, named in a string
    (hydra's `_target_`), overrides or is overridden; when a call passes a variable, `*args` or `**kwargs`, or could be meant but cannot
    be resolved; when fire, jsonargparse or LightningCLI makes a command line of the function, its class or its file; when nothing calls the
    function at all; when the guarded branch only raises, or hands the command line to `parse_args`;
    for flags of output (`verbose`, `save_…`, `legend`), names, paths, limits for trying things out, and in functions and files that draw; for an
    option whose other values end in a `raise`; for one or two dead lines, unless the flag is named for another way (`use_…`, `old_…`) or the
    settings say `project = "application"`; in files and functions whose head names the repository that they came from, and in packages
    that projects copy into their tree (`ldm`, `basicsr`); for a function that is called once; for seeds and for modes (`is_training`); in exercise
    sheets and lessons.

    Measured on unseen code, see the page on precision: of 45 findings in rounds 3 to 8 the authors of the rule would defend 26; what the
    others had in common is silent now, which leaves 19 of 20, on code that is no longer unseen. In round 10 it was 17 of 24: optional
    extras of a line or two, knobs for time and devices, which are silent since. In rounds 13 to 15 it was 22 of 33; most of the others were in
    files copied from elsewhere, or single lines that no call mentions. In round 33 it was 19 of 29: the others were options of one or two
    lines, about which it is silent since, and with them about two of five that had been defended; 13 of 15 are left.

    ## References
    Sculley et al. 2015, section 7; Arpteg et al. 2018, sections on experiment management and glue code.
    """

    code = "DEX102"
    severity = Severity.WARNING
    minutes = 30

    def collect(self, module: Module) -> Any:
        guards = list(_guards(module))
        drawing = _drawing(module) if guards else set()
        plain = [(f, guarded) for f, guarded in guards if id(f.node) not in drawing and _is_plain(module, f) and not is_quoted(module, f)]
        if not plain or is_lesson(module.path) or is_borrowed(module):
            return ()
        return tuple(
            (function.scope.qualified, parameter, tuple(_test_fact(module, *test) for test in tests))
            for function, guarded in plain for parameter, tests in guarded.items()
        )  # fmt: skip

    def project(self, project: Project) -> Iterator[Finding]:
        for *_, finding in self.candidates(project):
            yield finding

    def candidates(self, project: Project) -> Iterator[tuple[Definition, str, Any, Finding]]:
        """(function, its parameter, the value that it always has, what to say of it)"""
        for path, guards in project.collected_where_asked(self):
            for function, parameter, tests in guards:
                definition = project.definitions.get(f"{project.files[path].module}.{function}")
                if definition is None or definition.path != path or why_open(project, definition):
                    continue
                value = _only_value(project, definition, parameter)
                if value is not MISSING:
                    for finding in self._report(project, definition, parameter, value, tests):
                        yield definition, parameter, value, finding

    def _report(self, project: Project, definition: Definition, parameter: str, value: Any, tests: Any) -> Iterator[Finding]:
        """One finding a parameter, at the first test that its value decides against a branch."""
        dead = (
            []
            if isinstance(value, str) and any(operator in ("true", "false") for operator, *_ in tests)
            else [(seen, lines) for operator, operand, seen, *sides in tests if (lines := _dead_lines(operator, operand, value, sides))]
        )
        if not dead:
            return
        seen, total = dead[0][0], sum(lines for _, lines in dead)
        calls = len(project.calls_of(definition))
        least = _WORTH_OF_NONE if value is None else 1 if calls > 1 and project.is_said_to_be_closed else _WORTH
        if total < least and not (PAST if calls == 1 or value is None else _ALTERNATIVES) & set(tokens(parameter)):
            return  # An optional filter, limit or extra that nobody asks for today costs a line or two.
        last = project.history.last_change(definition.path, seen[0]) if project.history is not None else None
        since = f"; last touched by {last[0]} on {last[1][:10]}" if last else ""
        how = "the only call leaves" if calls == 1 else f"all {calls} calls leave"
        yield self.finding(
            place_from(definition.path, project, seen),
            f"`{parameter}` of `{definition.function.name}` is always {value!r} ({how} it so): "
            f"{total} line{'s' if total > 1 else ''} behind it never run{'s' if total == 1 else ''}{since}",
            advice=f"delete `{parameter}` with its dead branch, or call it with the other value in a test or configuration",
            confidence=Confidence.HIGH if calls > 1 else Confidence.MEDIUM,
        )  # fmt: skip


def _dead_lines(operator: str, operand: Any, value: Any, sides: list[int]) -> int:
    """Lines of the branch that the value excludes; `sides` are those dead if the test is true, and if it is false."""
    return sides[0] if _truth(operator, operand, value) else sides[1]


def _guards(module: Module) -> Iterator[tuple[Function, dict[str, list[_Test]]]]:
    """Functions with the tests of each of their parameters that guard a branch."""
    found: dict[int, dict[str, list[_Test]]] = {}
    for owner in module.syntax.branches:
        test = _test_of(owner.test) if isinstance(owner, ast.If) else None
        if test is None:
            continue
        scope, (parameter, operator, operand) = scope_of(owner), test
        bindings = scope.bindings.get(parameter, ()) if scope.kind == "function" else ()
        if len(bindings) != 1 or bindings[0].kind != "parameter" or _is_talkative(parameter):
            continue
        if not _is_validated(owner) and not _is_command_line(module, owner, parameter):
            found.setdefault(id(scope.node), {}).setdefault(parameter, []).append((owner, operator, operand))  # type: ignore[arg-type]
    for node in module.syntax.functions if found else ():
        if id(node) in found:
            yield module.function(node), found[id(node)]


def _test_fact(module: Module, owner: ast.If, operator: str, operand: Any) -> tuple[Any, ...]:
    """(operator, operand, place, dead lines if true, dead lines if false)"""
    return operator, operand, tuple(where(module, owner)), _size(owner.orelse), _size(owner.body)


def _drawing(module: Module) -> set[int]:
    """Functions that draw, or hold one that does, by the ids of their nodes."""
    found: set[int] = set()
    for call in (*module.calls_spelt(*_DRAWING), *module.calls_under(*_DRAWERS)):
        around = scope_of(call.node).enclosing("function")
        while around is not None:
            found.add(id(around.node))
            around = around.parent.enclosing("function") if around.parent is not None else None
    return found


def _is_talkative(name: str) -> bool:
    return name in _TALKATIVE or bool(_OUTPUT_WORDS & set(name.split("_")))


def _test_of(test: ast.expr) -> tuple[str, str, Any] | None:
    """(parameter, operator, operand) of a condition that the parameter alone decides."""
    if isinstance(test, ast.Name):
        return test.id, "true", None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Name):
        return test.operand.id, "false", None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name):
        operand = test.comparators[0]
        if isinstance(operand, ast.Constant) and isinstance(operand.value, (str, int, bool, type(None))):
            operator = {ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not"}.get(type(test.ops[0]))
            return (test.left.id, operator, operand.value) if operator else None
    return None


def _truth(operator: str, operand: Any, value: Any) -> bool:
    if operator == "true":
        return bool(value)
    if operator == "false":
        return not value
    equal = value == operand and isinstance(value, bool) == isinstance(operand, bool)
    return equal if operator in ("==", "is") else not equal


def _is_validated(owner: ast.AST) -> bool:
    """`if mode == "a": … elif mode == "b": … else: raise`: the options of a helper made for many uses, spelt out and checked."""
    node = owner
    while isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        node = node.orelse[0]
    return isinstance(node, ast.If) and bool(node.orelse) and isinstance(node.orelse[-1], ast.Raise)


def _is_command_line(module: Module, owner: ast.If | ast.While | ast.IfExp, parameter: str) -> bool:
    """`parser.parse_args(argv)` under `if argv is not None`: the door by which tests and other programs enter."""
    first, last = owner.lineno, owner.end_lineno or owner.lineno
    return any(
        first <= call.node.lineno <= last and any(isinstance(given, ast.Name) and given.id == parameter for given in call.node.args)
        for call in module.method_calls("parse_args", "parse_known_args")
    )


def _size(statements: list[ast.stmt]) -> int:
    """Lines of a branch that is worth a word; a branch that only raises, prints or passes is none."""
    if not statements or all(isinstance(s, (ast.Raise, ast.Pass)) or _prints(s) for s in statements):
        return 0
    if isinstance(statements[-1], ast.Raise):
        return 0
    return (statements[-1].end_lineno or statements[-1].lineno) - statements[0].lineno + 1


def _prints(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("print", "display")


def _is_plain(module: Module, function: Function) -> bool:
    name = function.node.name
    if _OF_PICTURES & set(tokens(module.path.rpartition("/")[2])) or (_PICTURES | {"log"}) & set(tokens(name)) or is_called_by_others(name):
        return False
    return all(decorator in QUIET_DECORATORS for decorator in function.decorators)


def _only_value(project: Project, definition: Definition, parameter: str) -> Any:
    """The one literal that the parameter has in every call, or `MISSING`."""
    calls = project.calls_of(definition)
    if not calls:
        return MISSING
    values = [passed(definition, parameter, call) for call in calls]
    same = len({repr(value) for value in values}) == 1
    if len(calls) == 1 and (definition.path.endswith(".ipynb") or not _is_alternative(definition, parameter, calls[0])):
        return MISSING  # One call shows no habit: which value it gives is what somebody wants today.
    return values[0] if same and isinstance(values[0], (bool, str, type(None))) else MISSING


def _is_alternative(definition: Definition, parameter: str, call: SeenCall) -> bool:
    """Whether a switch is named for another way of doing it, and the only call does not even mention it."""
    index = next((i for i, p in enumerate(definition.function.parameters) if p.name == parameter), 0)
    default = definition.function.parameters[index].default
    return (
        not mentions(definition, parameter, call)
        and default is not None
        and isinstance(default[-1], bool)
        and bool(_ALTERNATIVES & set(tokens(parameter)))
    )
