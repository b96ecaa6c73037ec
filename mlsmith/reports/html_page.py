"""The frame of the page of findings: its markup, style and script. The policy in it forbids the page every connection."""

from __future__ import annotations

from string import Template

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>mlsmith: $title</title>
<style>$style</style>
</head>
<body>
<header>
<h1>$title</h1>
<p class="sum">$summary</p>
$filters
</header>
<main>
$body
</main>
<script>$script</script>
</body>
</html>
""")

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fff; --text: #1c1d21; --dim: #5c606b; --line: #d9dbe1; --code: #f5f5f8;
  --error: #b3261e; --warning: #8f2e9e; --info: #0b6380;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16171b; --text: #e6e6ea; --dim: #a0a4b0; --line: #34363e; --code: #1f2026;
    --error: #ff8a80; --warning: #e39df0; --info: #7ccbe6;
  }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto 6rem; padding: 0 1rem; background: var(--ground); color: var(--text); }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font: 600 1rem/1.4 ui-monospace, monospace; margin: 2.4rem 0 .6rem; overflow-wrap: anywhere; }
h2 small, label small { font: .85rem system-ui, sans-serif; color: var(--dim); font-variant-numeric: tabular-nums; }
h2 small { margin-left: .6rem; }
h3 { font-size: 1rem; font-weight: 400; margin: 0; }
h3 a { font-weight: 600; color: inherit; }
.sum, .place, .keys, #seen { color: var(--dim); margin: .1rem 0; }
.place, .keys, #seen, form { font-size: .9rem; }
form { border-block: 1px solid var(--line); padding: .7rem 0; margin-top: 1rem; display: grid; gap: .5rem; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
legend { float: left; width: 4.5rem; padding: 0; color: var(--dim); }
.search { display: flex; align-items: baseline; color: var(--dim); }
.search span { flex: none; width: 5.9rem; }
input[type=search] { font: inherit; width: 20rem; min-width: 0; padding: .3rem .5rem; }
kbd { font: .85em ui-monospace, monospace; border: 1px solid var(--line); border-radius: 3px; padding: 0 .3em; }
article { border-left: 4px solid var(--tone); padding: 0 0 0 1rem; margin: 0 0 1.6rem; scroll-margin-top: 1rem; }
article.error { --tone: var(--error); } article.warning { --tone: var(--warning); } article.info { --tone: var(--info); }
article p { margin: .2rem 0; }
.severity { color: var(--tone); font-weight: 600; }
pre { overflow-x: auto; margin: .5rem 0; padding: .5rem .7rem; background: var(--code); font: 13px/1.5 ui-monospace, monospace; }
code { font: .9em ui-monospace, monospace; }
.number { color: var(--dim); user-select: none; }
mark { background: none; color: inherit; border-bottom: 2px solid var(--tone); }
.advice::before { content: "→ "; color: var(--dim); }
:focus-visible { outline: 2px solid var(--info); outline-offset: 3px; }
[hidden] { display: none !important; }
@media print { form { display: none; } article { break-inside: avoid; } }
"""

SCRIPT = """
const form = document.querySelector("form"), wanted = document.getElementById("wanted"), seen = document.getElementById("seen");
const articles = [...document.querySelectorAll("article")];
if (form) {
  const chosen = name => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map(box => box.value));
  const filter = () => {
    const text = wanted.value.trim().toLowerCase(), areas = chosen("area"), severities = chosen("severity");
    for (const article of articles) {
      const whole = article.closest("section").dataset.path + " " + article.textContent;
      article.hidden = !(areas.has(article.dataset.area) && severities.has(article.dataset.severity) && whole.toLowerCase().includes(text));
    }
    for (const section of document.querySelectorAll("section[data-path]"))
      section.hidden = !section.querySelector("article:not([hidden])");
    const shown = articles.filter(article => !article.hidden).length;
    seen.textContent = shown === articles.length ? "" : `${shown} of ${articles.length} shown`;
  };
  const step = by => {
    const open = articles.filter(article => !article.hidden), at = open.indexOf(document.activeElement.closest("article"));
    const next = open[at < 0 ? (by > 0 ? 0 : open.length - 1) : Math.min(open.length - 1, Math.max(0, at + by))];
    if (next) { next.focus(); next.scrollIntoView({block: "nearest"}); }
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = document.activeElement === wanted;
    if (typing && event.key === "Escape") { wanted.value = ""; filter(); wanted.blur(); }
    else if (typing) return;
    else if (event.key === "/") { event.preventDefault(); wanted.focus(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  });
}
"""
