"""Does a baseline know old debt again, and see new debt? `python benchmarks/baseline_identity.py REPO… [--pairs 50] [--apart 1,20] [--show]`

Takes pairs of commits from the first-parent history of each clone (bare or not), so many commits apart, lints the files that differ on
both sides, and asks `debt.baseline.match` which findings of the later side are known. It does so twice: with every rule that looks at one
file, and, because those speak rarely, with a stand-in that speaks on every call of a numeric or learning library that names an argument.

The truth is taken from git, which knows nothing of fingerprints: `git diff --histogram -w` maps the lines that no edit touched.

- *stayed*: a finding all of whose lines are untouched, and whose rule still speaks at the place they are mapped to. Called new, it has
  *resurfaced*.
- *exchanged*: of several equal lines in one scope, one was added or edited, and another is taken for it: one stayed and is called
  new, one is new and called known. How many are new is right, which of them is not; no baseline without line numbers can know.
- *edited*: its lines were changed, and in their place stands a finding of the same rule in a line at least 60 % like it. Shown apart: one
  may say that who edits a line owns its debt.
- *moved*: its lines are gone, and the same line stands elsewhere in the file (or the file git says it became) in the same company: at
  least two of the four lines of code around it. This is an estimate; a file that is gone without git naming its successor counts, too.
- *new*: every other finding of the later side. Called known, it *hides*: it took the place of one that was mended, or of an equal.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from identity_truth import Side, Text, judge

from mlsmith.debt import baseline
from mlsmith.engine.analyse import analyse
from mlsmith.engine.discover import kind_of
from mlsmith.errors import GitError, SourceError
from mlsmith.finding import Finding, Severity, Status, number_occurrences
from mlsmith.rules.catalogue import RuleSet, all_rules, load_rules
from mlsmith.rules.kit import Module, Rule
from mlsmith.settings import Settings
from mlsmith.sources.git import Repository
from mlsmith.sources.tree import RevisionTree

_KINDS = ("python", "notebook")
_LIBRARIES = ("torch", "tensorflow", "keras", "sklearn", "numpy", "pandas", "transformers", "matplotlib")


class StandIn(Rule):
    """A call that names an argument."""

    code = "STA999"
    severity = Severity.INFO
    minutes = 1
    speaks_in_tests = True

    def python(self, module: Module) -> Iterator[Finding]:
        seen = set()
        for call in module.calls_under(*_LIBRARIES):
            line = call.node.lineno
            if call.node.keywords and line not in seen:
                seen.add(line)
                yield self.finding(module.place(call.node), "a call", advice="none")


def main() -> int:
    arguments = _arguments()
    wide = tuple(rule.code for rule in all_rules() if "project" in rule.hooks())
    asked = {
        "every rule": load_rules(Settings()._replace(select=("ALL",), ignore=wide)),
        "the stand-in": RuleSet((StandIn(),), "stand-in"),
    }
    rows: dict[str, dict[str, Counter[str]]] = {name: {} for name in asked}
    for folder in arguments.repositories:
        place = folder.parent.name if folder.name == "repo" else folder.name
        for repository, old, new in pairs(folder, arguments.pairs, arguments.apart):
            for name, rules in asked.items():
                counted = compared(repository, old, new, rules, show=arguments.show)
                rows[name].setdefault(place.replace("+", "/"), Counter()).update(counted)
        print(place, file=sys.stderr, flush=True)
    for name, counts in rows.items():
        _print_table(name, counts)
    return 0


def _print_table(name: str, counts: dict[str, Counter[str]]) -> None:
    total: Counter[str] = Counter()
    print(
        f"\nwith {name}:\n\n| repository | pairs | stayed | resurfaced | exchanged | moved | called new | new | hidden | edited | called new |"
    )
    print("|---|" + "---:|" * 10)
    for repository, counted in counts.items():
        total.update(counted)
        print(_row(repository, counted))
    print(_row("**all**", total))
    print(f"\nresurfaced: {_share(total, 'resurfaced', 'stayed')}; by line number it would be {_share(total, 'other line', 'stayed')}")
    print(f"hidden: {_share(total, 'hidden', 'new')}")


def pairs(folder: Path, most: int, apart: list[int]) -> Iterator[tuple[Repository, str, str]]:
    """Pairs of commits that differ in Python or notebooks, spread evenly over the history."""
    repository = Repository(folder)
    commits = repository.run("rev-list", "--first-parent", "HEAD").decode().split()[::-1]
    for distance in apart:
        starts = range(len(commits) - distance)
        wanted = most // len(apart)
        step = max(1, len(starts) // (wanted * 3))
        seen = 0
        for start in starts[::step]:
            old, new = commits[start], commits[start + distance]
            try:
                changed = repository.changed_paths(old, new)
            except GitError:
                continue  # A clone that does not hold every file.
            if seen < wanted and any(kind_of(path) in _KINDS and how.status in "MR" for path, how in changed.items()):
                seen += 1
                yield repository, old, new


def compared(repository: Repository, old: str, new: str, rules: RuleSet, *, show: bool) -> Counter[str]:
    """What became of the findings of one pair, counted."""
    changed = {path: how for path, how in repository.changed_paths(old, new).items() if kind_of(path) in _KINDS}
    trees = RevisionTree(repository, old), RevisionTree(repository, new)
    olds = [how.old_path or path for path, how in changed.items() if how.status != "A"]
    before = _side(trees[0], olds, rules)
    after = _side(trees[1], [path for path, how in changed.items() if how.status != "D"], rules)
    renamed = {path: how.old_path for path, how in changed.items() if how.status == "R" and how.old_path}
    was = [finding for found in before.findings.values() for finding in found]
    here = [finding for found in after.findings.values() for finding in found]
    decided = baseline.match(here, baseline.known(was), renamed, exists=trees[1].blobs.__contains__)
    counted = Counter({"pairs": 1})
    where = f"{repository.root} {old[:10]} {new[:10]}" if show else ""
    # A file that is gone, without git naming what it became
    orphans = [f for name, listed in before.findings.items() if name not in after.texts and name not in renamed.values() for f in listed]
    for path, found in _by_path(decided).items():
        kinds = judge(path, found, changed[path], before, after, orphans)
        counted.update(_counted(kinds, where))
    return counted


_WRONG = {"stayed": "resurfaced", "moved": "moved, called new", "edited": "edited, called new", "new": "hidden"}


def _counted(judged: list[tuple[str, Finding, bool]], where: str) -> Counter[str]:
    """Counts of one file. Where one of several equal lines is taken for another, the number of new findings is right: *exchanged*."""
    counted: Counter[str] = Counter()
    wrong: dict[tuple[str, str], list[tuple[str, Finding]]] = {}
    edited = Counter((f.code, f.anchor) for kind, f, _ in judged if kind == "edited" and f.status is Status.BASELINE)
    for kind, finding, elsewhere in judged:
        counted[kind] += 1
        counted["other line"] += kind == "stayed" and elsewhere
        if (finding.status is Status.BASELINE) == (kind == "new"):
            counted[_WRONG[kind]] += 1
            wrong.setdefault((finding.code, finding.anchor), []).append((_WRONG[kind], finding))
    for line, group in wrong.items():
        kinds = [kind for kind, _ in group]
        swapped = min(kinds.count("resurfaced"), kinds.count("hidden") + edited[line])
        counted.update({"exchanged": swapped, "resurfaced": -swapped, "hidden": -min(swapped, kinds.count("hidden"))})
        for kind, finding in group:
            if where and not kind.startswith("edited"):
                said = "exchanged" if swapped else kind
                print(f"{said}: {where} {finding.path}:{finding.span.start.line} {finding.code} {finding.scope}", file=sys.stderr)
    return counted


def _side(tree: RevisionTree, paths: list[str], rules: RuleSet) -> Side:
    found: list[Finding] = []
    texts = {}
    for path in paths:
        kind = kind_of(path)
        try:
            data = tree.read(path)
        except SourceError:
            continue  # A link, or a file that is too large.
        texts[path] = Text.of(data, path)
        found += analyse(data, path, kind, rules, Settings()).findings if kind in _KINDS else []
    return Side(_by_path(number_occurrences(found)), texts)


def _by_path(findings: list[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.path, []).append(finding)
    return found


def _row(name: str, counted: Counter[str]) -> str:
    pair = [
        ("stayed", "resurfaced"),
        ("stayed", "exchanged"),
        ("moved", "moved, called new"),
        ("new", "hidden"),
        ("edited", "edited, called new"),
    ]
    cells = [_share(counted, b, a) if b == "exchanged" else f"{counted[a]:,} | {_share(counted, b, a)}" for a, b in pair]
    return f"| {name} | {counted['pairs']} | {' | '.join(cells)} |"


def _share(counted: Counter[str], part: str, whole: str) -> str:
    return f"{counted[part]} ({100 * counted[part] / counted[whole]:.2f} %)" if counted[whole] else "–"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how well a baseline knows findings again.")
    parser.add_argument("repositories", nargs="+", type=Path, help="clones, bare or not")
    parser.add_argument("--pairs", type=int, default=50, help="pairs of commits of each repository")
    parser.add_argument("--apart", type=lambda text: [int(part) for part in text.split(",")], default=[1, 20], help="commits between them")
    parser.add_argument("--show", action="store_true", help="name what is called wrongly")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
