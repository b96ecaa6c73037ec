"""What a library makes a program of, whose command line may then give any parameter: `fire.Fire(Trainer)`, `jsonargparse.CLI()`."""

from __future__ import annotations

from typing import NamedTuple

from mlsmith.index.project import Definition, Project
from mlsmith.rules.kit.memo import once_a_project

_MAKERS = frozenset({"fire.Fire", "fire.core.Fire", "jsonargparse.CLI", "jsonargparse.auto_cli"})
_FIRE, _JSONARGPARSE = b"fire.", b"jsonargparse."
"""What stands in the packed calls of a file that calls one of them, wherever it imports the library"""
_COMPONENTS = frozenset({"component", "components"})
_CLI = "LightningCLI"
_FILLING = _CLI.encode()
_FILLED = frozenset({"LightningModule", "LightningDataModule"})
"""What LightningCLI makes objects of, of whatever class its command line or configuration names"""


class _Programs(NamedTuple):
    """`named` holds the words that each file with a program has; `whole` the files whose every name is a command."""

    named: dict[str, frozenset[str]]
    whole: frozenset[str]
    filled: bool


def program_with(project: Project, definition: Definition) -> str:
    """The file with a program whose command line may give the function's parameters; empty where none is known.

    Functions that are handed over by their own names are mentioned otherwise than by a call, and not asked for here.
    """
    programs = _programs(project)
    path, function = definition.path, definition.function
    module = project.files[path].module
    for program in programs.whole:
        names = {origin for _, origin in project.files[program].imports}
        if program == path or any(project.absolute(program, name) == f"{module}.{function.name}" for name in names):
            return program
    if not function.owner or not (programs.named or programs.filled):
        return ""
    cls = f"{module}.{function.owner}"
    family = {cls, *project.heirs.get(cls, ())}
    for program, words in programs.named.items():
        if any(name.rpartition(".")[2] in words for name in family):
            return program
    bases = {name.rpartition(".")[2] for one in family for name in project.lineage(one)}
    return path if programs.filled and function.name.endswith("__init__") and bases & _FILLED else ""


@once_a_project
def _programs(project: Project) -> _Programs:
    named: dict[str, frozenset[str]] = {}
    whole = set()
    filled = any(origin.endswith(_CLI) and origin.endswith(f".{_CLI}") for facts in project.files.values() for _, origin in facts.imports)
    for path, facts in project.files.items():
        packed = facts.packed_calls
        filled = filled or _FILLING in packed
        if _FIRE not in packed and _JSONARGPARSE not in packed:
            continue
        calls = list(facts.calls())
        made = [call for call in calls if call.callee in _MAKERS]
        if made:
            called = {call.callee.removesuffix("()").rpartition(".")[2] for call in calls}
            words = called.union(facts.mentions().references)
            named[path] = frozenset((*words, *(origin.rpartition(".")[2] for name, origin in facts.imports if name in words)))
        if any(not call.positional and _COMPONENTS.isdisjoint(name for name, _ in call.keywords) for call in made):
            whole.add(path)
    return _Programs(named, frozenset(whole), filled)
