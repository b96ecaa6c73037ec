"""One self-contained page of findings with their code: no network, readable without scripts, usable from the keyboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from itertools import groupby

from mlsmith.finding import Finding, Severity, Status
from mlsmith.reports import Report
from mlsmith.reports.frame import rows
from mlsmith.reports.html_page import PAGE, SCRIPT, STYLE
from mlsmith.reports.safe import visible
from mlsmith.reports.wording import apart, code_spans, count, duration

_CODE_COLUMNS = 160


def render(report: Report) -> str:
    new, result = report.result.new, report.result
    title = count(len(new), "finding") if new else "Nothing to complain about"
    parts = [
        f"{duration(sum(finding.minutes for finding in new))} of debt" if new else "",
        f"{count(len(result.counts), 'file')}, {count(result.lines, 'line')}",
        apart(len(result.having(Status.SUPPRESSED)), len(result.having(Status.BASELINE))),
    ]
    values = {
        "title": _text(title),
        "summary": _text(" · ".join(part for part in parts if part)),
        "style": STYLE,
        "script": SCRIPT,
        "filters": _filters(report.shown) if report.shown else "",
        "body": "\n".join([*_files(report), *_errors(report)]),
    }
    return PAGE.substitute(values)


def _filters(shown: Iterable[Finding]) -> str:
    """Search field and boxes; hidden until the script that serves them runs."""
    found = list(shown)
    severities = Counter(str(finding.severity) for finding in found)
    areas = Counter(finding.area_name for finding in found)
    boxes = [_box("severity", str(severity), str(severity), severities[severity]) for severity in Severity if severities[severity]]
    boxes.append("</fieldset>\n<fieldset><legend>Area</legend>")
    boxes += [_box("area", area, area.replace("-", " "), number) for area, number in sorted(areas.items())]
    return (
        '<form role="search" hidden><label class="search"><span>Filter</span> <input type="search" id="wanted" '
        'placeholder="text, path or code" aria-keyshortcuts="/"></label>\n'
        f"<fieldset><legend>Severity</legend>{''.join(boxes)}</fieldset>\n"
        '<p id="seen" role="status"></p><p class="keys"><kbd>/</kbd> filter · <kbd>j</kbd> <kbd>k</kbd> next and previous finding</p></form>'
    )


def _box(name: str, value: str, label: str, number: int) -> str:
    return f'<label><input type="checkbox" name="{name}" value="{_text(value)}" checked> {_text(label)} <small>{number:,}</small></label>'


def _files(report: Report) -> Iterable[str]:
    for path, group in groupby(report.shown, key=lambda finding: finding.path):
        found = list(group)
        price = f"{count(len(found), 'finding')}, {duration(sum(finding.minutes for finding in found))}"
        articles = "\n".join(_article(finding, report) for finding in found)
        yield f'<section data-path="{_text(path)}">\n<h2>{_text(path)} <small>{price}</small></h2>\n{articles}\n</section>'


def _article(finding: Finding, report: Report) -> str:
    span, severity = finding.span, _text(finding.severity)
    place = f"line {span.start.line}" if span.cell is None else f"cell {span.cell} · line {span.start.line}"
    price = [f"{finding.minutes} min"]
    price += [f"{finding.confidence} confidence"] if finding.confidence != "high" else []
    price += [f"{finding.fix.safety} fix"] if finding.fix is not None else []
    price += [str(finding.status)] if finding.status is not Status.NEW else []
    return (
        f'<article class="{severity}" tabindex="-1" data-area="{_text(finding.area_name)}" data-severity="{severity}">\n'
        f'<h3><span class="severity">{severity}</span> <a href="{_text(finding.url)}">{_text(finding.code)}</a> {_text(finding.name)}</h3>\n'
        f'<p class="place">{place} · {" · ".join(price)}</p>\n<p>{_prose(finding.message)}</p>\n'
        f'{_code(finding, report)}<p class="advice">{_prose(finding.advice)}</p>\n</article>'
    )


def _code(finding: Finding, report: Report) -> str:
    lines = []
    digits = len(str(finding.span.start.line))
    for row in rows(report.lines(finding.path, finding.span.cell), finding.span, _CODE_COLUMNS):
        before, marked, after = row.text[: row.start], row.text[row.start : row.end], row.text[row.end :]
        mark = f"<mark>{escape(marked)}</mark>" if marked else ""
        lines.append(f'<span class="number">{row.number:>{digits}}</span> {escape(before)}{mark}{escape(after)}')
    return f'<pre tabindex="0" aria-label="code">{chr(10).join(lines)}</pre>\n' if lines else ""


def _errors(report: Report) -> Iterable[str]:
    errors = report.result.errors
    if not errors:
        return
    items = (f"<li><code>{_text(e.path)}{'' if e.line is None else f':{e.line}'}</code> {_prose(e.message)}</li>" for e in errors)
    yield f"<section>\n<h2>{count(len(errors), 'file')} could not be read</h2>\n<ul>{''.join(items)}</ul>\n</section>"


def _prose(text: str) -> str:
    return "".join(f"<code>{escape(piece)}</code>" if is_code else escape(piece) for piece, is_code in code_spans(visible(text)))


def _text(text: str) -> str:
    return escape(visible(text))
