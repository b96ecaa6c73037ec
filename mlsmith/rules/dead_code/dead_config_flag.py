"""DEX103."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Finding, Module, Place, Project, Rule, Severity
from mlsmith.rules.kit.configuration import configuration_use, document_at


class DeadConfigFlag(Rule):
    """A configuration flag has one value everywhere, and keeps a branch dead.

    ## What it finds
    A boolean key of a configuration file that the project loads by a literal path, that guards an `if` in the file that loads it, and
    that has the same value in every configuration file of the project: the other branch cannot be reached by any configuration.

    ## Why it is debt
    The branch is an experiment that nobody runs, behind a switch that looks alive. Sculley et al. (2015) count such paths among the
    costs of configuration; at Knight Capital an old flag, reused, woke one up.

    ## Bad
    ```yaml config.yaml
    use_old_sampler: false  # finding: DEX103
    epochs: 3
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    if config["use_old_sampler"]:
        sample = old_sampler
    else:
        sample = new_sampler
    ```

    ## Good
    ```yaml config.yaml
    epochs: 3
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    sample = new_sampler
    ```

    ## When it stays silent
    When two configuration files differ in the key; when code writes the key, or the whole configuration goes where it cannot be
    followed; when a command-line option of that name is declared somewhere in the project; in tests.

    ## References
    Sculley et al. 2015, sections 6 and 7; SEC release 34-70694.
    """

    code = "DEX103"
    severity = Severity.WARNING
    minutes = 30

    def collect(self, module: Module) -> Any:
        use, options = configuration_use(module), _options(module)
        reads = use.reads if use is not None and not use.escapes else ()
        guarded = {(file, keys) for file, keys, seen in reads if _guards(module, seen)}
        written = use.written if use is not None else ()
        return ("use", tuple(sorted(guarded)), written, options) if guarded or options or written else None

    def collect_config(self, document: ConfigDocument) -> Any:
        flags = []
        for entry in document.entries[:2_000]:
            if isinstance(entry.value, bool):
                start, end = entry.span.start, entry.span.end
                line = document.lines[start.line - 1].strip() if start.line <= len(document.lines) else ""
                flags.append((entry.path, entry.value, (start.line, start.column, end.line, end.column), line))
        return ("document", tuple(flags)) if flags else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        documents = {path: data[1] for path, data in collected if data[0] == "document"}
        uses = {path: data for path, data in collected if data[0] == "use"}
        set_elsewhere = {name for _, _, written, options in uses.values() for name in (*written, *options)}
        for path, (_, guarded, _, _) in uses.items():
            for file, keys in guarded:
                document = document_at(documents, path, file)
                if document and keys[-1] not in set_elsewhere:
                    yield from self._judge(document, keys, documents)

    def _judge(self, document: str, keys: tuple[str, ...], documents: dict[str, Any]) -> Iterator[Finding]:
        values = {value for flags in documents.values() for path, value, _, _ in flags if path[-1] == keys[-1]}
        for path, value, numbers, line in documents[document]:
            if path == keys and len(values) == 1:
                yield self.finding(
                    Place.of_line(document, numbers, line), f"`{'.'.join(keys)}` is {str(value).lower()} in every configuration: the other branch is dead",
                    advice="delete the flag with the branch it keeps dead, or add the configuration that uses it",
                )  # fmt: skip


def _guards(module: Module, seen: tuple[Any, ...]) -> bool:
    """Whether the read at this place is the condition of an `if` that has something to lose."""
    line, column = seen[0], seen[1]
    for node in module.syntax.branches:
        test = node.test.operand if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not) else node.test
        start = module.source.span(test).start
        if (start.line, start.column) == (line, column) and isinstance(node, ast.If):
            return True
    return False


def _options(module: Module) -> tuple[str, ...]:
    """Names of the command-line options that the file declares: `--use-old` as `use_old`."""
    found = set()
    for call in module.method_calls("add_argument", "option", "Option", "DEFINE_bool", "DEFINE_boolean"):
        for node in call.node.args:
            value = module.constant(node)
            if isinstance(value, str):
                found.add(value.lstrip("-").replace("-", "_"))
    return tuple(sorted(found))
