"""Values that change in effect, because a composed configuration takes another file now."""

from __future__ import annotations

from mlsmith.change import Change
from mlsmith.revisions.effective import Effect, effective_changes, effects
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


def effects_of(before: dict[str, str], after: dict[str, str]) -> tuple[list[Effect], int]:
    """On everything below `conf/`, of the files that differ."""
    changed = {path: Changed("M" if path in before else "A", None) for path in after if before.get(path) != after[path]}
    changed |= {path: Changed("D", None) for path in before.keys() - after.keys()}
    return effects(MemoryTree(before), MemoryTree(after), changed, lambda path: path.startswith("conf/"))


def test_a_reader_is_told_what_a_taken_file_says_differently_too() -> None:
    files = {**FILES, "conf/own.yaml": "defaults: [{model: small}, _self_]\nmodel: {hidden: 8}\n"}
    (effect, own), left = effects_of(files, {**files, "conf/model/small.yaml": "hidden: 32\nheads: 4\nbias: true\n"})
    assert (effect.path, effect.by, left) == ("conf/config.yaml", ("conf/model/small.yaml",), 0)
    assert [change.subject for change in own.changes] == ["model.bias", "model.drop"], "it overrules the third"
    assert [shown(change) for change in effect.changes] == [
        ("effective-added", "model.bias", None, "true (conf/model/small.yaml)"),
        ("effective-removed", "model.drop", "0.1 (conf/model/small.yaml)", None),
        ("effective-changed", "model.hidden", "64", "32 (conf/model/small.yaml)"),
    ]


def test_a_base_anywhere_is_followed_by_way_of_others() -> None:
    files = {
        "shared/root.yaml": "lr: 1\n",
        "lib/middle.yaml": "_base_: ../shared/root.yaml\nwd: 2\n",
        "conf/deep/a.yaml": "_base_: ../../lib/middle.yaml\nname: a\n",
        "conf/deep/b.yaml": "name: root\n_base_: []\n",
    }
    found, _ = effects_of(files, {**files, "shared/root.yaml": "lr: 3\n"})
    assert [(effect.path, effect.by) for effect in found] == [("conf/deep/a.yaml", ("shared/root.yaml",))]


def test_a_comment_that_sends_keys_elsewhere_is_a_cause() -> None:
    after = {**FILES, "conf/model/small.yaml": "# @package _global_\n" + FILES["conf/model/small.yaml"]}
    (effect,), _ = effects_of(FILES, after)
    assert effect.by == ("conf/model/small.yaml",)
    assert ("effective-added", "hidden", None, "64 (conf/model/small.yaml)") in [shown(change) for change in effect.changes]


def test_what_a_file_says_of_itself_is_no_effect() -> None:
    assert effects_of(FILES, {**FILES, "conf/config.yaml": FILES["conf/config.yaml"].replace("3", "5")}) == ([], 0)


def test_only_so_many_are_composed_and_the_changed_ones_first() -> None:
    files = {f"conf/run{number}.yaml": f"_base_: base.yaml\nname: {number}\n" for number in range(500)}
    files |= {"conf/base.yaml": "lr: 1\nwd: 1\n"}
    after = {**files, "conf/base.yaml": "lr: 2\nwd: 1\n", "conf/run499.yaml": "_base_: base.yaml\nname: 499\nwd: 7\n"}
    found, left = effects_of(files, after)
    assert (len(found), left, found[0].path) == (400, 100, "conf/run499.yaml")


def test_files_that_ask_for_more_than_can_be_merged_are_left_alone() -> None:
    for times, known in ((1, True), (12, False)):
        asked = ", ".join(["a/a"] * times)
        files = {f"conf/{'a/' * depth}a.yaml": f"defaults: [{asked}]\nx: {depth}\n" for depth in range(8)}
        files["conf/a/a/a/a/a/a/a/a/a.yaml"] = "x: 8\n"
        after = {path: text.replace("x: 8", "x: 9") for path, text in files.items()}
        paths = [effect.path for effect in effects_of(files, after)[0]]
        assert ("conf/a.yaml" in paths) is known
    wide = {**FILES, "conf/model/large.yaml": "".join(f"k{number}: {number}\n" for number in range(30_000))}
    assert told("conf/config.yaml", "small", "large", wide) == []
