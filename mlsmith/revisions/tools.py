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
    "pydata-sphinx-theme", "py-tree", "python-semantic-release", "semantic-release", "jupyter-book", "gh-action", "git",
    "pygments", "shellcheck", "shfmt", "hadolint", "actionlint", "zizmor", "conda-build", "check-manifest",
    "pytype", "pyre", "pyre-check", "mock", "moto", "freezegun", "hypothesis", "parameterized", "tomli",
    "sphinx-rtd-theme", "identify", "cfgv", "nodeenv", "iniconfig", "mccabe", "astroid", "alabaster", "bump-my-version",
    "snowballstemmer", "unittest", "doctest",
})  # fmt: skip
GROUPS = (
    r"(?:dev(?:el(?:op(?:ment|ers?)?)?)?|docs?|documentation|(?:unit[-_]?)?tests?|testing|doctests?|lint(?:ing|ers?)?|typing|types|mypy"
    r"|type[-_]?check(?:s|ing)?|quality|format(?:ting)?|style|pre[-_]?commit|build)"
)
"""What projects call the groups of packages that only those need who look after the code"""
_GROUP = regex(rf"_?{GROUPS}(?:[-_]{GROUPS})*", re.IGNORECASE)
_DEVELOPMENT = regex(r"(?:\A|[-_.])dev(?:el(?:op(?:ment|ers?)?)?)?(?:[-_.]|\Z)", re.IGNORECASE)
_LEARNING = frozenset({
    "torch", "torchvision", "torchaudio", "tensorflow", "keras", "jax", "jaxlib", "flax", "scikit-learn", "xgboost", "lightgbm", "catboost",
    "transformers", "diffusers", "lightning", "pytorch-lightning", "numpy", "scipy", "pandas",
})  # fmt: skip
_FIRST_OR_LAST = regex(r"dev(?:el(?:op(?:ment|ers?)?)?)?|(?:unit)?tests?|testing|doctests?|lint(?:ing|ers?)?", re.IGNORECASE)
_ALONE = regex(r"docs?|documentation|readthedocs|rtd|typing", re.IGNORECASE)
"""Words that beside others may mean what a model reads"""
_OF_FILES = frozenset({"requirements", "requirement", "require", "requires", "reqs", "txt", "in", "pip", ""})
_FAMILIES = regex(r"(?:pytest|sphinx|sphinxcontrib|mkdocs|mkdocstrings|flake8|types|pylint|mypy|jupyterlab)-|pip-?tools$|.*-stubs$")


def is_tool(name: str) -> bool:
    """Whether a package or program formats, checks, tests, documents or releases."""
    canonical = re.sub(r"[-_.]+", "-", name).lower()
    return canonical in _NAMES or _FAMILIES.match(canonical) is not None


def is_for_developers(group: str) -> bool:
    """Whether an extra or a group of dependencies is called so."""
    return _GROUP.fullmatch(group) is not None


def lists_tools(path: str) -> bool:
    """Whether a requirements file is called so: `requirements-dev.txt`, `requirements/docs.txt`, `audio_test.txt`."""
    words = [word for word in re.split(r"[-_.]", path.rpartition("/")[2]) if word.lower() not in _OF_FILES]
    if len(words) == 1 and _ALONE.fullmatch(words[0]):
        return True
    return bool(words) and any(_FIRST_OR_LAST.fullmatch(word) for word in (words[0], words[-1]))


def is_run_by(group: str, package: str) -> bool:
    """Whether those who install a group for development may train with a package of it: a framework is no tool, whoever asks for it."""
    return package in _LEARNING and is_of_development(group)


def is_of_development(group: str) -> bool:
    """Whether a group, or file, of those for developers has all that they work with, and not only tests or pages."""
    return _DEVELOPMENT.search(group) is not None
