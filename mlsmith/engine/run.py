"""One lint run: which files, their analyses from the cache or made anew, the project's findings, and who
suppressed what.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith import __version__
from mlsmith.engine.analyse import analyse_project, project_of
from mlsmith.engine.cache import Store, keys_in
from mlsmith.engine.discover import Walk, excluded_by, kind_of, lintable, walk, within
from mlsmith.engine.history import GitHistory, RememberedHistory
from mlsmith.engine.merge import KeptFacts, Merged, load_merged, merged, save_merged
from mlsmith.engine.packing import Analysed, taken_facts, unpack
from mlsmith.engine.result import ErrorEntry, LintResult
from mlsmith.engine.snapshot import is_racy, surely_before
from mlsmith.engine.state import State, folder_of, load_state, save_state
from mlsmith.engine.suppress import suppress
from mlsmith.engine.trees import open_working_tree
from mlsmith.engine.workers import Work, analyse_all, blob_of, cpus
from mlsmith.errors import SourceError
from mlsmith.finding import Finding, number_occurrences
from mlsmith.rules.catalogue import all_rules, ignored_for, load_rules

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mlsmith.engine.suppress import DirectiveUse
    from mlsmith.index.project import History, Project
    from mlsmith.settings import Settings
    from mlsmith.sources.tree import Tree


class Options(NamedTuple):
    """How a run is done; none of it changes what is found.

    `jobs` 0 means one for each processor. `cache_home` is the folder of all caches; None works without one.
    """

    jobs: int = 0
    cache_home: str | None = None
    timings: bool = False
    executor: Executor | None = None
    progress: Callable[[int, int], None] | None = None
    kept: Kept | None = None


class Kept:
    """Takes over the index of a run, for the caller to add to and to save; without it, the run saves it."""

    __slots__ = ("folder", "state")

    def __init__(self) -> None:
        self.state: State | None = None
        self.folder = ""


def lint_working_tree(
    root: Path,
    settings: Settings,
    *,
    paths: Sequence[str] = (),
    overlay: Mapping[str, bytes] | None = None,
    history: History | None = None,
    options: Options | None = None,
) -> LintResult:
    """Lint the project at `root`.

    Project rules see all of it; reported is what lies at or below `paths` (relative to the root; none: all).
    `overlay` gives the content of paths that differs from the disk, or is not there.
    """
    options = options or Options()
    clock = _Clock()
    folder = _folder(root, options)
    state = (load_state(str(root), folder) if folder else None) or State(str(root))
    seen = walk(root, exclude=settings.exclude, before=state)
    extra = [path for path in paths if path not in seen.files and _is_named_file(root, path, settings)]
    kinds = {path: kind for path in (*seen.files, *extra, *(overlay or ())) if (kind := kind_of(path))}
    clock.lap("discover")
    opener = partial(open_working_tree, root, dict(overlay or {}))
    blobs = _trusted_blobs(state, seen)
    for path, data in (overlay or {}).items():
        blobs[path] = blob_of(data)
    run = _Run(root, kinds, opener, blobs, settings, options, clock, _store(folder))
    result = run.result(paths, history)
    if folder and not overlay:
        _renew(state, seen, run.blobs, settings)
        if options.kept is None:
            save_state(state, folder)
        else:
            options.kept.state, options.kept.folder = state, folder
    return result


def lint_tree(
    open_tree: Callable[[], Tree],
    root: Path,
    settings: Settings,
    *,
    paths: Sequence[str] = (),
    history: History | None = None,
    options: Options | None = None,
) -> LintResult:
    """Lint any tree, such as one of a revision, as a walk of the same files on disk would.

    `open_tree` gives a tree whose paths are relative to `root`; it is called once in each process.
    """
    options = options or Options()
    clock = _Clock()
    tree = open_tree()
    found = lintable(tree, exclude=settings.exclude)
    kinds = {path: kind for path in found if (kind := kind_of(path))}
    blobs = {path: tree.blob_id(path) for path in kinds}
    clock.lap("discover")
    run = _Run(root, kinds, open_tree, blobs, settings, options, clock, _store(_folder(root, options)))
    return run.result(paths, history)


def index_tree(
    open_tree: Callable[[], Tree], paths: Sequence[str], root: Path, settings: Settings, *, options: Options | None = None
) -> Project:
    """The facts of the files at `paths` merged, with what the rules collected from them, but no findings."""
    options = options or Options()
    tree = open_tree()
    kinds = {path: kind for path in paths if (kind := kind_of(path))}
    blobs = {path: tree.blob_id(path) for path in kinds}
    return _Run(root, kinds, open_tree, blobs, settings, options, _Clock(), _store(_folder(root, options))).index()[0]


def index_working_tree(root: Path, settings: Settings, *, options: Options | None = None) -> tuple[Project, tuple[ErrorEntry, ...]]:
    """The merged facts of the project at `root`, as a lint of it would give them to project rules, and what could not be read."""
    options = options or Options()
    clock = _Clock()
    folder = _folder(root, options)
    state = (load_state(str(root), folder) if folder else None) or State(str(root))
    seen = walk(root, exclude=settings.exclude, before=state)
    kinds = {path: kind for path in seen.files if (kind := kind_of(path))}
    opener = partial(open_working_tree, root, {})
    return _Run(root, kinds, opener, _trusted_blobs(state, seen), settings, options, clock, _store(folder)).index()


class _Run:
    """The steps that all trees share, with what they hand on to each other."""

    def __init__(
        self,
        root: Path,
        kinds: dict[str, str],
        open_tree: Callable[[], Tree],
        blobs: dict[str, str],
        settings: Settings,
        options: Options,
        clock: _Clock,
        store: Store | None,
    ) -> None:
        self.blobs = blobs
        self._root = root
        self._kinds = kinds
        self._settings = settings
        self._options = options
        self._clock = clock
        self._store = store
        self._rules = load_rules(settings)
        self._work = Work(open_tree, self._rules, settings, options.timings)
        self._key = keys_in(f"{self._rules.fingerprint}\0{settings.fingerprint}\0{__version__}")
        clock.lap("rules")

    def result(self, paths: Sequence[str], history: History | None) -> LintResult:
        wanted = paths or ("",)
        chosen = [path for path in sorted(self._kinds) if within(path, wanted)]
        needed = sorted(self._kinds) if "project" in self._rules.by_hook else chosen
        kept, unlike = self._kept_facts(needed, chosen) if paths else (None, needed)
        analyses, unreadable = self._analyses(unlike, frozenset(chosen))
        read = {path: analysed for path in chosen if isinstance(analysed := analyses.get(path), Analysed)}
        findings = [finding for analysed in read.values() for finding in analysed.findings]
        together = self._together(analyses, kept, unlike, keep=bool(paths) and len(needed) > len(chosen))
        if self._store is not None and isinstance(history, GitHistory):
            history = RememberedHistory(history, self._store, self.blobs)
        seconds = self._clock.rules if self._options.timings else None
        asked = {path: self._kinds[path] for path in chosen} if paths else None
        projects = analyse_project(together, self._rules, self._settings, history=history, asked=asked, seconds=seconds)
        findings += [finding for finding in projects if within(finding.path, wanted)]
        if self._store is not None:
            self._store.flush()
            if len(unlike) == len(self._kinds):
                self._store.tidy()
        self._clock.lap("project rules")
        decided = self._decide(findings, read)
        self._clock.lap("suppressions")
        errors = [analysed.error for analysed in read.values()]
        errors += [ErrorEntry(path, None, why) for path, why in unreadable.items() if within(path, wanted)]
        told = sorted(filter(None, errors), key=lambda e: (e.path, e.line or 0, e.message))
        return LintResult(
            root=self._root,
            findings=tuple(decided),
            errors=tuple(entry for entry in told if not entry.left_out),
            left_out=tuple(entry for entry in told if entry.left_out),
            counts={path: analysed.size for path, analysed in read.items() if self._kinds[path] != "text"},
            rules_fingerprint=self._rules.fingerprint,
            seconds=self._clock.seconds() if self._options.timings else {},
        )

    def _kept_facts(self, needed: Sequence[str], chosen: Sequence[str]) -> tuple[KeptFacts | None, Sequence[str]]:
        """What is known of the files that are as they were when few were asked about last, and which are not, or are chosen."""
        found = load_merged(self._store.folder, self._key("", "")) if self._store is not None and len(needed) > len(chosen) else None
        if found is None:
            return None, needed
        unlike = {path for path in needed if path not in self.blobs or self.blobs[path] != found.blobs.get(path)}.union(chosen)
        if len(unlike) > len(needed) // 8:
            return None, needed  # It pays to keep them anew.
        return found, sorted(unlike)

    def _together(self, analyses: Mapping[str, Analysed | bytes], kept: KeptFacts | None, unlike: Sequence[str], *, keep: bool) -> Merged:
        """The facts of all files, those of a run before included; kept for the next, where none were."""
        facts = taken_facts(analyses)
        if kept is not None:
            return kept.renewed(facts, {*unlike, *(kept.blobs.keys() - self._kinds.keys())})
        found = merged(facts)
        if keep and self._store is not None:
            save_merged(self._store.folder, self._key("", ""), {path: self.blobs[path] for path in analyses}, found)
        return found

    def index(self) -> tuple[Project, tuple[ErrorEntry, ...]]:
        analyses, unreadable = self._analyses(sorted(self._kinds), self._kinds)
        told = [analysed.error for analysed in analyses.values() if isinstance(analysed, Analysed)]
        errors = [error for error in told if error is not None and not error.left_out]
        errors += [ErrorEntry(path, None, why) for path, why in unreadable.items()]
        return project_of(merged(taken_facts(analyses)), self._settings), tuple(sorted(errors, key=lambda e: (e.path, e.line or 0)))

    def _analyses(self, needed: Sequence[str], chosen: Container[str]) -> tuple[dict[str, Analysed | bytes], dict[str, str]]:
        """Analyses by path in path order, read back of those chosen, and why the others could not be read."""
        found = self._cached(needed, chosen)
        self._clock.lap("cache")
        missing = [(path, self._kinds[path]) for path in needed if path not in found]
        unreadable: dict[str, str] = {}
        batches = analyse_all(
            missing, self._work, jobs=self._options.jobs or cpus(), executor=self._options.executor,
            progress=self._options.progress,
        )  # fmt: skip
        with contextlib.closing(batches):
            for outcomes, seconds in batches:
                self._clock.add(seconds)
                for path, blob, payload, why in outcomes:
                    if why:
                        unreadable[path] = why
                        continue
                    self.blobs[path] = blob
                    found[path] = unpack(payload, path)
                    if self._store is not None:
                        self._store.put(self._key(path, blob), payload)
        self._clock.lap("analyse")
        if self._store is not None:
            self._store.flush()
        self._clock.lap("cache")
        return {path: found[path] for path in needed if path in found}, unreadable

    def _cached(self, needed: Sequence[str], chosen: Container[str]) -> dict[str, Analysed | bytes]:
        if self._store is None or not len(self._store):
            return {}
        tree: Tree | None = None
        found: dict[str, Analysed | bytes] = {}
        for path in needed:
            blob = self.blobs.get(path)
            if blob is None:
                tree = tree or self._work.open_tree()
                try:
                    blob = self.blobs[path] = tree.blob_id(path)
                except SourceError:
                    continue  # Said once, when it is read to be analysed.
            payload = self._store.get(self._key(path, blob))
            if payload is not None:
                with contextlib.suppress(ValueError, TypeError, EOFError):
                    found[path] = unpack(payload, path) if path in chosen else payload
        return found

    def _decide(self, findings: list[Finding], analyses: dict[str, Analysed]) -> list[Finding]:
        directives = {path: analysed.directives for path, analysed in analyses.items() if analysed.directives}
        # Rules that speak of changes, or where a clone has the history, may have been silent here and have something to say elsewhere.
        codes = [rule.code for rule in self._rules.rules if "changes" not in type(rule).hooks() and not rule.needs_history]
        known = [rule.code for rule in all_rules()]
        decided, uses = suppress(
            number_occurrences(findings), directives, active=codes, known=known,
            silenced=lambda path, code: ignored_for(path, code, self._settings),
        )  # fmt: skip
        # A suppression can speak of these in turn, but no finding is made of whether it does.
        about, _ = suppress(number_occurrences(self._about_suppressions(uses)), directives, active=codes, known=known)
        return sorted([*decided, *about], key=lambda finding: finding.sort_key)

    def _about_suppressions(self, uses: list[DirectiveUse]) -> list[Finding]:
        rules: tuple[Any, ...] = self._rules.by_hook.get("suppressions", ())
        found = [finding for rule in rules for finding in rule.suppressions(uses)]
        return [finding for finding in found if not ignored_for(finding.path, finding.code, self._settings)]


class _Clock:
    """Seconds by phase, and by rule over all processes."""

    def __init__(self) -> None:
        self.rules: dict[str, float] = {}
        self._phases: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, phase: str) -> None:
        """What has passed since the last lap was this phase."""
        now = time.perf_counter()
        self._phases[phase] = self._phases.get(phase, 0.0) + now - self._last
        self._last = now

    def add(self, seconds: Mapping[str, float]) -> None:
        for name, value in seconds.items():
            self.rules[name] = self.rules.get(name, 0.0) + value

    def seconds(self) -> dict[str, float]:
        return {**self._phases, **self.rules}


def _is_named_file(root: Path, path: str, settings: Settings) -> bool:
    """Whether a path was named as a file: it is linted although ignored by git, but not where the settings
    exclude it.
    """
    return bool(path) and (root / path).is_file() and not excluded_by(settings, path)


def _trusted_blobs(state: State, seen: Walk) -> dict[str, str]:
    """Blobs of the files whose stamps are as they were when the blob was taken, beyond doubt."""
    known, surely = state.files, surely_before(state.taken_ns)
    return {
        path: blob
        for path, blob in state.blobs.items()
        if (stamp := seen.files.get(path)) is not None
        and stamp == known.get(path)
        and ((stamp[0] < surely and stamp[1] < surely) or not is_racy(stamp, state.taken_ns))
    }


def _renew(state: State, seen: Walk, blobs: Mapping[str, str], settings: Settings) -> None:
    blobs = {path: blobs[path] for path in seen.files if path in blobs}
    if state.blobs != blobs or state.files.keys() != seen.files.keys() or state.excluded != settings.exclude:
        state.runs = []  # They were runs over other files.
    state.excluded = settings.exclude
    state.taken_ns = seen.taken_ns
    state.files, state.folders, state.guards, state.blobs = seen.files, seen.folders, seen.guards, blobs


def _folder(root: Path, options: Options) -> str | None:
    """The folder of the project's cache, made if need be; None where there is none to be had."""
    if options.cache_home is None:
        return None
    folder = folder_of(str(root), options.cache_home)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return folder


def _store(folder: str | None) -> Store | None:
    return Store(Path(folder)) if folder else None
