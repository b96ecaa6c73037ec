"""The platform that code runs on: dependencies as asked for and as locked, and images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlsmith.change import Change, Component, Significance
from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.revisions.configuration import Touched, config_diff
from mlsmith.revisions.locks import Locked, hashes_of_requirements, read_lock
from mlsmith.revisions.opaque import unreadable, whole
from mlsmith.revisions.settings_lines import line_changes
from mlsmith.revisions.tools import is_for_developers, is_of_development, is_run_by, is_tool
from mlsmith.sources.docker import read_dockerfile
from mlsmith.sources.requirements import Requirement, RequirementsDocument, read_requirements

_TOLD_BY_PINS = regex(
    r"(?:project|tool\.poetry|tool\.pdm|tool\.uv|tool\.hatch\.envs\.[^.]+)\.(?:optional-|dev-)?dependencies\b|tool\.poetry\.group\b|dependency-groups\b"
    r"|project\.optional-dependencies\b|tool\.poetry\.extras\b|dependencies\b|options\.(?:(?:install|extras|tests|setup)_requires?|packages|package_dir|package_data|zip_safe|include_package_data)\b|packages\b|dev-packages\b"
)
_FOR_READERS = regex(
    r"(?:project|tool\.poetry|metadata)\.(?:name|version|description|long_description\S*|authors?|author_email|maintainers?|readme|license\S*|keywords"
    r"|urls?|project_urls|homepage|repository|documentation|classifiers|platforms)\b|name\b|prefix\b|build-system\b|_meta\b|bdist_wheel\b|metadata\b"
)
_INSTALLERS = {"(conda)": "(conda-pip)", "(conda-pip)": "(conda)"}
"""What may install the packages of a conda environment, and what else may"""
_TABLES = frozenset({
    "ruff", "black", "isort", "mypy", "pytest", "coverage", "pylint", "flake8", "pyright", "bandit", "commitizen",
    "semantic_release", "setuptools_scm", "hatch", "setuptools", "flit", "pdm-build", "towncrier", "codespell",
    "interrogate", "docformatter", "cibuildwheel", "tox", "tox:tox", "pydocstyle", "pycodestyle", "yapf",
    "autopep8", "pep8", "basedpyright", "tbump", "bumpversion", "bumpver", "mypy-*", "flake8-*", "nbqa", "sphinx",
    "build_sphinx", "aliases", "tool:pytest", "coverage:run", "coverage:report", "sdist", "check-manifest",
    "importlinter", "deptry", "vulture", "ty", "pyrefly", "typos", "numpydoc_validation", "scikit-build", "refurb",
    "pyupgrade", "mlsmith", "djlint", "sqlfluff", "jupytext", "pip-tools",
})  # fmt: skip


def platform_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> list[Change]:
    """Of a dependency file or lock: what is asked for, from where, and with which artefacts."""
    if _is_lock(path) and (old is None or new is None):
        return [whole(path, old, new, component=Component.PLATFORM, moved_from=moved_from)]
    before, after = pins_of(old, path), pins_of(new, path)
    for pins, is_old in ((before, True), (after, False)):
        if isinstance(pins, SourceError):
            if old is not None and new is not None and _is_lock(path) and pins.line is None:
                return [whole(path, old, new, component=Component.PLATFORM, significance=Significance.HIGH, moved_from=moved_from)]
            return [unreadable(path, pins.line or 1, pins.message, Component.PLATFORM, old=is_old)]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    found = _by_another_installer(path, before, after, moved_from)
    for name in sorted({*before, *after}):
        sides = [side[name] for side in (before, after) if name in side]
        change = (
            _pin_change(path, name, before.get(name), after.get(name), moved_from) if not all(s.for_developers for s in sides) else None
        )
        if change is not None and not is_tool(re.split(r"[ ;]", name, maxsplit=1)[0]):
            found.append(change)
    return [*_split(found), *_other_keys(path, old, new, moved_from)]


def _split(changes: Sequence[Change]) -> Iterator[Change]:
    """The changes, with a mark on what is asked for in the same version with another marker: both together may say what one said before."""
    sides: list[set[tuple[str, str | None]]] = [
        {(one.subject.partition(";")[0], one.old or one.new) for one in changes if one.kind == f"dependency {what}"}
        for what in ("added", "removed")
    ]
    for one in changes:
        both = one.kind.startswith("dependency ") and (one.subject.partition(";")[0], one.old or one.new) in sides[0] & sides[1]
        yield one._replace(rewritten=True) if both else one


def _by_another_installer(path: str, before: dict[str, Locked], after: dict[str, Locked], moved_from: str | None) -> list[Change]:
    """Packages of a conda environment that pip installs now, or no more. They are taken out of both sides."""
    found = []
    for name in sorted(before.keys() - after.keys()):
        package, _, group = name.partition(" ")
        other = f"{package} {_INSTALLERS.get(group, '')}"
        if other in after and other not in before:
            was, now = before.pop(name), after.pop(other)
            if not is_tool(package):
                found.append(
                    Change(
                        component=Component.PLATFORM, kind="dependency", path=path, line=now.line, symbol="", subject=package,
                        old=f"{was.shown} {group}", new=f"{now.shown} {_INSTALLERS[group]}", significance=Significance.MEDIUM, moved_from=moved_from,
                    )
                )  # fmt: skip
    return found


def _is_lock(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.endswith(".lock") or name in ("pylock.toml", "conda-lock.yml", "conda-lock.yaml")


def _pin_change(path: str, name: str, was: Locked | None, now: Locked | None, moved_from: str | None) -> Change | None:
    there = now or was
    assert there is not None
    kind = "dependency added" if was is None else "dependency removed" if now is None else "dependency"
    old, new = was.shown if was is not None else None, now.shown if now is not None else None
    significance = Significance.MEDIUM
    if was is not None and now is not None and old == new:
        if was.hashes == now.hashes or not was.hashes or not now.hashes:
            return None
        gone, come = len(was.hashes - now.hashes), len(now.hashes - was.hashes)
        kind, old, new = "artefacts", f"{old}, {len(was.hashes)} artefacts", f"{new}, {come} others and {gone} fewer"
        significance = Significance.LOW if was.hashes & now.hashes else Significance.HIGH
    return Change(
        component=Component.PLATFORM, kind=kind, path=path, line=there.line, symbol="", subject=name, old=old, new=new,
        significance=significance, moved_from=moved_from,
    )  # fmt: skip


def pins_of(data: bytes | None, path: str) -> dict[str, Locked] | SourceError:
    """Name, with its group and marker, or the line that is no requirement → what is asked for."""
    if data is None:
        return {}
    try:
        document = read_requirements(data, path)
        return read_lock(data, path) if document.kind == "lock" else _asked(document)
    except SourceError as error:
        return error


def _asked(document: RequirementsDocument) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    own = [one for one in document.requirements if one.group == "project"]
    starts = [requirement.span.start.line for requirement in document.requirements]
    for requirement, end in zip(document.requirements, [*starts[1:], len(document.lines) + 1], strict=False):
        line = requirement.span.start.line
        hashes = hashes_of_requirements(document.lines, line, end) if requirement.hashed else set[str]()
        one = found.setdefault(_name(requirement), Locked(line, for_developers=_is_for_developers_alone(requirement, own)))
        one.versions.add(_version(requirement))
        one.hashes |= hashes
    if document.kind == "requirements":
        for number, text in _leftovers(document):
            found[text] = Locked(number, {"given"})
    return found


def _is_for_developers_alone(requirement: Requirement, own: Sequence[Requirement]) -> bool:
    """Not what is in a group that the project itself asks for, as an extra of its own."""
    group = requirement.group.rpartition(":")[2]
    if (
        not is_for_developers(group)
        or is_run_by(group, requirement.name)
        or any(group == extra.strip() for one in own for extra in one.extras.split(","))
    ):
        return False
    return not (is_of_development(group) and any(one.name == requirement.name for one in own))


def _name(requirement: Requirement) -> str:
    group = f" ({requirement.group})" if requirement.group not in ("", "project") else ""
    marker = f"; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name or requirement.url}{group}{marker}"


def _version(requirement: Requirement) -> str:
    clauses = ",".join(sorted("".join(clause.split()) for clause in requirement.specifier.split(",") if clause.strip()))
    return (f"[{requirement.extras}]" if requirement.extras else "") + (requirement.url or clauses or "any version")


def _leftovers(document: RequirementsDocument) -> list[tuple[int, str]]:
    """Lines of a requirements file that are no requirement: indexes, options, includes, and what nobody can read."""
    known = {requirement.span.start.line for requirement in document.requirements}
    found = []
    continued = False
    for number, line in enumerate(document.lines, 1):
        text = re.sub(r"(?:^|\s)#.*", "", line).strip()
        goes_on, inside = text.endswith("\\"), continued
        continued = goes_on
        if text and number not in known and not inside:
            found.append((number, " ".join(text.split())))
    return found


def _other_keys(path: str, old: bytes | None, new: bytes | None, moved_from: str | None) -> list[Change]:
    """What else stands in a manifest: the Python that is asked for, channels, indexes, settings of the project's own tables."""
    name = path.rpartition("/")[2].lower()
    if _is_lock(path) or name.endswith((".txt", ".in")):
        return []
    touched: tuple[Touched, ...] = ()
    as_config = f"{path}.toml" if name == "pipfile" else path
    if name == "setup.cfg":
        changes = line_changes(as_config, old, new, moved_from=moved_from)
    else:
        changes, touched = config_diff(as_config, old, new, moved_from=moved_from)
    found = []
    for change in changes:
        inside = [one.key for one in touched if one.key.startswith(f"{change.subject}.")] if change.subject == "tool" else []
        if not all(_is_for_developers(key, name) for key in inside or [change.subject]):
            found.append(change._replace(path=path))
    return found


def _is_for_developers(key: str, name: str) -> bool:
    parts = key.split(".")
    tool = parts[1] if parts[0] == "tool" and len(parts) > 1 else parts[0] if name == "setup.cfg" else ""
    silent = tool.partition("-")[0] in _TABLES or tool in _TABLES or tool.partition(":")[0] in _TABLES
    return bool(silent or _TOLD_BY_PINS.match(key) or _FOR_READERS.match(key))


def image_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> list[Change]:
    """Instructions of a Dockerfile that came and went, in order; comments and layout are none."""
    sides: list[list[tuple[str, str, int]]] = []
    for data in (old, new):
        try:
            sides.append(_instructions(data, path))
        except SourceError as error:
            return [unreadable(path, error.line or 1, error.message, Component.PLATFORM, old=data is old)]
    before, after = sides
    gone = [item for item in before if item[:2] not in {i[:2] for i in after}]
    come = [item for item in after if item[:2] not in {i[:2] for i in before}]
    found = []
    for keyword, value, line in come:
        was = next((item for item in gone if item[0] == keyword), None)
        if was is not None:
            gone.remove(was)
        found.append(_image(path, line, keyword, was[1] if was else None, value, moved_from))
    found += [_image(path, line, keyword, value, None, moved_from) for keyword, value, line in gone]
    if not found and [i[:2] for i in before] != [i[:2] for i in after]:
        found.append(_image(path, 1, "order of the instructions", None, None, moved_from))
    return found


def _instructions(data: bytes | None, path: str) -> list[tuple[str, str, int]]:
    if data is None:
        return []
    read = read_dockerfile(data, path).instructions
    return [(i.keyword, _spaced(i.value), i.span.start.line) for i in read if i.keyword not in ("LABEL", "MAINTAINER")]


def _spaced(text: str) -> str:
    """White space counts only where a here-document or a quoted text holds it."""
    return text if "\n" in text or '"' in text or "'" in text else " ".join(text.split())


def _image(path: str, line: int, keyword: str, old: str | None, new: str | None, moved_from: str | None) -> Change:
    return Change(
        component=Component.PLATFORM, kind="image", path=path, line=line, symbol="", subject=keyword, old=old, new=new,
        significance=Significance.HIGH if keyword == "FROM" else Significance.MEDIUM, moved_from=moved_from,
    )  # fmt: skip
