"""A result made by hand, with one of everything that a report can meet, and the sources it speaks of."""

from __future__ import annotations

from pathlib import Path

from mlsmith.engine.result import ErrorEntry, FileCount, LintResult
from mlsmith.finding import Confidence, Edit, Finding, Fix, Position, Safety, Severity, Span, Status
from mlsmith.reports import render
from mlsmith.rules.kit.rule import RuleInfo

TRAIN = "src/shop/train.py"
NOTEBOOK = "notebooks/explore.ipynb"
CONFIG = "conf/base.yaml"
HOSTILE = "src/hostile\x1b[2J.py"
WIDE = "src/数据.py"

SOURCES: dict[tuple[str, int | None], list[str]] = {
    (TRAIN, None): [
        "from torch.utils.data import DataLoader",
        "",
        "def build_loader(data, shuffle=True):",
        "\treturn DataLoader(data, batch_size=64, shuffle=False)",
        "",
        "def evaluate(model, loader):",
        "    for batch in loader:",
        "        model(batch)",
        "    model.load_state_dict(torch.load(" + "'" + "weights/" * 30 + "final.pt', map_location='cpu'))",
    ],
    (NOTEBOOK, 3): ["import numpy as np", "np.random.shuffle(rows)"],
    (CONFIG, None): ["batch_size: 64", "batch_size: 32"],
    (HOSTILE, None): ["x = '\x1b[31mred\x07'  # \u202egnitset", "y\x9b2J = 1"],
    (WIDE, None): ["# 前処理", "データ = pd.read_csv('売上.csv')  # 毎日更新"],
}

RULES = [
    RuleInfo(
        code="EXP104", name="hardcoded-shuffle-flag", area="experiment-management", severity="warning", minutes=15,
        title="The order of training examples is fixed in code.",
        sections={"What it finds": "A literal `shuffle=`.\n\nMore.", "Bad": "```python\nDataLoader(data, shuffle=False)\n```"},
        default_on=True, has_fix=True, options={},
    ),
    RuleInfo(
        code="TRB103", name="missing-no-grad", area="troubleshooting", severity="error", minutes=10,
        title="Gradients are recorded that nobody uses.", sections={}, default_on=True, has_fix=False, options={},
    ),
]  # fmt: skip


def span(line: int, column: int, end_line: int, end_column: int, cell: int | None = None) -> Span:
    return Span(Position(line, column), Position(end_line, end_column), cell)


SHUFFLE = Finding(
    code="EXP104", name="hardcoded-shuffle-flag", message="`shuffle=False` of `DataLoader` ignores the parameter `shuffle` of `build_loader`",
    advice="pass the parameter on: `shuffle=shuffle`", path=TRAIN, span=span(4, 9, 4, 55), severity=Severity.WARNING,
    confidence=Confidence.HIGH, minutes=15, scope="build_loader", symbol="train.build_loader", anchor="aa11",
    fix=Fix("pass `shuffle` on", Safety.SAFE, (Edit(span(4, 49, 4, 54), "shuffle"),)),
)  # fmt: skip
GRADIENTS = Finding(
    code="TRB103", name="missing-no-grad", message="`evaluate` records gradients that nobody uses: memory grows, and time", advice=
    "decorate it with `@torch.inference_mode()`, or put the pass under `with torch.no_grad():`", path=TRAIN, span=span(6, 1, 8, 21),
    severity=Severity.ERROR, confidence=Confidence.MEDIUM, minutes=10, scope="evaluate", symbol="train.evaluate", anchor="bb22",
)  # fmt: skip
LONG = Finding(
    code="PRV103", name="unsafe-model-load", message="a pickle can run any code when it is loaded", advice="pass `weights_only=True`",
    path=TRAIN, span=span(9, 272, 9, 290), severity=Severity.ERROR, confidence=Confidence.HIGH, minutes=30, scope="evaluate", anchor="cc33",
    fix=Fix("load weights only", Safety.UNSAFE, (Edit(span(9, 290, 9, 290), ", weights_only=True"),)),
)  # fmt: skip
IN_NOTEBOOK = Finding(
    code="EXP102", name="unseeded-randomness", message="`np.random.shuffle` draws from a generator that nothing seeds",
    advice="draw from `np.random.default_rng(seed)`", path=NOTEBOOK, span=span(2, 1, 2, 18, cell=3), severity=Severity.INFO,
    confidence=Confidence.HIGH, minutes=5, anchor="dd44",
)  # fmt: skip
IN_CONFIG = Finding(
    code="CFG101", name="duplicate-key", message="`batch_size` is set twice: 64, then 32", advice="keep one", path=CONFIG,
    span=span(2, 1, 2, 11), severity=Severity.WARNING, confidence=Confidence.HIGH, minutes=5, anchor="ee55",
)  # fmt: skip
KNOWN = IN_CONFIG._replace(code="CFG102", name="unused-key", span=span(1, 1, 1, 11), status=Status.BASELINE, anchor="ff66")
SUPPRESSED = SHUFFLE._replace(span=span(3, 5, 3, 17), status=Status.SUPPRESSED, fix=None, anchor="0077")
IN_HOSTILE = IN_CONFIG._replace(path=HOSTILE, span=span(1, 5, 1, 17), message="\x1b]0;owned\x07 is set twice", anchor="1188")
IN_WIDE = IN_CONFIG._replace(path=WIDE, span=span(2, 7, 2, 27), message="`データ` comes from a file that changes daily", anchor="2299")


def result(*findings: Finding, errors: tuple[ErrorEntry, ...] = (), counts: dict[str, FileCount] | None = None) -> LintResult:
    if counts is None:
        counts = {path: FileCount(len(lines), len(lines), True, True) for (path, _), lines in sorted(SOURCES.items(), key=str)}
    return LintResult(Path("project"), tuple(sorted(findings, key=lambda f: f.sort_key)), errors, counts, "f1f2f3")


UNREADABLE = (
    ErrorEntry("conf/broken.yaml", 7, "mapping values are not allowed here"),
    ErrorEntry("data/huge.ipynb", None, "larger than 10 MiB; excluded"),
)
EVERYTHING = result(
    SHUFFLE, GRADIENTS, LONG, IN_NOTEBOOK, IN_CONFIG, KNOWN, SUPPRESSED, IN_HOSTILE, IN_WIDE, errors=UNREADABLE,
)  # fmt: skip


def lines(path: str, cell: int | None) -> list[str]:
    return SOURCES.get((path, cell), [])


def report(
    of: LintResult,
    format: str,
    *,
    show_suppressed: bool = False,
    statistics: bool = False,
    width: int = 80,
    colour: bool = False,
    links: bool = False,
) -> str:
    return render(
        of,
        format=format,
        lines=lines,
        show_suppressed=show_suppressed,
        statistics=statistics,
        width=width,
        colour=colour,
        links=links,
        rules=RULES,
    )
