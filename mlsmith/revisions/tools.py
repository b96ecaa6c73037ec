"""Programs and packages that look after code and never take part in what a model does."""

from __future__ import annotations

import re

from mlsmith.regex import regex

_NAMES = frozenset({
    "autopep8", "autoflake", "bandit", "black", "build", "pandoc", "bump2version", "bumpversion", "cibuildwheel", "codecov",
    "codespell", "commitizen", "coverage", "coveralls", "docformatter", "flake8", "furo", "interrogate", "isort",
    "ipdb", "mkdocs", "mypy", "nbqa", "nbstripout", "nbval", "nbmake", "nox", "numpydoc", "pdoc", "pdoc3", "pip-audit",
    "pip-tools", "pre-commit", "pre-commit-hooks", "pycodestyle", "pydocstyle", "pyflakes", "pylint",
    "pyproject-flake8", "pyright", "pytest", "pyupgrade", "radon", "responses", "ruff", "safety", "setuptools-scm",
    "sphinx", "sphinxcontrib", "sybil", "taplo", "towncrier", "tox", "twine", "ty", "vulture", "xenon", "yamllint",
    "yapf", "myst-parser", "nbsphinx", "readthedocs-sphinx-search", "recommonmark", "mkdocstrings",
    "pydata-sphinx-theme", "python-semantic-release", "semantic-release", "jupyter-book", "gh-action", "git",
    "pygments", "shellcheck", "shfmt", "hadolint", "actionlint", "zizmor", "conda-build", "check-manifest",
    "pytype", "pyre", "pyre-check", "mock", "moto", "freezegun", "hypothesis", "parameterized", "tomli",
    "sphinx-rtd-theme", "identify", "cfgv", "nodeenv", "iniconfig", "mccabe", "astroid", "alabaster", "bump-my-version",
    "snowballstemmer",
})  # fmt: skip
_FAMILIES = regex(r"(?:pytest|sphinx|sphinxcontrib|mkdocs|mkdocstrings|flake8|types|pylint|mypy|jupyterlab)-|pip-?tools$|.*-stubs$")


def is_tool(name: str) -> bool:
    """Whether a package or program formats, checks, tests, documents or releases."""
    canonical = re.sub(r"[-_.]+", "-", name).lower()
    return canonical in _NAMES or _FAMILIES.match(canonical) is not None
