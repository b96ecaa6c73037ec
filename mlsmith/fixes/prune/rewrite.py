"""One Python file rewritten: marked expressions become the literal, what that decides is decided, marked parts go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from mlsmith.fixes.prune.branches import Settled, exits, settled
from mlsmith.fixes.prune.conditions import Conditions
from mlsmith.fixes.prune.docstrings import without_parameter
from mlsmith.fixes.prune.expressions import UNDECIDED
from mlsmith.fixes.prune.layout import detached, joined, without
from mlsmith.fixes.prune.marks import Marks
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.signatures import without_parameters


def rewritten(path: str, text: str, marks: Marks, value: Any) -> str:
    """The text after what the marks say. Raises Refusal where libcst does not read it, or finds it otherwise than `ast` does."""
    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    except cst.ParserSyntaxError as error:
        raise Refusal(f"cannot be rewritten: {error.message}", path, error.raw_line) from None
    rewriter = _Rewriter(wrapper.resolve(PositionProvider), marks, value)
    module = wrapper.module.visit(rewriter)
    if rewriter.unmet:
        raise Refusal("cannot be rewritten: a place of the flag is out of reach, as inside of a long f-string", path)
    return module.code if module.code.strip() else ""


class _Rewriter(Conditions):
    """Statements, signatures, calls and imports."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._gone: list[set[str]] = [set()]
        """Names of the parameters that go, of the functions and classes around"""
        self._emptied: dict[int, cst.CSTNode] = {}

    # expressions that need no brackets where they have moved to

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        return updated_node.with_changes(value=self.loosened(updated_node.value))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(value=self.loosened(updated_node.value))

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        space = updated_node.whitespace_after_return
        if updated_node.value is None or not isinstance(space, cst.SimpleWhitespace) or not space.value:
            return updated_node
        return updated_node.with_changes(value=self.loosened(updated_node.value))

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:
        if updated_node.whitespace_before_test.value:
            return updated_node.with_changes(test=self.loosened(updated_node.test))
        return updated_node

    # calls, signatures, imports

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        gone = [self.extent(argument.value) in self.marks.arguments for argument in original_node.args]
        if not any(gone):
            return updated_node
        self.unmet.arguments.difference_update(self.extent(argument.value) for argument in original_node.args)
        kept = without(updated_node.args, gone)
        return updated_node.with_changes(args=kept, **({} if kept else {"whitespace_before_args": cst.SimpleWhitespace("")}))

    def leave_Parameters(self, original_node: cst.Parameters, updated_node: cst.Parameters) -> cst.Parameters:
        if not self.marks.parameters:
            return updated_node
        names = {
            parameter.name.value: self.point(parameter.name)
            for parameter in (*original_node.posonly_params, *original_node.params, *original_node.kwonly_params)
        }
        gone = {name for name, point in names.items() if point in self.marks.parameters}
        self.unmet.parameters.difference_update(names[name] for name in gone)
        self._gone[-1] |= gone
        return without_parameters(updated_node, gone) if gone else updated_node

    def leave_Decorator(self, original_node: cst.Decorator, updated_node: cst.Decorator) -> Any:
        where = self.extent(original_node.decorator)
        self.unmet.decorators.discard(where)
        return cst.RemoveFromParent() if where in self.marks.decorators else updated_node

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:
        if isinstance(original_node.names, cst.ImportStar) or isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        changed: cst.ImportFrom = self._with_names(original_node.names, updated_node)
        return changed

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import:
        changed: cst.Import = self._with_names(original_node.names, updated_node)
        return changed

    def _with_names(self, names: Sequence[cst.ImportAlias], updated: Any) -> Any:
        gone = [self.extent(alias) in self.marks.aliases for alias in names]
        if not any(gone):
            return updated
        self.unmet.aliases.difference_update(self.extent(alias) for alias in names)
        return updated if all(gone) else updated.with_changes(names=without(updated.names, gone))

    # statements

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        kept = self._smaller(original_node.body, updated_node.body)
        line = updated_node.with_changes(body=kept or [cst.Pass()])  # libcst would lose an empty line with its comments
        if not kept:
            self._emptied[id(line)] = line
        return line

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.SimpleStatementSuite:
        return updated_node.with_changes(body=self._smaller(original_node.body, updated_node.body) or [cst.Pass()])

    def _smaller(
        self, before: Sequence[cst.BaseSmallStatement], after: Sequence[cst.BaseSmallStatement]
    ) -> Sequence[cst.BaseSmallStatement]:
        kept = [new for old, new in zip(before, after, strict=True) if not self._goes(old, new)]
        if len(kept) == len(after):
            return after
        if kept:
            kept[-1] = kept[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        return kept

    def _goes(self, old: cst.BaseSmallStatement, new: cst.BaseSmallStatement) -> bool:
        if self.extent(old) in self.marks.statements:
            self.unmet.statements.discard(self.extent(old))
            return True
        if isinstance(new, cst.Assert):
            return self.known(new.test) is not UNDECIDED and bool(self.known(new.test))
        if isinstance(old, (cst.Import, cst.ImportFrom)) and not isinstance(old.names, cst.ImportStar):
            return all(self.extent(alias) in self.marks.aliases for alias in old.names)
        return False

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.IndentedBlock:
        kept, left = self._settled(original_node.body, updated_node.body)
        kept = _begun(kept, updated_node.body)
        footer = [*left, *updated_node.footer] if any(line.comment is not None for line in left) else updated_node.footer
        block = updated_node.with_changes(body=kept or [cst.SimpleStatementLine([cst.Pass()])], footer=footer)
        if not kept:
            self._emptied[id(block)] = block
        return block

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        kept, left = self._settled(original_node.body, updated_node.body)
        footer = [*left, *updated_node.footer] if any(line.comment is not None for line in left) else updated_node.footer
        if not updated_node.header:
            kept = _begun(kept, updated_node.body)
        return updated_node.with_changes(body=kept, footer=footer)

    def leave_Else(self, original_node: cst.Else, updated_node: cst.Else) -> Any:
        return cst.RemoveFromParent() if id(updated_node.body) in self._emptied else updated_node

    def _settled(self, before: Sequence[Any], after: Sequence[Any]) -> tuple[list[Any], list[cst.EmptyLine]]:
        """The statements that stay, and comments left over behind the last."""
        kept: list[Any] = []
        left: list[cst.EmptyLine] = []
        for old, new in zip(before, after, strict=True):
            done = self._gone_whole(old, new) or settled(new, self.known) or Settled([new], [])
            pieces: list[Any] = list(done.statements)
            if pieces:
                pieces[0] = pieces[0].with_changes(leading_lines=joined(left, pieces[0].leading_lines)) if left else pieces[0]
                left = list(done.left)
            else:
                left = joined(left, done.left)
            kept.extend(pieces)
            if exits(pieces) and not exits([old]):
                return kept, []
        return kept, left

    def _gone_whole(self, old: Any, new: Any) -> Settled | None:
        if id(new) in self._emptied:
            return Settled([], detached(new.leading_lines))
        if not isinstance(old, (cst.FunctionDef, cst.ClassDef)) or self.point(old.name) not in self.marks.definitions:
            return None
        self.unmet.definitions.discard(self.point(old.name))
        return Settled([], detached(new.leading_lines))

    # what docstrings say of the parameters

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._gone.append(set())

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._gone.append(set())

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        gone = self._gone.pop()
        if original_node.name.value == "__init__":
            self._gone[-1] |= gone
        told: cst.FunctionDef = _told_without(updated_node, gone)
        return told

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        told: cst.ClassDef = _told_without(updated_node, self._gone.pop())
        return told


def _begun(kept: list[Any], before: Sequence[Any]) -> list[Any]:
    """Statements which no blank line stands before, where they begin with another one than they did."""
    if not kept or kept[0] is before[0]:
        return kept
    lines = kept[0].leading_lines
    first = next((number for number, line in enumerate(lines) if line.comment is not None), len(lines))
    return [kept[0].with_changes(leading_lines=lines[first:]), *kept[1:]]


def _told_without(node: Any, names: set[str]) -> Any:
    """A function or class whose docstring does not speak of the parameters any more."""
    first = node.body.body[0] if names and node.body.body else None
    said = first.body[0] if isinstance(first, cst.SimpleStatementLine) and first.body else None
    if not isinstance(said, cst.Expr) or not isinstance(said.value, cst.SimpleString):
        return node
    text = said.value.value
    for name in sorted(names):
        text = without_parameter(text, name)
    return node.with_deep_changes(said.value, value=text) if text != said.value.value else node
