"""The one door for rule authors: everything a rule needs, in the field's language."""

from __future__ import annotations

from mlsmith.change import Change, Significance
from mlsmith.finding import Confidence, Edit, Finding, Fix, Position, Safety, Severity, Span, from_plain, plain_span, span_from, to_plain
from mlsmith.index.callers import SeenCall
from mlsmith.index.project import Definition, Project
from mlsmith.index.scopes import block_of, last_word, scope_of, statement_of
from mlsmith.rules.kit import branches, metrics, optimisation, personal, serving, training
from mlsmith.rules.kit.call import Argument, Call
from mlsmith.rules.kit.concrete import replace_expression, with_argument, wrapped_in
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.context import Context
from mlsmith.rules.kit.definitions import Class, Function, Loop, Parameter
from mlsmith.rules.kit.flow import Flow, Trace
from mlsmith.rules.kit.module import Module, Node
from mlsmith.rules.kit.reviews import Reviewed
from mlsmith.rules.kit.roles import Role, role_of_name, roles_of_name, tokens
from mlsmith.rules.kit.rule import Place, Rule, TextDocument
from mlsmith.sources.config import ConfigDocument, Entry
from mlsmith.sources.docker import Dockerfile
from mlsmith.sources.python import parsed
from mlsmith.sources.requirements import RequirementsDocument
from mlsmith.sources.secrets import secrets_in

__all__ = [
    "UNKNOWN",
    "Argument",
    "Call",
    "Change",
    "Class",
    "Confidence",
    "ConfigDocument",
    "Context",
    "Definition",
    "Dockerfile",
    "Edit",
    "Entry",
    "Finding",
    "Fix",
    "Flow",
    "Function",
    "Loop",
    "Module",
    "Node",
    "Parameter",
    "Place",
    "Position",
    "Project",
    "RequirementsDocument",
    "Reviewed",
    "Role",
    "Rule",
    "Safety",
    "SeenCall",
    "Severity",
    "Significance",
    "Span",
    "TextDocument",
    "Trace",
    "block_of",
    "branches",
    "from_plain",
    "last_word",
    "metrics",
    "optimisation",
    "parsed",
    "personal",
    "plain_span",
    "replace_expression",
    "role_of_name",
    "roles_of_name",
    "scope_of",
    "secrets_in",
    "serving",
    "span_from",
    "statement_of",
    "to_plain",
    "tokens",
    "training",
    "with_argument",
    "wrapped_in",
]  # fmt: skip
