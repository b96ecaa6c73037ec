"""The questions of `mlsmith new` on a terminal, each with what its answer adds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.prompt import Confirm, Prompt
from rich.table import Table
from rich.text import Text

from mlsmith.errors import UserError
from mlsmith.scaffold.answers import check
from mlsmith.scaffold.kinds import find_kind, stack
from mlsmith.scaffold.planning import Wish, contents, mentions

if TYPE_CHECKING:
    from mlsmith.scaffold.create import Created
    from mlsmith.scaffold.foreign import Foreign
    from mlsmith.scaffold.kinds import Catalogue
    from mlsmith.scaffold.layers import Layer, Question

_console = Console(stderr=True)


class Dialogue:
    """One conversation. `asked` says whether it came to a question at all."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._layers: tuple[Layer, ...] = ()
        self._places: dict[str, tuple[str, ...]] = {}
        self.asked = False

    def complete_wish(self, wish: Wish) -> Wish:
        """`wish` with a kind, and with layers where the kind had to be asked for."""
        if not wish.kind:
            wish = replace(wish, kind=self._ask_kind())
            if not wish.layers:
                wish = replace(wish, layers=self._ask_layers(wish.kind))
        self._layers = stack(self._catalogue, find_kind(self._catalogue, wish.kind), extra=wish.layers)
        self._places = mentions(self._layers)
        return wish

    def ask(self, question: Question, default: str) -> str:
        """The user's answer; asked again until it fits."""
        self.asked = True
        _console.print(self._effect(question))
        while True:
            choices = list(question.choices) or None
            value = Prompt.ask(Text(f"  {question.prompt}"), console=_console, default=default, choices=choices)
            try:
                return check(question, value.strip())
            except UserError as error:
                _console.print(Text(f"  {error}", style="red"))

    def agrees(self, project: Created) -> bool:
        """Whether the project, shown before it is written, is what the user wants."""
        _console.print(Text(f"\n{len(project.files)} files go to {project.directory}", style="bold"))
        return Confirm.ask("Write them?", console=_console, default=True)

    def _ask_kind(self) -> str:
        self.asked = True
        names = list(self._catalogue.kinds)
        table = _table("kind")
        for name, kind in self._catalogue.kinds.items():
            size = contents(self._catalogue, stack(self._catalogue, kind))
            table.add_row(name, kind.summary, str(size.files), str(size.packages))
        _console.print(table)
        return Prompt.ask("What will it predict?", console=_console, choices=names, default=names[0])

    def _ask_layers(self, kind_name: str) -> tuple[str, ...]:
        kind = find_kind(self._catalogue, kind_name)
        standing = stack(self._catalogue, kind)
        before = contents(self._catalogue, standing)
        table, offered = _table("layer"), []
        for name, layer in self._catalogue.layers.items():
            try:
                grown = stack(self._catalogue, kind, extra=(name,))
            except UserError:
                continue  # Excluded by a layer of the kind.
            if layer in standing or any(layer.name in other.layers for other in self._catalogue.kinds.values()):
                continue
            after = contents(self._catalogue, grown)
            offered.append(name)
            table.add_row(name, layer.summary, f"+{after.files - before.files}", f"+{after.packages - before.packages}")
        if not offered:
            return ()
        _console.print(table)
        chosen = Prompt.ask("Layers to add, by comma (none)", console=_console, default="", show_default=False)
        return tuple(name.strip() for name in chosen.split(",") if name.strip())

    def _effect(self, question: Question) -> Text:
        places = self._places.get(question.key, ())
        shown = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        parts = [part for part in (question.help, f"goes into {shown}" if places else "") if part]
        return Text(f"\n  {'; '.join(parts)}" if parts else "", style="dim")


def consents(template: Foreign) -> bool:
    """Whether the user lets the template run its own programs."""
    listed = ", ".join(template.code)
    _console.print(Text(f"{template.source} runs code of its own: {listed}", style="yellow"))
    return Confirm.ask("Run it?", console=_console, default=False)


def ask_foreign(key: str, default: Any) -> str:
    """One question of a foreign template."""
    if isinstance(default, list):
        choices = [str(choice) for choice in default]
        return Prompt.ask(Text(f"  {key}"), console=_console, choices=choices, default=choices[0])
    return Prompt.ask(Text(f"  {key}"), console=_console, default=str(default))


def _table(first: str) -> Table:
    table = Table(first, "", "files", "packages", box=None, header_style="dim", padding=(0, 2, 0, 0))
    table.columns[0].style = "cyan"
    table.columns[2].justify = table.columns[3].justify = "right"
    return table
