"""CFG107."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Call, Finding, Module, Project, Rule, Severity, branches
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.command_line import declared_options, escapes, receivers
from mlsmith.rules.kit.statements import body_of, fix_of, plain_edits


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
        mentioned = module.syntax.mentioned
        options = [(name, call) for name, call in declared_options(module) if name not in mentioned and not _is_kept(call)]
        if not options or escapes(module):
            return None
        told = Counter(node.value for node in module.syntax.strings)
        unread = [
            (name, tuple(where(module, call.node)), told[name] > _told_by(call, name), _removal(module, call)) for name, call in options
        ]
        return unread, sorted(receivers(module))

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected_where_asked(self)
        own = {part for facts in project.files.values() for part in facts.module.split(".")} if collected else set()
        candidates = [(path, unread) for path, (unread, given) in collected if not set(given) - own]
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


def _mentioned(project: Project, wanted: set[str], alone: set[tuple[str, str]]) -> set[str]:
    """Those of the names that any file reads or writes down; `alone` are names that a file writes only where it defines the option."""
    found = wanted & project.unparsed_words
    for path, facts in project.files.items():
        mentions = facts.mentions()
        for table in (mentions.references, mentions.methods, mentions.words):
            found |= wanted.intersection(table)
        found |= {text for text in wanted.intersection(mentions.strings) if (path, text) not in alone}
    return found | _parameters(project, wanted - found)


def _parameters(project: Project, wanted: set[str]) -> set[str]:
    """Those of the names that any function takes."""
    words = [name.encode("utf-8", "surrogatepass") for name in wanted]
    holding = [facts for facts in project.files.values() if any(word in facts.packed_functions for word in words)]
    return {parameter.name for facts in holding for function in facts.functions() for parameter in function.parameters} & wanted
