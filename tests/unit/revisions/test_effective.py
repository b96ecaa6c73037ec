"""Values that change in effect, because a composed configuration takes another file now."""

from __future__ import annotations

from mlsmith.change import Change
from mlsmith.revisions.effective import effective_changes
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree

FILES = {
    "conf/config.yaml": "defaults:\n  - model: small\n  - _self_\nepochs: 3\n",
    "conf/model/small.yaml": "hidden: 64\nheads: 4\ndrop: 0.1\n",
    "conf/model/large.yaml": "hidden: 256\nheads: 4\nnorm: layer\n",
}


def told(path: str, old: str, new: str, files: dict[str, str] = FILES) -> list[tuple[str, str, str | None, str | None]]:
    after = {**files, path: files[path].replace(old, new)}
    assert after != files
    return [shown(change) for change in effective_changes(MemoryTree(files), MemoryTree(after), {path: Changed("M", None)})]


def shown(change: Change) -> tuple[str, str, str | None, str | None]:
    return change.kind, change.subject, change.old, change.new


def test_another_option_of_a_group_changes_what_its_keys_are_in_effect() -> None:
    assert told("conf/config.yaml", "small", "large") == [
        ("effective-removed", "model.drop", "0.1 (conf/model/small.yaml)", None),
        ("effective-changed", "model.hidden", "64 (conf/model/small.yaml)", "256 (conf/model/large.yaml)"),
        ("effective-added", "model.norm", None, '"layer" (conf/model/large.yaml)'),
        ("same-from-elsewhere", "model.heads", "conf/model/small.yaml", "conf/model/large.yaml"),
    ]


def test_what_one_file_says_differently_is_not_told_again() -> None:
    assert told("conf/model/small.yaml", "64", "32") == []


def test_a_nested_list_changes_it_without_a_touch_of_the_primary_file() -> None:
    files = {
        "conf/config.yaml": "defaults: [{model: net}, _self_]\n",
        "conf/model/net.yaml": "defaults: [{head: a}, _self_]\nhidden: 1\n",
        "conf/model/head/a.yaml": "size: 1\n",
        "conf/model/head/b.yaml": "size: 2\n",
    }
    assert ("effective-changed", "model.head.size", "1 (conf/model/head/a.yaml)", "2 (conf/model/head/b.yaml)") in told(
        "conf/model/net.yaml", "head: a", "head: b", files
    )


def test_another_base_does() -> None:
    files = {"exp/run.yaml": "_base_: ./x.yaml\nrate: 1\n", "exp/x.yaml": "decay: 1\nrate: 5\n", "exp/y.yaml": "decay: 3\nrate: 6\n"}
    assert told("exp/run.yaml", "x.yaml", "y.yaml", files) == [("effective-changed", "decay", "1 (exp/x.yaml)", "3 (exp/y.yaml)")]


def test_who_wins_without_self_depends_on_the_version_and_is_not_told() -> None:
    files = {**FILES, "conf/config.yaml": "defaults:\n  - model: small\nmodel: {hidden: 1}\n"}
    assert not [one for one in told("conf/config.yaml", "small", "large", files) if one[1] == "model.hidden"]


def test_what_cannot_be_known_is_silent() -> None:
    for entry in ("model: ${size}", "model: nothing_there", "model@_group_: small"):
        files = {**FILES, "conf/config.yaml": FILES["conf/config.yaml"].replace("model: small", entry)}
        assert told("conf/config.yaml", entry, "model: large", files) == []


def test_a_renamed_option_is_no_change_in_effect() -> None:
    after = {("conf/model/tiny.yaml" if path == "conf/model/small.yaml" else path): text for path, text in FILES.items()}
    after["conf/config.yaml"] = after["conf/config.yaml"].replace("small", "tiny")
    changed = {"conf/config.yaml": Changed("M", None), "conf/model/tiny.yaml": Changed("R", "conf/model/small.yaml")}
    assert effective_changes(MemoryTree(FILES), MemoryTree(after), changed) == []
