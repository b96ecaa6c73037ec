"""What a rule is: a class with a code, a severity, a price in minutes, a documented decision and one or two hooks.

A rule overrides the hooks it needs; each yields findings and keeps no state:

- `python(module)` looks at one Python file or notebook;
- `config(document)`, `requirements(document)`, `dockerfile(document)` look at one file of that kind;
- `collect(module)`, `collect_config(document)`, `collect_requirements(document)`,
  `collect_dockerfile(document)` and `collect_text(document)` return plain data
  (tuples, strings, numbers) of one file, which `project(project)` receives merged as `project.collected(self)`; it sees facts only, never source;
- `changes(changes)` speaks of what became different between two revisions;
- `reviews(reviewed)` speaks of changes of configurations and of their approvals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from mlsmith.finding import AREAS, Confidence, Finding, Fix, Position, Severity, Span, anchor_of
from mlsmith.rules.kit.context import Context

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.index.project import Project
    from mlsmith.rules.kit.module import Module
    from mlsmith.rules.kit.reviews import Reviewed
    from mlsmith.sources.config import ConfigDocument
    from mlsmith.sources.docker import Dockerfile
    from mlsmith.sources.requirements import RequirementsDocument

HOOKS = (
    "python",
    "config",
    "requirements",
    "dockerfile",
    "collect",
    "collect_config",
    "collect_requirements",
    "collect_dockerfile",
    "collect_text",
    "project",
    "changes",
    "reviews",
    "suppressions",
)

HEADINGS = ("What it finds", "Why it is debt", "Bad", "Good", "Fix", "When it stays silent", "Options", "References")
"""The headings of a rule's docstring, in order; `Options` only where the rule has some."""


class Place(NamedTuple):
    """Where a finding is reported, with what gives it its identity."""

    path: str
    span: Span
    scope: str = ""
    symbol: str = ""
    anchor: str = ""

    @classmethod
    def of_line(cls, path: str, numbers: tuple[int, int, int, int], text: str) -> Place:
        """A place outside Python: line, column, end line, end column (1-based), and the text that gives it its identity."""
        line, column, end_line, end_column = numbers
        return cls(path, Span(Position(line, column), Position(end_line, end_column)), anchor=anchor_of([text]))


class TextDocument(NamedTuple):
    """A script, a page of documentation or a list of owners: it may say how the project is run, and who answers for it."""

    path: str
    text: str


class Placed(Protocol):
    """Anything of the kit that can say where it stands."""

    @property
    def place(self) -> Place: ...


class RuleInfo(NamedTuple):
    """What others show of a rule: its documentation, price and defaults."""

    code: str
    name: str
    area: str
    severity: str
    minutes: int
    title: str
    sections: dict[str, str]
    default_on: bool
    has_fix: bool
    options: dict[str, Any]


class Rule:
    """The base of every rule. Subclasses are stateless; one instance serves a whole run."""

    code: ClassVar[str]
    severity: ClassVar[Severity]
    minutes: ClassVar[int]
    default_on: ClassVar[bool] = True
    needs_history: ClassVar[bool] = False
    """Whether the rule is silent without git."""
    speaks_in_tests: ClassVar[bool] = False
    """Whether findings in test code are wanted; in vendored and generated code they never are."""
    speaks_in_examples: ClassVar[bool] = True
    """Whether findings in example, demonstration and documentation code are wanted."""
    stands_in: ClassVar[frozenset[str]] = frozenset()
    """Kinds of files in which findings of the `project` hook stand, where these are only some: it is not asked for the others."""
    collects_as: ClassVar[str] = ""
    """Under which name facts are kept, where several rules collect the same; by default the rule's code."""
    options: ClassVar[Mapping[str, Any]] = {}
    """Name → default of the rule's own settings under `[tool.mlsmith.rules.<CODE>]`; types follow the defaults."""

    def __init__(self, options: Mapping[str, Any] | None = None, *, severity: Severity | None = None, minutes: int | None = None) -> None:
        self.option = {**self.options, **(options or {})}
        self.priced = self.minutes if minutes is None else minutes
        self.graded = severity

    @classmethod
    def speaks_in(cls, context: Context) -> bool:
        """Whether findings are wanted in code that stands there; never in vendored and generated code."""
        if context in (Context.VENDORED, Context.GENERATED):
            return False
        return cls.speaks_in_tests if context is Context.TEST else cls.speaks_in_examples or context is Context.CODE

    @property
    def name(self) -> str:
        """`hardcoded-shuffle-flag`, from the class name."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(self).__name__).lower()

    def python(self, module: Module) -> Iterator[Finding]:
        yield from ()

    def config(self, document: ConfigDocument) -> Iterator[Finding]:
        yield from ()

    def requirements(self, document: RequirementsDocument) -> Iterator[Finding]:
        yield from ()

    def dockerfile(self, document: Dockerfile) -> Iterator[Finding]:
        yield from ()

    def collect(self, module: Module) -> Any:
        return None

    def collect_config(self, document: ConfigDocument) -> Any:
        return None

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        return None

    def collect_dockerfile(self, document: Dockerfile) -> Any:
        return None

    def collect_text(self, document: TextDocument) -> Any:
        return None

    def project(self, project: Project) -> Iterator[Finding]:
        yield from ()

    def changes(self, changes: Iterable[Change]) -> Iterator[Finding]:
        yield from ()

    def reviews(self, reviewed: Iterable[Reviewed]) -> Iterator[Finding]:
        yield from ()

    @classmethod
    def hooks(cls) -> frozenset[str]:
        """Names of the hooks that the rule overrides."""
        return frozenset(hook for hook in HOOKS if hook in vars(cls) or getattr(cls, hook, None) is not getattr(Rule, hook, None))

    def finding(
        self,
        at: Placed | Place,
        message: str,
        *,
        advice: str,
        fix: Fix | None = None,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        minutes: int | None = None,
    ) -> Finding:
        """A finding of this rule at something of the kit. The message says what is wrong, the advice what to do."""
        place = at if isinstance(at, Place) else at.place
        return Finding(
            code=self.code, name=self.name, message=message, advice=advice, path=place.path, span=place.span,
            severity=self.graded or severity or self.severity, confidence=confidence,
            minutes=self.priced if minutes is None or self.priced != self.minutes else minutes,
            scope=place.scope, symbol=place.symbol, anchor=place.anchor, fix=fix,
        )  # fmt: skip

    @classmethod
    def info(cls) -> RuleInfo:
        """The rule's documentation, cut into its sections."""
        title, sections = document_of(cls)
        return RuleInfo(
            code=cls.code, name=cls({}).name, area=AREAS.get(cls.code[:3], cls.code[:3].lower()), severity=cls.severity.value, minutes=cls.minutes, title=title,
            sections=sections, default_on=cls.default_on, has_fix=not sections.get("Fix", "None").startswith("None"), options=dict(cls.options),
        )  # fmt: skip


def document_of(rule: type[Rule]) -> tuple[str, dict[str, str]]:
    """Title (first line) and sections (`## Heading` → Markdown) of a rule's docstring."""
    import inspect

    text = inspect.getdoc(rule) or ""
    title, _, rest = text.partition("\n")
    sections: dict[str, str] = {}
    heading = ""
    for line in rest.strip("\n").split("\n"):
        if line.startswith("## "):
            heading = line[3:].strip()
            sections[heading] = ""
        elif heading:
            sections[heading] += line + "\n"
    return title.strip(), {heading: body.strip("\n") for heading, body in sections.items()}
