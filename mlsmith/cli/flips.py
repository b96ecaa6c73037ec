"""What changed in behaviour since a revision, as findings of the rules that speak of changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlsmith.engine.analyse import analyse
from mlsmith.engine.discover import kind_of
from mlsmith.engine.extents import extents_of
from mlsmith.engine.history import GitHistory
from mlsmith.engine.suppress import suppress
from mlsmith.engine.trees import open_revision, open_working_tree
from mlsmith.errors import GitError, SourceError
from mlsmith.finding import Finding, Severity, number_occurrences
from mlsmith.index.facts import FileFacts
from mlsmith.regex import regex
from mlsmith.revisions.order import order_changes, without_streams
from mlsmith.rules.catalogue import RuleSet, load_rules
from mlsmith.rules.kit.order import OrderFact, may_decide
from mlsmith.sources.tree import MemoryTree, Objects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlsmith.cli.lint import Scene
    from mlsmith.engine.packing import Extent
    from mlsmith.sources.directives import Directive
    from mlsmith.sources.git import Repository
    from mlsmith.sources.tree import Tree

_STREAM = "IterableDataset"
_FEW = 3
"""Files that a commit of its own changes at most"""
_FEW_ASKED = 20
"""Files, as a commit hook names, that are read twice rather than asking git about all"""
_SAYS_SO = regex(r"shuffl", re.I)


def changed_behaviour(scene: Scene, revision: str | None, history: GitHistory | None = None) -> list[Finding]:
    """Findings on what differs between a revision (`HEAD` if None) and the working tree; none where there is no git or no commit.

    Only files that git calls changed are analysed. Raises GitError where a revision was named that does not exist.
    """
    rules = load_rules(scene.settings)
    speaking = rules.by_hook.get("changes", ())
    repository = (history or GitHistory(scene.root)).repository if speaking else None
    alone = RuleSet(speaking, rules.fingerprint)  # the others have been asked, of the files as they are
    if repository is None or (revision is None and _say_nothing_of_order(scene, repository, alone)):
        return []
    try:
        commit = repository.rev_parse(revision or "HEAD")
        changed = repository.changed_paths(commit)
    except GitError:
        if revision is not None:
            raise
        return []
    prefix = repository.prefix_of(scene.root)
    paths = {
        path.removeprefix(prefix): how
        for path, how in changed.items()
        if path.startswith(prefix) and kind_of(path) in ("python", "notebook")
    }
    if not paths:
        return []
    old_names = [
        (how.old_path or path).removeprefix(prefix) for path, how in ((prefix + p, h) for p, h in paths.items()) if how.status != "A"
    ]
    before, _, _ = _facts(open_revision(scene.root, commit, repository, among=old_names), old_names, alone, scene)
    now = open_working_tree(scene.root, scene.overlay)
    after, directives, streams = _facts(now, [p for p, how in paths.items() if how.status != "D"], alone, scene)
    changes = order_changes(before, without_streams(after, streams))
    wanted = [finding for rule in speaking for finding in rule.changes(changes) if scene.wants(finding)]
    uncommitted = repository.changed_paths("HEAD") if wanted else {}
    wanted = [one if prefix + one.path in uncommitted else _as_declared(one, repository, prefix, commit) for one in wanted]
    codes = [rule.code for rule in speaking]
    decided, _ = suppress(number_occurrences(wanted), directives, active=codes, known=codes)
    return decided


def _say_nothing_of_order(scene: Scene, repository: Repository, rules: RuleSet) -> bool:
    """Whether the few files that were asked for decide nothing on order, neither in the newest commit nor now: then git need not look for
    what else has changed.
    """
    paths = [path for path in scene.paths if kind_of(path) in ("python", "notebook")]
    if not paths or len(paths) != len(scene.paths) or len(paths) > _FEW_ASKED:
        return False
    prefix, now = repository.prefix_of(scene.root), open_working_tree(scene.root, scene.overlay)
    try:
        with Objects(repository) as objects:
            texts = [(path, data) for path in paths for data in (objects.read(f"HEAD:{prefix}{path}"), now.read(path))]
    except SourceError:
        return False  # It is new, or had another name.
    return not any(
        _facts(MemoryTree({path: data}), [path], rules, scene)[0].get(path)
        for path, data in texts
        if may_decide(data.decode("utf-8", "replace"))
    )


def _as_declared(finding: Finding, repository: Repository, prefix: str, base: str) -> Finding:
    """The finding as information where only commits of their own, which say so, touched shuffling in its file since the base."""
    commits = repository.commits_about(prefix + finding.path, "shuffle", base)
    if not commits or not all(files <= _FEW and _SAYS_SO.search(subject) for _, subject, files in commits):
        return finding
    told = f"{finding.message}, as commit {commits[0][0]} says"
    return finding._replace(message=told, advice="nothing, if that is meant to stay", severity=Severity.INFO)


def _facts(
    tree: Tree, paths: Iterable[str], rules: RuleSet, scene: Scene
) -> tuple[dict[str, list[OrderFact]], dict[str, list[tuple[Directive, Extent]]], frozenset[str]]:
    """Decisions on order by path, the suppressions that stand there, and the last words of classes whose data comes as a stream."""
    streams = {_STREAM}
    found: dict[str, list[OrderFact]] = {}
    directives: dict[str, list[tuple[Directive, Extent]]] = {}
    for path in paths:
        kind = kind_of(path)
        try:
            data = tree.read(path)
        except SourceError:
            continue
        analysis = analyse(data, path, kind or "", rules, scene.settings)
        if analysis.directives:
            extents = extents_of(analysis.directives, data, path, kind or "")
            directives[path] = list(zip(analysis.directives, extents, strict=True))
        if analysis.facts is not None:
            found[path] = [OrderFact(*fact) for fact in analysis.facts[1].get("EXP106", ())]
            classes = FileFacts(*analysis.facts[0]).classes if analysis.facts[0] is not None else ()
            streams |= {name for name, bases in classes if any(base.rpartition(".")[2] == _STREAM for base in bases)}
    return found, directives, frozenset(streams)
