"""`mlsmith review init`: the policy, the signers, and what to do next."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from mlsmith.engine.cache import replace_file
from mlsmith.engine.discover import kind_of, walk
from mlsmith.errors import GitError, UserError
from mlsmith.review.signing import public_key_of
from mlsmith.settings import FILES
from mlsmith.sources.git import Repository

_FOLDERS = ("conf", "config", "configs", "configuration", "params", "hparams", "experiments")
_FILES = ("params.yaml", "params.yml", "config.yaml", "config.yml", "config.toml", "config.json", "hparams.yaml")


def begin(root: Path, configs: tuple[str, ...]) -> Iterator[str]:
    """Write policy and signers into the working tree, and say what was done. Raises UserError where there is a policy."""
    repository = Repository.require(root)
    file = next((root / name for name in FILES if (root / name).is_file()), root / "mlsmith.toml")
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    table = "review" if file.name == "mlsmith.toml" else "tool.mlsmith.review"
    if _has_policy(text, table):
        raise UserError(f"{file.name} has a policy already", advice="edit it there; the change is reviewed under the old one")
    globs = configs or tuple(_found(root))
    if not globs:
        raise UserError("no configuration files were found", advice="name them: mlsmith review init --configs 'conf/**'")
    listed = ", ".join(f'"{glob}"' for glob in globs)
    section = f"[{table}]\nconfigs = [{listed}]\napprovals = 1\nrequire-signature = true\n"
    replace_file(file, (text.rstrip("\n") + "\n\n" + section if text.strip() else section).encode(), mode=0o644)
    yield f"{file.name}: changes of {', '.join(globs)} need an approval"
    yield from _signers(root, repository)
    yield "next: add your colleagues' keys there, and commit both; the policy holds from the merge on"
    yield "in CI: mlsmith review verify --base origin/main"


def _has_policy(text: str, table: str) -> bool:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"the settings are not valid TOML: {error}", advice="mend them first") from None
    for key in table.split("."):
        found = found.get(key, {})
    return bool(found)


def _found(root: Path) -> Iterator[str]:
    paths = [path for path in walk(root).files if kind_of(path) == "config"]
    tops = {path.partition("/")[0] for path in paths if "/" in path}
    yield from (f"{folder}/**" for folder in _FOLDERS if folder in tops)
    yield from (name for name in _FILES if name in paths)


def _signers(root: Path, repository: Repository) -> Iterator[str]:
    file = root / ".mlsmith" / "allowed_signers"
    if file.exists():
        yield f"{file.relative_to(root)}: there already"
        return
    email, key = _config(repository, "user.email"), _config(repository, "user.signingkey")
    line = "# name@example.org ssh-ed25519 AAAA…\n"
    if email and key and Path(key).expanduser().exists():
        line = f"{email} {public_key_of(Path(key).expanduser())}\n"
    file.parent.mkdir(exist_ok=True)
    replace_file(file, line.encode(), mode=0o644)
    yield f"{file.relative_to(root)}: {'with your signing key' if not line.startswith('#') else 'empty: add the keys of those who may approve'}"


def _config(repository: Repository, name: str) -> str:
    try:
        return repository.run("config", name).decode("utf-8", "replace").strip()
    except GitError:
        return ""
