"""One self-contained HTML page: figures, tables and pictures, no network, readable on a phone and in the dark."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #2a7d4f; --bad: #c0392b; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 2rem 1.2rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem; }
p.lead { opacity: .75; margin-top: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .38rem .6rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } thead th { font-weight: 600; border-bottom-width: 2px; }
div.wide { overflow-x: auto; }
figure { margin: 1rem 0; background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: .6rem; }
figure img { width: 100%; height: auto; display: block; }
figcaption { color: #333; font-size: .9rem; padding: .3rem .4rem; }
.verdict { display: inline-block; padding: .15rem .7rem; border-radius: 99px; color: #fff; font-weight: 600; }
.good { background: var(--good); } .bad { background: var(--bad); } ul { padding-left: 1.2rem; }
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a run: the file it is kept in, and the words that a reader who cannot see it needs."""

    name: str
    caption: str
    svg: bytes


def keep(pictures: Sequence[Picture], folder: Path) -> None:
    """Write every picture as a file of its own."""
    for picture in pictures:
        (folder / picture.name).write_bytes(picture.svg)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table for a card."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


@dataclass(slots=True)
class Page:
    """A page under construction; every method adds one block to it."""

    title: str
    lead: str
    blocks: list[str] = field(default_factory=list)

    def verdict(self, shortfalls: Sequence[str]) -> None:
        """The answer first: may it serve, and if not, why."""
        style, text = ("bad", "must not serve") if shortfalls else ("good", "may serve")
        self.blocks.append(f'<p><span class="verdict {style}">{text}</span></p>')
        if shortfalls:
            self.blocks.append("<ul>" + "".join(f"<li>{escape(reason)}</li>" for reason in shortfalls) + "</ul>")

    def heading(self, text: str, explanation: str = "") -> None:
        """A new section."""
        self.blocks.append(f"<h2>{escape(text)}</h2>" + (f"<p>{escape(explanation)}</p>" if explanation else ""))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; the first column names the row."""
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        whole = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        self.blocks.append(f'<div class="wide">{whole}</div>')

    def picture(self, *pictures: Picture) -> None:
        """Pictures with their captions."""
        for one in pictures:
            data, caption = base64.b64encode(one.svg).decode(), escape(one.caption)
            image = f'<img alt="{caption}" src="data:image/svg+xml;base64,{data}">'
            self.blocks.append(f"<figure>{image}<figcaption>{caption}</figcaption></figure>")

    def facts(self, values: Mapping[str, str]) -> None:
        """Names and values, one a row."""
        self.table(("", ""), [(name, value) for name, value in values.items()])

    def html(self) -> str:
        """The whole page."""
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
            f'<body><h1>{escape(self.title)}</h1><p class="lead">{escape(self.lead)}</p>'
            f"{''.join(self.blocks)}</body></html>\n"
        )
