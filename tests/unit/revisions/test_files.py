"""Files that are no Python: what in them is behaviour is told, layout and remarks are not, and what nobody can read is never called cosmetic."""

from __future__ import annotations

import json

import pytest

from mlsmith.revisions.compare import compare
from mlsmith.settings import Settings
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree

Told = list[tuple[str, str, str | None, str | None]]


def told(path: str, old: str | bytes | None, new: str | bytes | None) -> Told:
    trees = [MemoryTree({} if data is None else {path: data}) for data in (old, new)]
    status = "A" if old is None else "D" if new is None else "M"
    found = compare(*trees, {path: Changed(status, None)}, Settings()).changes
    return [(change.kind, change.subject, change.old, change.new) for change in found]


def notebook(*cells: str, output: str = "", language: str = "python") -> str:
    made = [{"cell_type": "code", "source": cell, "outputs": [{"text": output}], "execution_count": len(output)} for cell in cells]
    return json.dumps({"nbformat": 4, "metadata": {"language_info": {"name": language}}, "cells": made})


LOCK = '[[package]]\nname = "{0}"\nversion = "{1}"\nsource = {{ registry = "https://index" }}\nwheels = [{{ hash = "sha256:{2}" }}]\n'
EXTRAS = """DEV = ['joblib=={0}']
extras = {{'dev': DEV, 'tests': [*DEV, 'lxml=={0}']}}
extras['notebooks'] = [{1}]
extras['docs'] = ['docutils=={0}']
setup(install_requires=['torch'{2}], extras_require=extras)
"""
EXTRA = "[project]\ndependencies = ['{}']\n[project.optional-dependencies]\n{} = ['{}']\n"
QUERY = "-- why\nSELECT user_id, amount\nFROM pay.events\nWHERE amount > 10\nORDER BY day;\n"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("sql/features.sql", QUERY, "select user_id, amount from pay.events /* why */ where amount > 10 order by day"),
        ("train.sh", "# why\npython train.py \\\n    --lr 0.1\necho done\n", "set -e\npython  train.py --lr 0.1\necho ready\n"),
        ("Makefile", "train:\n\tpython train.py\nlint:\n\truff check .\n", "train:\n\tpython train.py  # slow\nlint:\n\tmypy .\n"),
        ("Makefile", "docs clean: a\n\tcd docs && make html\n", "docs: a\n\tmake -C docs html\nclean:\n\trm -Rf dist\n"),
        ("check-license.sh", "diff a b\n", "diff a c\n"),
        ("shell/format.sh", None, "black .\n"),
        ("tests/external/test_a.py", "def test_a():\n    assert g(1)\n", "def test_a():\n    assert g(2)\n"),
        ("setup.py", "setup(extras_require=dict(docs=['a']))\n", "setup(extras_require=dict(docs=['a', 'b']))\n"),
        ("build_tools/circle/install.sh", "python a.py\n", "python b.py\n"),
        ("ours/our_version.py", "_MINOR_VERSION = 3\n", "_MINOR_VERSION = 4\n"),
        ("azure-pipelines-steps.yml", "retries: 1\n", "retries: 2\n"),
        (".devcontainer/Dockerfile", "FROM a:1\n", "FROM a:2\n"),
        (".ci/setup.sh", "python train.py --lr 1\n", "python train.py --lr 2\n"),
        ("integration_tests/job.yaml", "retries: 1\n", "retries: 2\n"),
        (".github/workflows/test.yml", "jobs: {a: {run: python -m unittest -p a}}\n", "jobs: {a: {run: python -m unittest -p b}}\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n    torch\n", "[options]\ninstall_requires = torch\n"),
        ("requirements.txt", "torch==2.0\nnumpy>=1,<2\nruff==1\n", "# why\nnumpy <2, >=1\ntorch==2.0\nruff==2\n"),
        ("uv.lock", LOCK.format("pytest", "1", "a" * 64), LOCK.format("pytest", "2", "b" * 64)),
        ("pyproject.toml", '[project]\nversion = "1"\n[tool.ruff]\na = 1\n', '[project]\nversion = "2"\n[tool.ruff]\na = 2\n'),
        ("settings.ini", "[DEFAULT]\ndev_requirements = black\n", "[DEFAULT]\ndev_requirements = black mypy\n"),
        ("params.ini", "[net]\n# why\nwidth = 3\n", "[net]\nwidth=3\n"),
        ("Dockerfile", "# why\nFROM a:1\nRUN b   c\n", "FROM a:1\nRUN b c\nLABEL by=me\n"),
        (".github/workflows/ci.yml", "jobs: {a: {run: python examples/10_basics/a.py}}\n", "jobs: {a: {run: python -W error examples/10_basics/b.py}}\n"),
        (".bumpversion.cfg", "[bumpversion]\ncurrent_version = 1.0.1\n", "[bumpversion]\ncurrent_version = 1.0.2\n"),
        ("scripts/upload_pypi.sh", "twine upload dist/*\n", "rm -r dist\ntwine upload dist/*\n"),
        (".github/workflows/ci.yml", "jobs: {a: {run: pytest -q}}\n", "jobs: {a: {run: ruff check}}\n"),
        ("a.ipynb", notebook("x = f(1)"), notebook("x = f(1)", output="3")),
        ("a.ipynb", notebook("!ls\nx = f(1)"), notebook("x = f(1)")),
        ("a.ipynb", notebook("!python train.py --lr 1 -v\nx = 1"), notebook("!python train.py \\\n    --lr 1 \\\n    -v\nx = 1")),
        ("a.ipynb", notebook("#| default_exp net", "#| export\nx = f(1)", "#| hide\ncheck(x)"), notebook("#| default_exp net", "#|export\nx = f(1)", "!ls -a")),
        ("guides/fit/a.ipynb", notebook("x = f(1)"), notebook("!pip install -qU pandas net[all]\nx = f(1)")),
        ("a.ipynb", notebook("%%writefile a.py\n@api(A('m'))\ndef f(): pass"), notebook("%%writefile a.py\n@api(A('m'))\ndef f():\n    pass")),
        ("poetry.lock", '[[package]]\nname = "regex"\nversion = "1"\ncategory = "dev"\n', '[[package]]\nname = "regex"\nversion = "2"\ncategory = "dev"\n'),
        ("poetry.lock", '[[package]]\nname = "regex"\nversion = "1"\ngroups = ["dev"]\n', '[[package]]\nname = "regex"\nversion = "2"\ngroups = ["dev"]\n'),
        ("pyproject.toml", EXTRA.format("", "dev", "joblib==1"), EXTRA.format("", "dev", "joblib==2")),
        ("pyproject.toml", EXTRA.format("joblib>0", "docs", "joblib==1"), EXTRA.format("joblib>0", "docs", "joblib==2")),
        ("pyproject.toml", EXTRA.format("scipy", "type-checking", "joblib==1"), EXTRA.format("scipy", "type-checking", "joblib==2")),
        ("pyproject.toml", EXTRA.format("", "pre-commit", "joblib==1"), EXTRA.format("", "Tests", "joblib==2")),
        ("pyproject.toml", "[tool.poetry.dev-dependencies]\nregex = '1'\n", "[tool.poetry.group.dev.dependencies]\nregex = '2'\n"),
        ("Pipfile.lock", '{"develop": {"a": {"version": "==1"}}}', '{"develop": {"a": {"version": "==2"}}}'),
        ("requirements.txt.dev", "joblib==1\n", "joblib==2\n"),
        ("requirements-dev.txt", "joblib==1\n", "joblib==2\n"),
        ("requirements/audio_test.txt", "joblib==1\n", "joblib==2\n"),
        ("test-requirements.in", "joblib==1\n", "joblib==2\n"),
        ("run.py", '# /// script\n# dependencies = ["trl>=1"]\n# ///\n', '# /// script\n# dependencies = [\n#     "trl >= 1",\n# ]\n# ///\n'),
        ("setup.py", "VERSION = '1'\nsetup(version=VERSION)\n", "VERSION = '2'\nsetup(version=VERSION)\n"),
        ("setup.py", EXTRAS.format(2, "'scipy'", ""), EXTRAS.format(3, "'scipy'", "")),
        ("setup.py", "setup(tests_require=T, extras_require={'docs': []})\n", "T = ['joblib']\nsetup(tests_require=T, extras_require={'test': T})\n"),
        ("setup.py", "a = {}\na['dev'] = ['b']\na['test'] = a['dev']\nsetup(extras_require=a)\n", "a = {}\nsetup(extras_require=a)\n"),
        ("tools.toml", '[project]\nversion = "1"\n', '[project]\nversion = "2"\n'),
        (".github/workflows/environment-update.yml", "on: push\nref: main\n", "on: push\nref: master\n"),
        ("conf/logging.yaml", "root: {level: INFO}\n", "root: {level: DEBUG}\n"),
        ("old.py", "try:\n    print g(1)\nexcept E, e:\n    raise V, 'a'\n", "try:\n    print(g(1))\nexcept E as e:\n    raise V('a')\n"),
        ("tabs.py", "def f(x):\n\tif x:\n        \tg(x)\n", "def f(x):\n    if x:\n        g(x)\n"),
        ("setup.cfg", "[pep8]\nmax-line-length = 80\n", "[pep8]\nmax-line-length = 120\n"),
        ("setup.py", "Q = ['a']\nsetup(extras_require={'quality': Q})\n", "Q = ['b']\nsetup(extras_require={'quality': Q})\n"),
        ("Makefile", "lint:\n\truff check .\n", "ALL=net/ tests/ setup.py\nlint:\n\truff check $(ALL)\n"),
        ("test.sh", "python train.py\n", "pip install -q -U ruff pytest-xdist\npython -m pip install black\npython train.py\n"),
        ("train.sh", "given=''\npython train.py\n", "python train.py\n"),
        ("net/_modidx.py", "d = {'a': 'a.html#L1'}\n", "d = {'a': 'a.html#L2'}\n"),
        ("data/text/dummy/1.0.0/dummy_data.zip", b"PK1", b"PK2"),
        ("runs/a/events.out.tfevents.15.host.17", b"1", b"2"),
        ("net/blackbox_test_utils.py", "x = f(1)\n", "x = f(2)\n"),
        ("net/testing_utils.py", "x = f(1)\n", "x = f(2)\n"),
        ("net/info.yaml", "size: 1\ncontact: a@b.c\n", "size: 1\ncontact: b@b.c\ncite: [a]\n"),
        ("setup.cfg", "[options]\npackages = find:\n", "[options]\npackages = find_namespace:\nzip_safe = no\n"),
        (".github/workflows/ci.yml", "steps: [{name: Run ray tests}]\n", "steps: [{name: Run all tests}]\n"),
        ("ci/environment-docs.yaml", "dependencies:\n- dask\n", "dependencies:\n- dask >1\n"),
        ("net/BUILD", "a(\n    # why\n    deps = [1],\n)\n", "a(\n    deps = [1],\n\n)\n"),
        ("source/conf.py", "extensions = ['sphinx.ext.autodoc']\nmocked = f(1)\n", "extensions = ['sphinx.ext.autodoc']\nmocked = f(2)\n"),
        (".all-contributorsrc", "{}", "{'a': 1}"),
        (
            "new.py",
            "class A[T: (int, str)](B[T]):\n    def f[S, **P](self, x: S) -> T:\n        return g(x)\n",
            "class A(B[T]):\n    def f(self, x):\n        return g(x)\n",
        ),
        ("docs/a.png", b"\x89PNG1", b"\x89PNG2"),
        ("lesson/diagram.png", b"\x89PNG1", b"\x89PNG2"),
        (".prettierignore", "a\n", "b\n"),
        (".github/compare_speed.py", "x = f(1)\n", "x = f(2)\n"),
        ("nbs/sidebar.yml", "contents: [a]\n", "contents: [a, b]\n"),
        (".yamlfmt", "a: 1\n", "a: 2\n"),
        ("lesson/.ipynb_checkpoints/a-checkpoint.ipynb", notebook("x = f(1)"), notebook("x = f(2)")),
        ("docs/source/examples/a.ipynb", notebook("x = f(1)"), notebook("!ls -a\nx = f(2)")),
        ("net/__pycache__/loss.cpython-36.pyc", b"\x89PYC1", b"\x89PYC2"),
        ("docs/tutorials/_index.yaml", "title: a\n", "title: b\n"),
        ("README.md", "lr 0.1", "lr 0.2"),
    ],
)  # fmt: skip
def test_layout_remarks_tools_and_outputs_are_no_change(path: str, old: str, new: str) -> None:
    assert told(path, old, new) == []


def test_data_of_which_the_name_only_begins_like_that_of_made_up_ones_are_told() -> None:
    assert [kind for kind, *_ in told("data/dummies.csv", "a\n", "b\n")] == ["file changed"]
    assert told("net/BUILD", "a(\n    deps = [1],\n)\n", "a(\n    deps = [1, 2],\n)\n")
    assert told("net/conf.py", "extensions = ['.png']\nx = f(1)\n", "extensions = ['.png']\nx = f(2)\n")
    assert told("net/testing.py", "x = f(1)\n", "x = f(2)\n")


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("sql/features.sql", QUERY, QUERY.replace("> 10", "> 12"), [("query", "SELECT FROM pay.events: WHERE", "10", "12")]),
        ("sql/features.sql", QUERY, QUERY.replace("ORDER BY day", ""), [("query", "SELECT FROM pay.events: WHERE", "ORDER BY day", None)]),
        ("sql/features.sql", QUERY, QUERY.replace("amount\n", "Amount\n"), [("query", "SELECT FROM pay.events: SELECT", "amount", "Amount")]),
        ("train.sh", "python train.py --lr 0.1 -v", "python train.py --lr 0.2 -v", [("command", "python train.py (--lr)", "0.1", "0.2")]),
        ("train.sh", "python train.py lr=1", "python train.py lr=1 seed=3", [("command", "python train.py (seed)", None, "3")]),
        ("Makefile", "a:\n\trun x\n", "ALL=a/ b/\na:\n\trun $(ALL)\n", [
            ("variable added", "ALL", None, "ALL = a/ b/"), ("command removed", "run x", "run x", None),
            ("command added", "run $(ALL)", None, "run $(ALL)"),
        ]),
        ("environment.yml", "dependencies:\n- numba\n- pip: [lap==1, ruff]\n", "dependencies:\n- numba\n- lap=2\n- ruff\n", [
            ("dependency", "lap", "==1 (conda-pip)", "=2 (conda)"),
        ]),
        ("test.sh", "pip install -q ruff\n", "pip install -q ruff torch\n", [
            ("command added", "pip install", None, "pip install -q ruff torch"),
        ]),
        ("job.sbatch", "#SBATCH --gpus=1\n", "#SBATCH --gpus=4\n", [("command", "#SBATCH --gpus (--gpus)", "1", "4")]),
        ("Makefile", "a: b\n\tdocker run x:1\n", "a: c\n\tdocker run x:2\n", [
            ("command removed", "docker run x:1", "docker run x:1", None), ("command added", "docker run x:2", None, "docker run x:2"),
        ]),
        ("Makefile", "clean: a\n\tpython clean.py --lr 1\ndata:\n\trm a\n", "clean: a\n\tpython clean.py --lr 2\ndata:\n\trm b\n", [
            ("command", "python clean.py (--lr)", "1", "2"), ("command removed", "rm a", "rm a", None), ("command added", "rm b", None, "rm b"),
        ]),
        ("Makefile", "clean_data:\n\trm a\n", "clean_data:\n\trm b\n", [
            ("command removed", "rm a", "rm a", None), ("command added", "rm b", None, "rm b"),
        ]),
        ("Makefile", "a: b\n\t$(eval V = $(shell ls))\n", "L := $(A)/b\na: b\n\t$(eval V = $(shell ls -a))\n", [
            ("variable", "V", "$(eval V = $(shell ls))", "$(eval V = $(shell ls -a))"), ("variable added", "L", None, "L := $(A)/b"),
        ]),
        ("train.sh", "cp a b\n", "fit () {\n  for i in 1 2\n  do\n    if [ $i ]\n    then\n      cp a c\n    fi\n  done\n}\ncp a b\n", [
            ("function added", "fit", None, "fit () {"), ("command added", "for i in 1", None, "for i in 1 2"),
            ("command added", "if [ $i ]", None, "if [ $i ]"), ("command added", "cp a c", None, "cp a c"),
        ]),
        ("train.sh", "if [ $1 ]\nthen\n  cp a b\nfi\ncp a c\n", "if [ $1 ]\nthen\n  cp a b\n  cp a c\nfi\n", [("command moved", "cp a c", None, None)]),
        ("train.sh", "if [ $1 ]; then\n  cp a b\nelse\n  cp a c\nfi\n", "if [ $1 ]; then\n  cp a b\n  cp a c\nfi\n", [
            ("command removed", "else", "else", None),
        ]),
        ("train.sh", "x=$(ls a)\nlr=0.1\n", "x=$(ls b)\nlr=0.2\n", [
            ("command", "x", "x=$(ls a)", "x=$(ls b)"), ("variable", "lr", "0.1", "0.2"),
        ]),
        ("Jenkinsfile", "a = 1\nsh python a.py --lr 1\n", "a = 2\nsh python a.py --lr 2\n", [("command", "sh python a.py (--lr)", "1", "2")]),
        ("Makefile", "a:\n\tpython a.py\n", "a:\n\tpython b.py\n", [
            ("command removed", "python a.py", "python a.py", None), ("command added", "python b.py", None, "python b.py"),
        ]),
        ("requirements.txt", "torch==2.0\n", "--index-url https://x\ntorch==2.0\n",
         [("dependency added", "--index-url https://x", None, "given")]),
        ("requirements.txt", f"a==1 --hash=sha256:{'a' * 64}\n", f"a==1 --hash=sha256:{'b' * 64}\n",
         [("artefacts", "a", "==1, 1 artefacts", "==1, 1 others and 1 fewer")]),
        ("requirements.txt", "torch=2\n", "torch=3\n", [("dependency added", "torch=3", None, "given"), ("dependency removed", "torch=2", "given", None)]),
        ("pyproject.toml", EXTRA.format("net[dev]", "dev", "joblib==1"), EXTRA.format("net[dev]", "dev", "joblib==2"),
         [("dependency", "joblib (optional:dev)", "==1", "==2")]),
        ("pyproject.toml", EXTRA.format("joblib>0", "dev", "joblib==1"), EXTRA.format("joblib>0", "dev", "joblib==2"),
         [("dependency", "joblib (optional:dev)", "==1", "==2")]),
        ("pyproject.toml", EXTRA.format("", "notebooks", "joblib==1"), EXTRA.format("", "notebooks", "joblib==2"),
         [("dependency", "joblib (optional:notebooks)", "==1", "==2")]),
        ("pyproject.toml", EXTRA.format("", "dev", "joblib==1"), EXTRA.format("joblib==1", "dev", "ruff"),
         [("dependency added", "joblib", None, "==1")]),
        ("setup.py", EXTRAS.format(2, "'scipy'", ""), EXTRAS.format(2, "'numpy'", ""), [("store", "extras['notebooks']", "'scipy'", "'numpy'")]),
        ("setup.py", EXTRAS.format(2, "'scipy'", ", *DEV"), EXTRAS.format(3, "'scipy'", ", *DEV"), [("constant", "DEV", "'joblib==2'", "'joblib==3'")]),
        ("setup.py", EXTRAS.format(2, "*extras['docs']", ""), EXTRAS.format(3, "*extras['docs']", ""), [
            ("constant", "DEV", "'joblib==2'", "'joblib==3'"), ("constant", "extras", "'lxml==2'", "'lxml==3'"),
            ("store", "extras['docs']", "'docutils==2'", "'docutils==3'"),
        ]),
        ("run.py", EXTRAS.format(2, "'scipy'", ""), EXTRAS.format(3, "'scipy'", ""), [
            ("constant", "DEV", "'joblib==2'", "'joblib==3'"), ("constant", "extras", "'lxml==2'", "'lxml==3'"),
            ("store", "extras['docs']", "'docutils==2'", "'docutils==3'"),
        ]),
        ("requirements-dev.txt", "joblib==1\nkeras==1\n", "joblib==2\nkeras==2\n", [("dependency", "keras", "==1", "==2")]),
        ("pyproject.toml", EXTRA.format("", "dev", "keras==1"), EXTRA.format("", "dev", "keras==2"),
         [("dependency", "keras (optional:dev)", "==1", "==2")]),
        ("requirements-device.txt", "joblib==1\n", "joblib==2\n", [("dependency", "joblib", "==1", "==2")]),
        ("requirements/doc_layout.txt", "joblib==1\n", "joblib==2\n", [("dependency", "joblib", "==1", "==2")]),
        ("uv.lock", LOCK.format("scipy", "1", "a" * 64), LOCK.format("scipy", "2", "b" * 64), [("dependency", "scipy", "1", "2")]),
        ("poetry.lock", '[[package]]\nname = "scipy"\nversion = "1"\n', '[[package]]\nname = "scipy"\nversion = "2"\n',
         [("dependency", "scipy", "1", "2")]),
        ("Pipfile.lock", '{"default": {"a": {"version": "==1"}}}', '{"default": {"a": {"version": "==2"}}}', [("dependency", "a", "1", "2")]),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.9"\n', '[project]\nrequires-python = ">=3.10"\n',
         [("changed", "project.requires-python", '">=3.9"', '">=3.10"')]),
        ("environment.yml", "channels: [a]\ndependencies: [b=1]\n", "channels: [c]\ndependencies: [b=1]\n", [("changed", "channels.[0]", '"a"', '"c"')]),
        ("net.gin", "Net.width = 3\n", "Net.width = 4\n", [("changed", "Net.width", "3", "4")]),
        ("net.gin", "fit.name = 'a'\nfit.lr = 3\n", "fit.kind = 'a'\nfit.lr = 4\n", [
            ("renamed", "fit.kind", "fit.name", "'a'"), ("changed", "fit.lr", "3", "4"),
        ]),
        ("net.gin", "fit.name = 3\n", "fit.kind = 3\nfit.lr = 3\n", [
            ("removed", "fit.name", "3", None), ("added", "fit.kind", None, "3"), ("added", "fit.lr", None, "3"),
        ]),
        ("net.gin", "fit.name = 3\n", "net.name = 3\n", [("removed", "fit.name", "3", None), ("added", "net.name", None, "3")]),
        ("net.gin", "import a.b\n", "import a.c\n", [("removed", "import a.b", "given", None), ("added", "import a.c", None, "given")]),
        ("setup.cfg", "[options]\ninstall_requires =\n    torch==1\n", "[options]\ninstall_requires =\n    torch==2\n",
         [("dependency", "torch", "==1", "==2")]),
        ("run.sh", "pip install a b c\n", "pip install a c d\n", [
            ("command", "pip install (word 4)", "b", None), ("command", "pip install (word 5)", None, "d"),
        ]),
        ("ours/our_version.py", "MODEL_VERSION = 3\n", "MODEL_VERSION = 4\n", [("constant", "MODEL_VERSION", "3", "4")]),
        ("setup.py", "setup(extras_require=dict(plot=['a']))\n", "setup(extras_require=dict(plot=['a', 'b']))\n",
         [("call", "(extras_require)", None, "'b'")]),
        ("data/test_data/stats.json", '{"n": 1}', '{"n": 2}', [("changed", "n", "1", "2")]),
        ("formats.sh", "python a.py --b 1\n", "python a.py --b 2\n", [("command", "python a.py (--b)", "1", "2")]),
        ("ab_tests/job.yaml", "retries: 1\n", "retries: 2\n", [("changed", "retries", "1", "2")]),
        (".env", "SEED=3\n", "SEED=4\n", [("changed", "SEED", "3", "4")]),
        (".github/workflows/train.yml", "jobs: {a: {run: python src/examples.py --lr 1}}\n", "jobs: {a: {run: python src/examples.py --lr 2}}\n",
         [("command", "python src/examples.py (--lr)", "1", "2")]),
        (".github/workflows/train.yml", "jobs: {a: {run: python train.py --lr 1}}\n", "jobs: {a: {run: python train.py --lr 2}}\n",
         [("command", "python train.py (--lr)", "1", "2")]),
        ("a.ipynb", notebook("%%writefile a.py\nx = 1"), notebook("%%writefile a.py\nx = 2"), [("written file", "a.py", None, None)]),
        ("a.ipynb", notebook("x = 1"), notebook("x = 1", "%%writefile a.py\nx = 2"), [("written file added", "a.py", None, None)]),
        ("run.py", '# /// script\n# dependencies = ["trl>=1"]\n# ///\n', '# /// script\n# dependencies = ["trl>=2", "peft"]\n# ///\n', [
            ("dependency added", "peft", None, "any version"), ("dependency", "trl", ">=1", ">=2"),
        ]),
        ("poetry.lock", '[[package]]\nname = "regex"\nversion = "1"\ncategory = "dev"\n', '[[package]]\nname = "regex"\nversion = "2"\ncategory = "main"\n',
         [("dependency", "regex", "1", "2")]),
        ("a.ipynb", notebook("%%bash\npython train.py \\\n  --lr 1 \\\n  -v\nls"), notebook("%%bash\npython train.py \\\n  --lr 2 \\\n  -v\nls"),
         [("command", "python train.py (--lr)", "1", "2")]),
        ("a.ipynb", notebook("# default_exp net", "check(1)", "# exporti\nx = f(1)"), notebook("# default_exp net", "check(2)", "# exporti\nx = f(2)"),
         [("call", "(argument 1)", "1", "2")]),
        ("a.ipynb", notebook("# default_exp net", "x = f(1)"), notebook("# default_exp net", "x = f(2)"), [("call", "(argument 1)", "1", "2")]),
        ("guides/a.ipynb", notebook("x = f(1)"), notebook("!pip install pandas==1\nx = f(1)"),
         [("command added", "!pip install", None, "!pip install pandas==1")]),
        ("guides/a.ipynb", notebook("x = f(1)"), notebook("!pip install -r a.txt\nx = f(1)"),
         [("command added", "!pip install", None, "!pip install -r a.txt")]),
        ("fit/a.ipynb", notebook("x = f(1)"), notebook("!pip install pandas\nx = f(1)"),
         [("command added", "!pip install", None, "!pip install pandas")]),
        ("a.ipynb", notebook("!python train.py --lr 1"), notebook("!python train.py --lr 2"),
         [("command", "!python train.py (--lr)", "1", "2")]),
        ("new.py", "def f[T](x: T):\n    return g(x, 1)\n", "def f[T](x: T):\n    return g(x, 2)\n", [("call", "(argument 2)", "1", "2")]),
        ("a.ipynb", notebook("x <- 1", language="R"), notebook("x <- 2", language="R"),
         [("command removed", "x <- 1", "x <- 1", None), ("command added", "x <- 2", None, "x <- 2")]),
    ],
)  # fmt: skip
def test_what_is_behaviour_is_named(path: str, old: str, new: str, expected: Told) -> None:
    assert sorted(told(path, old, new), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    "path",
    ["kernel.cu", "model.jl", "train.R", "data/train.csv", "data/train.csv.dvc", "vocab.txt", "weights.pt", "train/cat.jpg", "prompts/system.md",
     "schema.proto", "something", "conf/x.jsonnet", "data/test/a.csv", "kedro.lock"],
)  # fmt: skip
def test_what_nobody_here_can_read_is_never_called_cosmetic(path: str) -> None:
    assert told(path, "a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\ng\n")
    assert told(path, None, "a\n")
    assert told(path, "a\n", None)


SQL_IN_PYTHON = 'import pandas as pd\n\n\ndef load(connection):\n    return pd.read_sql("""{}""", connection)\n'


@pytest.mark.parametrize("path", ["examples/a.ipynb", "examples/docs/a.ipynb", "documents/examples/a.ipynb", "mydocs/examples/a.ipynb"])
def test_examples_of_the_project_are_no_documentation(path: str) -> None:
    assert told(path, notebook("x = f(1)"), notebook("x = f(2)"))


@pytest.mark.parametrize("path", ["github/train.py", "jobs/.github/train.py", "sidebars.py"])
def test_what_only_is_called_like_a_tool_of_pipelines_or_pages_is_told(path: str) -> None:
    assert told(path, "x = f(1)\n", "x = f(2)\n")


def test_queries_in_strings_are_compared_as_queries() -> None:
    old, layout, other = (
        SQL_IN_PYTHON.format(text)
        for text in (QUERY, QUERY.lower().replace("\n", "\n  ").replace("--", "-- no, "), QUERY.replace("10", "11"))
    )
    assert told("load.py", old, layout) == []
    assert told("load.py", old, other) == [("query", "SELECT FROM pay.events: WHERE", "10", "11")]


def test_a_sentence_that_begins_like_a_query_keeps_its_words() -> None:
    old = 'PROMPT = "Select the best answer from the options"\n'
    assert told("prompt.py", old, old.replace("Select the", "SELECT  the"))


def test_queries_in_f_strings_are_compared_as_queries() -> None:
    old = SQL_IN_PYTHON.replace('"""{}"""', 'f"SELECT a, b FROM pay_{day} WHERE x > 1"').replace("connection", "connection, day", 1)
    assert told("load.py", old, old.replace("SELECT a, b FROM", "select a,  b\\nfrom")) == []
    assert told("load.py", old, old.replace("pay_{day}", "pay_ {day}"))
    assert told("load.py", old, old.replace("x > 1", "x > 2")) == [("query", "SELECT FROM pay_{…}: WHERE", "1", "2")]


DRAWN = """import matplotlib.pyplot as plt
from tqdm import tqdm


def train(model, rows):
    figure, axes = plt.subplots(1, 2)
    bar = tqdm(rows, desc="a")
    for row in bar:
        bar.set_description("b")
        model.fit(row)
    axes[0].plot(model.losses)
    plt.show()
"""


def test_pictures_and_progress_are_for_readers() -> None:
    plain = "def train(model, rows):\n    for row in rows:\n        model.fit(row)\n"
    assert told("train.py", DRAWN, plain) == []
    assert told("train.py", DRAWN, DRAWN.replace("plt.show()", "plt.savefig('a.png')"))
    assert told("train.py", DRAWN, DRAWN.replace("model.fit(row)", "model.fit(row[0])"))


def test_a_version_is_no_change_but_that_it_cannot_be_read_is() -> None:
    broken, mended = "__version__ = '0.1\n", "__version__ = '0.1'\n"
    assert told("net/version.py", mended, "__version__ = '0.2'\n") == []
    assert [kind for kind, *_ in told("net/version.py", broken, mended)] == ["unreadable"]
    assert [kind for kind, *_ in told("net/__version__.py", mended, broken)] == ["unreadable"]
