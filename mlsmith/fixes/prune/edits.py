"""What is found as marks on Python files and edits of configuration files, and the files after them."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from mlsmith.fixes.apply import encoding_of
from mlsmith.fixes.prune.calls import calls_at, given_to
from mlsmith.fixes.prune.found import Found
from mlsmith.fixes.prune.marks import Marks, extent_of, point_of
from mlsmith.fixes.prune.parameters import function_of
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.rewrite import rewritten
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import statement_of
from mlsmith.rules.kit.configuration_files import Document, document_fact
from mlsmith.sources.config import read_config
from mlsmith.sources.edits import apply_edits
from mlsmith.sources.python import decode


def marks_of(sight: Sight, found: Found) -> dict[str, Marks]:
    """By path, what is to happen to the Python files."""
    marks: dict[str, Marks] = {}
    for path, nodes in found.reads.items():
        module = sight.module(path)
        assert module is not None
        if nodes and path.endswith(".ipynb"):
            raise Refusal("a notebook reads it, which prune does not rewrite", path, nodes[0].lineno, sort="notebook")
        marks.setdefault(path, Marks()).reads |= {extent_of(module.source, node) for node in nodes}
    for slot in found.slots:
        definition = sight.project.definitions[slot.function]
        module, function = function_of(sight, definition)
        parameter = function.parameter(slot.parameter)
        assert parameter is not None
        marks.setdefault(definition.path, Marks()).parameters.add(point_of(module.source, parameter.node))
        for call in sight.project.calls_of(definition):
            where = sight.module(call.path)
            assert where is not None
            for called in calls_at(where, call.fact.where):
                given = given_to(definition, parameter, where, called)
                if given is not None:
                    marks.setdefault(call.path, Marks()).arguments.add(extent_of(where.source, given))
    for path, owner in [*found.options, *found.absl, *found.fields]:
        module_of = sight.module(path)
        assert module_of is not None
        marks.setdefault(path, Marks()).statements.add(extent_of(module_of.source, statement_of(owner)))
    for path, parameter_node in found.commands:
        where = sight.module(path)
        assert where is not None
        marks.setdefault(path, Marks()).parameters.add(point_of(where.source, parameter_node))
    for path, decorator in found.decorators:
        where = sight.module(path)
        assert where is not None
        marks.setdefault(path, Marks()).decorators.add(extent_of(where.source, decorator))
    return marks


def rewritten_files(sight: Sight, marks: Mapping[str, Marks], value: Any) -> dict[str, bytes]:
    """The Python files after what is marked, in their encoding, with their byte order mark and line ends."""
    changed = {}
    for path, wanted in marks.items():
        data = sight.data(path)
        encoding, mark = encoding_of(data, path)
        try:
            changed[path] = mark + rewritten(path, decode(data), wanted, value).encode(encoding)
        except UnicodeError:
            raise Refusal(f"the literal cannot be written as {encoding}", path) from None
    return changed


def without_keys(sight: Sight, found: Found) -> dict[str, bytes]:
    """The configuration files without the keys."""
    changed: dict[str, bytes] = {}
    for path, keys in found.keys:
        data = changed.get(path) or sight.data(path)
        fact = document_fact(read_config(data, path))
        document = Document(path, fact) if fact is not None else None
        key = document.by_path.get(keys) if document is not None else None
        edit = document.removal(key) if document is not None and key is not None else None
        if edit is None:
            line = sight.line_of(path, keys[-1])
            raise Refusal(
                "the key cannot be taken out for sure: anchors, or the only one of its mapping", path, line, sort="key cannot be removed"
            )
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        changed[path] = mark + apply_edits(data[len(mark) :].decode(), [edit]).encode()
    return changed
