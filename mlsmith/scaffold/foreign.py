"""Templates of others (`--template`): fetched without a trace, and run as code only after consent."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlsmith.errors import GitError, UserError
from mlsmith.regex import regex

_URL = regex(r"(?:(?:git\+)?(?:https?|ssh|git|file)://|[\w.-]+@[\w.-]+:)")
_SHORT = {
    "gh": "https://github.com/{}.git",
    "gl": "https://gitlab.com/{}.git",
    "bb": "https://bitbucket.org/{}.git",
}
_HOOKS = {"pre_prompt", "pre_gen_project", "post_gen_project"}
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Foreign:
    """A cookiecutter template on disk. `code` names what in it would run as a program."""

    folder: Path
    source: str
    revision: str
    code: tuple[str, ...]
    settings: Mapping[str, Any]


@contextmanager
def fetched(source: str, *, checkout: str = "", into: Path) -> Iterator[Foreign]:
    """The template at `source`, a directory or git URL, at revision `checkout`; a copy is made inside `into`.

    Raises `UserError` where it is no template, `GitError` where git cannot fetch it.
    """
    url = _url(source)
    local = Path(source)
    if url is None and not local.is_dir():
        raise UserError(f'"{source}" is neither a directory nor a git URL', advice="name one that holds cookiecutter.json")
    if url is not None or checkout:
        folder = into / "fetched"
        revision = _clone(url or str(local.resolve()), folder, checkout)
    else:
        folder, revision = local.resolve(), ""
    yield _inspect(folder, source, revision)


def _url(source: str) -> str | None:
    prefix, colon, rest = source.partition(":")
    if colon and prefix in _SHORT and not rest.startswith("/"):
        return _SHORT[prefix].format(rest)
    return source.removeprefix("git+") if _URL.match(source) else None


def _clone(url: str, folder: Path, checkout: str) -> str:
    if url.startswith("-") or checkout.startswith("-"):
        raise UserError("a template's address or revision does not begin with a dash", advice="check --template")
    # No helper programs by address (`ext::`), no password prompt, no submodules: a fetch must only fetch.
    environment = {
        **{key: value for key, value in os.environ.items() if key not in {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}},
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "GIT_TERMINAL_PROMPT": "0",
    }

    def git(*arguments: str) -> str:
        try:
            done = subprocess.run(
                ["git", *arguments], env=environment, capture_output=True, text=True, timeout=_SECONDS,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise GitError("git is not installed", advice="install it, or give --template a directory") from error
        except subprocess.TimeoutExpired as error:
            raise GitError(f"{url} did not answer within {_SECONDS} s", advice="try again") from error
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise GitError(f"git cannot fetch {url}: {reason}", advice="check --template and --checkout")
        return done.stdout.strip()

    git("-c", f"core.hooksPath={os.devnull}", "clone", "--quiet", "--no-checkout", "--", url, str(folder))
    wanted = _revision(git, folder, checkout)
    git("-C", str(folder), "-c", f"core.hooksPath={os.devnull}", "checkout", "--quiet", "--detach", wanted)
    return wanted


def _revision(git: Callable[..., str], folder: Path, checkout: str) -> str:
    names = [f"refs/remotes/origin/{checkout}", f"refs/tags/{checkout}", checkout] if checkout else ["HEAD"]
    for name in names:
        try:
            return git(
                "-C",
                str(folder),
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                f"{name}^{{commit}}",
            )
        except GitError:
            continue
    raise GitError(f'the template has no revision "{checkout}"', advice="name a branch, tag or commit")


def _inspect(folder: Path, source: str, revision: str) -> Foreign:
    path = folder / "cookiecutter.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f'"{source}" holds no cookiecutter.json', advice="name the template's own directory") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{source}: cookiecutter.json does not parse: {error}", advice="mend the template") from error
    if not isinstance(settings, dict):
        raise UserError(f"{source}: cookiecutter.json is not a table of questions", advice="mend the template")
    if nested := settings.get("templates", settings.get("template")):
        names = ", ".join(map(str, nested))
        raise UserError(f"{source} holds several templates ({names})", advice="name one of its directories")
    return Foreign(folder, source, revision, _code(folder, settings), settings)


def _code(folder: Path, settings: Mapping[str, Any]) -> tuple[str, ...]:
    hooks = sorted(path for path in (folder / "hooks").glob("*") if path.stem in _HOOKS and path.is_file())
    found = [f"hooks/{path.name}" for path in hooks]
    # Jinja's environment settings can name extensions of their own.
    found += [f"extension {name}" for name in settings.get("_extensions", [])]
    found += ["settings of the template engine"] if settings.get("_jinja2_env_vars") else []
    return tuple(found)
