"""CFG101."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Finding, Module, Place, Project, Rule, Severity
from mlsmith.rules.kit.configuration import ConfigurationUse, configuration_use, document_at, words_of

_INTERPOLATION = re.compile(r"\$\{([^}]+)\}")
_NOT_OURS = re.compile(
    r"(^|/)\.|(^|/)(docker-compose|compose|mkdocs|dvc|params|environment|conda|codecov|package|tsconfig|mypy|pyrightconfig)[^/]*$|(^|/)(templates|charts|k8s|helm)/"
)
_MOST_KEYS = 2_000


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
    None yet: removing a key is safe only together with its documentation and its other copies.

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
                keys.append((entry.path, entry.kind, (start.line, start.column, end.line, end.column), line))
        used = sorted(
            {word for e in document.entries if "${" in e.raw for text in _INTERPOLATION.findall(e.raw) for word in re.split(r"[.:,]", text)}
        )
        return ("document", tuple(keys), tuple(used)) if keys else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        documents = {path: data for path, data in collected if data[0] == "document"}
        uses = {path: ConfigurationUse(*data[1]) for path, data in collected if data[0] == "use"}
        loaded = _loaded_documents(documents, uses)
        if not loaded or any(use.escapes for use in uses.values()):
            return
        words = words_of(project) | {word for _, _, used in documents.values() for word in used}
        spread = {key for use in uses.values() for key in use.spread}
        if "*" in spread:
            return
        for path in sorted(loaded):
            for keys, kind, numbers, line in documents[path][1]:
                if _is_unread(keys, kind, words, spread, documents[path][1]):
                    yield self.finding(
                        Place.of_line(path, numbers, line), f"nothing in the project reads `{'.'.join(keys)}`",
                        advice="delete the key, or read it where it was meant to act",
                    )  # fmt: skip


def _loaded_documents(documents: dict[str, Any], uses: dict[str, ConfigurationUse]) -> set[str]:
    loaded = {document_at(documents, path, written) for path, use in uses.items() for written in use.files}
    for use in uses.values():
        for folder in use.folders:
            loaded.update(path for path in documents if path.startswith(folder + posixpath.sep))
    return loaded - {""}


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
