"""A composed template rendered once by cookiecutter, and the parts that several layers wrote put together."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from glob import escape
from pathlib import Path
from typing import Any

from mlsmith.scaffold.compose import FRAGMENTS, LINES, PROJECT, Composed
from mlsmith.scaffold.defects import TemplateDefect, first_line
from mlsmith.scaffold.paths import rendered_paths
from mlsmith.scaffold.toml_text import merge_toml
from mlsmith.scaffold.yaml_text import merge_yaml

Context = Mapping[str, Any]


def render(composed: Composed, context: Context, *, into: Path) -> tuple[Path, frozenset[str]]:
    """The project's folder, a new one inside `into`, rendered with `context` as the variable `cookiecutter`.

    Comes with the paths of the files that were copied unrendered.
    Raises `TemplateDefect` where a file uses an undefined variable, would land outside the folder, or would
    overwrite another one.
    """
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.generate import generate_files
    from cookiecutter.utils import create_env_with_context
    from jinja2 import TemplateError

    values = {"cookiecutter": {**context, "_copy_without_render": [escape(path) for path in composed.verbatim]}}
    try:
        paths = rendered_paths(composed.folder / PROJECT, create_env_with_context(values), values)
        if len(set(paths.values())) != len(composed.files) or "" in paths.values():
            raise TemplateDefect("two files of the template get one name, or one gets none")
        # Hooks stay off although our layers have none: a layer must not gain one unseen.
        generate_files(composed.folder, values, output_dir=into, accept_hooks=False)
    except TemplateError as error:
        place = f"{getattr(error, 'name', '') or 'a template'}, line {getattr(error, 'lineno', '?')}"
        raise TemplateDefect(f"{place} does not render: {first_line(error)}") from error
    except CookiecutterException as error:
        raise TemplateDefect(f"a template does not render: {first_line(error)}") from error
    project = into / str(context["slug"])
    _merge_fragments(project)
    return project, frozenset(paths[path] for path in composed.verbatim)


def _merge_fragments(project: Path) -> None:
    fragments = project / FRAGMENTS
    if not fragments.is_dir():
        return
    for layer in sorted(fragments.iterdir()):
        for source in sorted(path for path in layer.rglob("*") if path.is_file()):
            _merge(source.relative_to(layer).as_posix(), source, project)
    shutil.rmtree(fragments)


def _merge(path: str, source: Path, project: Path) -> None:
    destination = project / path
    if not destination.exists():
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, destination)
        return
    text, addition = destination.read_text(encoding="utf-8"), source.read_text(encoding="utf-8")
    try:
        merged = _merged(path, text, addition)
    except (TemplateDefect, ValueError) as defect:
        raise TemplateDefect(f"{path}: {defect}") from defect
    destination.write_text(merged, encoding="utf-8", newline="\n")


def _merged(path: str, text: str, addition: str) -> str:
    if path in LINES:
        present = text.splitlines()
        new = [line for line in addition.splitlines() if line and line not in present]
        return "\n".join([*present, *new]) + "\n"
    if path.endswith(".toml"):
        import tomllib

        return merge_toml(text, tomllib.loads(addition))
    return merge_yaml(text, addition)
