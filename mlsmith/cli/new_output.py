"""What `mlsmith new` shows: the catalogue, the tree to be, and the project that is there now."""

from __future__ import annotations

import json
import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.tree import Tree

    from mlsmith.scaffold.create import Created
    from mlsmith.scaffold.kinds import Catalogue


def show_catalogue(catalogue: Catalogue, *, as_json: bool) -> None:
    """Kinds and layers, one line each."""
    groups = {
        "kinds": [(kind.name, kind.title, kind.summary) for kind in catalogue.kinds.values()],
        "layers": [(layer.name, layer.title, layer.summary) for layer in catalogue.layers.values()],
    }
    if as_json:
        rows = {
            group: [{"name": name, "title": title, "summary": summary} for name, title, summary in entries]
            for group, entries in groups.items()
        }
        typer.echo(json.dumps({"version": 1, **rows}))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    width = max((len(name) for entries in groups.values() for name, _, _ in entries), default=0)
    for group, entries in groups.items():
        console.print(Text(group, style="bold"))
        for name, title, summary in entries:
            console.print(Text.assemble("  ", (name.ljust(width), "cyan"), f"  {summary or title}"))


def show_tree(created: Created) -> None:
    """Every file that would be written."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    console.print(_tree(created, levels=None))
    console.print(Text(f"{len(created.files)} files, none written", style="dim"))


def show_created(created: Created) -> None:
    """The panel after the work: the tree at one level and the next commands. Notes go to stderr."""
    from rich.console import Console, Group
    from rich.panel import Panel
    from rich.text import Text

    what = f"a {created.kind} project" if created.kind else "a project"
    parts: list[RenderableType] = [_tree(created, levels=1)]
    commands = next_commands(created)
    parts += [Text("\nNext", style="bold"), *(Text(f"  {command}", style="green") for command in commands)]
    title = Text(f"{what} of {len(created.files)} files", style="bold")
    Console().print(Panel(Group(*parts), title=title, title_align="left", border_style="cyan", expand=False))
    for note in created.notes:
        Console(stderr=True).print(Text(f"note: {note}", style="yellow"))


def next_commands(created: Created) -> list[str]:
    """What to type now, exactly."""
    try:
        place = created.directory.relative_to(Path.cwd().resolve())
    except ValueError:
        place = created.directory
    commands = [f"cd {shlex.quote(str(place))}"]
    if "project.py" in created.files:
        commands += ["python3 project.py train", "python3 project.py test"]
    return commands


def _tree(created: Created, *, levels: int | None) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    root = Tree(Text(f"{created.directory.name}/", style="bold cyan"), guide_style="dim")
    folders: dict[PurePosixPath, Tree] = {PurePosixPath("."): root}
    paths = [PurePosixPath(path) for path in created.files]
    # Folders first, then files, both by name, as file managers show them.
    for path in sorted(paths, key=lambda path: [(number == len(path.parts) - 1, part)
                                                for number, part in enumerate(path.parts)]):  # fmt: skip
        for depth, parent in enumerate(reversed(path.parents[:-1]), 1):
            if parent not in folders and (levels is None or depth <= levels):
                inside = sum(other.is_relative_to(parent) for other in paths)
                label = Text(f"{parent.name}/", style="cyan")
                if levels is not None and depth == levels:
                    label.append(f"  {inside} file{'s' if inside > 1 else ''}", style="dim")
                folders[parent] = folders[parent.parent].add(label)
        if levels is None or len(path.parts) <= levels:
            folders[path.parent].add(Text(path.name))
    return root
