"""DEX101."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Confidence, Finding, Module, Project, Rule, Severity, branches, tokens
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.origins import is_copied, is_lesson

_ALTERNATIVE = regex(r"\b(or|true|false|set|change|switch|toggle|enable|disable|uncomment)\b")
_UNTIL = regex(r"\b(until|once|temporar\w*|resolved|for now|workaround|todo|fixme|your (code|task|turn|solution)|hint)\b")
_REQUEST = regex(r"\b(please|set (your|the|a)|edit|fill in|adapt|implement|your (code|task|turn|solution))\b")
_DIRECTIVE = regex(r"#?\s*(mlsmith|noqa)\s*:.*", re.IGNORECASE)
_PURPOSE = regex(
    r"\b(testing|test|debug|debugging|example|demo|comparison|compare|uncomment|enable|change|set|switch|show|when|if|depends)\b"
)
_CELL = regex(r"\s*#\s?%%")
"""Where editors divide a script into cells"""
_FILES_SET_BY_HAND = {"setup", "config", "configs", "configuration", "settings", "parameters", "params", "hparams", "hyperparameters", "hyperparams",
                      "constants", "options", "conf", "cfg"}  # fmt: skip
_OUTPUT_WORDS = frozenset(
    {"debug", "verbose", "plot", "plots", "show", "save", "print", "display", "log", "logging", "visualize", "draw", "profile"}
)
"""Switches of output and of looking closer, which wait for a hand."""
_TOOL_NAMES = {"TYPE_CHECKING", "PY2", "PY3", "WINDOWS", "LINUX", "MACOS", "IS_WINDOWS", "IS_LINUX"}


class ConstantCondition(Rule):
    """A branch that can never be taken, or code behind an unconditional exit.

    ## What it finds
    `if False:`, `if 0:`, `while False:`, `… and False`, `if True: … else: …`; statements after an unconditional `return`, `raise`,
    `continue` or `break`; and branches guarded by a module-level switch (`USE_OLD_LOSS = False`) that is assigned once and that nothing
    in the project ever writes again: not by `global`, not from another module, not by name through `setattr` or a patch.

    ## Why it is debt
    An experiment that is switched off in the source is not tested, not trained and not deleted; the code around it goes on changing.
    Sculley et al. (2015) call these dead experimental code paths; one of them cost Knight Capital 465 million dollars in 45 minutes.

    ## Bad
    ```python
    def loss(prediction, target):
        if False:  # finding: DEX101
            return focal(prediction, target)
        return cross_entropy(prediction, target)
    ```

    ## Good
    ```python
    def loss(prediction, target):
        return cross_entropy(prediction, target)
    ```

    ## Fix
    Where no name and no generator depends on the dead branch, it is removed and the live one takes its place (safe).
    ```python
    def loss(prediction, target):
        return cross_entropy(prediction, target)
    ```

    ## When it stays silent
    `TYPE_CHECKING`, `__debug__`, platform and version switches; `if 0:` around nothing but imports, for tools that read them; a `yield`
    behind a `return` or under `if False` that makes a function a generator; `while True`; `if True:` without an `else`; a switch that
    another module writes or names in a string; switches in a library's public modules, in `setup.py` and files of settings
    (`config.py`, `parameters.py`), beside a comment that says how to set them, those of output (`DEBUG`, `SHOW_PLOTS`), and in notebooks and scripts, which
    are run by hand; a whole cell under `if False:`, in a notebook or
    between the `# %%` of a script, or one with a comment that says what for ("helpful for testing"); another cell than that of the exit; code
    behind a `raise` that asks to write or adapt it, in words or in notebooks and lessons; in packages that projects copy into their tree (`ldm`, `basicsr`).

    Measured on unseen code, see the page on precision: of 31 findings in rounds 3 to 8 the authors of the rule would defend 18; what the
    others had in common is silent now, which leaves these 18, on code that is no longer unseen. In rounds 13 to 15 it was 31 of 40; the others
    were drivers run cell by cell, requests to adapt the code, and copied packages.

    ## References
    Sculley et al. 2015, Hidden Technical Debt in Machine Learning Systems, section 7; SEC release 34-70694 on Knight Capital.
    """

    code = "DEX101"
    severity = Severity.WARNING
    minutes = 20

    def python(self, module: Module) -> Iterator[Finding]:
        conditions, behind = list(branches.literal_conditions(module)), list(branches.after_exit(module))
        if not (conditions or behind) or is_copied(module):
            return
        for condition in conditions:
            dead = branches.dead_part(condition)
            expression = isinstance(condition.owner, ast.IfExp)
            if (isinstance(condition.owner, ast.While) and condition.truth) or not (dead or expression) or (dead and _is_for_tools(dead)):
                continue
            if _is_explained(module, condition.owner) or _is_run_by_cells(module, condition.owner):
                continue
            yield self.finding(
                module.at(condition.owner), f"this condition is always {str(condition.truth).lower()}: {_what(dead, condition.truth)}",
                advice="delete the dead branch; version control remembers it",
                fix=branches.removal(module, condition, "remove the dead branch"),
            )  # fmt: skip
        for dead in behind:
            if not _is_for_tools(dead) and not _is_resting(module, dead[0]) and not _is_to_be_written(module, dead[0]):
                yield self.finding(
                    module.at(dead[0]), f"{_lines(dead)} behind an unconditional exit {'is' if _count(dead) == 1 else 'are'} never reached",
                    advice="delete it, or put the exit back under its condition",
                    fix=branches.removal_of(module, dead, "remove the unreachable code"),
                )  # fmt: skip

    def collect(self, module: Module) -> Any:
        guards = []
        conditions = list(branches.named_conditions(module))
        # In a script switches stand at the top, to be set by hand.
        by_hand = bool(conditions) and (module.notebook is not None or _is_script(module))
        for owner, name, taken in () if by_hand else conditions:
            dead = [] if isinstance(owner, ast.IfExp) else owner.orelse if taken else owner.body
            if _is_set_by_hand(module, name.id) or _OUTPUT_WORDS & set(tokens(name.id)):
                continue
            if dead and name.id not in _TOOL_NAMES and not _is_for_tools(dead) and not (isinstance(owner, ast.While) and taken):
                guards.append((name.id, repr(module.constant(name)), tuple(where(module, owner)), _what(dead, taken)))
        written = sorted({
            binding.target.attr for binding in module.syntax.stores
            if isinstance(binding.target, ast.Attribute) and binding.scope.kind in ("module", "function")
        })  # fmt: skip
        return (tuple(guards), tuple(written)) if guards or written else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        writes: dict[str, set[str]] = {}
        for path, (_, written) in collected:
            for name in written:
                writes.setdefault(name, set()).add(path)
        for path, (guards, _) in collected:
            for name, value, seen, dead in {guard[0]: guard for guard in reversed(guards)}.values():  # once a switch, where it is met first
                mentioned = writes.get(name, set()) | project.named_in_strings(name) | project.importers(path, name)
                if not project.is_public(path, name) and not mentioned:
                    yield self.finding(
                        place_from(path, project, seen), f"`{name}` is only ever {value}: {dead}",
                        advice=f"delete the branch and `{name}`, or make it a configuration value that somebody sets",
                        confidence=Confidence.MEDIUM,
                    )  # fmt: skip


def _is_explained(module: Module, owner: ast.AST) -> bool:
    """Whether a comment on the line, or on the one above, says when to switch the branch on."""
    number = owner.lineno  # type: ignore[attr-defined]
    above = module.source.lines[number - 2].strip() if number > 1 else ""
    beside = module.source.lines[number - 1].partition("#")[2]
    comment = beside + (above[1:] if above.startswith("#") else "")
    return bool(_PURPOSE.search(_DIRECTIVE.sub("", comment).lower()))


def _is_run_by_cells(module: Module, owner: ast.AST) -> bool:
    """Whether it keeps a program from what is run by hand: a whole cell of a notebook, or a block of `# %%` cells in a script."""
    if owner not in module.source.tree.body:
        return False
    first, last = owner.lineno, owner.end_lineno or owner.lineno
    around = [*module.source.lines[max(0, first - 5) : first - 1], *module.source.lines[first : last + 1]]
    return module.notebook is not None or any(_CELL.match(line) for line in around)


def _is_resting(module: Module, first: ast.stmt) -> bool:
    """Whether a comment above the code, or above the exit before it, says until when it rests."""
    number = first.lineno - 2
    comments: list[str] = []
    while number >= 0 and len(comments) < 6 and first.lineno - number < 12:
        line = module.source.lines[number].strip()
        if line.startswith("#"):
            comments.append(line)
        elif comments and line:
            break
        number -= 1
    return bool(_UNTIL.search(" ".join(comments).lower()))


def _is_to_be_written(module: Module, first: ast.stmt) -> bool:
    """Whether the raise in front of it asks whoever runs into it to write the code: in words, there or above, or in a notebook or a lesson."""
    bodies = [getattr(first.up, field, None) for field in ("body", "orelse", "finalbody")]  # type: ignore[attr-defined]
    for body in bodies:
        if isinstance(body, list) and first in body[1:]:
            exit_ = body[body.index(first) - 1]
            if not isinstance(exit_, ast.Raise):
                return False
            texts = [n.value for n in ast.walk(exit_) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            texts += [line for line in module.source.lines[max(0, exit_.lineno - 3) : exit_.lineno - 1] if line.lstrip().startswith("#")]
            empty = any(isinstance(n, ast.Name) and n.id in ("NotImplementedError", "NotImplemented") for n in ast.walk(exit_))
            taught = module.notebook is not None or is_lesson(module.path)
            return any(_REQUEST.search(text.lower()) for text in texts) or (empty and taught)
    return False


def _is_script(module: Module) -> bool:
    """Whether a file is run, not imported: it has a `__main__` block, or does something when it is read."""
    return any(
        isinstance(node, (ast.For, ast.While, ast.With))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        or (isinstance(node, ast.If) and any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test)))
        for node in module.source.tree.body
    )  # fmt: skip


def _is_set_by_hand(module: Module, name: str) -> bool:
    """Packaging scripts, files of settings, and a switch beside which a comment names the other value (`VIEW = False  # or: 18`), wait for a hand."""
    if module.path.rpartition("/")[2].removesuffix(".py").lower() in _FILES_SET_BY_HAND:
        return True
    value = module.syntax.scope.bindings[name][0].value
    line = module.source.lines[value.end_lineno - 1] if value is not None and value.end_lineno else ""
    comment = line.partition("#")[2].lower()
    return bool(_ALTERNATIVE.search(comment))


def _is_for_tools(dead: list[ast.stmt]) -> bool:
    """Imports for static tools, the generator trick, bare `pass` or docstrings, and the `raise` left from a template are no experiment."""
    quiet = (ast.Import, ast.ImportFrom, ast.Pass, ast.Raise)
    return all(
        isinstance(s, quiet)
        or (isinstance(s, ast.Expr) and isinstance(s.value, (ast.Constant, ast.Yield, ast.YieldFrom)))
        or isinstance(s, ast.Break)
        or (isinstance(s, ast.Return) and (s.value is None or (isinstance(s.value, ast.Constant) and s.value.value is None)))
        for s in dead
    )  # fmt: skip


def _what(dead: list[ast.stmt], truth: bool) -> str:
    if not dead:
        return f"the {'second' if truth else 'first'} value is never used"
    return f"{_lines(dead)} under {'its else' if truth else 'it'} never run{'s' if _count(dead) == 1 else ''}"


def _count(dead: list[ast.stmt]) -> int:
    return (dead[-1].end_lineno or dead[-1].lineno) - dead[0].lineno + 1


def _lines(dead: list[ast.stmt]) -> str:
    return "1 line" if _count(dead) == 1 else f"{_count(dead)} lines"
