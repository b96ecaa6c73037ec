"""DEX106."""

from __future__ import annotations

import ast
import re
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

from mlsmith.regex import regex
from mlsmith.rules.kit import (
    ConfigDocument,
    Context,
    Dockerfile,
    Finding,
    Module,
    Place,
    Project,
    RequirementsDocument,
    Rule,
    Severity,
    TextDocument,
)
from mlsmith.rules.kit.origins import is_lesson

_TAG = regex(
    r"^(?P<stem>.*[^_\-. ])(?:[_\-. ]+|(?=\())"
    r"(?P<tag>v\d{1,2}|old|final|copy ?\d*|backup|bak|orig|original|new|legacy|deprecated|tmp|temp|prev|previous|fixed|modified|\(\d\))$",
    re.IGNORECASE,
)
_TAG_IN_FRONT = regex(r"^(?P<tag>old|new|copy of|copy|backup|original|legacy|deprecated)[_\- ]+(?P<stem>.+)$", re.IGNORECASE)
_LEFT_OVER = regex(r"(?i)copy|backup|bak|orig$|\(")
_VERSION = regex(r"v\d", re.IGNORECASE)
_TAGGED_WORD = regex(
    r"(?i)(?<!\w)(?:(?:old|new|copy|backup|original|legacy|deprecated)_\w+"
    r"|\w+[_-](?:v\d{1,2}|old|final|copy\d*|backup|bak|orig|original|new|legacy|deprecated|tmp|temp|prev|previous|fixed|modified)\b)"
)
_CONFIGURATIONS = frozenset({"config", "configs", "conf", "configuration", "configurations"})
_COURSES = frozenset({"course", "courses", "tutorial", "tutorials", "video", "videos"})
_NO_WORK = (b"#", b"import ", b"from ", b'"""', b"@")
_SKETCH = 48
"""Digests that are kept of a file: enough to tell half from two thirds"""
_LEAST_LINES = 25
_LEAST_CHARACTERS = 9
_LEAST_SHARE = 0.6
_LEAST_SHARE_OF_NO_MODULE = 0.4
"""Of a file whose name no import can say, `train copy.py`: an editor or a browser gave it"""
_LEAST_CALLS = 10


class _Fact(NamedTuple):
    """What is kept of one Python file."""

    digests: bytes
    """The smallest digests of its lines, packed; empty where it is nothing to compare"""
    named: tuple[str, ...]
    """Words of what it imports inside of functions, and files that its strings name, with their ending"""


class VersionedCopy(Rule):
    """A file is the copy of another one, told apart by a word such as `old`, `v2` or `final` in its name.

    ## What it finds
    Two files of one folder whose names differ by a word that says what became of a copy (`train_old.py`, `train_v2.py`, `main_final.py`,
    `Copy of x.ipynb`), and that share at least 60 % of their different lines, or 40 % where the copy is a script whose name no import
    can say (`train copy.py`, `train(1).py`); imports and comments do not count. The share is estimated from a sample of the lines, the same lines in
    both files. One finding for all copies of a file.

    ## Why it is debt
    A version in a file's name is version control by hand: a mistake is mended in one copy and lives on in the other, and nobody can
    say which of them made the model (Sculley et al. 2015, dead experimental code paths; Arpteg et al. 2018, experiment management).

    ## Bad
    ```python train.py
    def steps(batches, model, rate):
        total = 0.0
        count = 0
        for batch in batches:
            inputs, targets = batch
            outputs = model.forward(inputs)
            error = outputs - targets
            squared = error * error
            gradient = 2 * error * inputs
            model.weights -= rate * gradient
            total += squared.sum()
            count += squared.size
        mean = total / count
        print("mean squared error", mean)
        return mean


    def report(history):
        best = min(history)
        worst = max(history)
        last = history[-1]
        print("best", best)
        print("worst", worst)
        print("last", last)
        print("number", len(history))
        improvement = history[0] - last
        print("improvement", improvement)
        return improvement
    ```
    ```python train_old.py
    def steps(batches, model, rate):  # finding: DEX106
        total = 0.0
        count = 0
        for batch in batches:
            inputs, targets = batch
            outputs = model.forward(inputs)
            error = outputs - targets
            squared = error * error
            gradient = 2 * error * inputs
            model.weights -= rate * gradient
            total += squared.sum()
            count += squared.size
        mean = total / count
        print("mean squared error", mean)
        return mean


    def report(history):
        best = min(history)
        worst = max(history)
        last = history[-1]
        print("best", best)
        print("worst", worst)
        print("last", last)
        print("number", len(history))
        improvement = history[0] - last
        print("improvement", improvement)
        return improvement
    ```

    ## Good
    ```python train.py
    def steps(batches, model, rate):
        return sum(model.step(batch, rate) for batch in batches)
    ```

    ## Fix
    None: which of the two is wanted nobody can tell from the code. What was deleted stands in the history.

    ## When it stays silent
    When both files are imported, or the copy is named by a document, a script, a configuration or a string: then both are wanted, as
    two versions of a published model are. For `v1`, `v2` and `new` in the packages that a library's users import; in lessons for all but
    `copy` and `backup`. In tests, examples, documentation, generated and vendored files, and folders of configurations; for files of
    fewer than 25 different lines or ten calls.

    Measured on unseen code, see the page on precision: 18 of 25 findings held in round 30. The others were versions that are wanted: imported
    inside of functions, named by a configuration, configurations themselves, and lessons; all are silent since.

    ## References
    Sculley et al. 2015, section 7; Arpteg et al. 2018, experiment management.
    """

    code = "DEX106"
    severity = Severity.WARNING
    minutes = 30
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        fact = _Fact(_sketch(module), _named_by(module))
        return tuple(fact) if fact.digests or fact.named else None

    def collect_text(self, document: TextDocument) -> Any:
        return _named_in(document.text)

    def collect_config(self, document: ConfigDocument) -> Any:
        return _named_in("\n".join(entry.value for entry in document.scalars if isinstance(entry.value, str)))

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        return _named_in("\n".join(document.lines)) if document.kind in ("pyproject", "setup-cfg") else None

    def collect_dockerfile(self, document: Dockerfile) -> Any:
        return _named_in("\n".join(instruction.value for instruction in document.instructions))

    def project(self, project: Project) -> Iterator[Finding]:
        families: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        facts: dict[str, _Fact] = {}
        named: dict[str, set[str]] = {}
        for path, collected in project.collected(self):
            words = collected
            if path in project.files:
                facts[path] = fact = _Fact(*collected)
                words = fact.named
                if fact.digests:
                    folder, _, name = path.rpartition("/")
                    stem, _, ending = name.rpartition(".")
                    plain, tag = _untagged(stem)
                    families.setdefault((folder, plain, ending), []).append((path, tag))
            for word in words:
                named.setdefault(word, set()).add(path)
        for family in families.values():
            if len(family) > 1:
                yield from self._copies(project, family, facts, named)

    def _copies(
        self, project: Project, family: list[tuple[str, str]], facts: dict[str, _Fact], named: dict[str, set[str]]
    ) -> Iterator[Finding]:
        found: list[tuple[float, str, str]] = []
        tags = dict(family)
        for path, tag in family:
            chosen = project.has_users and project.is_public(path)
            if not tag or (chosen and _is_choice(tag)) or (_is_taught(path) and not _LEFT_OVER.match(tag)):
                continue
            for other in tags:
                share = _share(facts[path], facts[other]) if other != path else 0.0
                if share >= _least_share(path) and not _are_wanted(project, path, other, bool(tags[other]), named):
                    found.append((share, path, other))
        if found:
            share, path, other = max(found)
            name, original = path.rpartition("/")[2], other.rpartition("/")[2]
            more = len({p for _, one, two in found for p in (one, two)}) - 2
            rest = f"; {more} more file{'s do' if more > 1 else ' does'} the like" if more else ""
            yield self.finding(
                Place.of_line(path, (1, 1, 1, 2), f"copy of {original}"),
                f"`{name}` shares about {round(100 * share)} % of its lines with `{original}`{rest}",
                advice="keep one of them, with a parameter for what differs; what is deleted stands in the history",
            )  # fmt: skip


def _sketch(module: Module) -> bytes:
    """The smallest digests of a file's lines, packed: files that share lines share digests, in the same proportion."""
    if module.context is not Context.CODE or len(module.syntax.calls) < _LEAST_CALLS or _CONFIGURATIONS & set(module.path.split("/")):
        return b""
    bare = set(map(bytes.strip, module.source.text.encode("utf-8", "surrogatepass").split(b"\n")))
    lines = [line for line in bare if len(line) >= _LEAST_CHARACTERS and not line.startswith(_NO_WORK)]
    return array("I", sorted(map(crc32, lines))[:_SKETCH]).tobytes() if len(lines) >= _LEAST_LINES else b""


def _is_taught(path: str) -> bool:
    return is_lesson(path) or not _COURSES.isdisjoint(path.lower().split("/")[:-1])


def _named_by(module: Module) -> tuple[str, ...]:
    """Modules that are imported inside of functions, which a file's facts do not tell, and files that strings name."""
    names: set[str] = set()
    for node in module.syntax.imports:
        if node.col_offset:
            names.update(alias.name.rpartition(".")[2] for alias in node.names)
            if isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.rpartition(".")[2])
    texts: list[Any] = [string.value for string in module.syntax.strings] if ".py" in module.source.text else []
    for text in [text for text in texts if ".py" in text]:
        names.update(f"{word}.py" for word in _TAGGED_WORD.findall(text))
    return tuple(sorted(names))


def _is_choice(tag: str) -> bool:
    """Whether a word may also tell two things apart that are both wanted: versions of a published model, an interface and its next one."""
    return tag == "new" or bool(_VERSION.match(tag))


def _untagged(stem: str) -> tuple[str, str]:
    """A file's name without the words that tell copies apart, and the first of these words."""
    first = ""
    match = _TAG_IN_FRONT.match(stem)
    if match:
        first, stem = match["tag"], match["stem"]
    while match := _TAG.match(stem):
        first, stem = match["tag"], match["stem"]
    return stem.lower(), first.lower()


def _named_in(text: str) -> tuple[str, ...] | None:
    """Words of a text that tell copies apart."""
    return tuple(sorted(set(_TAGGED_WORD.findall(text)))) or None


def _are_wanted(project: Project, path: str, other: str, is_tagged: bool, named: dict[str, set[str]]) -> bool:
    """Whether both files are imported or named; texts are not searched for the names of files without a telling word."""
    if _is_named(project, path, named):
        return not is_tagged or _is_named(project, other, named) or _is_imported(project, other, named)
    return _is_imported(project, path, named) and _is_imported(project, other, named)


def _is_named(project: Project, path: str, named: dict[str, set[str]]) -> bool:
    """Whether anything but the file itself names it otherwise than by an import."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    if named.get(stem, set()) - set(project.files) or named.get(f"{stem}.py", set()) - {path}:
        return True
    word = stem.encode("utf-8", "surrogatepass")
    holding = [facts for other, facts in project.files.items() if other != path and word in facts.packed_mentions]
    return any(stem in text.split(".") for facts in holding for text in facts.mentions().strings)


def _is_imported(project: Project, path: str, named: dict[str, set[str]]) -> bool:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return bool(project.importers_of_module(path) or named.get(stem, set()) - {path})


def _least_share(path: str) -> float:
    is_no_module = path.endswith(".py") and not {" ", "("}.isdisjoint(path.rpartition("/")[2])
    return _LEAST_SHARE_OF_NO_MODULE if is_no_module else _LEAST_SHARE


def _share(one: _Fact, two: _Fact) -> float:
    """The share of their lines that two files have in common, as the smallest digests of both together show it."""
    first, second = set(array("I", one.digests)), set(array("I", two.digests))
    smallest = sorted(first | second)[:_SKETCH]
    jaccard = sum(digest in first and digest in second for digest in smallest) / len(smallest)
    return 2 * jaccard / (1 + jaccard)
