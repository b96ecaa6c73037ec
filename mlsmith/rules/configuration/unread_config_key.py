"""CFG101."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Confidence, Finding, Fix, Place, Project, Safety, Severity
from mlsmith.rules.kit.configuration_files import Document, Key
from mlsmith.rules.kit.configuration_rule import ConfigurationRule
from mlsmith.rules.kit.configurations import Configurations, Standing, words_of

_LABELS = frozenset({"dummy", "comment", "comments", "description", "desc", "note", "notes", "author", "authors", "tags", "version", "experiment",
                     "tag", "info"})  # fmt: skip
"""Keys that tell runs apart, or tell people something, without being read"""
_HANDED_ON = regex(r"(^|_)(params|kwargs|kwds|args|arguments|parameters|opts|options|init_args|kw)$")
"""Mappings that are handed on whole, mostly to what a key beside them names"""
_OF_HYDRA = regex(r"(^|/)hydra/[^/]+$")
"""What hydra itself reads"""
_MOST_UNREAD = 0.5
"""Share of a file's keys; where more are unread, the file is data"""
_FEW = 3
"""Files of a folder that each hear of a key they share; where there are more, the first speaks for all"""


class UnreadConfigKey(ConfigurationRule):
    """A configuration key that no code reads.

    ## What it finds
    Keys of YAML, TOML and JSON files that the project loads – by a literal path, an option of the command line (with its default, or as
    scripts and documents give it), its own loaders and classes, or as part of what hydra composes – and that nothing reads: a whole
    configuration is followed through names, attributes, functions and files to every key that is taken from it, by interpolations and
    into the parameters of what a `_target_` or `**` fills. Where it goes out of sight, only keys whose name occurs in no Python file are
    reported.

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
    Unsafe: a script that mlsmith has not seen may read the key. The key goes with its whole value; comments and layout of the rest stay.
    There is no fix where anchors tie keys together, for tables of TOML, for the only key of a mapping, and where one finding speaks for more
    than three files of a folder that have the same key.

    ## When it stays silent
    For what lies below a part that is unpacked by `**` into something unknown, iterated, instantiated or given to a library; for mappings
    that are handed on by their name (`params`, `kwargs`); in templates, where code uses the name of a key at all; for names of one or two
    letters, and labels (`description`); for files most of whose keys are unread, which are data; for files whose schema belongs to another
    tool.

    ## References
    Sculley et al. 2015, section 6; Zhang et al. 2014 on misconfiguration.
    """

    code = "CFG101"
    severity = Severity.WARNING
    minutes = 15
    speaks_in_examples = False
    stands_in = frozenset({"config"})

    def project(self, project: Project) -> Iterator[Finding]:
        known = self.known(project)
        words = words_of(project) if known.loaded else set()
        for (path, key, certain), *others in _families(known, words):
            document = known.documents[path]
            name = ".".join(key.keys)
            edit = document.removal(key) if not others else None
            beside = f", nor in the {len(others)} other files of the folder that have it" if others else ""
            yield self.finding(
                Place.of_line(path, (key.line, key.column, key.line, key.column + len(key.keys[-1])), name),
                f"nothing in the project reads `{name}`{beside}", advice="delete the key, or read it where it was meant to act",
                confidence=Confidence.HIGH if certain and known.loaded[path].certain else Confidence.MEDIUM,
                fix=Fix(f"remove `{name}`", Safety.UNSAFE, (edit,)) if edit is not None else None,
            )  # fmt: skip


def _families(known: Configurations, words: set[str]) -> Iterator[list[tuple[str, Key, bool]]]:
    """Unread keys of all files. What several files of one folder have in common, mostly because one program wrote them, is one thing."""
    families: dict[tuple[Any, ...], list[tuple[str, Key, bool]]] = {}
    for path in sorted(known.loaded):
        document = known.documents[path]
        unread = list(_unread(known, document, words))
        if _is_data(document, [key.keys for key, _ in unread]) or _OF_HYDRA.search(path):
            continue  # Keys of data are looked up, not read by name.
        for key, certain in unread:
            families.setdefault((posixpath.dirname(path), key.keys), []).append((path, key, certain))
    for family in families.values():
        yield from [family] if len(family) > _FEW else ([one] for one in family)


def _is_data(document: Document, unread: list[tuple[str, ...]]) -> bool:
    """Whether most keys of a file are unread, with all that lies below them."""
    below = sum(any(key.keys[: len(top)] == top for top in unread) for key in document.keys)
    return len(unread) > max(10, _MOST_UNREAD * len(document.keys)) or (len(unread) > 2 and below > _MOST_UNREAD * len(document.keys))


def _unread(known: Configurations, document: Document, words: set[str]) -> Iterator[tuple[Key, bool]]:
    """Keys that nothing reads, and whether their names occur nowhere at all; the topmost one speaks for those below it."""
    spoken: set[tuple[str, ...]] = set()
    places: dict[tuple[int, int], list[tuple[Key, bool]]] = {}
    for key in document.keys:
        found = None
        if key.kind != "e" and not any(key.keys[:length] in spoken for length in range(1, len(key.keys))):
            found = _judged(known, document, key, words)
        if found is not None:
            spoken.add(key.keys)
        places.setdefault((key.line, key.column), []).append((key, found)) if key.kind != "e" else None  # type: ignore[arg-type]
    for same in places.values():  # keys merged from an anchor stand where that does
        if all(found is not None for _, found in same):
            yield same[0]


def _judged(known: Configurations, document: Document, key: Key, words: set[str]) -> bool | None:
    """None where the key may be read; otherwise whether its name occurs nowhere at all."""
    name = key.keys[-1]
    if len(name) < 3 or name.lower() in _LABELS or not name.replace("-", "_").isidentifier():
        return None
    if any(_HANDED_ON.search(part) for part in key.keys[:-1]):
        return None
    standing = known.standing(document.path, key.keys)
    if standing is Standing.READ:
        return None
    if standing is Standing.UNREAD and (known.project.unparsed_words or "merge_from_file" in words):
        standing = Standing.LOST  # files that nobody can follow may read it, or yacs, into which the file goes by its name
    if standing is Standing.UNREAD and "template" in document.path.lower():
        standing = Standing.LOST  # it is filled in and saved under another name, by which others load it
    nowhere = name not in words and name.replace("-", "_") not in words
    if standing is Standing.LOST and not nowhere:
        return None
    below = [other.keys[-1] for other in document.keys if len(other.keys) > len(key.keys) and other.keys[: len(key.keys)] == key.keys]
    if standing is Standing.LOST and any(word in words for word in below):
        return None
    return nowhere
