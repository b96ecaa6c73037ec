"""DEX104."""

from __future__ import annotations

import ast
import re
from array import array
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from zlib import crc32

from mlsmith.regex import regex
from mlsmith.rules.kit import (
    Confidence,
    ConfigDocument,
    Context,
    Dockerfile,
    Finding,
    Module,
    Project,
    RequirementsDocument,
    Rule,
    Severity,
    TextDocument,
    last_word,
    tokens,
)
from mlsmith.rules.kit.collect import KNOWN_LIBRARIES, place_from, where
from mlsmith.rules.kit.configurations import words_in
from mlsmith.rules.kit.origins import is_borrowed, is_lesson, is_quoted

_PAST = frozenset({"old", "legacy", "deprecated", "obsolete", "unused", "experimental"})
"""Words of what nobody wants any more, or not yet"""
_OTHER_WAY = frozenset({
    "alt", "alternative", "slow", "naive", "new", "simple", "variant", "tmp", "fixed", "modified", "original", "orig", "backup", "bak", "ablation",
})  # fmt: skip
"""Words of another way, where what they are added to stands in the same file"""
_VERSION = regex(r"_?[vV]\d+[a-z]?(?=_|$)")
_COMMENT = regex(r"#[^\n]*")
_WORD = regex(r"\w{5,}")
_ANYWHERE = ("__subclasses__", "getmembers", "import_module", "__import__")
_AMONG_IMPORTS = ("eval", "exec", "globals")
_BUILT = "[build-system]"
"""Stands among the names of a `pyproject.toml` that builds a distribution"""
_LEAST_LINES = 5
_LEAST_COMMON = 2


class _Candidate(NamedTuple):
    name: str
    kind: str
    """function or class"""
    siblings: tuple[str, ...]
    """What stands beside it under a similar name"""
    lines: int
    where: tuple[Any, ...]


class _Fact(NamedTuple):
    """What is kept of one Python file."""

    candidates: tuple[tuple[Any, ...], ...]
    by_name: tuple[str, ...]
    """Modules, by their last words, in which it finds code by names that only a run knows; `*` for all"""
    said: bytes
    """Digests of the names in comments and texts, packed"""


class UnreachableExperiment(Rule):
    """A variant of a model or function is defined, and nothing in the whole project names it.

    ## What it finds
    A class that stands beside the one whose name its own continues (`TileEncoderGated` beside `TileEncoder`), and a function or class whose
    name begins or ends with a word of the past, or says that it is another way of what stands beside it (`find_modules_old`, `nms_v2`), where
    the name is written once in the whole project: where it is defined. What it is a variant of must be in use. Only in applications.

    ## Why it is debt
    It is an experiment that ended without a verdict: each change of the code around it has to carry it along, no test would notice if
    that goes wrong, and readers take it for something that is run (Sculley et al. 2015, dead experimental code paths).

    ## Bad
    ```python train.py
    class TileEncoder(Module):
        def forward(self, x):
            return x


    class TileEncoderGated(Module):  # finding: DEX104
        def __init__(self):
            self.gate = Linear(8, 8)

        def forward(self, x):
            return x * self.gate(x)


    print(TileEncoder())
    ```

    ## Good
    ```python train.py
    class TileEncoder(Module):
        def forward(self, x):
            return x


    print(TileEncoder())
    ```

    ## Fix
    None: what is not named is not proven to be unwanted. It stands in the history when it is deleted.

    ## When it stays silent
    In a library; when any other place of the project has the name: code, a string, a comment, a document, a script, a configuration, a
    notebook; in modules through which the project looks by names that only a run knows (`getattr` of a module, `__dict__`, `globals()`,
    `eval`), and everywhere where it puts names of modules together or asks for subclasses (`import_module`, `__subclasses__`); for what is decorated or has a
    metaclass or keywords of classes; when what it is a variant of is itself not used; in tests, examples, documentation, lessons, generated
    and vendored files, files and functions that say where they were taken from; in notebooks; for fewer than five lines.

    Off unless it is asked for: measured on unseen code in round 30, see the page on precision, 7 of 17 findings held. Nine others came from
    star imports, a module's `__dict__`, words in the middle of a name (`del_old_checkpoints`) and first words that two classes share; all are silent
    since. What is left of them, six findings in some 130 applications, are too few to say that nine of ten hold.

    ## References
    Sculley et al. 2015, section 7.
    """

    code = "DEX104"
    severity = Severity.WARNING
    minutes = 30
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        candidates: tuple[tuple[Any, ...], ...] = ()
        if module.context is Context.CODE and module.notebook is None and not is_lesson(module.path):
            candidates = tuple(tuple(candidate) for candidate in _candidates(module))
        fact = _Fact(candidates, tuple(sorted(_looked_through(module))), _said_in(module))
        return tuple(fact) if any(fact) else None

    def collect_text(self, document: TextDocument) -> Any:
        return _packed([document.text])

    def collect_config(self, document: ConfigDocument) -> Any:
        return _packed(document.lines or [str(part) for entry in document.entries for part in (*entry.path, entry.value)])

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        built = any(line.strip() == "[build-system]" for line in document.lines)
        return _packed(document.lines, _BUILT) if built else _packed(document.lines)

    def collect_dockerfile(self, document: Dockerfile) -> Any:
        return _packed(instruction.value for instruction in document.instructions)

    def project(self, project: Project) -> Iterator[Finding]:
        if project.has_users:
            return
        candidates: list[tuple[str, _Candidate]] = []
        said: set[int] = set()
        looked_through: set[str] = set()
        packages = {path.removesuffix("setup.py") for path in project.files if path.endswith("/setup.py")}
        for path, collected in project.collected(self):
            digests = collected
            if path in project.files:
                fact = _Fact(*collected)
                looked_through.update(fact.by_name)
                candidates.extend((path, _Candidate(*candidate)) for candidate in fact.candidates)
                digests = fact.said
            numbers = array("I", digests)
            said.update(numbers)
            if path.endswith("/pyproject.toml") and _digest(_BUILT) in numbers:
                packages.add(path.removesuffix("pyproject.toml"))
        if not candidates or "*" in looked_through:
            return
        words = _words_of_code(project, candidates)
        if looked_through:
            looked_through.update(star.rpartition(".")[2] for facts in project.files.values() for star in facts.stars)
        for path, candidate in candidates:
            name = candidate.name
            if looked_through.intersection(project.files[path].module.split(".")) or path.startswith(tuple(packages)):
                continue
            used = next((sibling for sibling in candidate.siblings if sibling in words), "")
            if name in words or _digest(name) in said or (candidate.siblings and not used) or project.is_public(path, name):
                continue
            beside = f"; `{used}` beside it is in use" if used else ""
            yield self.finding(
                place_from(path, project, candidate.where),
                f"nothing in the project names the {candidate.kind} `{name}` ({candidate.lines} lines){beside}",
                advice="delete it, the history keeps it; or use it where its result is looked at", confidence=Confidence.MEDIUM,
            )  # fmt: skip


def _candidates(module: Module) -> Iterator[_Candidate]:
    """Functions and classes of a file's top level that look like a variant, and that the file names once."""
    body = module.source.tree.body
    defined = [node for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    names = [node.name for node in defined]
    borrowed = None
    for node in defined:
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines < _LEAST_LINES or node.decorator_list or not _is_long(node.name) or node.name.startswith("test_"):
            continue
        if isinstance(node, ast.ClassDef) and (node.keywords or not node.bases):
            continue
        siblings = _siblings(node.name, kind, names)
        text = module.source.text
        if siblings is None or (text.count(node.name) > 1 and len(re.findall(rf"\b{node.name}\b", text)) > 1):
            continue
        if borrowed is None:
            borrowed = is_borrowed(module)
        if not borrowed and not _is_taken(module, node):
            yield _Candidate(node.name, kind, siblings, lines, tuple(where(module, node)))


def _siblings(name: str, kind: str, names: list[str]) -> tuple[str, ...] | None:
    """What stands beside a name that looks like that of a variant; None where it does not."""
    words = tokens(name)
    if _PAST & {words[0], words[-1]}:
        return ()
    bare = "".join(word for word in tokens(_VERSION.sub("", name)) if word not in _OTHER_WAY)
    same = tuple(other for other in names if other != name and "".join(tokens(other)) == bare)
    if same:
        return same
    if kind == "class":
        return tuple(other for other in names if other != name and _continues(words, tokens(other))) or None
    return None


def _continues(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return len(words) > len(others) >= _LEAST_COMMON and words[: len(others)] == others


def _is_taken(module: Module, node: ast.stmt) -> bool:
    return any(is_quoted(module, function) for function in module.functions if function.node is node)


def _looked_through(module: Module) -> set[str]:
    """Last words of the modules in which the file finds code by a name that is no literal; `*` where it may be any."""
    found: set[str] = set()
    origins = {
        name: binding.origin for name, known in module.syntax.scope.bindings.items() for binding in known if binding.kind == "import"
    }
    for call in module.calls_spelt(*_ANYWHERE, *_AMONG_IMPORTS, "getattr", "vars"):
        word, args = last_word(call.node.func), call.node.args
        if word in ("getattr", "vars"):
            if args and not (len(args) > 1 and isinstance(args[1], ast.Constant)):
                found |= _module_of(args[0], origins)
        elif args and isinstance(args[-1], ast.Constant):
            continue
        elif word in _ANYWHERE:
            if not (args and word in ("import_module", "__import__") and not _is_put_together(module, args[0])):
                found.add("*")
        elif isinstance(call.node.func, ast.Name):
            found.update(
                {module.name.rpartition(".")[2], *(origin.rpartition(".")[2] for origin in origins.values() if not _is_known(origin))}
            )
    for node in module.syntax.attributes.get("__dict__", ()):
        found |= _module_of(node.value, origins)
    return found


def _is_put_together(module: Module, node: ast.expr) -> bool:
    """Whether a module's name is made of parts; one that comes whole stands so in a configuration, a script or a string."""
    if isinstance(node, ast.Name):
        given = [statement.value for statement in module.syntax.assignments if _is_assigned(statement, node.id)]
        return any(isinstance(value, (ast.JoinedStr, ast.BinOp, ast.Call)) for value in given)
    return isinstance(node, (ast.JoinedStr, ast.BinOp, ast.Call))


def _is_assigned(statement: ast.Assign | ast.AnnAssign | ast.AugAssign, name: str) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(part, ast.Name) and part.id == name for target in targets for part in ast.walk(target))


def _module_of(node: ast.expr, origins: dict[str, str]) -> set[str]:
    """The last words of a module of the project that an expression is; `*` where it is any that was loaded."""
    inner = node
    while isinstance(inner, (ast.Attribute, ast.Subscript)):
        inner = inner.value
    origin = origins.get(inner.id, "") if isinstance(inner, ast.Name) else ""
    if origin == "sys":
        return {"*"} if isinstance(node, ast.Subscript) else set()
    if not origin or _is_known(origin):
        return set()
    return {origin.rpartition(".")[2], *([node.attr] if isinstance(node, ast.Attribute) else [])}


def _is_known(origin: str) -> bool:
    return origin.partition(".")[0] in KNOWN_LIBRARIES


def _said_in(module: Module) -> bytes:
    text = module.source.text
    parts = _COMMENT.findall(text) if "#" in text else []
    if module.syntax.star_imports:  # whose names the facts of calls do not tell
        parts.extend(module.syntax.names)
    parts.extend(node.value for node in module.syntax.strings if isinstance(node.value, str) and not node.value.isidentifier())
    return _packed(parts) or b""


def _packed(parts: Iterable[str], *more: str) -> bytes | None:
    """Digests of the names in texts, packed; they only have to be found again."""
    words = {*more, *filter(_is_long, set(_WORD.findall("\n".join(parts))))}
    return array("I", sorted(map(_digest, words))).tobytes() or None


def _is_long(word: str) -> bool:
    """Whether a word is two words at least, as all names that the rule looks at."""
    return bool(word.strip("_")) and ("_" in word[1:-1] or not (word[1:].islower() or word.isupper() or word.isdigit()))


def _digest(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


def _words_of_code(project: Project, candidates: Iterable[tuple[str, _Candidate]]) -> set[str]:
    """Every word by which Python code of the project could mean a function or class.

    A candidate's own file has its name where it is defined, and nowhere else: what is known of its calls says it again of `self.step()`.
    """
    own: dict[str, set[str]] = {}
    for path, candidate in candidates:
        own.setdefault(path, set()).add(candidate.name)
    words = set(project.unparsed_words)
    for path, facts in project.files.items():
        words |= words_in(facts) - own.get(path, set())
        for _, origin in facts.imports:
            words.update(origin.split("."))
    return words
