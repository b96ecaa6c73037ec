"""CFG105."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import ConfigDocument, Entry, Finding, Module, Place, Project, Rule, Severity, tokens

_NUMBER = regex(r"^[-+]?\d+(\.\d*)?[eE]\d+$|^[-+]?\d+[eE][-+]\d+$")
"""Numbers of everybody but YAML 1.1, which wants a point and a sign: `1e-3`, `1.5e3`"""
_SEXAGESIMAL = regex(r"^[-+]?[1-9]\d*(:[0-5]?\d)+$")
_OCTAL = regex(r"^0[0-7]+$")
_SHORTENED = regex(r"^\d+\.\d+0$")
_SPOKEN = frozenset({"yes", "no", "on", "off", "y", "n"})
_MOST_KEYS = 100
"""Keys of one mapping; where there are more, it is data"""
_OTHER_READERS = frozenset({"omegaconf", "hydra", "ruamel", "yacs", "jsonargparse", "lightning", "pytorch_lightning", "pydantic"})


class AmbiguousScalar(Rule):
    """A value of a configuration is read as something else than it looks like.

    ## What it finds
    Keys that stand twice in one mapping of YAML or JSON; and in YAML without quotes: `1e-3`, which PyYAML reads as a text (in projects that use
    PyYAML and no loader that knows better); `12:30`, which is 750; `010`, which is 8; `no` among texts, which is False; a version `3.10`,
    which is 3.1.

    ## Why it is debt
    The run starts, with a learning rate that is a text, or fails an hour later. Of a key that stands twice the last one counts, and the
    first is what people read (Sculley et al. 2015, configuration debt).

    ## Bad
    ```yaml
    optimizer:
      lr: 0.1
      momentum: 0.9
      lr: 0.01  # finding: CFG105
    ```

    ## Good
    ```yaml
    optimizer:
      lr: 0.01
      momentum: 0.9
    ```

    ## Fix
    None: which of two values is meant, and whether a text or a number, is the author's to say; either changes what some reader reads.

    ## When it stays silent
    For what is quoted; for modes of files (`mode: 0644`); for `yes` and `no` that stand alone, where a switch is meant; for `1e-3` where pydantic
    or another reader makes a number of the text; for a key that stands twice with the same value among more than a hundred, which is a list of words.

    ## References
    YAML 1.1, types float, int and bool; YAML 1.2, changes.
    """

    code = "CFG105"
    severity = Severity.WARNING
    minutes = 5

    def config(self, document: ConfigDocument) -> Iterator[Finding]:
        for entry in document.duplicates:
            harmless = _says_the_same(document, entry)
            if harmless and sum(other.path[:-1] == entry.path[:-1] for other in document.entries) > _MOST_KEYS:
                continue  # A list of words or codes, not a configuration.
            yield self.finding(
                _place(document, entry.span, entry.dotted),
                f"`{entry.dotted}` stands twice in this mapping: this one counts, the earlier one is ignored{', which says the same today' * harmless}",
                advice="keep the one that is meant", severity=Severity.WARNING if harmless else Severity.ERROR,
            )  # fmt: skip
        if document.format == "yaml":
            for entry in document.scalars:
                message = _misread(document, entry)
                if message:
                    yield self.finding(_place(document, entry.value_span, entry.dotted), message, advice="quote it if a text is meant")

    def collect(self, module: Module) -> Any:
        flags = (bool(module.packages & {"yaml"}), bool(module.packages & _OTHER_READERS))
        return flags if any(flags) else None

    def collect_config(self, document: ConfigDocument) -> Any:
        found = (
            [_plain(entry) for entry in document.scalars if isinstance(entry.value, str) and _NUMBER.match(entry.raw)]
            if document.format == "yaml"
            else []
        )
        return found or None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = list(project.collected(self))
        readers = [flags for _, flags in collected if isinstance(flags, tuple)]
        if not any(plain for plain, _ in readers) or any(other for _, other in readers):
            return
        for path, found in collected:
            for name, raw, numbers in found if isinstance(found, list) else ():
                mantissa, _, exponent = raw.lower().partition("e")
                number = f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent if exponent[:1] in '+-' else '+' + exponent}"
                yield self.finding(
                    Place.of_line(path, tuple(numbers), name), f"`{raw}` of `{name}` is a text for PyYAML, not a number", advice=f"write `{number}`"
                )  # fmt: skip


def _says_the_same(document: ConfigDocument, entry: Entry) -> bool:
    """Whether a key that stands twice has one value, of which nothing is lost."""
    values = [other.value for other in document.entries if other.path == entry.path and other.kind == "scalar"]
    return entry.kind == "scalar" and len(values) > 1 and all(value == entry.value and type(value) is type(entry.value) for value in values)


def _misread(document: ConfigDocument, entry: Entry) -> str:
    """What is said of a scalar that is not what it looks like; empty where it is."""
    raw, name = entry.raw, entry.dotted
    words = set(tokens(entry.path[-1])) if entry.path else set()
    if _SEXAGESIMAL.match(raw) and isinstance(entry.value, int):
        return f"`{raw}` of `{name}` is read as the number {entry.value}"
    if (
        _OCTAL.match(raw)
        and isinstance(entry.value, int)
        and entry.value != int(raw)
        and not words & {"mode", "permissions", "umask", "defaultMode", "default"}
    ):
        return f"`{raw}` of `{name}` is read as the number {entry.value}"
    if _SHORTENED.match(raw) and isinstance(entry.value, float) and "version" in words:
        return f"`{raw}` of `{name}` is read as {entry.value}"
    if raw.lower() in _SPOKEN and isinstance(entry.value, bool) and entry.path[-1:] and entry.path[-1].isdigit():
        siblings = [other for other in document.scalars if other.path[:-1] == entry.path[:-1] and other.path[-1].isdigit()]
        if sum(isinstance(other.value, str) for other in siblings) > len(siblings) / 2:
            return f"`{raw}` among texts of `{'.'.join(entry.path[:-1])}` is read as {entry.value}"
    return ""


def _plain(entry: Entry) -> tuple[Any, ...]:
    span = entry.value_span
    return (entry.dotted, entry.raw, (span.start.line, span.start.column, span.end.line, span.end.column))


def _place(document: ConfigDocument, span: Any, name: str) -> Place:
    return Place.of_line(document.path, (span.start.line, span.start.column, span.end.line, span.end.column), name)
