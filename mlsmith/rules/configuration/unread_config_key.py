"""CFG101."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Edit, Entry, Finding, Fix, Module, Place, Position, Project, Rule, Safety, Severity, Span
from mlsmith.rules.kit.configuration import ConfigurationUse, configuration_use, document_at, words_of

_INTERPOLATION = re.compile(r"\$\{([^}]+)\}")
_NOT_OURS = re.compile(
    r"(^|/)\.|(^|/)(docker-compose|compose|mkdocs|dvc|params|environment|conda|codecov|package|tsconfig|mypy|pyrightconfig)[^/]*$|(^|/)(templates|charts|k8s|helm)/"
)
_MOST_KEYS = 2_000
_MOST_UNREAD = 0.5
"""Share of a file's keys; where more are unread, the file is data"""


class UnreadConfigKey(Rule):
    """A configuration key that no code reads.

    ## What it finds
    Keys of YAML, TOML and JSON files that the project provably loads (by a literal path, through its own loader functions, or as hydra's
    configuration folder), whose name occurs nowhere in the project's Python code: not as an attribute, a string, a parameter or a
    keyword, nor in an interpolation.

    ## Why it is debt
    Somebody will change it, see no effect, and conclude something wrong from the experiment. Configuration is larger and riskier than code,
    and reviewed less (Sculley et al. 2015, configuration debt).

    ## Bad
    ```yaml config.yaml
    epochs: 10
    warmup_epohcs: 2  # finding: CFG101
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    print(config["epochs"])
    ```

    ## Good
    ```yaml config.yaml
    epochs: 10
    warmup_epochs: 2
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    print(config["epochs"], config["warmup_epochs"])
    ```

    ## Fix
    ```yaml config.yaml
    epochs: 10
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    print(config["epochs"])
    ```
    Unsafe: a script that mlsmith has not seen may read the key. YAML and TOML lines that hold nothing else are removed.

    ## When it stays silent
    When a whole configuration, or the mapping that holds the key, is unpacked by `**`, iterated, instantiated or passed to code that is
    not the project's; below `_target_`; for names of one or two letters; for files whose schema belongs to another tool.

    ## References
    Sculley et al. 2015, section 6; Zhang et al. 2014 on misconfiguration.
    """

    code = "CFG101"
    severity = Severity.WARNING
    minutes = 15
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        use = configuration_use(module)
        return ("use", tuple(use)) if use is not None else None

    def collect_config(self, document: ConfigDocument) -> Any:
        if _NOT_OURS.search(document.path) or len(document.entries) > _MOST_KEYS or document.path.count("/") > 8:
            return None
        keys = []
        for entry in document.entries:
            if not entry.path[-1].isdigit():
                start, end = entry.span.start, entry.span.end
                line = document.lines[start.line - 1].strip() if start.line <= len(document.lines) else ""
                keys.append((entry.path, entry.kind, (start.line, start.column, end.line, end.column), line, _removable(document, entry)))
        used = sorted(
            {word for e in document.entries if "${" in e.raw for text in _INTERPOLATION.findall(e.raw) for word in re.split(r"[.:,]", text)}
        )
        return ("document", tuple(keys), tuple(used)) if keys else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        documents = {path: data for path, data in collected if data[0] == "document"}
        uses = {path: ConfigurationUse(*data[1]) for path, data in collected if data[0] == "use"}
        loaded = _loaded_documents(documents, uses)
        if not loaded:
            return
        silent = _out_of_sight(project, documents, uses, loaded)
        words = words_of(project) | {word for _, _, used in documents.values() for word in used}
        spread = {key for use in uses.values() for key in use.spread}
        if "*" in spread:
            return
        for path in sorted(loaded - silent):
            every = documents[path][1]
            unread = [key for key in every if _is_unread(key[0], key[1], words, spread, every)]
            if len(unread) > max(10, _MOST_UNREAD * len(every)):
                continue  # That is data: its keys are looked up, not read by name.
            for keys, _, numbers, line, last in unread:
                name = ".".join(keys)
                edit = Edit(Span(Position(numbers[0], 1), Position(last + 1, 1)), "")
                yield self.finding(
                    Place.of_line(path, numbers, line), f"nothing in the project reads `{name}`",
                    advice="delete the key, or read it where it was meant to act",
                    fix=Fix(f"remove `{name}`", Safety.UNSAFE, (edit,)) if last else None,
                )  # fmt: skip


def _removable(document: ConfigDocument, entry: Entry) -> int:
    """The last line of a scalar that has its lines for itself in a YAML or TOML file; 0 where there is more on them, or no line behind."""
    start, end = entry.span.start, entry.value_span.end
    if entry.kind != "scalar" or document.format == "json" or end.line >= len(document.lines) or entry.value_span.start.line != start.line:
        return 0
    before = document.lines[start.line - 1][: start.column - 1]
    behind = document.lines[end.line - 1][end.column - 1 :].strip()
    return end.line if not before.strip("\"' \t") and (not behind or behind.startswith("#")) else 0


def _loaded_documents(documents: dict[str, Any], uses: dict[str, ConfigurationUse]) -> set[str]:
    loaded = {document_at(documents, path, written) for path, use in uses.items() for written in use.files}
    for use in uses.values():
        for folder in use.folders:
            loaded.update(path for path in documents if path.startswith(folder + posixpath.sep))
    return loaded - {""}


def _out_of_sight(project: Project, documents: dict[str, Any], uses: dict[str, ConfigurationUse], loaded: set[str]) -> set[str]:
    """Files of which a whole configuration goes where nobody can follow; what came in by a parameter may be any that was handed on."""
    lost = [(path, written) for path, use in uses.items() for written in use.escapes]
    handed = [
        (path, written) for path, use in uses.items() for written, callee in use.passed if not callee or project.absolute(path, callee)
    ]
    lost += [
        (path, written) for path, use in uses.items() for written, callee in use.passed if callee and not project.absolute(path, callee)
    ]
    if any(written == "*" for _, written in lost):
        lost += handed
    escaped = {document_at(documents, path, written) for path, written in lost if written != "*"}
    for path, written in lost:
        if written == "*":  # hydra hands its configuration to main; what escapes in the same application may be it
            folders = [folder for use in uses.values() for folder in use.folders if _same_application(folder, path)]
            escaped |= {document for document in loaded if any(document.startswith(folder + posixpath.sep) for folder in folders)}
    return escaped


def _same_application(folder: str, path: str) -> bool:
    """Whether a file stands beside or below the folder that holds a configuration folder, or one is a library of the other."""
    above = posixpath.dirname(folder)
    return (
        not above or path.startswith(above + posixpath.sep) or above.startswith(posixpath.dirname(path) + posixpath.sep) or "/" not in path
    )


def _is_unread(keys: tuple[str, ...], kind: str, words: set[str], spread: set[str], all_keys: Any) -> bool:
    name = keys[-1]
    if (
        len(name) < 3
        or not name.replace("-", "_").isidentifier()
        or name in words
        or name.startswith("_")
        or name in ("defaults", "hydra")
        or keys[0] == "hydra"
    ):
        return False
    if any(part in spread or part.startswith("_") for part in keys[:-1]):
        return False
    if any(other[:-1] == keys[:-1] and other[-1] == "_target_" for other, *_ in all_keys):
        return False
    if kind != "scalar" and any(other[: len(keys)] == keys and other != keys and other[-1] in words for other, *_ in all_keys):
        return False
    return all(part in words or len(part) < 3 for part in keys[:-1])  # the topmost unread key speaks for those below it
