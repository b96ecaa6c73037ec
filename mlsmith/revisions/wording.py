"""How effects and values are put into words: as they stand in the source, short, and so that two that differ can be told apart."""

from __future__ import annotations

import ast

from mlsmith.change import Component, Significance
from mlsmith.revisions.effects import Effect
from mlsmith.revisions.meaning_of_calls import kind_of_call
from mlsmith.revisions.spellings import says_no
from mlsmith.revisions.values import Value, called
from mlsmith.rules.kit.context import module_name_of

_WIDTH = 80


def kind_of_effect(effect: Effect) -> tuple[str, Component, Significance]:
    if effect.kind == "call":
        value = effect.value("value")
        return kind_of_call(value.callee if value is not None else "")
    return effect.kind, Component.SOURCE, Significance.MEDIUM


def weight_of(effect: Effect) -> tuple[Component, Significance]:
    _, component, significance = kind_of_effect(effect)
    return component, significance


def subject_of(effect: Effect) -> str:
    if effect.kind == "call":
        value = effect.value("value")
        return (value.callee if value is not None else "") or text_of(effect)
    if effect.kind == "store":
        node = effect.origin.node
        target = getattr(node, "target", None) or next(iter(getattr(node, "targets", ())), None)
        return unparsed(target) if target is not None else effect.label
    if effect.kind == "default":
        return f"default of {getattr(effect.origin.node, 'arg', effect.label)}"
    return effect.kind


def text_of(effect: Effect) -> str:
    value = effect.value("value")
    if effect.kind == "default" and value is not None:
        return shown(value)
    return head_of(effect.origin.node)


def head_of(node: ast.AST, width: int | None = _WIDTH) -> str:
    """A statement on one line, of those that hold others without what they hold."""
    if isinstance(node, (ast.If, ast.While)):
        return f"{type(node).__name__.lower()} {unparsed(node.test, width)}"
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return f"for {unparsed(node.target, width)} in {unparsed(node.iter, width)}"
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return f"with {', '.join(unparsed(item, width) for item in node.items)}"
    if isinstance(node, (ast.Try, ast.TryStar)):
        return "try"
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return f"{'class' if isinstance(node, ast.ClassDef) else 'def'} {node.name}"
    if isinstance(node, ast.Match):
        return f"match {unparsed(node.subject, width)}"
    return unparsed(node, width)


def signature_of(node: ast.AST) -> str:
    """The names of the parameters in their order, and nothing of what is no function."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    args = node.args
    names = [argument.arg for argument in (*args.posonlyargs, *args.args)]
    names += [f"*{args.vararg.arg}"] if args.vararg is not None else ["*"] if args.kwonlyargs else []
    names += [argument.arg for argument in args.kwonlyargs]
    names += [f"**{args.kwarg.arg}"] if args.kwarg is not None else []
    return f"({', '.join(names)})"


def branches_of(effect: Effect) -> str:
    """What a step catches, or which cases it has; of others their text."""
    node = effect.origin.node
    if isinstance(node, (ast.Try, ast.TryStar)):
        caught = [f"except {unparsed(one.type)}" if one.type is not None else "except" for one in node.handlers]
        return "; ".join([*caught, *(["else"] if node.orelse else []), *(["finally"] if node.finalbody else [])]) or "try"
    if isinstance(node, ast.Match):
        return "; ".join(f"case {unparsed(one.pattern)}" + (f" if {unparsed(one.guard)}" if one.guard else "") for one in node.cases)
    return text_of(effect)


def shown(value: Value) -> str:
    if value.kind == "definition" and value.origin is not None:
        return value.origin.scope
    if value.kind == "constant":
        return value.label.partition(":")[2]
    last = value.part("last")
    if value.kind == "after" and last is not None:
        return shown(last)
    if value.kind == "either" and value.origin is not None and isinstance(value.origin.node, ast.stmt):
        return shortened(_choice(value))
    if value.origin is not None and not isinstance(value.origin.node, ast.arg):
        return unparsed(value.origin.node)
    if value.origin is not None:
        return str(getattr(value.origin.node, "arg", ""))
    return value.label or called(value) or value.kind


def _choice(value: Value) -> str:
    """What a name is after a branch that assigns it, as an expression."""
    then, other, test = value.part("then"), value.part("else"), value.part("if")
    if then is None or other is None or test is None:
        return " or ".join(dict.fromkeys(shown(part) for _, part in value.parts))
    if test.origin is not None and says_no(test.origin.node):  # It is shown as it is written, and stands for the opposite.
        then, other = other, then
    return f"{shown(then)} if {shown(test)} else {shown(other)}"


def argument_as_written(call: Value, role: str) -> str:
    """An argument as it stands in the source of a call."""
    node = call.origin.node if call.origin is not None else None
    if not isinstance(node, ast.Call):
        return ""
    if role.isdigit():
        return unparsed(node.args[int(role)]) if int(role) < len(node.args) else ""
    return next((unparsed(keyword.value) for keyword in node.keywords if keyword.arg == role), "")


def is_literal(text: str | None) -> bool:
    """Whether a text is a number, a string, or a list or table of such."""
    try:
        ast.literal_eval(text if text is not None else "")
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def unparsed(node: ast.AST, width: int | None = _WIDTH) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if width is None else shortened(text, width)


def shortened(text: str, width: int = _WIDTH) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}…"


def told_apart(old: Value, new: Value) -> tuple[str, str]:
    """Two texts that differ: as they stand in the source, by their full names, or cut around the place where they part."""
    was, now = shown(old), shown(new)
    if was == now and old.kind == new.kind == "unpacked":
        was, now = (f"{shown(value.parts[0][1])}[{value.label.partition(' ')[0]}]" for value in (old, new))
    if was == now:
        was, now = _full_name(old) or was, _full_name(new) or now
    if was == now and old.origin is not None and new.origin is not None:
        nodes = (old.origin.node, new.origin.node)
        if "…" not in was and any(isinstance(node, (ast.If, ast.Try, ast.For, ast.While, ast.With)) for node in nodes):
            return was, now  # What is assigned in them is the same; why is told where that differs.
        one, other = (" ".join(ast.unparse(node).split()) for node in nodes)
        start = max(0, part_at(one, other) - 30)
        was, now = (f"{'…' if start else ''}{text[start : start + 80]}" for text in (one, other))
    return was, now


def _full_name(value: Value) -> str:
    """The dotted name of what a value is or calls, also where that is defined in the project."""
    if value.callee or value.name:
        return value.callee or value.name
    what = value.parts[0][1] if value.kind == "call" else value
    what = what.part("is") or what
    if what.kind != "definition" or what.origin is None:
        return ""
    return f"{module_name_of(what.origin.path)}.{what.origin.scope}"


def part_at(one: str, other: str) -> int:
    """The first place where two texts differ."""
    return next((number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def entry(kind: str, key: Value, value: Value) -> str:
    return f"{shown(key)}: {shown(value)}" if kind == "Dict" else shown(value)
