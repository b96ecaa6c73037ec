"""Rendering a template of others: in a sandbox, or, after consent, as cookiecutter itself would."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlsmith.errors import UserError, nearest
from mlsmith.scaffold.create import Created, listing
from mlsmith.scaffold.defects import TemplateDefect, first_line
from mlsmith.scaffold.first_commit import commit_all
from mlsmith.scaffold.foreign import Foreign
from mlsmith.scaffold.paths import rendered_paths, require_inside
from mlsmith.scaffold.record import RECORD, write_record
from mlsmith.scaffold.staging import publish, staging
from mlsmith.scaffold.target import find_target, require_free

Ask = Callable[[str, Any], str]
"""Asks the user: key and default in, answer out."""


def require_consent(template: Foreign, *, trust: bool) -> None:
    """Raise `UserError` where the template brings programs and the user has not agreed to run them."""
    if template.code and not trust:
        listed = ", ".join(template.code)
        raise UserError(f"{template.source} runs code ({listed})", advice="read it, then say --trust")


def create_foreign(
    template: Foreign, *, given: Mapping[str, str], directory: str | None, output_dir: Path | None,
    trust: bool = False, git: bool = True, dry_run: bool = False, ask: Ask | None = None,
) -> Created:  # fmt: skip
    """A project from a template of others; `create`'s guarantees hold, the files are taken as they come.

    Without `trust` Jinja runs in a sandbox and no hook or extension runs. Raises as `create` does.
    """
    require_consent(template, trust=trust)
    with _cookiecutter(template, trust=trust) as folder:
        context = _context(folder, template, given, ask)
        name = _project_name(folder, context)
        target = find_target(directory, slug=name, output_dir=output_dir)
        require_free(target)
        if dry_run:
            with tempfile.TemporaryDirectory(prefix="mlsmith-") as box:
                return Created(target, "", (), listing(_render(folder, context, Path(box), hooks=False)))
        with staging(target) as box:
            project = _render(folder, context, box, hooks=trust)
            _record(project, template, context)
            files = listing(project)
            message = f"Set up from {template.source}"
            author = str(context["cookiecutter"].get("author", context["cookiecutter"].get("full_name", "")))
            note = commit_all(project, author=author, message=message, beside=target.parent) if git else ""
            publish(project, target)
    return Created(target, "", (), files, (note,) if note else ())


@contextmanager
def _cookiecutter(template: Foreign, *, trust: bool) -> Iterator[Path]:
    """The folder to render, with cookiecutter set up for it and put back afterwards."""
    from cookiecutter import generate, prompt
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.hooks import run_pre_prompt_hook
    from jinja2 import TemplateError
    from jinja2.exceptions import SecurityError

    folder = template.folder
    original, path = generate.create_env_with_context, list(sys.path)
    try:
        if trust:
            folder = Path(run_pre_prompt_hook(folder))
            sys.path.append(str(folder))
        else:
            # cookiecutter offers no other door to its environment; Jinja alone reaches all of Python.
            generate.create_env_with_context = _sandbox
            prompt.create_env_with_context = _sandbox
        yield folder
    except SecurityError as error:
        advice = "read the template, then say --trust"
        raise UserError(f"{template.source} reaches for Python's internals: {first_line(error)}", advice=advice) from error
    except (TemplateError, CookiecutterException) as error:
        reason = first_line(error)
        raise UserError(f"{template.source} does not render: {reason}", advice="mend the template") from error
    finally:
        generate.create_env_with_context = prompt.create_env_with_context = original
        sys.path[:] = path
        if folder != template.folder:
            shutil.rmtree(folder.parent, ignore_errors=True)


def _sandbox(context: Mapping[str, Any]) -> Any:
    from cookiecutter.environment import ExtensionLoaderMixin
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ExtensionLoaderMixin, ImmutableSandboxedEnvironment):  # type: ignore[misc]
        pass

    # An empty context: extensions are asked for by name there.
    return Sandbox(context={}, undefined=StrictUndefined, keep_trailing_newline=True)


def _context(folder: Path, template: Foreign, given: Mapping[str, str], ask: Ask | None) -> dict[str, Any]:
    from cookiecutter.generate import apply_overwrites_to_context, generate_context
    from cookiecutter.prompt import prompt_for_config, render_variable

    # No default_context: the user's own cookiecutter settings are none of this project's answers.
    context: dict[str, Any] = generate_context(str(folder / "cookiecutter.json"))
    questions = context["cookiecutter"]
    keys = [key for key in questions if not key.startswith("_")]
    for key, value in given.items():
        if key not in keys:
            raise UserError(f'no question is called "{key}"', advice=nearest(key, keys) or f"keys are {', '.join(keys)}")
        _override(apply_overwrites_to_context, questions, key, value)
    if ask is not None:
        from cookiecutter.generate import create_env_with_context

        environment, so_far = create_env_with_context(context), dict[str, Any]()
        for key in keys:
            rendered = render_variable(environment, questions[key], so_far)
            if key not in given and not isinstance(rendered, dict):
                _override(apply_overwrites_to_context, questions, key, ask(key, rendered))
                rendered = render_variable(environment, questions[key], so_far)
            so_far[key] = rendered[0] if isinstance(rendered, list) else rendered
    context["cookiecutter"] = {**questions, **prompt_for_config(context, no_input=True)}
    context["cookiecutter"] |= {"_template": template.source, "_checkout": template.revision or None}
    return context


def _override(apply: Callable[..., None], questions: dict[str, Any], key: str, value: str) -> None:
    choices = questions[key]
    try:
        apply(questions, {key: value})
    except ValueError as error:
        known = [str(choice) for choice in choices] if isinstance(choices, list) else ["yes", "no"]
        advice = nearest(value, known) or f"choices are {', '.join(known)}"
        raise UserError(f'{key} cannot be "{value}"', advice=advice) from error


def _project_name(folder: Path, context: Mapping[str, Any]) -> str:
    from cookiecutter import generate
    from cookiecutter.find import find_template

    environment = generate.create_env_with_context(context)
    top = find_template(folder, environment)
    name: str = environment.from_string(top.name).render(**context)
    if not name or "/" in name or "\\" in name or name in {".", ".."}:
        raise TemplateDefect(f'the template writes outside the project: "{name}"')
    rendered_paths(top, environment, context)
    return require_inside(name)


def _render(folder: Path, context: dict[str, Any], box: Path, *, hooks: bool) -> Path:
    from cookiecutter.generate import generate_files

    return Path(generate_files(folder, context, output_dir=box / "rendered", accept_hooks=hooks))


def _record(project: Path, template: Foreign, context: Mapping[str, Any]) -> None:
    if (project / RECORD).exists():
        return
    answers = {
        key: str(value)
        for key, value in context["cookiecutter"].items()
        if not key.startswith("_") and isinstance(value, str | int | float)
    }
    source = {"source": template.source, "revision": template.revision}
    write_record(project, kind="", layers=(), answers=answers, template=source)
