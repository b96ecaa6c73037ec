"""One self-contained page of findings: no network, readable without scripts, filters that work from the keyboard."""

from __future__ import annotations

from collections import Counter
from html import escape

from mlsmith.finding import Finding
from mlsmith.reports import Report
from mlsmith.reports.frame import frame
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count, duration, place_of

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>mlsmith: {title}</title><style>
:root {{ color-scheme: light dark; --line: #8884; --dim: #777; --error: #c0392b; --warning: #b7791f; --info: #2b7a9b; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; margin-bottom: 0; }} h2 {{ font: 600 1rem ui-monospace, monospace; margin: 2.2rem 0 .4rem; }}
p.sum {{ color: var(--dim); margin-top: .2rem; }}
fieldset {{ border: 0; padding: 0; margin: 1rem 0; display: flex; flex-wrap: wrap; gap: .4rem 1rem; }}
label:focus-within {{ outline: 2px solid currentColor; outline-offset: 2px; }}
input[type=search] {{ font: inherit; padding: .3rem .5rem; width: 16rem; }}
article {{ border-left: 3px solid var(--line); padding: .1rem 0 .1rem 1rem; margin: .9rem 0; }}
article.error {{ border-color: var(--error); }} article.warning {{ border-color: var(--warning); }} article.info {{ border-color: var(--info); }}
article header {{ display: flex; gap: .7rem; flex-wrap: wrap; align-items: baseline; }}
article header .place, .minutes {{ color: var(--dim); font-size: .85rem; }}
pre {{ overflow-x: auto; padding: .5rem .7rem; background: #8881; font: 13px/1.4 ui-monospace, monospace; }}
article p {{ margin: .3rem 0; }} .advice {{ color: var(--dim); }} [hidden] {{ display: none; }}
</style></head><body>
<h1>{title}</h1><p class="sum">{summary}</p>
<form role="search"><fieldset><legend hidden>Filter</legend>
<input type="search" id="text" placeholder="filter by text, path or code" aria-label="filter by text">
{boxes}</fieldset></form>
<main>{body}</main>
<script>
const text = document.getElementById("text"), boxes = [...document.querySelectorAll("input[type=checkbox]")];
function filter() {{
  const wanted = text.value.toLowerCase(), areas = new Set(boxes.filter(b => b.checked).map(b => b.value));
  for (const section of document.querySelectorAll("section")) {{
    let any = false;
    for (const a of section.querySelectorAll("article")) {{
      const on = areas.has(a.dataset.area) && (section.dataset.path + " " + a.textContent).toLowerCase().includes(wanted);
      a.hidden = !on; any = any || on;
    }}
    section.hidden = !any;
  }}
}}
text.addEventListener("input", filter); boxes.forEach(b => b.addEventListener("change", filter));
document.querySelector("form").addEventListener("submit", e => e.preventDefault());
</script></body></html>
"""


def render(report: Report) -> str:
    new = report.result.new
    title = count(len(new), "finding") if new else "Nothing to complain about"
    summary = f"{count(len(report.result.counts), 'file')}, {report.result.lines:,} lines · {duration(sum(f.minutes for f in new))} of debt"
    areas = Counter(finding.area_name for finding in report.shown)
    boxes = "".join(
        f'<label><input type="checkbox" value="{escape(area)}" checked> {escape(area.replace("-", " "))} ({number})</label>'
        for area, number in sorted(areas.items())
    )
    return _PAGE.format(title=escape(title), summary=escape(summary), boxes=boxes, body=_body(report))


def _body(report: Report) -> str:
    sections: dict[str, list[str]] = {}
    for finding in report.shown:
        sections.setdefault(finding.path, []).append(_article(finding, report))
    parts = [f'<section data-path="{escape(path)}"><h2>{escape(path)}</h2>{"".join(found)}</section>' for path, found in sections.items()]
    for error in report.result.errors:
        parts.append(f"<section><h2>{escape(error.path)}</h2><p>could not be read: {escape(error.message)}</p></section>")
    return "".join(parts)


def _article(finding: Finding, report: Report) -> str:
    span = finding.span
    place = place_of("", span.cell, span.start.line, span.start.column).lstrip(":")
    plain = Style(False)
    code = "\n".join(line[2:] for line in frame(report.lines(finding.path, span.cell), span, plain, str, 110))
    block = f"<pre>{escape(code)}</pre>" if code else ""
    return (
        f'<article class="{finding.severity}" data-area="{escape(finding.area_name)}"><header><strong>{finding.code}</strong> '
        f'<span>{escape(finding.name)}</span><span class="place">{escape(place)}</span><span class="minutes">{finding.severity} · {finding.minutes} min</span></header>'
        f'<p>{escape(finding.message)}</p>{block}<p class="advice">→ {escape(finding.advice)}</p></article>'
    )
