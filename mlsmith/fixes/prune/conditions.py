"""The expressions of one file: marked ones become the literal, and what follows from that is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange

from mlsmith.fixes.prune.expressions import UNDECIDED, bare, compared, hoisted, is_pure, literal_node, literal_value
from mlsmith.fixes.prune.marks import Extent, Marks, Point


class Conditions(cst.CSTTransformer):
    """Expressions: what is known of them, and what follows from it."""

    def __init__(self, positions: Mapping[cst.CSTNode, CodeRange], marks: Marks, value: Any) -> None:
        super().__init__()
        self._positions = positions
        self.marks = marks
        self._value = value
        self._known: dict[int, tuple[cst.CSTNode, Any]] = {}
        """By id, with the node, which has to stay alive for that"""
        self._truths: set[int] = set()
        """Ids of nodes of which only the truth matters"""
        self._before: dict[int, type[cst.BaseBooleanOp]] = {}
        """By the id of a left operand, the operator behind it"""
        self._moved: dict[int, cst.CSTNode] = {}
        """Parts that stand in the place of a whole, by id"""
        self._quotes: list[str] = []
        self.unmet = Marks(
            set(marks.reads), set(marks.arguments), set(marks.parameters), set(marks.statements), set(marks.definitions), set(marks.aliases),
            set(marks.decorators),
        )  # fmt: skip
        """Marks that no node has been found for"""

    def extent(self, node: cst.CSTNode) -> Extent:
        place = self._positions[node]
        return place.start.line, place.start.column, place.end.line, place.end.column

    def point(self, node: cst.CSTNode) -> Point:
        return self.extent(node)[:2]

    def known(self, node: cst.BaseExpression) -> Any:
        return self._known[id(node)][1] if id(node) in self._known else UNDECIDED

    def _note(self, node: cst.BaseExpression, value: Any) -> cst.BaseExpression:
        self._known[id(node)] = (node, value)
        return node

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        left = super().on_leave(original_node, updated_node)
        if self.marks.reads and isinstance(original_node, cst.BaseExpression) and self.extent(original_node) in self.marks.reads:
            self.unmet.reads.discard(self.extent(original_node))
            literal = literal_node(self._value, self._quotes[-1] if self._quotes else "")
            brackets = {"lpar": original_node.lpar, "rpar": original_node.rpar}
            if isinstance(literal, cst.UnaryOperation) and not original_node.lpar:
                brackets = {"lpar": [cst.LeftParen()], "rpar": [cst.RightParen()]}
            return self._note(literal.with_changes(**brackets), self._value)
        return left

    def _truth_of(self, node: cst.BaseExpression) -> None:
        self._truths.add(id(node))

    def visit_If(self, node: cst.If) -> None:
        self._truth_of(node.test)

    def visit_While(self, node: cst.While) -> None:
        self._truth_of(node.test)

    def visit_IfExp(self, node: cst.IfExp) -> None:
        self._truth_of(node.test)

    def visit_Assert(self, node: cst.Assert) -> None:
        self._truth_of(node.test)

    def visit_CompIf(self, node: cst.CompIf) -> None:
        self._truth_of(node.test)

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> None:
        if isinstance(node.operator, cst.Not):
            self._truth_of(node.expression)

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> None:
        self._before[id(node.left)] = type(node.operator)
        if id(node) in self._truths:
            self._truth_of(node.left)
            self._truth_of(node.right)

    def visit_FormattedString(self, node: cst.FormattedString) -> None:
        self._quotes.append(node.start[-1])

    def leave_FormattedString(self, original_node: cst.FormattedString, updated_node: cst.FormattedString) -> cst.BaseExpression:
        self._quotes.pop()
        return updated_node

    def leave_UnaryOperation(self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation) -> cst.BaseExpression:
        value = self.known(updated_node.expression)
        if value is UNDECIDED or not isinstance(updated_node.operator, cst.Not):
            return updated_node
        return self._note(hoisted(updated_node, cst.Name(str(not value))), not value)

    def leave_BooleanOperation(self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation) -> cst.BaseExpression:
        left, right = updated_node.left, updated_node.right
        ends = isinstance(updated_node.operator, cst.Or)
        value = self.known(left)
        if value is not UNDECIDED:
            return self._chosen(updated_node, left if bool(value) is ends else right)
        value = self.known(right)
        if value is UNDECIDED:
            return updated_node
        only_truth = id(original_node) in self._truths
        if bool(value) is not ends and (only_truth or self._before.get(id(original_node)) is type(updated_node.operator)):
            return self._chosen(updated_node, left)
        return self._chosen(updated_node, right) if bool(value) is ends and only_truth and is_pure(left) else updated_node

    def leave_Comparison(self, original_node: cst.Comparison, updated_node: cst.Comparison) -> cst.BaseExpression:
        if len(updated_node.comparisons) != 1:
            return updated_node
        sides = (updated_node.left, updated_node.comparisons[0].comparator)
        if all(self.known(side) is UNDECIDED for side in sides):
            return updated_node
        values = [literal_value(side) if self.known(side) is UNDECIDED else self.known(side) for side in sides]
        if any(value is UNDECIDED for value in values):
            return updated_node
        value = compared(updated_node, *values)
        return updated_node if value is UNDECIDED else self._note(hoisted(updated_node, cst.Name(str(bool(value)))), bool(value))

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        value = self.known(updated_node.test)
        return updated_node if value is UNDECIDED else self._chosen(updated_node, updated_node.body if value else updated_node.orelse)

    def _chosen(self, outer: cst.BaseExpression, part: cst.BaseExpression) -> cst.BaseExpression:
        whole = hoisted(outer, part)
        if whole is not part and self.known(part) is not UNDECIDED:
            self._note(whole, self.known(part))
        self._moved[id(whole)] = whole
        return whole

    def loosened(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """The node without the brackets that a larger expression in its place needed."""
        if id(node) not in self._moved and id(node) not in self._known:
            return node
        plain = bare(node)
        return plain if self.known(node) is UNDECIDED else self._note(plain, self.known(node))

    def leave_CompFor(self, original_node: cst.CompFor, updated_node: cst.CompFor) -> cst.CompFor:
        kept = [condition for condition in updated_node.ifs if self.known(condition.test) is UNDECIDED or not self.known(condition.test)]
        return updated_node if len(kept) == len(updated_node.ifs) else updated_node.with_changes(ifs=kept)
