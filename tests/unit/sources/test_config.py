"""Configuration files: values as the standard readers give them, places that point at the text, hostile input refused."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from typing import Any

import pytest
import tomli
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.errors import SourceError
from mlsmith.finding import Span
from mlsmith.sources.config import MAX_ENTRIES, ConfigDocument, read_config
from mlsmith.sources.python import split_lines


def read(text: str, form: str) -> ConfigDocument:
    return read_config(text.encode("utf-8", "surrogatepass"), f"conf/train.{form}")


def attempt(data: bytes, form: str) -> ConfigDocument | SourceError:
    try:
        return read_config(data, f"conf/train.{form}")
    except SourceError as error:
        return error


def text_at(text: str, span: Span) -> str:
    """What stands in a text from the start of a span up to its end."""
    lines = split_lines(text)
    first, last = span.start, span.end
    if first.line == last.line:
        return lines[first.line - 1][first.column - 1 : last.column - 1]
    inner = lines[first.line : last.line - 1]
    return "\n".join([lines[first.line - 1][first.column - 1 :], *inner, lines[last.line - 1][: last.column - 1]])


def flattened(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Paths and scalars of parsed data; containers are their kind."""
    found: dict[tuple[str, ...], Any] = {}
    children = value.items() if isinstance(value, dict) else ((str(n), v) for n, v in enumerate(value))
    for name, child in children:
        here = (*path, str(name))
        if isinstance(child, (dict, list)):
            found[here] = "mapping" if isinstance(child, dict) else "sequence"
            found |= flattened(child, here)
        else:
            found[here] = child
    return found


def seen(document: ConfigDocument) -> dict[tuple[str, ...], Any]:
    return {entry.path: entry.value if entry.kind == "scalar" else entry.kind for entry in document.entries}


_KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | st.text(max_size=12)
_DATA = st.dictionaries(
    _KEYS,
    st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(data=_DATA, indent=st.none() | st.integers(0, 4), ascii_only=st.booleans())
def test_json_has_the_values_of_the_standard_decoder_and_places_of_its_keys(
    data: dict[str, Any], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    document = read(text, "json")
    assert seen(document) == flattened(data)
    for entry in document.entries:
        named = text_at(text, entry.span)
        if json.loads(text_at(text, entry.value_span)) is not None or entry.kind == "scalar":
            assert entry.span == entry.value_span or json.loads(named) == entry.path[-1]
        if entry.kind == "scalar":
            assert json.loads(entry.raw) == entry.value


_PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1, max_size=8)
_YAML_DATA = st.dictionaries(
    _PRINTABLE,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | _PRINTABLE,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_PRINTABLE, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(data=_YAML_DATA, flow=st.sampled_from([True, False, None]), unicode=st.booleans(), crlf=st.booleans())
def test_yaml_has_the_values_of_the_safe_loader_and_places_of_its_keys(
    data: dict[str, Any], flow: bool | None, unicode: bool, crlf: bool
) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=unicode, sort_keys=False)
    text = text.replace("\n", "\r\n") if crlf else text
    document = read(text, "yaml")
    assert seen(document) == flattened(yaml.safe_load(text))
    for entry in document.entries:
        if entry.span != entry.value_span:
            assert str(yaml.safe_load(text_at(text, entry.span).removeprefix("? "))) == entry.path[-1]
        if entry.kind == "scalar" and entry.raw[:1] not in ("|", ">") and entry.value_span.start.line == entry.value_span.end.line:
            assert text_at(text, entry.value_span) == entry.raw


_TOML_KEYS = st.text("abyz09_-", min_size=1, max_size=5) | st.text(st.characters(codec="utf-8"), max_size=6).map(json.dumps)
_TOML_VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-0x1F",
            "1e3",
            "inf",
            "true",
            '"a # b = ["',
            "'c:\\d'",
            '"""x\n# no = 1\n[no]\n"quoted""""',
            "'''y\n\\'''",
            "2024-01-02T03:04:05Z",
            "2024-01-02 03:04:05",
            "07:32:00",
            '"é\\u00e9\\\\"',
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ # c ]\n" + ",\n".join(items) + "\n]")
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=6,
)
_TOML_PAIRS = st.lists(st.tuples(st.lists(_TOML_KEYS, min_size=1, max_size=3), _TOML_VALUES), max_size=4)


@settings(max_examples=300, deadline=None)
@given(
    tables=st.lists(st.tuples(st.booleans(), st.lists(_TOML_KEYS, min_size=1, max_size=3), _TOML_PAIRS), max_size=4),
    top=_TOML_PAIRS,
    crlf=st.booleans(),
)
def test_toml_has_the_values_of_tomli_and_places_of_its_keys(
    tables: list[tuple[bool, list[str], list[tuple[list[str], str]]]], top: list[tuple[list[str], str]], crlf: bool
) -> None:
    lines = [f"{' . '.join(keys)} = {value} # note" for keys, value in top]
    for listed, header, pairs in tables:
        name = ".".join(header)
        lines.append(f"  [[ {name} ]]" if listed else f"[{name}] # x = 1")
        lines += [f"{'.'.join(keys)}={value}" for keys, value in pairs]
    text = "\n".join(lines)
    text = text.replace("\n", "\r\n") if crlf else text
    try:
        expected = tomli.loads(text)
    except tomli.TOMLDecodeError:
        with pytest.raises(SourceError):
            read(text, "toml")
        return
    document = read(text, "toml")
    assert {entry.path for entry in document.entries} == set(flattened(expected))
    for entry in document.entries:
        written = text_at(text, entry.span)
        if entry.span != entry.value_span:
            assert list(tomli.loads(f"{written} = 1")) == [entry.path[-1]]
        if entry.kind == "scalar":
            value = tomli.loads(f"x = {entry.raw}")["x"]
            assert entry.value == value or entry.value == str(value)
            assert text_at(text, entry.value_span) == entry.raw.replace("\r\n", "\n")


def test_keys_of_arrays_of_tables_have_the_place_of_their_own_table() -> None:
    text = "[[job]]\nname = 'a'\n[job.env]\nseed = 1\n[[job]]\nname = 'b'\n[job.env]\nseed = 2\n"
    document = read(text, "toml")
    places = {entry.dotted: entry.span.start.line for entry in document.entries}
    assert places == {
        "job": 1, "job.0": 1, "job.0.name": 2, "job.0.env": 3, "job.0.env.seed": 4,
        "job.1": 5, "job.1.name": 6, "job.1.env": 7, "job.1.env.seed": 8,
    }  # fmt: skip


def test_a_toml_key_that_the_scanner_lost_has_the_place_of_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    import mlsmith.sources.toml_keys as toml_keys
    from mlsmith.sources.toml_scan import scan

    def forgetful(text: str) -> dict[Any, Any]:
        return {path: place for path, place in scan(text).items() if path[-1] != "lr"}

    monkeypatch.setattr(toml_keys, "scan", forgetful)
    document = read("[a]\nb = 1\n[train]\nlr = 0.1\n", "toml")
    entry = document.entry(("train", "lr"))
    assert entry is not None
    assert entry.value == 0.1
    assert entry.span.start.line == 3


def test_keys_after_byte_order_mark_wide_characters_and_odd_line_ends_keep_their_places() -> None:
    for text, form in (
        ("\ufeffseed: 1\n'😀 é': 2\nlr: 3\n", "yaml"),
        ("seed: 'a\u2028b'\r\nx: \"c\u0085d\"\nlr: 3\n", "yaml"),
        ('\ufeff{"😀": 1,\r\n "seed": 2,\n "lr": 3}', "json"),
        ("\ufeffseed = 1\r\n'😀' = 2\nlr = 3\n", "toml"),
    ):
        document = read(text, form)
        plain = text.removeprefix("\ufeff")
        entry = document.entry(("lr",))
        assert entry is not None
        assert text_at(plain, entry.span).strip('"') == "lr"
        assert text_at(plain, entry.value_span) == "3"
        assert tuple(split_lines(plain)) == document.lines


def test_yaml_anchors_and_merges_are_followed_and_own_keys_win() -> None:
    text = "base: &base {lr: 1, seed: 2}\nother: &other\n  lr: 9\n  wd: 3\ntrain:\n  <<: [*base, *other]\n  seed: 7\n  copy: *base\n"
    document = read(text, "yaml")
    assert seen(document) == flattened(yaml.safe_load(text))
    assert document.value(("train", "seed")) == 7
    assert document.value(("train", "lr")) == 1
    merged, alias = document.entry(("train", "wd")), document.entry(("train", "copy"))
    assert merged is not None
    assert alias is not None
    assert merged.span.start.line == 4, "a merged key stands where it is written"
    assert text_at(text, alias.value_span) == "*base"
    assert not document.duplicates


def test_duplicate_keys_are_kept_and_the_last_one_wins() -> None:
    for text, form in (("lr: 1\nseed: 2\nlr: 3\nlr: 4\n", "yaml"), ('{"lr": 1,\n"seed": 2,\n"lr": 3,\n"lr": 4}', "json")):
        document = read(text, form)
        assert [(entry.dotted, entry.value, entry.span.start.line) for entry in document.duplicates] == [
            ("lr", 3, 3),
            ("lr", 4, 4),
        ]
        assert document.value(("lr",)) == 4


def test_all_documents_of_a_yaml_stream_are_read() -> None:
    document = read("a: 1\n---\nb: 2\n---\n- 3\n...\n", "yaml")
    assert seen(document) == {("a",): 1, ("b",): 2, ("0",): 3}


def test_tags_are_never_run_and_leave_plain_values() -> None:
    text = (
        "a: !!python/object/apply:os.system ['touch stolen']\nb: !env ${HOME}\nc: !!int '5'\nd: !!float nonsense\n"
        "e: !!bool maybe\nf: !!int ''\ng: &x !!str 7\nh: !Foo {i: 1}\n"
    )
    document = read(text, "yaml")
    assert seen(document) == {
        ("a",): "sequence", ("a", "0"): "touch stolen", ("b",): "${HOME}", ("c",): 5, ("d",): "nonsense",
        ("e",): "maybe", ("f",): "", ("g",): "7", ("h",): "mapping", ("h", "i"): 1,
    }  # fmt: skip
    entry = document.entry(("g",))
    assert entry is not None
    assert text_at(text, entry.value_span) == entry.raw == "7"


def test_what_is_written_tells_quoted_scalars_from_plain_ones() -> None:
    document = read("a: yes\nb: 'yes'\nc: 1e-3\nd: \"1e-3\"\ne: 010\nf: 12:30\ng: |\n  text\n", "yaml")
    written = {entry.dotted: (entry.value, entry.raw) for entry in document.entries}
    assert written == {
        "a": (True, "yes"), "b": ("yes", "'yes'"), "c": ("1e-3", "1e-3"), "d": ("1e-3", '"1e-3"'),
        "e": (8, "010"), "f": (750, "12:30"), "g": ("text\n", "text\n"),
    }  # fmt: skip


def test_a_json_file_with_comments_and_trailing_commas_is_read() -> None:
    document = read('// note\n{"a": [1, 2,], /* "b": 0, */ "c": "//x",}\n', "json")
    assert seen(document) == {("a",): "sequence", ("a", "0"): 1, ("a", "1"): 2, ("c",): "//x"}


def test_values_that_json_does_not_know_but_python_writes_are_read() -> None:
    document = read('{"a": NaN, "b": -Infinity, "c": 1e999}', "json")
    assert math.isnan(document.value(("a",)))
    assert document.value(("b",)) == -math.inf
    assert document.value(("c",)) == math.inf


def test_lone_surrogates_do_not_survive_to_break_a_report() -> None:
    document = read(r'{"\ud800": "x\udfff"}', "json")
    for entry in document.entries:
        (entry.dotted + entry.value).encode()


@pytest.mark.parametrize(
    "text",
    [
        "", "  \n\n", "null\n" * 3, '{"a": 1}\n{"a": 2}\n', "[1]\n[2]\n", "[" + "1," * (MAX_ENTRIES + 1) + "1]",
        '{"a": "' + "x" * (1 << 20) + '"}',
    ],
)  # fmt: skip
def test_json_that_is_data_or_empty_has_no_entries(text: str) -> None:
    if text.startswith("null"):
        with pytest.raises(SourceError, match="something follows"):
            read(text, "json")
    else:
        assert read(text, "json").entries == ()


@pytest.mark.parametrize(
    ("text", "form", "line"),
    [
        ("a: 1\nb: [\n", "yaml", 3), ("a: {{ b }}c\n", "yaml", 1), ("{% if x %}\na: 1\n{% endif %}\n", "yaml", 1),
        ("a: b\n\tc: 1\n", "yaml", 2), ("a: 1\nb: *gone\n", "yaml", 2), ("a: \x07\n", "yaml", None), ("a: \0\n", "yaml", None),
        ("a = 1\na = 2\n", "toml", 2), ("a = 1\nb = \n", "toml", 2), ("x = " + "1" * 5000, "toml", None),
        ('{"a": 1,\n"b" 2}', "json", 2), ('{"a": 01}', "json", 1), ("{'a': 1}", "json", 1), ('{"a": "b', "json", 1),
        ('{"a": 1} x', "json", 1), ("[" + "1" * 5000 + "]", "json", 1), ("[,]", "json", 1), ("{", "json", 1),
        ("/* never closed", "json", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_parsed_is_one_line_that_says_where(text: str, form: str, line: int | None) -> None:
    with pytest.raises(SourceError) as error:
        read(text, form)
    assert error.value.line == line
    assert "\n" not in error.value.message


def test_bytes_that_are_not_utf8_name_the_line() -> None:
    for form in ("yaml", "toml", "json"):
        with pytest.raises(SourceError, match="not valid UTF-8: byte 0xff") as error:
            read_config(b"# a\n# \xff\n", f"a.{form}")
        assert error.value.line == 2


@pytest.mark.parametrize(
    ("opening", "closing", "form"),
    [
        ("[", "]", "yaml"), ("- ", "", "yaml"), ("? ", "", "yaml"), ("{a: ", "}", "yaml"), ("[", "]", "json"),
        ('{"a":', "}", "json"), ("[", "]", "toml"), ("{a=", "}", "toml"), ("a.", "a", "toml"), ("&a [", "]", "yaml"),
    ],
)  # fmt: skip
def test_deep_nesting_is_an_error_and_never_the_end_of_the_process(opening: str, closing: str, form: str) -> None:
    code = (
        "import sys\nfrom mlsmith.errors import SourceError\nfrom mlsmith.sources.config import read_config\n"
        "opening, closing, form, prefix = sys.argv[1:]\n"
        "for depth in (150, 3_000, 100_000):\n"
        "    text = prefix + opening * depth + '1' * (form != 'toml' or opening[0] != 'a') + closing * depth\n"
        "    if opening == 'a.':\n        text = 'a.' * depth + 'a = 1'\n"
        "    try:\n        read_config(text.encode(), 'a.' + form)\n        print('read')\n"
        "    except SourceError as error:\n        print(error.message)\n"
    )
    prefix = "x = " if form == "toml" and opening != "a." else ""
    done = subprocess.run([sys.executable, "-c", code, opening, closing, form, prefix], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-500:]
    assert "too deeply" in done.stdout.splitlines()[-1]


_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [" + ", ".join([f"*{chr(97 + n)}"] * 9) + "]\n" for n in range(9)
)
_MERGE_BOMB = "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n}\n  <<: [" + ", ".join([f"*a{n - 1}"] * 9) + "]\n" for n in range(1, 60))
_LONG_MERGES = "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n} {{<<: *a{n - 1}}}\n" for n in range(1, 3_000))
_WIDE_MERGES = "a: &a {k: 1}\n" + "".join(f"b{n}: {{<<: [{', '.join(['*a'] * 4_000)}]}}\n" for n in range(60))


@pytest.mark.parametrize(("text", "refused"), [(_BOMB, "expands to more"), (_MERGE_BOMB, ""), (_LONG_MERGES, "merges"), (_WIDE_MERGES, "")])
def test_a_small_yaml_file_cannot_grow_without_bound(text: str, refused: str) -> None:
    started = time.process_time()
    result = attempt(text.encode(), "yaml")
    if isinstance(result, SourceError):
        assert refused
        assert refused in result.message
    else:
        assert not refused
        assert len(result.entries) < MAX_ENTRIES
    assert time.process_time() - started < 20, "bounded, not exponential"


def test_an_alias_to_what_holds_it_ends() -> None:
    document = read("a: &a\n  b: *a\n  c: [*a, 1]\nm: &m\n  <<: *m\n  k: 1\n", "yaml")
    assert document.value(("a", "c", "1")) == 1
    assert document.value(("m", "k")) == 1


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=60), form=st.sampled_from(["yaml", "toml", "json"]))
def test_any_bytes_are_read_or_refused(data: bytes, form: str) -> None:
    result = attempt(data, form)
    if isinstance(result, SourceError):
        assert "\n" not in result.message
    else:
        assert all(entry.span.end.line <= len(result.lines) for entry in result.entries)


@settings(max_examples=300, deadline=None)
@given(text=st.text("ab:-?[]{},&*!|>'\"#<= \n\t1.", max_size=40), form=st.sampled_from(["yaml", "toml", "json"]))
def test_any_text_of_signs_is_read_or_refused(text: str, form: str) -> None:
    result = attempt(text.encode(), form)
    if isinstance(result, SourceError):
        assert "\n" not in result.message
    else:
        assert all(entry.span.start <= entry.span.end for entry in result.entries)
