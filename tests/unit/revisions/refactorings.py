"""Refactorings that keep behaviour, as functions of the files of a program."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

Files = dict[str, str]


def _each(transform: Callable[[str], str]) -> Callable[[Files], Files]:
    return lambda files: {path: transform(text) for path, text in files.items()}


def _reformatted(text: str) -> str:
    """As another printer would have it: other quotes, parentheses and blank lines, and no comments."""
    return ast.unparse(ast.parse(text)) + "\n"


class _Locals(ast.NodeTransformer):
    """Other names for what a function assigns; parameters keep theirs, since callers may name them."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        parameters = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} - parameters
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in stored:
                inner.id = f"{inner.id}_renamed"
        return node


def _locals_renamed(text: str) -> str:
    return ast.unparse(_Locals().visit(ast.parse(text))) + "\n"


def _functions_renamed(text: str) -> str:
    names = {n.name for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    for name in sorted(names):
        text = re.sub(rf"(?<![\w.]){name}\b(?=\()", f"do_{name}", text)
    return text


def _constants_renamed(text: str) -> str:
    for name in ("LEARNING_RATE", "EPOCHS", "CLASSES"):
        text = re.sub(rf"\b{name}\b", f"THE_{name}", text)
    return text


def _class_renamed(text: str) -> str:
    return re.sub(r"\bNet\b", "Classifier", text)


def _parameters_renamed(text: str) -> str:
    """Of `loader_of`, at its definition and at its calls."""
    return (
        text.replace("batch_size=batch_size", "batch_size=size").replace("y, batch_size=", "y, size=")
        if "def loader_of(x, y, batch_size" in text
        else text
    )


def _reordered(text: str) -> str:
    tree = ast.parse(text)
    plain = (ast.FunctionDef, ast.ClassDef)
    definitions = [n for n in tree.body if isinstance(n, plain)]
    at = next((i for i, n in enumerate(tree.body) if isinstance(n, plain)), len(tree.body))
    last = [n for n in tree.body[at:] if not isinstance(n, plain)]
    tree.body = [*tree.body[:at], *reversed(definitions), *last]
    return ast.unparse(tree) + "\n"


def _annotated(text: str) -> str:
    class Annotate(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
            for argument in node.args.args:
                argument.annotation = ast.Name("object", ast.Load())
            node.returns = ast.Name("object", ast.Load())
            node.body.insert(0, ast.Expr(ast.Constant("Says what it does.")))
            return node

    return ast.unparse(ast.fix_missing_locations(Annotate().visit(ast.parse(text)))) + "\n"


def _aliased(text: str) -> str:
    text = text.replace("import numpy as np", "import numpy").replace("np.", "numpy.")
    text = text.replace("import torch.nn.functional as F", "from torch.nn import functional").replace("F.", "functional.")
    return (
        text.replace("from torch.utils.data import DataLoader, TensorDataset", "import torch.utils.data as td")
        .replace("= TensorDataset(", "= td.TensorDataset(")
        .replace("return DataLoader(", "return td.DataLoader(")
    )


def _moved(files: Files) -> Files:
    return {f"shop/learning/{path}": text for path, text in files.items()}


def _split(files: Files) -> Files:
    """Half of the definitions move to a file of their own and are imported from there."""
    found: Files = {}
    for path, text in files.items():
        tree = ast.parse(text)
        moving = [
            n
            for n in tree.body
            if isinstance(n, ast.FunctionDef) and n.name in ("loader_of", "do_loader_of", "seed_all", "do_seed_all", "load", "do_load")
        ]
        imports = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        if not moving:
            found[path] = text
            continue
        other = ast.Module([*imports, *moving], [])
        names = ", ".join(n.name for n in moving)
        rest = ast.Module(
            [*imports, *ast.parse(f"from parts import {names}").body, *[n for n in tree.body if n not in moving and n not in imports]], []
        )
        found[path] = ast.unparse(ast.fix_missing_locations(rest)) + "\n"
        found["parts.py"] = ast.unparse(ast.fix_missing_locations(other)) + "\n"
    return found


def _extracted(text: str) -> str:
    """The step of the training loop becomes a function of its own."""
    pattern = re.compile(r"( +)optimizer\.zero_grad\(\)\n((?:\1.*\n)+?)(?=\1total \+=)")
    match = pattern.search(text)
    if match is None:
        return text
    body = f"optimizer.zero_grad()\n{match[2]}"
    lines = ["def one_step(model, optimizer, criterion, inputs, targets):"]
    lines += [f"    {line.strip()}" for line in body.splitlines()]
    lines += ["    return loss", "", ""]
    call = f"{match[1]}loss = one_step(model, optimizer, criterion, inputs, targets)\n"
    text = text[: match.start()] + call + text[match.end() :]
    return text.replace("def train(", "\n".join(lines) + "\ndef train(", 1)


def _inlined(text: str) -> str:
    """What is used once goes where it is used."""
    text = text.replace(
        "    data = TensorDataset(torch.tensor(x), torch.tensor(y))\n    return DataLoader(data,",
        "    return DataLoader(TensorDataset(torch.tensor(x), torch.tensor(y)),",
    )
    return text.replace(
        "            scores = model(inputs)\n            predicted.extend(scores.argmax",
        "            predicted.extend(model(inputs).argmax",
    )


def _named(text: str) -> str:
    """Expressions get names of their own."""
    return (
        text.replace("    return f1_score(", "    result = f1_score(").replace(
            ', average="macro")\n', ', average="macro")\n    return result\n'
        )
        if 'average="macro"' in text
        else text
    )


REFACTORINGS: dict[str, Callable[[Files], Files]] = {
    "format": _each(_reformatted),
    "rename locals": _each(_locals_renamed),
    "rename functions": _each(_functions_renamed),
    "rename constants": _each(_constants_renamed),
    "rename a class": _each(_class_renamed),
    "rename parameters": _each(_parameters_renamed),
    "reorder definitions": _each(_reordered),
    "add types and docstrings": _each(_annotated),
    "other aliases": _each(_aliased),
    "move to another file": _moved,
    "split into two files": _split,
    "extract a function": _each(_extracted),
    "inline variables": _each(_inlined),
    "name a result": _each(_named),
}
