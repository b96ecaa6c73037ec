"""CFG107."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Call, Finding, Module, Project, Rule, Severity, branches
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.statements import body_of, fix_of, plain_edits

_LOGS = frozenset({
    "print", "update", "dump", "dumps", "init", "info", "log", "pprint", "items", "add_hparams", "log_params", "save_hyperparameters", "write", "str",
})  # fmt: skip
_TAKES_ALL = frozenset({
    "from_argparse_args", "create_optimizer", "create_scheduler", "initialize", "parse_known_args", "create_optimizer_v2", "add_argparse_args",
})  # fmt: skip
_NAMESPACES = frozenset({"args", "opt", "opts", "options", "flags", "hparams", "config", "cfg", "params"})
_ONLY_LOG = frozenset({"wandb", "json", "yaml", "logging", "pprint", "copy", "pickle", "mlflow", "torch", "argparse", "builtins"})
_OWN_ACTIONS = ("help", "version")


class UnusedArgument(Rule):
    """An option that nobody reads.

    ## What it finds
    An option of `argparse` whose value no file of the project reads: neither as an attribute, nor by a word of that name anywhere.

    ## Why it is debt
    Somebody sets it, believes that the run was with it, and writes that down. Experiments are told apart by an option that does nothing
    (Sculley et al. 2015, configuration debt).

    ## Bad
    ```python
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--warmup-steps", type=int, default=0)  # finding: CFG107
    args = parser.parse_args()
    print(args.epochs)
    ```

    ## Good
    ```python
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    args = parser.parse_args()
    print(args.epochs)
    ```

    ## Fix
    The option is removed (unsafe: a script that still passes it fails), where it stands as a statement of its own and not alone.
    ```python
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    args = parser.parse_args()
    print(args.epochs)
    ```

    ## When it stays silent
    When all options are handed on as a mapping (`vars(args)` otherwise than to print or log them) or to a library; when the parser is somebody
    else's; for options whose help says that they are kept for compatibility. Parameters of click and typer commands are functions' arguments,
    of which ruff's ARG001 speaks.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 6.
    """

    code = "CFG107"
    severity = Severity.WARNING
    minutes = 10

    def collect(self, module: Module) -> Any:
        if not module.imports("argparse", "configargparse"):
            return None
        options = list(_options(module))
        if not options or _escapes(module):
            return None
        told = Counter(node.value for node in module.syntax.strings)
        unread = [
            (name, tuple(where(module, call.node)), told[name] > _told_by(call, name), _removal(module, call))
            for name, call in options
            if name not in module.syntax.mentioned
        ]
        return (unread, sorted(_given_to(module))) if unread else None

    def project(self, project: Project) -> Iterator[Finding]:
        own = {part for facts in project.files.values() for part in facts.module.split(".")}
        candidates = [(path, unread) for path, (unread, given) in project.collected(self) if not set(given) - own]
        if not candidates:
            return
        wanted = {name for _, unread in candidates for name, *_ in unread}
        used = _mentioned(project, wanted, {(path, name) for path, unread in candidates for name, _, again, _ in unread if not again})
        for path, found in candidates:
            for name, seen, _, edits in found:
                if name not in used:
                    yield self.finding(
                        place_from(path, project, seen), f"nothing in the project reads the option `{name}`",
                        advice="delete it, or read it where it was meant to act", fix=fix_of(f"remove the option `{name}`", edits),
                    )  # fmt: skip


def _removal(module: Module, call: Call) -> Any:
    """The edits that take the option away; none where something else hangs on the statement."""
    statement = call.statement
    if not isinstance(statement, ast.Expr) or statement.value is not call.node:
        return ()
    removal = branches.removal_of(module, [statement], "") if len(body_of(statement)) > 1 else None
    return plain_edits(removal.edits) if removal is not None else ()


def _options(module: Module) -> Iterator[tuple[str, Call]]:
    """Options by the name under which they are read."""
    for call in module.method_calls("add_argument"):
        action = call.argument("action").value
        if action in _OWN_ACTIONS or call.has_unknown_arguments or not call.node.args or _is_kept(call):
            continue
        said = call.argument("dest").value
        flags = [module.constant(node) for node in call.node.args]
        long = [flag for flag in flags if isinstance(flag, str) and flag.startswith("--")]
        plain = [flag for flag in flags if isinstance(flag, str)]
        if call.argument("dest").absent and plain:
            said = (long or plain)[0].lstrip("-").replace("-", "_")
        if isinstance(said, str) and said.isidentifier() and said != "local_rank":  # launchers pass it whether it is read or not
            yield said, call


def _told_by(call: Call, name: str) -> int:
    """How often the definition of an option itself writes its name down."""
    return sum(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(call.node))


def _is_kept(call: Call) -> bool:
    told = call.argument("help").value
    words = told.lower() if isinstance(told, str) else ""
    return any(word in words for word in ("deprecat", "compatib", "unused", "ignored", "obsolete", "not used")) or (
        "SUPPRESS" in call.module.source.text
        and any("SUPPRESS" in (getattr(node, "attr", ""), getattr(node, "id", "")) for node in ast.walk(call.node))
    )


def _escapes(module: Module) -> bool:
    """Whether the options may be read by a name that is not written here."""
    if any(module.calls_spelt(*_TAKES_ALL, "setattr", "HfArgumentParser", "Namespace")):
        return True
    if any(not _is_literal(call) for call in module.calls_spelt("getattr")):
        return True
    if any(call.node.args and not _is_logged(call.node) for call in module.calls_spelt("vars")):
        return True
    if any(not _is_logged(node) for node in module.attributes_spelt({"__dict__", "_get_kwargs"})):
        return True
    return any(node.up.__class__ is ast.keyword and node.up.arg is None for node in module.names_spelt({"args", "opt", "opts"}))  # type: ignore[attr-defined]


def _given_to(module: Module) -> set[str]:
    """Top-level packages whose functions are given the options as a whole."""
    found: set[str] = set()
    for node in module.names_spelt(_NAMESPACES):
        up = node.up.up if node.up.__class__ is ast.keyword else node.up  # type: ignore[attr-defined]
        if up.__class__ is ast.Call and up.func is not node:
            found |= {name.partition(".")[0].partition("(")[0] for name in module.names(up.func) if "." in name}
    return found - _ONLY_LOG - {module.name.partition(".")[0]}


def _is_literal(call: Call) -> bool:
    return len(call.node.args) > 1 and isinstance(call.node.args[1], ast.Constant)


def _is_logged(node: ast.AST) -> bool:
    """`print(vars(args))`, `json.dump(vars(args), f)`, `for k, v in vars(args).items(): print(k, v)`."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    if isinstance(up, ast.keyword):
        up = up.up  # type: ignore[attr-defined]
    if isinstance(up, ast.Attribute) and up.attr in ("items", "copy") and isinstance(up.up, ast.Call):  # type: ignore[attr-defined]
        return _is_logged(up.up)  # type: ignore[attr-defined]
    if isinstance(up, (ast.FormattedValue, ast.JoinedStr)):
        return True
    if isinstance(up, ast.For):
        return all(isinstance(said, ast.Expr) and isinstance(said.value, ast.Call) and _called(said.value) in _LOGS for said in up.body)
    if isinstance(up, ast.comprehension):
        shown = up.up.up  # type: ignore[attr-defined]
        return isinstance(shown, ast.Call) and _called(shown) in {*_LOGS, "join"}
    if isinstance(up, ast.Call):
        return _called(up) in _LOGS or (_called(up) == "sorted" and _is_logged(up))
    return False


def _called(call: ast.Call) -> str:
    """The last word of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def _mentioned(project: Project, wanted: set[str], alone: set[tuple[str, str]]) -> set[str]:
    """Those of the names that any file reads or writes down; `alone` are names that a file writes only where it defines the option."""
    found = wanted & set(project.unparsed_words)
    for path, facts in project.files.items():
        mentions = facts.mentions()
        for table in (mentions.references, mentions.methods, mentions.words):
            found |= wanted.intersection(table)
        found |= {text for text in wanted.intersection(mentions.strings) if (path, text) not in alone}
        if wanted - found:
            found |= {parameter.name for function in facts.functions() for parameter in function.parameters} & wanted
    return found
