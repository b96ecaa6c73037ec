"""Files, tables and models that a file of code reads and writes, one access for each call and place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.knowledge import storage
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.places import HOLE, TEMPORARY, UNKNOWN_PART, normal, places
from mlsmith.rules.kit.roles import tokens
from mlsmith.rules.kit.sql import is_sql, touched

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_OPENED = frozenset(
    {"open", "io.open", "codecs.open", "gzip.open", "bz2.open", "fsspec.open", "smart_open.open", "tensorflow.io.gfile.GFile"}
)
_PATH_METHODS = {"read_text": "r", "read_bytes": "r", "write_text": "w", "write_bytes": "w"}
_MOVES = frozenset({"os.replace", "os.rename", "shutil.move", "shutil.copy", "shutil.copy2", "shutil.copyfile"})
"""From `src` to `dst`, as Python 3.11 to 3.14 call them"""
_MODEL_METHODS = {"save_pretrained": "w", "load_model": "r", "save_weights": "w", "load_weights": "r"}
_MODEL_WORDS = frozenset(
    {"model", "models", "net", "network", "classifier", "clf", "regressor", "booster", "estimator", "weights", "checkpoint"}
)
_BY_NAME = {
    **{name: ("r", *argument) for name, argument in storage.READS.items()},
    **{name: ("w", *argument) for name, argument in storage.WRITES.items()},
}
_WORDS = frozenset({
    *(name.rpartition(".")[2] for table in (storage.READS, storage.WRITES, storage.TABLES, storage.QUERIES) for name in table),
    *storage.WRITTEN_BY_METHOD, *storage.WRITTEN_TABLES, *storage.QUERY_METHODS, *storage.SPARK_FORMATS, *storage.SPARK_WRITES,
    *storage.SPARK_TABLE_WRITES, *storage.OBJECT_STORE, *_PATH_METHODS, *_MODEL_METHODS, "open", "replace", "rename", "move", "copy", "copy2", "copyfile",
})  # fmt: skip


class Access(NamedTuple):
    """One place that a call reads or writes."""

    call: Call
    way: str
    """`r` or `w`"""
    kind: str
    """`table`, `model`, `data`, `file` where only its ending can tell, or `relation`: a table that is perhaps only in memory"""
    place: str
    """As `kit.places` writes it"""

    @property
    def reads(self) -> bool:
        return self.way == "r"


@once_a_module
def accesses(module: Module) -> tuple[Access, ...]:
    """What a file touches, in source order; places of which nothing at all is known are left out."""
    words = _WORDS.intersection(module.words_called)
    if not words:
        return ()
    return tuple([access for call in module.calls_spelt(*words) for access in _of_call(module, call) if access.place])


def _of_call(module: Module, call: Call) -> Iterator[Access]:
    word, names = call.method, call.names
    known = next((_BY_NAME[plain] for name in names if (plain := name.replace("duckdb.connect().", "duckdb.")) in _BY_NAME), None)
    if known is not None:
        yield from _known(module, call, *known)
    elif not _MOVES.isdisjoint(names):
        yield from _moved(module, call)
    elif word == "open":
        yield from _opened(module, call)
    elif call.receiver is not None:
        yield from _of_method(module, call, word)
    for name in names:
        if name in storage.TABLES:
            yield from _at(module, call, "r", "table", call.argument(*storage.TABLES[name]).node)
    if word in storage.QUERY_METHODS or not storage.QUERIES.keys().isdisjoint(names):
        yield from _queried(module, call)


def _known(module: Module, call: Call, way: str, argument: str, position: int) -> Iterator[Access]:
    node = call.argument(argument, position).node
    if call.name in ("zarr.open", "zarr.open_group", "zarr.open_array", "h5py.File", "numpy.memmap"):
        mode = call.argument("mode", 1).value
        way = "w" if isinstance(mode, str) and mode[:1] in ("w", "a", "x") else way
    model = call.name in storage.MODELS or "load_model" in call.name or "save_model" in call.name
    yield from _at(module, call, way, "model" if model else "data", node)


def _of_method(module: Module, call: Call, word: str) -> Iterator[Access]:
    first = call.node.args[0] if call.node.args else None
    if word in storage.WRITTEN_BY_METHOD:
        _, argument, position = storage.WRITTEN_BY_METHOD[word]
        yield from _at(module, call, "w", "model" if word == "save_model" else "data", call.argument(argument, position).node or first)
    elif word in storage.WRITTEN_TABLES:
        _, argument, position = storage.WRITTEN_TABLES[word]
        yield from _at(module, call, "w", "table", call.argument(argument, position).node)
    elif word in _PATH_METHODS:
        yield from _at(module, call, _PATH_METHODS[word], "file", call.receiver)
    elif word in _MODEL_METHODS:
        yield from _at(module, call, _MODEL_METHODS[word], "model", first)
    elif word in storage.OBJECT_STORE:
        yield from _in_store(module, call, word)
    elif _is_chained_to(call, "write", "writeStream") and word in storage.SPARK_WRITES | storage.SPARK_TABLE_WRITES:
        yield from _at(module, call, "w", "table" if word in storage.SPARK_TABLE_WRITES else "data", first)
    elif word in storage.SPARK_FORMATS and (_is_chained_to(call, "read", "readStream") or (word == "table" and _is_spark(call))):
        yield from _at(module, call, "r", "table" if word == "table" else "data", first)
    elif word == "replace" and first is not None and len(call.node.args) == 1 and not call.node.keywords:
        yield from _at(module, call, "w", "file", first)  # of a path; a text's takes two
    elif word == "save" and first is not None and set(tokens(last_word(call.receiver))) & _MODEL_WORDS:
        yield from _at(module, call, "w", "model", first)


def _is_spark(call: Call) -> bool:
    return last_word(call.receiver).lower() in ("spark", "session", "spark_session")


def _is_chained_to(call: Call, *words: str) -> bool:
    """Whether `.read` or `.write` stands further to the left: `spark.read.option(…).csv(path)`."""
    node: ast.expr | None = call.receiver
    while node is not None:
        if isinstance(node, ast.Attribute):
            if node.attr in words:
                return True
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return False
    return False


def _opened(module: Module, call: Call) -> Iterator[Access]:
    """`open(path, mode)` and `path.open(mode)`; other things that open, such as pictures, have no path as their receiver."""
    if any(name in _OPENED for name in call.names):
        node, mode = (call.node.args[0] if call.node.args else call.argument("file").node), call.argument("mode", 1)
    elif call.receiver is not None and (not call.names or all(n.startswith("pathlib.") for n in call.names)):
        node, mode = call.receiver, call.argument("mode", 0)
    else:
        return
    if mode.state == "unknown" or (mode.given and not isinstance(mode.value, str)):
        return
    text = mode.value if mode.given else "r"
    if set(text) <= set("rwaxbtU+"):
        yield from _at(module, call, "w" if set(text) & set("wax") else "r", "file", node)


def _moved(module: Module, call: Call) -> Iterator[Access]:
    for position, (way, name) in enumerate(zip("rw", ("src", "dst"), strict=True)):
        yield from _at(module, call, way, "file", call.argument(name, position).node)


def _in_store(module: Module, call: Call, word: str) -> Iterator[Access]:
    way, bucket, key = storage.OBJECT_STORE[word]
    first, second = storage.OBJECT_STORE_POSITIONS.get(word, (None, None))
    nodes = call.argument(bucket, first).node, call.argument(key, second).node
    if any(node is None for node in nodes):
        return
    holder, name = (places(module, node)[0] for node in nodes)
    if name != UNKNOWN_PART:
        yield Access(call, way, "data", normal(f"s3://{holder}/{name}"))


def _queried(module: Module, call: Call) -> Iterator[Access]:
    node = call.node.args[0] if call.node.args else next((k.value for k in call.node.keywords if k.arg in ("sql", "query")), None)
    if isinstance(node, ast.Call) and len(node.args) == 1 and last_word(node.func) in ("text", "SQL", "dedent"):
        node = node.args[0]
    table = "relation" if _queries_memory(module) else "table"
    for text in places(module, node) if node is not None else ():
        if is_sql(text):
            reads, writes = touched(text)
            for way, seen in (("r", reads), ("w", writes)):
                for kind, name in seen:
                    if kind == "table" and (name.startswith(_OF_THE_SYSTEM) or name in _in_memory(module)):
                        continue
                    yield Access(call, way, table if kind == "table" else "data", name if kind == "table" else normal(name))
        elif text.isidentifier() and call.name == "pandas.read_sql":
            yield Access(call, "r", "table", text.lower())


_OF_THE_SYSTEM = ("duckdb_", "information_schema.", "pg_", "sqlite_")


@once_a_module
def _in_memory(module: Module) -> frozenset[str]:
    """Tables that are variables or views of the process: what is registered by a name, and for DuckDB any variable."""
    calls = module.calls_spelt("register", "createOrReplaceTempView", "createTempView")
    found = {a.value.lower() for call in calls for a in call.node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    if module.imports("duckdb"):
        found.update(word.lower() for word in module.syntax.names)
    return frozenset(found)


@once_a_module
def _queries_memory(module: Module) -> bool:
    """Whether no database is seen that outlives the process: DuckDB without a file, or whatever is opened as `:memory:`."""
    opened = [call.argument("database", 0) for call in module.calls_to("duckdb.connect", "sqlite3.connect")]
    if module.imports("duckdb"):
        return all(argument.absent or argument.value == ":memory:" for argument in opened)
    return bool(opened) and all(argument.value == ":memory:" for argument in opened)


def _at(module: Module, call: Call, way: str, kind: str, node: ast.expr | None) -> Iterator[Access]:
    for place in dict.fromkeys(places(module, node)) if node is not None else ():
        if kind == "table":
            if place.replace(".", "").replace(UNKNOWN_PART, "").isidentifier():
                yield Access(call, way, kind, place.lower())
        elif _is_a_place(place):
            yield Access(call, way, kind, normal(place))


def _is_a_place(place: str) -> bool:
    if place.startswith(TEMPORARY):
        return False
    if HOLE.fullmatch(place) is not None:
        return True
    return len(place) < 200 and "\n" not in place and HOLE.sub("", place).strip("*/. ") != ""
