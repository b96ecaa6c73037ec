"""CFG102."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Finding, Module, Project, Rule, Severity
from mlsmith.rules.kit.collect import place_from
from mlsmith.rules.kit.configuration import ConfigurationUse, configuration_use, document_at


class UndefinedConfigKey(Rule):
    """Code reads a configuration key that the file does not define.

    ## What it finds
    Reads of a key, by subscript or attribute, from a configuration file that is loaded by a literal path, where that file has no such
    key at that place and nowhere else, no code sets it, and no other configuration file of the same folder has it. The nearest key is named.

    ## Why it is debt
    The run fails after the data has been loaded, or, where the library gives an empty value instead, trains with a default that nobody
    chose. Configuration is changed more often than code and tested less (Sculley et al. 2015).

    ## Bad
    ```yaml config.yaml
    training:
      learning_rate: 0.1
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    rate = config["training"]["learning_rat"]  # finding: CFG102
    ```

    ## Good
    ```yaml config.yaml
    training:
      learning_rate: 0.1
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    rate = config["training"]["learning_rate"]
    ```

    ## When it stays silent
    For `.get` and reads behind `in` or inside `try`; when the path of the file is not literal; when a configuration file of the same
    folder defines the key, since it may be merged; when code writes the key.

    ## References
    Sculley et al. 2015, section 6.
    """

    code = "CFG102"
    severity = Severity.ERROR
    minutes = 15

    def collect(self, module: Module) -> Any:
        use = configuration_use(module)
        return ("use", tuple(use)) if use is not None and use.reads else None

    def collect_config(self, document: ConfigDocument) -> Any:
        if len(document.entries) > 2_000:
            return None
        return ("document", tuple(sorted({part for entry in document.entries for part in entry.path})))

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        documents = {path: set(data[1]) for path, data in collected if data[0] == "document"}
        uses = {path: ConfigurationUse(*data[1]) for path, data in collected if data[0] == "use"}
        written = {key for use in uses.values() for key in use.written}
        for path, use in uses.items():
            for file, keys, seen in use.reads:
                document = document_at(documents, path, file)
                if not document:
                    continue
                family = {key for other, known in documents.items() if _same_folder(other, document) for key in known}
                missing = next((key for key in keys if key not in family), None)
                if (
                    missing is None
                    or missing in written
                    or (keys.index(missing) and keys[0] not in documents[document])
                    or _is_method(missing)
                ):
                    continue
                close = get_close_matches(missing, sorted(documents[document]), n=1, cutoff=0.6)
                hint = f'; did you mean "{close[0]}"?' if close else ""
                yield self.finding(
                    place_from(path, project, seen), f"`{document}` has no key `{'.'.join(keys[: keys.index(missing) + 1])}`{hint}",
                    advice="correct the key, or define it in the file",
                )  # fmt: skip


def _same_folder(one: str, other: str) -> bool:
    return one.rpartition("/")[0] == other.rpartition("/")[0]


def _is_method(name: str) -> bool:
    """Attributes of dictionaries and OmegaConf objects are no keys."""
    return name.startswith("_") or name in (
        "items",
        "keys",
        "values",
        "get",
        "pop",
        "update",
        "copy",
        "format",
        "strip",
        "split",
        "append",
        "sort",
        "lower",
    )
