"""Markdown and HTML: hostile text stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from markdown_it import MarkdownIt

from mlsmith.engine.result import LintResult
from tests.reports import hostile
from tests.reports.sample import EVERYTHING, IN_NOTEBOOK, KNOWN, SHUFFLE, report, result

VOID = {"meta", "input"}
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "h1", "h2", "h3", "p", "form", "label", "input",
    "fieldset", "legend", "small", "kbd", "span", "a", "pre", "mark", "ul", "li", "code", "script",
}  # fmt: skip


class Page(HTMLParser):
    """What a page is made of; refuses one whose elements are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def test_the_page_loads_nothing_and_forbids_itself_to() -> None:
    text = report(EVERYTHING, "html")
    page = Page(text)
    assert page.count("link") == page.count("img") == page.count("iframe") == 0
    assert [attributes for tag, attributes in page.tags if tag == "script"] == [{}]
    assert any("default-src 'none'" in (attributes.get("content") or "") for tag, attributes in page.tags if tag == "meta")
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", text)


def test_the_page_shows_code_with_the_place_marked() -> None:
    text = report(result(SHUFFLE), "html")
    assert "<mark>DataLoader(data, batch_size=64, shuffle=False)</mark>" in text
    assert text.count("<mark>") == 1


def test_every_control_of_the_page_can_be_focused_and_has_a_name() -> None:
    page = Page(report(EVERYTHING, "html"))
    assert page.count("input") == page.count("label") > 3
    assert all("tabindex" in attributes for tag, attributes in page.tags if tag in ("article", "pre"))
    assert page.count("fieldset") == page.count("legend") == 2


def test_the_page_lists_findings_by_file_and_what_could_not_be_read() -> None:
    text = report(EVERYTHING, "html")
    page = Page(text)
    assert page.count("article") == 7
    assert "2 files could not be read" in text
    assert "cell 3 · line 2" in text
    assert "1 suppressed, 1 in the baseline" in text


@hostile.unhurried
@given(of=hostile.results(), source=hostile.sources)
def test_hostile_text_adds_no_element_to_the_page(of: LintResult, source: list[str]) -> None:
    text = hostile.report(of, "html", source)
    text.encode("utf-8")
    page = Page(text)
    assert page.count("script") == 1
    assert page.count("img") == 0
    assert page.count("article") == len(of.findings)
    assert {tag for tag, _ in page.tags} <= ELEMENTS


@hostile.unhurried
@given(of=hostile.results())
def test_hostile_text_breaks_no_row_of_the_markdown_table(of: LintResult) -> None:
    text = hostile.report(of, "markdown", [])
    text.encode("utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert sum(token.type == "td_open" for token in tokens) == 4 * len(of.findings)
    inside = {child.type for token in tokens for child in token.children or ()}
    assert inside <= {
        "text",
        "text_special",
        "code_inline",
        "link_open",
        "link_close",
        "strong_open",
        "strong_close",
        "em_open",
        "em_close",
    }
    assert {token.type for token in tokens}.isdisjoint({"html_block", "code_block", "fence"})
    links = {str(child.attrs["href"]) for token in tokens for child in token.children or () if child.type == "link_open"}
    assert links <= {SHUFFLE.url}


def test_nobody_is_mentioned_by_a_message() -> None:
    assert "@everyone" not in report(result(SHUFFLE._replace(message="asks @everyone")), "markdown")


def test_a_markdown_row_has_place_rule_advice_and_price() -> None:
    row = report(result(IN_NOTEBOOK), "markdown").split("\n")[4]
    assert row.startswith(
        "| `notebooks/explore.ipynb · cell 3 · line 2` | [EXP102](https://mlsmith.dev/rules/EXP102) unseeded-randomness |"
    )
    assert row.endswith("Draw from `np.random.default_rng(seed)`. | 5 |")


def test_known_findings_say_so_in_markdown() -> None:
    assert "*(baseline)*" in report(result(KNOWN), "markdown", show_suppressed=True)
    assert "nothing to complain about" in report(result(KNOWN), "markdown")


def test_a_long_markdown_list_is_cut_and_says_so() -> None:
    findings = [SHUFFLE._replace(path=f"{number:03}.py") for number in range(150)]
    text = report(result(*findings), "markdown")
    assert text.count("| [EXP104]") == 100
    assert text.endswith("\nand 50 more.\n")
