"""Versions that are fixed outside of requirements files: by a Dockerfile, by a notebook's own cells, by an old Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit.knowledge.platforms import IMAGE_PYTHON, PYTHON_LAST
from mlsmith.rules.kit.removals import parts
from mlsmith.sources.config import ConfigDocument
from mlsmith.sources.docker import Dockerfile
from mlsmith.sources.magics import Magic
from mlsmith.sources.manifests import conda_requirements
from mlsmith.sources.requirements import canonical_name

Pin = tuple[str, str]
"""Distribution and specifier"""

_INSTALLS = regex(r"\b(?:(?:pip3?|conda|mamba|uv pip)\s+install|(?:conda|mamba)\s+create)\s([^;&|\n]*)")
_PINNED = regex(r"(?:[\w-]+::)?([A-Za-z][\w.-]*)(?:\[[\w,-]*\])?\s*((?:[<>!~=]=?)\s*\d[\w.*]*(?:,[<>!~=]=?\d[\w.*]*)*)\Z")
_IMAGE = regex(r"(?:[\w.-]+/)*(python|tensorflow|pytorch)/?(?:python|tensorflow|pytorch)?:(\d+(?:\.\d+)*)")
_IMAGES = {"python": "python", "tensorflow": "tensorflow", "pytorch": "torch"}
_PYTHON = regex(r"(\d+)\.(\d+)")
_OLD_TENSORFLOW = regex(r"%tensorflow_version\s+(1)\b")


def named_as_imported(name: str) -> str:
    """conda calls PyTorch by its project's name."""
    return "torch" if name == "pytorch" else name


def bounds(pins: Iterable[Pin]) -> Iterator[Pin]:
    """What an old Python among them lets in: nothing that does not run on it any more."""
    for name, specifier in pins:
        match = _PYTHON.search(specifier) if name == "python" else None
        if match and ">" not in specifier and "!" not in specifier:
            for library, first in PYTHON_LAST.get((int(match[1]), int(match[2])), {}).items():
                yield library, f"<{first}"


def of_command(command: str) -> Iterator[Pin]:
    """`pip install numpy==1.19.5`, `conda create -n old python=3.7 tensorflow-gpu=1.15`."""
    for arguments in _INSTALLS.findall(command):
        for word in arguments.split():
            match = _PINNED.match(word.strip("'\""))
            if match:
                yield canonical_name(match[1]), match[2]


def of_configuration(document: ConfigDocument) -> Iterator[Pin]:
    """A conda environment that is not named as one: `crop_env.yaml`."""
    if document.path.endswith((".yml", ".yaml")):
        yield from ((requirement.name, requirement.specifier) for requirement in conda_requirements(document))


def of_dockerfile(document: Dockerfile) -> Iterator[Pin]:
    """What the image is made from and what is installed in it."""
    variables = dict(_argument(i.value) for i in document.instructions if i.keyword == "ARG")
    for stage in document.stages:
        match = _IMAGE.match(_filled(stage.image, variables))
        if match:
            yield _IMAGES[match[1]], f"=={match[2]}"
            python = next((python for end, python in IMAGE_PYTHON.get(match[1], ()) if parts(match[2]) < parts(end)), "")
            yield "python", python
    for instruction in document.instructions:
        if instruction.keyword == "RUN":
            yield from of_command(_filled(instruction.value, variables))


def of_magics(magics: tuple[Magic, ...]) -> Iterator[Pin]:
    """What a notebook itself installs, or asks its host for."""
    for _, text in magics:
        yield from of_command(text)
        for version in _OLD_TENSORFLOW.findall(text):
            yield "tensorflow", f"=={version}.*"


def _argument(written: str) -> tuple[str, str]:
    """`ARG CUDA="11.3"`"""
    name, _, value = written.partition("=")
    return name.strip(), value.strip().strip("'\"")


def _filled(text: str, variables: dict[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda match: variables.get(match[1], match[0]), text)
