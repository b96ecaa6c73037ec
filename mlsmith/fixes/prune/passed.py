"""Whether anything in the project passes an option: scripts, documents, notebooks, texts in code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from mlsmith.engine.discover import kind_of
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.short_options import TOGETHER, ShortOptions
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import last_word
from mlsmith.regex import regex
from mlsmith.rules.kit.command_line import declared_options
from mlsmith.rules.kit.module import Module

_OPTION = regex(r"(?<![\w-])--?[A-Za-z][\w-]*")
_SHORT = regex(r"-\w")
_CONSOLE_SCRIPT = regex(r"""([\w.-]+)["']?\s*=\s*["']?([\w.]+):\w+""")
_PACKAGING = ("pyproject.toml", "setup.cfg", "setup.py")


def refuse_passed(sight: Sight, spelt: set[str], declared: list[tuple[Module, ast.Call | None]], *, together: bool = True) -> None:
    """Raises Refusal where a script, a document, a notebook or a text in code passes the option.

    `together` says whether the program takes letters that are written as one word: `-vu`.
    """
    ours = {id(call) for _, call in declared}
    programs = programs_of(sight, [module.name for module, _ in declared])
    shorts = ShortOptions(sight) if together and any(_SHORT.fullmatch(option) for option in spelt) else None
    for option in sorted(spelt):
        long = option.startswith("--")
        given_by = _giving(option, shorts)
        for path in sight.paths:
            kind = kind_of(path)
            if kind == "python":
                module = sight.module(path) if option[-1].encode() in sight.data(path) and given_by(sight.text(path)) else None
                for text in module.syntax.strings if module is not None else ():
                    if isinstance(text.value, str) and (word := given_by(text.value)) and not stands_in(text, ours):
                        raise Refusal(_told(word, option), path, text.lineno, sort="option passed")
            elif long or (kind is not None and programs & set(sight.words(path))):
                for number, line in enumerate(sight.text(path).split("\n"), 1):
                    if word := given_by(line):
                        raise Refusal(_told(word, option), path, number, sort="option passed")


def refuse_abbreviated(sight: Sight, spelt: set[str], declared: list[Module]) -> None:
    """Raises Refusal where something passes the beginning of an option, which argparse takes for it."""
    begun = {option[:length] for option in spelt for length in range(3 if option.startswith("--") else 2, len(option)) if len(option) > 2}
    modules = sight.modules_with("add_argument", all_of_them=False)
    begun -= {str(module.constant(node)) for module in modules for _, call in declared_options(module) for node in call.node.args}
    programs = programs_of(sight, [module.name for module in declared])
    for path in sight.paths if begun else ():
        words = begun & set(_OPTION.findall(sight.text(path))) if kind_of(path) is not None else set()
        if not programs & set(sight.words(path)):
            words = {word for word in words if word.startswith("--")}
        module_of = sight.module(path) if words and kind_of(path) == "python" else None
        for number, line in () if not words else _texts(module_of) if module_of is not None else enumerate(sight.text(path).split("\n"), 1):
            for word in _OPTION.findall(line):
                if word in words:
                    raise Refusal(f"`{word}` may be short for the option", path, number, sort="option passed")


def _texts(module: Module) -> Iterator[tuple[int, str]]:
    """Texts of a Python file with their lines, but for those that declare an option."""
    for text in module.syntax.strings:
        up: Any = text.up  # type: ignore[attr-defined]
        if isinstance(text.value, str) and not (isinstance(up, ast.Call) and last_word(up.func) in ("add_argument", "option", "Option")):
            yield text.lineno, text.value


def _giving(option: str, shorts: ShortOptions | None) -> Callable[[str], str]:
    """What tells the word of a text that gives the option, or an empty one."""
    end = r"(?![\w-])" if option.startswith("--") else r"(?=[\s=\"']|\Z)"
    pattern = re.compile(rf"(?<![\w-]){re.escape(option)}{end}")

    def word(text: str) -> str:
        if pattern.search(text):
            return option
        if shorts is None or not _SHORT.fullmatch(option):
            return ""
        return next((word for word in TOGETHER.findall(text) if shorts.passes(word, option[1])), "")

    return word


def _told(word: str, option: str) -> str:
    return f"`{word}` is passed, or written of, here" if word == option else f"`{word}` passes `{option}` here, together with others"


def programs_of(sight: Sight, modules: list[str]) -> set[str]:
    """Words by which a program with the option is started: its module, its package where it is `__main__`, and console scripts."""
    names = {part for module in modules for part in module.removesuffix(".__main__").split(".")[-1:]}
    for path in sight.paths:
        if path.rpartition("/")[2] in _PACKAGING:
            for script, module in _CONSOLE_SCRIPT.findall(sight.text(path)):
                if any(name == module or name.endswith(f".{module}") for name in modules):
                    names.update(re.findall(r"[A-Za-z_]\w*", script))
    return names


def stands_in(node: ast.AST, owners: set[int]) -> bool:
    """Whether a node is part of one of the expressions, which are known by their ids."""
    up: Any = node
    while up is not None and not isinstance(up, ast.stmt):
        if id(up) in owners:
            return True
        up = up.up
    return False
