"""What a name on the command line means: a parameter, an option, a key of a configuration."""

from __future__ import annotations

import ast
from typing import Any

from mlsmith.errors import UserError, nearest
from mlsmith.fixes.prune.absl_flags import flags_of_absl, take_flag_of_absl
from mlsmith.fixes.prune.commands import commands, slots_of, take_command_option
from mlsmith.fixes.prune.declared import Declared
from mlsmith.fixes.prune.found import Asked, Found, Slot
from mlsmith.fixes.prune.keys import documents_with, take_key
from mlsmith.fixes.prune.options import declarations, take_option
from mlsmith.fixes.prune.parameters import take
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight

_MOST = 12


class Ambiguous(Refusal):
    """A name that means several things; `names` are their full names."""

    def __init__(self, flag: str, names: list[str]) -> None:
        shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
        super().__init__(f"`{flag}` means several things; say which: {shown}", sort="ambiguous name")
        self.names = names


def find(sight: Sight, asked: Asked) -> Found:
    """All that goes with the flag. Raises UserError where there is none of that name, Refusal where it cannot go."""
    flag = asked.flag
    slots = _slots(sight, flag)
    option = _option(sight, flag)
    declared = _of_head(sight, flag, commands(sight, option or flag.rpartition(".")[2]))
    filled = slots_of(sight, declared)
    if any(slot in filled for slot in slots):
        option = option or flag.rpartition(".")[2]
        slots = [slot for slot in slots if slot not in filled]
    keys = _keys(sight, flag)
    meanings = [*map(str, slots), *([f"--{option.replace('_', '-')}"] if option else []), *keys]
    if not meanings:
        _refuse_field(sight, flag)
        raise UserError(f"nothing in the project is called {flag}", advice=_hint(sight, flag) or "see `mlsmith prune --list`")
    if len(meanings) > 1 and flag in meanings:
        meanings = [flag]
    found = Found(asked.value)
    if len(meanings) > 1:
        if len(meanings) == len(slots) and _is_one_chain(sight, found, slots):
            return found
        raise Ambiguous(flag, meanings)
    if slots and str(slots[0]) == meanings[0]:
        take(sight, found, slots[0])
    elif option and meanings[0].startswith("--") and filled:
        if declarations(sight, option) or flags_of_absl(sight, option):
            raise Refusal(f"argparse or absl has an option `{option}`, too", sort="ambiguous name")
        take_command_option(sight, found, option, declared)
    elif option and meanings[0].startswith("--") and flags_of_absl(sight, option):
        if declarations(sight, option):
            raise Refusal(f"argparse and absl both have an option `{option}`", sort="ambiguous name")
        take_flag_of_absl(sight, found, option)
    elif option and meanings[0].startswith("--"):
        take_option(sight, found, option)
    else:
        take_key(sight, found, tuple(meanings[0].split(".")))
    return found


def _is_one_chain(sight: Sight, found: Found, slots: list[Slot]) -> bool:
    """Whether all parameters of a name only hand one value on to each other."""
    try:
        take(sight, found, slots[0])
    except Refusal:
        return False
    return found.slots.keys() >= set(slots)


def _slots(sight: Sight, flag: str) -> list[Slot]:
    """Parameters whose full name ends in the name."""
    head, _, parameter = flag.rpartition(".")
    if not parameter.isidentifier():
        return []
    return [
        Slot(dotted, parameter)
        for dotted, definition in sight.project.definitions.items()
        if (not head or dotted == head or dotted.endswith(f".{head}"))
        and any(p.name == parameter and p.kind in ("positional", "keyword") for p in definition.function.parameters)
    ]  # fmt: skip


def _option(sight: Sight, flag: str) -> str:
    """The name under which an option is read: `use_old` of `--use-old`, `args.use_old`, `FLAGS.use_old` and `use_old`."""
    name = flag.lstrip("-").removeprefix("args.").removeprefix("FLAGS.").replace("-", "_")
    return name if name.isidentifier() and any(known(sight, name) for known in (declarations, commands, flags_of_absl)) else ""


def _of_head(sight: Sight, flag: str, declared: list[Declared]) -> list[Declared]:
    """The commands that a full name such as `train.main.use_old` means; all where it names none."""
    head = flag.rpartition(".")[0]
    if not head or head in ("args", "FLAGS"):
        return declared
    return [one for one in declared if any(f".{slot.function}".endswith(f".{head}") for slot in slots_of(sight, [one]))]


def _keys(sight: Sight, flag: str) -> list[str]:
    if flag.startswith("-"):
        return []
    keys = tuple(flag.split("."))
    found = {".".join(entry.path) for _, entry in documents_with(sight, keys) if not any(part.isdigit() for part in entry.path)}
    return [flag] if flag in found else sorted(found)


def _refuse_field(sight: Sight, flag: str) -> None:
    """Raises Refusal where the name is one of a field that is declared in a class, as dataclasses do."""
    name = flag.lstrip("-").rpartition(".")[2].replace("-", "_")
    for module in sight.modules_with(name, all_of_them=False) if name.isidentifier() else ():
        for node in module.names_spelt({name}):
            up: Any = node.up  # type: ignore[attr-defined]
            if isinstance(up, ast.AnnAssign) and up.target is node and isinstance(up.up, ast.ClassDef):  # type: ignore[attr-defined]
                told = f"`{name}` is a field of `{up.up.name}`, which code, a command line (tyro) or a file may fill"  # type: ignore[attr-defined]
                raise Refusal(told, module.path, node.lineno, sort="field of a class")


def _hint(sight: Sight, flag: str) -> str:
    last = flag.lstrip("-").rpartition(".")[2]
    known = {p.name for definition in sight.project.definitions.values() for p in definition.function.parameters}
    return nearest(last, sorted(known))
