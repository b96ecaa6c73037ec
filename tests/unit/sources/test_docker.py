"""Dockerfiles: instructions as docker sees them, each with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsmith.errors import SourceError
from mlsmith.sources.docker import Dockerfile, read_dockerfile


def read(text: str) -> Dockerfile:
    return read_dockerfile(text.encode())


def test_continuations_are_joined_over_comments_and_blank_lines() -> None:
    text = "FROM python:3.11\n# note\nRUN pip install \\\n    # the framework\n\n    torch \\  \n    numpy\nCMD python\n"
    assert [(i.keyword, i.value, i.span.start.line, i.span.end.line) for i in read(text).instructions] == [
        ("FROM", "python:3.11", 2 - 1, 1),
        ("RUN", "pip install torch numpy", 3, 7),
        ("CMD", "python", 8, 8),
    ]


def test_an_instruction_that_the_file_leaves_open_ends_with_the_file() -> None:
    (instruction,) = read("RUN a \\\n  b \\\n\n# c").instructions
    assert (instruction.value, instruction.span.end.line) == ("a b", 2)


def test_positions_are_those_of_the_text() -> None:
    (_, instruction) = read("\ufefffrom a\r\n  run  é \\\r\n  x  \r\n").instructions
    assert (instruction.span.start.line, instruction.span.start.column) == (2, 3)
    assert (instruction.span.end.line, instruction.span.end.column) == (3, 4)


def test_stages_have_images_and_names() -> None:
    text = "ARG TAG=1\nFROM --platform=$BUILDPLATFORM nvidia/cuda:${TAG} AS base\nFROM base as train\nFROM python@sha256:abc\n"
    assert [(s.image, s.name) for s in read(text).stages] == [
        ("nvidia/cuda:${TAG}", "base"),
        ("base", "train"),
        ("python@sha256:abc", ""),
    ]


def test_here_documents_belong_to_their_instruction() -> None:
    text = "RUN <<EOF\npip install torch\nFROM nothing\nEOF\nCOPY <<-'A' <<B /x/\n\tone\n\tA\ntwo\nB\nCMD x\n"
    assert [(i.keyword, i.value) for i in read(text).instructions] == [
        ("RUN", "<<EOF\npip install torch\nFROM nothing"),
        ("COPY", "<<-'A' <<B /x/\n\tone\ntwo"),
        ("CMD", "x"),
    ]


@pytest.mark.parametrize("command", ["RUN echo $((1<<2))", "RUN cat <<<word", "RUN cat <<EOF", "ENV X <<EOF"])
def test_what_is_no_here_document_swallows_nothing(command: str) -> None:
    assert [i.keyword for i in read(f"{command}\nCMD a\n2\n").instructions][-1] == "CMD"
    assert [i.keyword for i in read("ENV X <<EOF\nCMD a\nEOF\n").instructions] == ["ENV", "CMD"]


def test_the_escape_directive_changes_what_continues_a_line() -> None:
    text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nRUN dir C:\\\nRUN a `\n b\n"
    assert [i.value for i in read(text).instructions] == ["x", "dir C:\\", "a b"]
    assert [i.value for i in read("# note\n# escape=`\nRUN a `\nRUN b\n").instructions] == ["a `", "b"]


def test_bytes_that_are_not_utf8_name_the_line() -> None:
    with pytest.raises(SourceError, match="UTF-8") as error:
        read_dockerfile(b"FROM x\nRUN \xff\n")
    assert error.value.line == 2


@given(text=st.text("FROM RUN\\#\n \t<EOF`as:$\r", max_size=60))
def test_any_text_is_read_and_instructions_come_in_order(text: str) -> None:
    starts = [instruction.span.start for instruction in read(text).instructions]
    assert starts == sorted(set(starts))
