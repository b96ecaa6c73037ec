"""The map and the reduce of mlsmith: one file's bytes become findings and facts; the facts of all files become project findings.

`analyse` is a pure function of its arguments: no disk, no git, no other file. Its result can therefore be kept by content and
computed in any process on any machine.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.engine.result import ErrorEntry, FileCount
from mlsmith.errors import NotYetSource, SourceError
from mlsmith.finding import Finding
from mlsmith.rules.catalogue import RuleSet, ignored_for
from mlsmith.rules.kit.context import Context, context_of, context_of_path

if TYPE_CHECKING:
    from mlsmith.engine.merge import Merged
    from mlsmith.index.project import History, Project
    from mlsmith.rules.kit.module import Module
    from mlsmith.settings import Settings
    from mlsmith.sources.directives import Directive
    from mlsmith.sources.notebook import BrokenCell
    from mlsmith.sources.python import PythonSource

_ML_PACKAGES = frozenset({
    "torch", "tensorflow", "keras", "sklearn", "jax", "flax", "lightning", "pytorch_lightning", "xgboost", "lightgbm", "catboost",
    "transformers", "datasets", "timm", "fastai", "mxnet", "paddle", "gluonts", "statsmodels", "prophet", "spacy", "gensim", "optuna",
    "diffusers", "accelerate", "sentence_transformers", "pyspark.ml", "implicit", "surprise", "mlflow", "wandb", "onnx", "onnxruntime",
})  # fmt: skip
_NOT_OURS = (Context.VENDORED, Context.GENERATED)
"""Where nothing is reported, and of which nothing is known but its size"""


class Analysis(NamedTuple):
    """What one file gives. `facts` is plain data that `marshal` takes: (FileFacts as tuple or None, {rule code: collected})."""

    findings: list[Finding]
    facts: Any
    error: ErrorEntry | None
    size: FileCount
    directives: tuple[Directive, ...]


def analyse(
    data: bytes,
    path: str,
    kind: str,
    rules: RuleSet,
    settings: Settings,
    *,
    seconds: dict[str, float] | None = None,
) -> Analysis:
    """Analyse one file. `kind`: python, notebook, config, requirements, dockerfile, text. `seconds` collects time by rule if given."""
    try:
        return _ANALYSERS[kind](data, path, rules, settings, seconds)
    except SourceError as error:
        lines = data.count(b"\n")
        entry = ErrorEntry(path, error.line, error.message, isinstance(error, NotYetSource))
        words = {"unparsed": _words(data)} if kind in ("python", "notebook") else {}
        return Analysis([], (None, words) if words else None, entry, FileCount(lines, 0, False, False), ())


def _words(data: bytes) -> str:
    """Every word of a file that cannot be parsed: what it uses is not known, but what it cannot use is."""
    return "\n".join(sorted(set(re.findall(r"[A-Za-z_]\w{2,}", data.decode("utf-8", "replace")))))


def analyse_project(
    merged: Merged,
    rules: RuleSet,
    settings: Settings,
    *,
    history: History | None = None,
    asked: Mapping[str, str] | None = None,
    seconds: dict[str, float] | None = None,
) -> list[Finding]:
    """Findings of project grain from the facts of all files; those that stand in the files `asked` (path → kind), if given."""
    project = project_of(merged, settings, history=history, asked=frozenset(asked) if asked is not None else None)
    kinds = frozenset(asked.values()) if asked is not None else None
    findings: list[Finding] = []
    for rule in rules.by_hook.get("project", ()):
        if kinds is None or not rule.stands_in or not kinds.isdisjoint(rule.stands_in):
            findings.extend(_timed(rule.code, rule.project(project), seconds))
    return [finding for finding in findings if _wanted(finding, rules, settings)]


def project_of(
    merged: Merged, settings: Settings, *,
    history: History | None = None, asked: frozenset[str] | None = None,
) -> Project:  # fmt: skip
    """What project rules look at."""
    from mlsmith.index.project import Project

    return Project(merged.files, merged.collected, kind=settings.project, entry_points=settings.entry_points, history=history, asked=asked)


def _python(data: bytes, path: str, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None) -> Analysis:
    from mlsmith.sources.python import read_python

    return _of_source(read_python(data, path), None, rules, settings, seconds)


def _notebook(data: bytes, path: str, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None) -> Analysis:
    from mlsmith.sources.notebook import parse_notebook, parse_readable, read_notebook

    notebook = read_notebook(data)
    if not notebook.cells:
        return Analysis([], None, None, FileCount(0, 0, False, False), ())
    try:
        return _of_source(parse_notebook(notebook, path), notebook, rules, settings, seconds)
    except SourceError:
        source, broken = parse_readable(notebook, path)
    analysis = _of_source(source, notebook, rules, settings, seconds)
    return analysis._replace(error=_about_cells(path, broken)) if broken else analysis


def _about_cells(path: str, broken: list[BrokenCell]) -> ErrorEntry:
    """One entry for a notebook: the first cell at fault, and which others."""
    first, *others = broken
    rest = f"; neither can cell{'s' if len(others) > 1 else ''} {', '.join(str(cell.index) for cell in others)}" if others else ""
    return ErrorEntry(path, None, f"cell {first.index}, line {first.line}: {first.message}{rest} (the others are read)")


def _of_source(source: PythonSource, notebook: Any, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None) -> Analysis:
    from mlsmith.rules.kit.module import Module

    context = context_of(source.path, "\n".join(source.lines[:5]))
    if context in _NOT_OURS and not settings.wrappers and not any(package in source.text for package in _ML_PACKAGES):
        return Analysis([], None, None, FileCount(_lines(source), 0, False, False), ())  # there is nothing to look for in the tree
    started = time.perf_counter()
    module = Module(source, settings, notebook)
    try:
        return _of_module(module, rules, settings, seconds, started)
    finally:
        module.release()


def _of_module(module: Module, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None, started: float) -> Analysis:
    from mlsmith.rules.kit.collect import collect_facts
    from mlsmith.sources.directives import read_directives

    source = module.source
    count = _count(module)
    if module.context in _NOT_OURS:
        return Analysis([], None, None, count, ())
    directives = read_directives(source.text, cells=source.cells, strings=module.syntax.strings, tree=source.tree)
    facts = (collect_facts(module), _collect(module, rules, "collect", seconds))
    if seconds is not None:
        seconds["walk and facts"] = seconds.get("walk and facts", 0.0) + time.perf_counter() - started
    findings = _run(module, "python", rules, settings, seconds, module.context)
    return Analysis(findings, facts, None, count, directives)


def _config(data: bytes, path: str, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None) -> Analysis:
    from mlsmith.sources.config import read_config
    from mlsmith.sources.directives import read_directives

    document = read_config(data, path)
    directives = () if document.format == "json" else read_directives(data.decode("utf-8-sig", "replace"), language=document.format)
    facts = (None, _collect(document, rules, "collect_config", seconds))
    findings = _run(document, "config", rules, settings, seconds, context_of_path(path))
    return Analysis(findings, facts, None, FileCount(data.count(b"\n"), 0, False, False), directives)


_LANGUAGES = {"toml": "toml", "lock": "toml", "pipfile": "toml", "yml": "yaml", "yaml": "yaml"}
"""Of files that name requirements, by their ending: where their strings end."""


def _requirements(data: bytes, path: str, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None) -> Analysis:
    from mlsmith.sources.directives import read_directives
    from mlsmith.sources.requirements import read_requirements

    document = read_requirements(data, path)
    collected = {"manifest": True} if path == "pyproject.toml" and b"[build-system]" in data else {}
    collected |= _collect(document, rules, "collect_requirements", seconds)
    findings = _run(document, "requirements", rules, settings, seconds, context_of_path(path))
    directives = read_directives(data.decode("utf-8-sig", "replace"), language=_LANGUAGES.get(path.rpartition(".")[2].lower(), "text"))
    return Analysis(findings, (None, collected), None, FileCount(data.count(b"\n"), 0, False, False), directives)


def _dockerfile(data: bytes, path: str, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None) -> Analysis:
    from mlsmith.sources.directives import read_directives
    from mlsmith.sources.docker import read_dockerfile

    document = read_dockerfile(data, path)
    collected = _collect(document, rules, "collect_dockerfile", seconds)
    findings = _run(document, "dockerfile", rules, settings, seconds, context_of_path(path))
    directives = read_directives(data.decode("utf-8-sig", "replace"), language="dockerfile")
    return Analysis(findings, (None, collected) if collected else None, None, FileCount(data.count(b"\n"), 0, False, False), directives)


def _text(data: bytes, path: str, rules: RuleSet, settings: Settings, seconds: dict[str, float] | None) -> Analysis:
    from mlsmith.rules.kit.rule import TextDocument
    from mlsmith.sources.directives import read_directives

    document = TextDocument(path, data.decode("utf-8", "replace"))
    # Of texts only those who name owners are reported in; in documents a directive is an example.
    directives = read_directives(document.text, language="text") if path.rpartition("/")[2] == "CODEOWNERS" else ()
    return Analysis([], (None, _collect(document, rules, "collect_text", seconds)), None, FileCount(0, 0, False, False), directives)


_ANALYSERS = {
    "python": _python, "notebook": _notebook, "config": _config, "requirements": _requirements, "dockerfile": _dockerfile, "text": _text,
}  # fmt: skip


def _run(
    subject: Any,
    hook: str,
    rules: RuleSet,
    settings: Settings,
    seconds: dict[str, float] | None,
    context: Context,
) -> list[Finding]:
    findings: list[Finding] = []
    for code, ask in rules.speaking(hook, context):
        findings.extend(ask(subject) if seconds is None else _timed(code, ask(subject), seconds))
    return [finding for finding in findings if not ignored_for(finding.path, finding.code, settings)]


def _collect(subject: Any, rules: RuleSet, hook: str, seconds: dict[str, float] | None) -> dict[str, Any]:
    if seconds is None:
        return {name: data for name, (_, ask) in rules.collecting(hook) if (data := ask(subject))}
    collected = {}
    for name, (code, ask) in rules.collecting(hook):
        started = time.perf_counter()
        data = ask(subject)
        if data:
            collected[name] = data
        seconds[f"rule:{code}"] = seconds.get(f"rule:{code}", 0.0) + time.perf_counter() - started
    return collected


def _timed(code: str, found: Iterable[Finding], seconds: dict[str, float] | None) -> list[Finding]:
    if seconds is None:
        return list(found)
    started = time.perf_counter()
    findings = list(found)
    seconds[f"rule:{code}"] = seconds.get(f"rule:{code}", 0.0) + time.perf_counter() - started
    return findings


def _wanted(finding: Finding, rules: RuleSet, settings: Settings) -> bool:
    if not rules.by_code[finding.code].speaks_in(context_of_path(finding.path)):
        return False
    return not ignored_for(finding.path, finding.code, settings)


def _count(module: Module) -> FileCount:
    from mlsmith.rules.kit.ecosystems import glue_of, may_be_glue

    source = module.source
    counted = module.context is not Context.TEST and module.context not in _NOT_OURS
    glue = round(glue_of(module).share, 3) if counted and may_be_glue(module) else None
    return FileCount(_lines(source), _code_lines(module) if counted else 0, counted, bool(module.packages & _ML_PACKAGES), glue)


def _lines(source: PythonSource) -> int:
    return len(source.lines) - (1 if source.lines and not source.lines[-1] else 0)


def _code_lines(module: Module) -> int:
    """Lines that hold a token other than comment, docstring or blank, counted from the tree and the text without a tokenizer run."""
    silent: set[int] = set()
    for node in (module.syntax.tree, *module.syntax.classes, *module.syntax.functions):
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            silent.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines = module.source.lines
    blank = lines.count("") + sum(map(str.isspace, lines)) - sum(not lines[number - 1].strip() for number in silent)
    return len(lines) - len(silent.union(module.comment_lines)) - blank


__all__ = ["Analysis", "analyse", "analyse_project", "project_of"]
