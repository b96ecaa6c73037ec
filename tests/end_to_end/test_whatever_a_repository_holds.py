"""Files that a real repository holds, one by one: understood to the right line, one entry under `errors`, or left out."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.conftest import Project

HALT = "breakpoint()\n"
"""One finding of DEX107."""
SPLIT = "from sklearn.model_selection import train_test_split; train, test = train_test_split(rows); model.fit(train)"
"""One finding of EXP102, on one line."""
_FUNCTIONS = "".join(f"def step_{n}(x):\n    y = x + {n}\n    return y\n\n\n" for n in range(6000))

_LINES = (
    "-r base.txt\n--extra-index-url=https://example.org/simple\nnumpy==1.26.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    "torch==2.9.1 ; python_version < '3.12' and sys_platform == 'linux'  # why\n-e .\n./wheels/own.whl\n"
    "own[extra] @ https://example.org/own-1.0.whl\n===\n@@@\n${NAME}==1\ngit+https://example.org/a/b.git#egg=b\n"
)
"""Every line that pip knows."""


def _notebook(**top: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, **top})


def _code(source: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}


UNDERSTOOD: dict[str, tuple[str, str | bytes, list[tuple[str, int]]]] = {
    "thirty thousand generated lines": ("big.py", _FUNCTIONS + HALT, [("DEX107", 30_001)]),
    "a line of a million characters": ("long.py", f"WORDS = '{'a' * 1_000_000}'\n{HALT}", [("DEX107", 2)]),
    "a list of two hundred thousand numbers": ("data.py", f"ROWS = [{', '.join(['1'] * 200_000)}]\n{HALT}", [("DEX107", 2)]),
    "form feeds and separators that end no line": ("feed.py", "x = 1\n\x0c\nd = '''a\u2028b\x1cc'''\n" + HALT, [("DEX107", 4)]),
    "carriage returns alone": ("mac.py", b"x = 1\ry = 2\rbreakpoint()\r", [("DEX107", 3)]),
    "a byte order mark": ("bom.py", b"\xef\xbb\xbfbreakpoint()\n", [("DEX107", 1)]),
    "a declared encoding": ("latin.py", "# -*- coding: latin-1 -*-\nname = 'é'\nbreakpoint()\n".encode("latin-1"), [("DEX107", 3)]),
    "a notebook of version 3": (
        "three.ipynb",
        json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [{"cell_type": "code", "input": ["import random\n", SPLIT]}]}]}),
        [("EXP102", 2)],
    ),
    "a notebook without metadata": ("bare.ipynb", json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": SPLIT}]}), [("EXP102", 1)]),
    "cells without source, and things that are no cells": (
        "holes.ipynb", _notebook(cells=[{"cell_type": "code"}, {}, 5, None, _code(["import random\n", SPLIT])]), [("EXP102", 2)],
    ),
    "shell, magics and questions": ("magic.ipynb", _notebook(cells=[_code("%%bash\nls"), _code("!ls\n%timeit f()\nx?\n" + SPLIT)]), [("EXP102", 4)]),
    "a notebook in another language": (
        "r.ipynb", _notebook(metadata={"kernelspec": {"language": "R", "name": "ir"}}, cells=[_code("x <- 1")]), [],
    ),
    "YAML tags, which are not run": ("conf/t.yaml", "a: !!python/object/apply:os.system [exit 1]\nb: !Ref c\nd: 1\nd: 2\n", [("CFG105", 4)]),
    "YAML merges": ("conf/m.yaml", "base: &b\n  lr: 0.1\nx:\n  <<: *b\n  lr: 0.2\ny:\n  <<: [*b, *b]\nx: 1\n", [("CFG105", 8)]),
    "a YAML anchor that holds itself": ("conf/r.yaml", "a: &a\n  b: *a\nc: 1\nc: 2\n", [("CFG105", 4)]),
    "YAML keys of every type": ("conf/k.yaml", "1: a\nnull: b\n2020-01-01: c\n? [1, 2]\n: d\nlr: 1\nlr: 2\n", [("CFG105", 7)]),
    "several YAML documents": ("conf/s.yaml", "a: 1\n---\na: 2\n---\nb: 1\nb: 2\n", [("CFG105", 6)]),
    "TOML dates, times and infinities": ("conf/d.toml", "[a]\nat = 1979-05-27T07:32:00Z\nday = 1979-05-27\nt = 07:32:00\nx = inf\n", []),
    "JSON with comments": ("conf/c.json", '// learning\n{"lr": 1, /* twice */\n "lr": 2,}\n', [("CFG105", 3)]),
    "a Dockerfile with here-documents": (
        "Dockerfile", "FROM python:3.11.7\nRUN <<EOF\nFROM nothing\nEOF\nRUN <<-A cat && <<'B' cat\n\tFROM a\n\tA\nFROM b\nB\nFROM ubuntu\n", [("DEP103", 10)],
    ),
    "a Dockerfile for Windows": ("Dockerfile", "# escape=`\nFROM python:3.11.7 AS a\nRUN dir `\n  # FROM x\n  c:\\\nFROM a\nFROM ubuntu\n", [("DEP103", 7)]),
    "every line that pip knows": (
        "requirements.txt", _LINES, [("DEP106", 13)],
    ),
    "requirements that include themselves, what is not there, and what is not theirs": (
        "requirements.txt", "-r requirements.txt\n-c nowhere.txt\n-r ../../../../etc/passwd\ntorch\n", [],
    ),
    "a conda environment with things that are no packages": (
        "environment.yml", "dependencies:\n- python=3.11\n- 5\n- {a: b}\n- null\n- pip:\n  - -r requirements.txt\n  - torch\n", [("DEP101", 8)],
    ),
}  # fmt: skip

REFUSED: dict[str, tuple[str, str | bytes, int | None, str]] = {
    "Python 2": ("old.py", "x = 1\nprint 'hello'\n", 2, "cannot be parsed"),
    "Python 2, exceptions": ("old.py", "try:\n    pass\nexcept Exception, e:\n    raise ValueError, 'no'\n", 3, "cannot be parsed"),
    "tabs and blanks mixed": ("tabs.py", "if x:\n\ty = 1\n        z = 2\n", 3, "cannot be parsed"),
    "five thousand parentheses": ("deep.py", f"x = {'(' * 5000}1{')' * 5000}\n", 1, "nested"),
    "twenty thousand attributes": ("deep.py", f"x = a{'.b' * 20_000}\n", None, "nested too deeply"),
    "bytes that are no text": ("bytes.py", b"x = '\xe9'\n", 1, "cannot be decoded"),
    "a NUL byte": ("nul.py", b"x = 1\x00\n", 1, "NUL"),
    "a notebook without cells": ("n.ipynb", '{"nbformat": 4, "metadata": {}}', None, "no cells"),
    "a notebook that is no JSON": ("n.ipynb", "{'cells'", 1, "not a notebook"),
    "a notebook of brackets": ("n.ipynb", "[" * 100_000, None, "nested too deeply"),
    "a YAML bomb": (
        "conf/b.yaml", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)),
        1, "more than 50,000 keys",
    ),
    "YAML indented by a tab": ("conf/t.yaml", "a:\n\tb: 1\n", 2, "not YAML"),
    "YAML in another encoding": ("conf/u.yaml", "a: 1\n".encode("utf-16"), 1, "UTF-8"),
    "TOML that is not": ("conf/b.toml", "[a\n", 1, "not TOML"),
    "a number of ten thousand digits": ("conf/n.json", '{"a": ' + "1" * 10_000 + "}", 1, "too many digits"),
}  # fmt: skip

LEFT_OUT = {
    "Helm": ("chart/templates/deployment.yaml", "spec:\n{{- if .Values.gpu }}\n  replicas: {{ .Values.replicas }}\n{{- end }}\n"),
    "Jinja": ("conf/model.yaml", "{% if large %}\nlayers: 48\n{% endif %}\nlr: {{ lr }}\n"),
    "ERB": ("conf/app.yml", "<% if large %>\nlr: <%= lr %>\n<% end %>\n"),
}


@pytest.mark.parametrize(("name", "text", "expected"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_it_is_understood_to_the_right_line(project: Project, name: str, text: str | bytes, expected: list[tuple[str, int]]) -> None:
    project.write({name: text})
    done = project.lint("--select", "DEX107,EXP102,CFG105,DEP101,DEP103,DEP106", "--no-cache")
    assert done.json["errors"] == []
    assert [(code, line) for _, code, line in done.codes] == expected
    assert (done.code, done.err) == (1 if expected else 0, "")


@pytest.mark.parametrize(("name", "text", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_it_is_one_entry_under_errors(project: Project, name: str, text: str | bytes, line: int | None, message: str) -> None:
    project.write({name: text, "beside.py": HALT})
    done = project.lint("--no-cache")
    (error,) = done.json["errors"]
    assert (error["path"], error["line"]) == (name, line)
    assert message in error["message"]
    assert "\n" not in error["message"]
    assert ("beside.py", "DEX107", 1) in done.codes
    assert (done.code, done.err) == (1, "")


@pytest.mark.parametrize(("name", "text"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_template_is_left_out_and_verbose_says_so(project: Project, name: str, text: str) -> None:
    project.write({name: text})
    for _ in ("cold", "warm"):
        done = project.lint("--verbose")
        assert (done.code, done.json["errors"], done.json["findings"]) == (0, [], [])
        assert f"left out: {name}:" in done.err
        assert "template" in done.err
