"""`mlsmith review init`: the policy, the signers, and what to do next."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from mlsmith.engine.cache import replace_file
from mlsmith.engine.discover import kind_of, walk
from mlsmith.errors import UserError
from mlsmith.review.deciding import own_key
from mlsmith.review.people import People
from mlsmith.review.signing import Signers, public_key_of
from mlsmith.settings import FILES, load_settings_text
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
        signers = root / load_settings_text(text, file.name).review.allowed_signers
        if People(Signers(signers.read_bytes() if signers.is_file() else b"")).lines:
            raise UserError(f"{file.name} has a policy already", advice="edit it there; the change is reviewed under the old one")
        if not (repository.setting("user.email") and own_key(repository)):
            raise UserError(
                f"{file.name} has a policy already, and there is no key of yours to add to its signers",
                advice="set git's user.email, and user.signingkey to an SSH key (`ssh-keygen -t ed25519` makes one)",
            )
        yield from _signers(root, repository, signers)
        yield "next: add your colleagues' keys there, and commit it; from its merge on, they can approve"
        return
    globs = configs or tuple(_found(root))
    if not globs:
        raise UserError("no configuration files were found", advice="name them: mlsmith review init --configs 'conf/**'")
    listed = ", ".join(f'"{glob}"' for glob in globs)
    section = f"[{table}]\nconfigs = [{listed}]\napprovals = 1\nrequire-signature = true\n"
    replace_file(file, (text.rstrip("\n") + "\n\n" + section if text.strip() else section).encode(), mode=0o644)
    yield f"{file.name}: changes of {', '.join(globs)} need an approval"
    yield from _signers(root, repository, root / ".mlsmith" / "allowed_signers")
    yield "next: add your colleagues' keys there, and commit both; the policy holds from the merge on"
    yield "in CI: mlsmith review verify --base origin/main"
    yield "as .git/hooks/pre-push: exec mlsmith review verify --push"


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


def _signers(root: Path, repository: Repository, file: Path) -> Iterator[str]:
    """Your own key among the signers, where there is none yet."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    name = file.relative_to(root).as_posix()
    if People(Signers(text.encode())).lines:
        yield f"{name}: there already"
        return
    email, key = repository.setting("user.email"), own_key(repository)
    line = f"{email} {public_key_of(key)}\n" if email and key else ""
    if line or not text:
        text = text if not text or text.endswith("\n") else f"{text}\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, (text + (line or "# name@example.org ssh-ed25519 AAAA…\n")).encode(), mode=0o644)
    yield f"{name}: {f'with your key {key}' if line else 'nobody yet: add the keys of those who may approve'}"
