"""Dependency files: what pip and its relatives would read, each requirement with its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Reference
from packaging.utils import canonicalize_name

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.sources.requirements import Requirement, RequirementsDocument, read_requirements

_NOWHERE = Span(Position(1, 1), Position(1, 1))


def read(text: str, path: str = "requirements.txt") -> RequirementsDocument:
    return read_requirements(text.encode(), path)


def one(text: str, path: str = "requirements.txt") -> Requirement:
    (found,) = read(text, path).requirements
    return found


def written(document: RequirementsDocument, requirement: Requirement) -> str:
    """The text that a requirement's span covers."""
    start, end = requirement.span.start, requirement.span.end
    assert start.line == end.line
    return document.lines[start.line - 1][start.column - 1 : end.column - 1]


_VERSIONS = st.sampled_from(["1.0", "2.1.*", "1.0.post1", "0", "1!2.0+cu118", "2024.1"])
_CLAUSES = st.tuples(st.sampled_from(["==", "===", ">=", "<", "~=", "!=", "<=", ">"]), st.sampled_from(["", " "]), _VERSIONS).map("".join)
_WRITTEN = st.builds(
    "{}{}{}{}".format,
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True, alphabet=st.characters(codec="ascii")),
    st.sampled_from(["", "[all]", "[a, b-c]", " [x]"]),
    st.lists(_CLAUSES, max_size=3).map(lambda clauses: " " * bool(clauses) + ", ".join(clauses))
    | st.sampled_from([" @ https://example.org/a.zip", " @ git+https://example.org/r@v1"]),
    st.sampled_from(["", " ; python_version < '3.9'", ' ; sys_platform == "linux" and extra == "x"']),
)


@settings(max_examples=300, deadline=None)
@given(text=_WRITTEN, comment=st.sampled_from(["", "  # why", " #x==1"]))
def test_a_requirement_is_read_as_packaging_reads_it(text: str, comment: str) -> None:
    try:
        reference = Reference(text)
    except InvalidRequirement:
        return
    document = read(text + comment)
    (found,) = document.requirements
    assert found.name == canonicalize_name(reference.name)
    assert sorted(filter(None, found.extras.split(","))) == sorted(reference.extras)
    assert found.url == (reference.url or "")
    assert Reference(f"x{found.specifier}").specifier == reference.specifier
    assert bool(found.marker) == (reference.marker is not None)
    exact = any(s.operator in ("==", "===") and not s.version.endswith("*") for s in reference.specifier)
    assert found.pinned == (exact and not reference.url)
    assert written(document, found) == text


@pytest.mark.parametrize(
    ("line", "pinned"),
    [
        ("torch==2.1.0", True), ("torch == 2.1.0", True), ("torch===2.1.0", True), ("torch==2.1.*", False), ("torch", False),
        ("torch>=2.1", False), ("torch~=2.1.0", False), ("torch>=2,==2.1.0", True), ("torch (==2.1.0)", True), ("torch==2.1.0;python_version>'3'", True),
        ("torch --hash=sha256:abc", True), ("torch @ https://example.org/t.whl#sha256=abcdef0123", True), ("torch @ https://example.org/t.whl", False),
    ],
)  # fmt: skip
def test_only_an_exact_version_or_a_hash_pins(line: str, pinned: bool) -> None:
    assert one(line).pinned == pinned


def test_continued_lines_are_one_requirement_and_a_comment_ends_them() -> None:
    document = read(
        "numpy==1.26.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb  # via pandas\n\npandas \\\n  >=2  # note \\\n# comment \\\ntorch\nscipy \\\n"
    )
    assert [(r.name, r.specifier, r.hashed, r.span.start.line) for r in document.requirements] == [
        ("numpy", "==1.26.0", True, 1),
        ("pandas", ">=2", False, 5),
        ("torch", "", False, 8),
        ("scipy", "", False, 9),
    ]
    assert [written(document, r) for r in document.requirements] == ["numpy==1.26.0", "pandas", "torch", "scipy"]


def test_includes_constraints_and_options_are_told_apart() -> None:
    document = read(
        "-r base.txt\n--requirement=../more.txt  # more\n-rdense.txt\n-c lock.txt\n--constraint  lock2.txt\n--index-url https://x.example\n-i y\n--pre\ntorch"
    )
    assert [(i.flag, i.target, i.span.start.line) for i in document.includes] == [
        ("-r", "base.txt", 1),
        ("-r", "../more.txt", 2),
        ("-r", "dense.txt", 3),
        ("-c", "lock.txt", 4),
        ("-c", "lock2.txt", 5),
    ]
    assert [r.name for r in document.requirements] == ["torch"]


@pytest.mark.parametrize(
    ("line", "name", "url", "editable"),
    [
        ("-e .", "", ".", True), ("-e .[dev]", "", ".[dev]", True), ("--editable=./libs/shop", "shop", "./libs/shop", True),
        ("git+https://example.org/o/Repo.git@v1", "repo", "git+https://example.org/o/Repo.git@v1", False),
        ("-e git+ssh://git@example.org/o/r.git#egg=My_Pkg", "my-pkg", "git+ssh://git@example.org/o/r.git#egg=My_Pkg", True),
        ("https://example.org/torch-2.1.0-cp311-cp311-linux_x86_64.whl", "torch",
         "https://example.org/torch-2.1.0-cp311-cp311-linux_x86_64.whl", False),
        ("../wheels/torch-2.1.0.tar.gz", "torch", "../wheels/torch-2.1.0.tar.gz", False),
        ("torch-2.1.0-py3-none-any.whl", "torch", "torch-2.1.0-py3-none-any.whl", False),
        ("./pkg ; python_version < '3'", "pkg", "./pkg", False),
    ],
)  # fmt: skip
def test_places_of_packages_are_kept_as_urls(line: str, name: str, url: str, editable: bool) -> None:
    found = one(line)
    assert (found.name, found.url, found.editable) == (name, url, editable)


@pytest.mark.parametrize("line", ["", "# torch", "   ", "two words", "torch 2.1", "==1.0", "[x]", "torch ==", "é==1", "torch>=1 <2"])
def test_lines_that_are_no_requirement_are_passed_over(line: str) -> None:
    assert read(line).requirements == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_files_written_by_windows_shells_are_read(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    document = read_requirements(mark + "torch==2.1.0\r\nnumpy\r\n".encode(encoding), "requirements.txt")
    assert [(r.name, r.pinned) for r in document.requirements] == [("torch", True), ("numpy", False)]


def test_bytes_that_are_no_text_name_the_line() -> None:
    with pytest.raises(SourceError, match="UTF-8") as error:
        read_requirements(b"torch\n\xff\n", "requirements.txt")
    assert error.value.line == 2


_PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
[project]
dependencies = [
    "torchvision", # torch
    "torch==2.1.0",
    'numpy>=1; python_version<"3.12"',
]
[project.optional-dependencies]
gpu = ["Cupy_CUDA12x[all]~=13.0"]
[dependency-groups]
test = ["pytest", {include-group = "lint"}]
[tool.uv]
dev-dependencies = ["ruff"]
[tool.pdm.dev-dependencies]
docs = ["mkdocs"]
"""


def test_pyproject_gives_every_group_with_its_place() -> None:
    document = read(_PYPROJECT, "pyproject.toml")
    assert document.kind == "pyproject"
    assert [(r.name, r.group, r.pinned, written(document, r)) for r in document.requirements] == [
        ("hatchling", "build", False, "hatchling>=1.27"),
        ("torchvision", "project", False, "torchvision"),
        ("torch", "project", True, "torch==2.1.0"),
        ("numpy", "project", False, 'numpy>=1; python_version<"3.12"'),
        ("cupy-cuda12x", "optional:gpu", False, "Cupy_CUDA12x[all]~=13.0"),
        ("pytest", "group:test", False, "pytest"),
        ("ruff", "dev", False, "ruff"),
        ("mkdocs", "group:docs", False, "mkdocs"),
    ]


def test_poetry_and_pipfile_tables_are_read() -> None:
    text = (
        "[tool.poetry.dependencies]\npython = '^3.11'\ntorch = '2.1.0'\nnumpy = '^1.26'\nfree = '*'\n"
        "shop = {git = 'https://example.org/shop.git', rev = 'v1'}\nlocal = {path = '../local', develop = true}\n"
        "scipy = {version = '==1.11.0', extras = ['x']}\nold = [{version = '1.0', python = '<3.8'}, {version = '>=2'}]\n"
        "[tool.poetry.dev-dependencies]\nruff = '*'\n[tool.poetry.group.test.dependencies]\npytest = '8.0.0'\n"
    )
    found = read(text, "sub/pyproject.toml").requirements
    assert [(r.name, r.specifier, r.url, r.group, r.pinned, r.span.start.line) for r in found] == [
        ("torch", "2.1.0", "", "project", True, 3),
        ("numpy", "^1.26", "", "project", False, 4),
        ("free", "", "", "project", False, 5),
        ("shop", "", "https://example.org/shop.git", "project", False, 6),
        ("local", "", "../local", "project", False, 7),
        ("scipy", "==1.11.0", "", "project", True, 8),
        ("old", "1.0", "", "project", True, 9),
        ("old", ">=2", "", "project", False, 9),
        ("ruff", "", "", "dev", False, 11),
        ("pytest", "8.0.0", "", "group:test", True, 13),
    ]
    assert [r.editable for r in found if r.name == "local"] == [True]
    pipfile = read('[packages]\ntorch = "==2.1.0"\n[dev-packages]\nruff = "*"\n', "Pipfile")
    assert [(r.name, r.group, r.pinned) for r in pipfile.requirements] == [("torch", "project", True), ("ruff", "dev", False)]


def test_setup_cfg_gives_requirements_and_extras_with_their_places() -> None:
    text = (
        "[metadata]\nname = torch\n[options]\ninstall_requires =\n    torch==2.1.0\n    numpy>=1; python_version<'3.12'\n    # note\n"
        "[options.extras_require]\ngpu = cupy; jax\ntest =\n    pytest\n"
    )
    document = read(text, "setup.cfg")
    assert [(r.name, r.group, r.marker, written(document, r), r.span.start.line) for r in document.requirements] == [
        ("torch", "project", "", "torch==2.1.0", 5),
        ("numpy", "project", "python_version<'3.12'", "numpy>=1; python_version<'3.12'", 6),
        ("cupy", "optional:gpu", "", "cupy", 9),
        ("jax", "optional:gpu", "", "jax", 9),
        ("pytest", "optional:test", "", "pytest", 11),
    ]


def test_a_conda_environment_gives_packages_and_those_of_pip() -> None:
    text = (
        "name: x\ndependencies:\n  - python=3.11\n  - conda-forge::PyTorch=2.1.0=py3.11_cuda\n  - numpy>=1.2,<2\n  - scipy 1.11.0\n"
        "  - pandas=2.*\n  - \"jax[version='>=0.4']\"\n  - polars\n  - pip\n  - pip:\n    - torchvision==0.16\n    - -r more.txt\n    - '-e .'\n"
    )
    document = read(text, "environment.yml")
    assert document.kind == "conda"
    assert [(r.name, r.group, r.pinned, written(document, r)) for r in document.requirements] == [
        ("python", "conda", True, "python=3.11"),
        ("pytorch", "conda", True, "conda-forge::PyTorch=2.1.0=py3.11_cuda"),
        ("numpy", "conda", False, "numpy>=1.2,<2"),
        ("scipy", "conda", True, "scipy 1.11.0"),
        ("pandas", "conda", False, "pandas=2.*"),
        ("polars", "conda", False, "polars"),
        ("pip", "conda", False, "pip"),
        ("torchvision", "conda-pip", True, "torchvision==0.16"),
        ("", "conda-pip", False, "-e ."),
    ]
    assert [i.target for i in document.includes] == ["more.txt"]


@pytest.mark.parametrize("path", ["uv.lock", "poetry.lock", "pylock.toml", "conda-lock.yml"])
def test_the_content_of_a_lock_is_not_read(path: str) -> None:
    document = read_requirements(b"\xff not { read", path)
    assert (document.kind, document.requirements) == ("lock", ())


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[project\n", "pyproject.toml"),
        ("a: [", "environment.yml"),
        ("x", "setup.cfg"),
        ("[a]\n  x\n", "setup.cfg"),
        ("[packages", "Pipfile"),
    ],
)
def test_a_manifest_that_cannot_be_parsed_is_one_line(text: str, path: str) -> None:
    with pytest.raises(SourceError) as error:
        read(text, path)
    assert "\n" not in error.value.message


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[project]\ndependencies = 'torch'\n[tool]\npoetry = 5\n", "pyproject.toml"), ("dependencies: torch\n", "environment.yml"),
        ("dependencies:\n  - {pip: torch}\n  - 5\n  - [a]\n", "environment.yml"), ("packages = 3\n", "Pipfile"), ("[options]\n", "setup.cfg"),
        ("[project]\ndependencies = [1, ['torch'], {a = 'b'}]\n", "pyproject.toml"), ("", "setup.cfg"),
    ],
)  # fmt: skip
def test_tables_of_another_shape_have_no_requirements(text: str, path: str) -> None:
    assert read(text, path).requirements == ()


@settings(max_examples=200, deadline=None)
@given(text=st.text("torch=<>~!@;#[]\\-er. \t\n:'\"{}&?1.git+https", max_size=50))
def test_any_text_is_read(text: str) -> None:
    document = read(text)
    assert all(1 <= r.span.start.line <= len(document.lines) for r in document.requirements)
