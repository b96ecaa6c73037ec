"""The project as it was rendered, kept beside it: what `mlsmith update` needs to tell the user's changes from the template's."""

from __future__ import annotations

import hashlib
import io
import lzma
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from mlsmith.errors import UnreadableInput

PRISTINE = ".mlsmith/pristine.tar.xz"
_MOST = 64 << 20
"""Bytes that are unpacked at most: the archive comes with a repository that somebody else may have written"""

Files = Mapping[str, bytes]


def read_project(folder: Path, *, without: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """Path → bytes of every file of a project, sorted; git's own files, symbolic links and `without` left out."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    return {name: files[name].read_bytes() for name in sorted(files) if name not in without and not name.startswith(".git/")}


def write_pristine(folder: Path, files: Files) -> None:
    """Keep `files` in the project as one archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    path = folder / PRISTINE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lzma.compress(buffer.getvalue(), preset=6))


def read_pristine(folder: Path, digests: Mapping[str, str]) -> dict[str, bytes]:
    """The files as they were rendered. `digests` (path → SHA-256) are those of the record.

    Raises `UnreadableInput` where the archive is missing, damaged, or of another project.
    """
    advice = f"restore {PRISTINE} from version control"
    try:
        packed = (folder / PRISTINE).read_bytes()
        data = lzma.LZMADecompressor().decompress(packed, max_length=_MOST)
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            files = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isreg()}  # type: ignore[union-attr]
    except FileNotFoundError:
        raise UnreadableInput(f"{PRISTINE} is missing", advice=advice) from None
    except (OSError, lzma.LZMAError, tarfile.TarError, EOFError) as error:
        raise UnreadableInput(f"{PRISTINE} is damaged: {error}", advice=advice) from None
    if {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} != dict(digests) or not all(map(_is_inside, files)):
        raise UnreadableInput(f"{PRISTINE} does not hold the files that the record speaks of", advice=advice)
    return files


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and path.parts[:1] != (".git",)
