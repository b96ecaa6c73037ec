"""Removing a key leaves everything else of a configuration file as it is."""

from __future__ import annotations

import json

import pytest
import tomli
import yaml

from mlsmith.engine.in_memory import lint_files
from mlsmith.fixes.apply import patch


def removed(path: str, text: str, load: str) -> str:
    """The file after all unsafe fixes of CFG101, in a project that reads `keep`, `other` and what is in `nested` but `gone`."""
    module = load.partition(".")[0]
    code = f"import {module}\n\nconfig = {load}(open('{path}'))\nprint(config['keep'], config['other'], config['nested']['inner'])\n"
    found = [finding for finding in lint_files({path: text, "train.py": code}, only="CFG101") if finding.fix is not None]
    assert found, "there is something to remove"
    patched = patch(text.encode(), path, found)
    assert patched.applied
    return patched.data.decode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("keep: 1\ngone: 2\nother: 3\nnested: {inner: 4}\n", "keep: 1\nother: 3\nnested: {inner: 4}\n"),
        ("keep: 1  # a\n# about gone\ngone:  # b\n  - x\n  - y\n\n# about other\nother: 3\nnested:\n  inner: 4\n",
         "keep: 1  # a\n# about gone\n\n# about other\nother: 3\nnested:\n  inner: 4\n"),
        ("gone: |\n  several\n\n  lines\n\nkeep: 1\nother: 3\nnested:\n  inner: 4\n", "\nkeep: 1\nother: 3\nnested:\n  inner: 4\n"),
        ("keep: 1\nother: 3\nnested: {inner: 4, gone: 5}\n", "keep: 1\nother: 3\nnested: {inner: 4}\n"),
        ("keep: 1\nother: 3\nnested: {gone: [1, 2], inner: 4}\n", "keep: 1\nother: 3\nnested: {inner: 4}\n"),
        ("keep: 1\nother: 3\nnested:\n  gone:\n    deep: {a: 1}\n    more: 2\n  inner: 4\n", "keep: 1\nother: 3\nnested:\n  inner: 4\n"),
        ("keep: 1\r\ngone: 2\r\nother: 3\r\nnested: {inner: 4}\r\n", "keep: 1\r\nother: 3\r\nnested: {inner: 4}\r\n"),
    ],
)  # fmt: skip
def test_a_key_of_yaml_goes_with_its_value_and_nothing_else(text: str, wanted: str) -> None:
    done = removed("config.yaml", text, "yaml.safe_load")
    assert done == wanted
    assert set(yaml.safe_load(done)) == {"keep", "other", "nested"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"keep": 1, "gone": 2, "other": 3, "nested": {"inner": 4}}', '{"keep": 1, "other": 3, "nested": {"inner": 4}}'),
        ('{\n  "keep": 1,\n  "gone": [\n    1,\n    2\n  ],\n  "other": 3,\n  "nested": {"inner": 4}\n}\n',
         '{\n  "keep": 1,\n  "other": 3,\n  "nested": {"inner": 4}\n}\n'),
        ('{\n  "keep": 1,\n  "other": 3,\n  "nested": {\n    "inner": 4,\n    "gone": {"a": 1}\n  }\n}\n',
         '{\n  "keep": 1,\n  "other": 3,\n  "nested": {\n    "inner": 4\n  }\n}\n'),
    ],
)  # fmt: skip
def test_a_key_of_json_takes_its_comma_along(text: str, wanted: str) -> None:
    done = removed("config.json", text, "json.load")
    assert done == wanted
    assert set(json.loads(done)) == {"keep", "other", "nested"}


def test_a_key_of_toml_goes_with_all_its_lines() -> None:
    text = "keep = 1\ngone = [\n  1,  # one\n  2,\n]\nother = 3  # stays\n\n[nested]\ninner = 4\n"
    done = removed("config.toml", text, "toml.load")
    assert done == "keep = 1\nother = 3  # stays\n\n[nested]\ninner = 4\n"
    assert set(tomli.loads(done)) == {"keep", "other", "nested"}


@pytest.mark.parametrize(
    "text",
    [
        "keep: 1\nother: &x 3\ngone: *x\nnested: {inner: 4}\n",
        "keep: 1\nother: 3\nnested: {inner: 4}\ngone: 2",
    ],
)
def test_nothing_is_removed_where_that_is_not_sure(text: str) -> None:
    code = (
        "import yaml\n\nconfig = yaml.safe_load(open('config.yaml'))\nprint(config['keep'], config['other'], config['nested']['inner'])\n"
    )
    found = lint_files({"config.yaml": text, "train.py": code}, only="CFG101")
    assert [finding.fix for finding in found] == [None]
