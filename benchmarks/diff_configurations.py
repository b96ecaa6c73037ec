"""Which keys of configuration files `mlsmith diff` says are touched, beside those that another reader finds.

python benchmarks/diff_configurations.py CLONES [--round 7]

Needs PyYAML, which nothing else here does. Of the commits of a round every pair of YAML, JSON and TOML files that is compared by key is made
flat by PyYAML and the standard library; what differs there and is not told, or is told and does not differ there, is printed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from diff_commits import ROUNDS, clone_of, drawn

from mlsmith.errors import SourceError
from mlsmith.revisions.configuration import config_diff
from mlsmith.revisions.roles import Role, role_of
from mlsmith.sources.tree import RevisionTree

Pair = tuple[str, bytes | None, bytes | None]


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("clones", type=Path)
    parser.add_argument("--round", type=int, default=7)
    options = parser.parse_args()
    one = next(one for one in ROUNDS["round"] if one["number"] == options.round)
    counted: Counter[str] = Counter()
    for name, head in one["repositories"].items():
        repository = clone_of(options.clones, name)
        for commit, _ in drawn(repository, one, head):
            for path, old, new in _pairs(repository, commit):
                try:
                    truth = _differing(path, old, new)
                except Exception as error:  # Whatever a reader of templates and broken files raises.
                    counted["refused by the other reader"] += 1
                    print(f"{name} {commit[:10]} {path}: {type(error).__name__}")
                    continue
                told = {_plain(touched.key) for touched in config_diff(path, old, new)[1]}
                counted["the same" if told == truth or (told > truth and not truth) else "different"] += 1
                if told != truth:
                    print(f"{name} {commit[:10]} {path}: not told {sorted(truth - told)}, told besides {sorted(told - truth)}")
    print(dict(counted), file=sys.stderr)
    return 0


def _pairs(repository: Any, commit: str) -> Iterator[Pair]:
    changed = repository.changed_paths(f"{commit}^", commit)
    with RevisionTree(repository, f"{commit}^") as before, RevisionTree(repository, commit) as after:
        for path, how in sorted(changed.items()):
            if path.endswith((".yaml", ".yml", ".json", ".toml")) and role_of(path) is Role.CONFIGURATION:
                try:
                    old = before.read(how.old_path or path) if how.status != "A" else None
                    yield path, old, after.read(path) if how.status != "D" else None
                except SourceError:
                    continue


def _differing(path: str, old: bytes | None, new: bytes | None) -> set[str]:
    ours, theirs = (Counter(_flat(_read(path, data))) if data is not None else Counter[tuple[str, str]]() for data in (old, new))
    return {key for key, _ in (ours - theirs) | (theirs - ours)}


def _read(path: str, data: bytes) -> Any:
    text = data.decode("utf-8")
    if path.endswith(".json"):
        return json.loads(text)
    if path.endswith(".toml"):
        return tomllib.loads(text)
    yaml = importlib.import_module("yaml")
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("", lambda _, tag, node: f"{tag}{getattr(node, 'value', '')}")  # type: ignore[attr-defined]
    documents = list(yaml.load_all(text, loader))
    return documents[0] if len(documents) == 1 else documents


def _flat(value: Any, key: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(inner, (*key, str(name)))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _flat(inner, (*key, "[]"))
    elif value is not None or key:
        yield ".".join(key), repr(value)


def _plain(key: str) -> str:
    """A key without which element of a list it is in, and without quotes."""
    return re.sub(r"\[[^\]]*\]", "[]", key).replace('"', "")


if __name__ == "__main__":
    sys.exit(main())
