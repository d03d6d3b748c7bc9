"""A page made by hand comes out whole, linked and harmless, as Markdown and as HTML."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.report.page_html import to_html
from engine.report.page_markdown import code, text, to_markdown
from engine.report.page_model import Page, Row, differences

VOID = {"meta", "wbr", "path", "br"}


def load_page() -> Page:
    path = Path(__file__).with_name("sample_page.py")
    spec = importlib.util.spec_from_file_location("sample_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page: Page = module.PAGE
    return page


PAGE = load_page()


class Outline(HTMLParser):
    """Collects what the tests ask about, and whether every element is closed where it should be."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if str(found.get("href", "")).startswith("#"):
            self.targets.append(str(found["href"])[1:])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.fixture(scope="module")
def html() -> str:
    return to_html(PAGE)


@pytest.fixture(scope="module")
def outline(html: str) -> Outline:
    found = Outline()
    found.feed(html)
    return found


def row_of(html: str, row: str) -> str:
    found = re.search(rf'<tr id="{row}".*?</tr>', html, re.S)
    assert found, row
    return found[0]


# ---------------------------------------------------------------- HTML


def test_every_element_is_closed_and_every_id_is_one(outline: Outline):
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))


def test_every_link_inside_the_page_leads_somewhere(outline: Outline):
    assert set(outline.targets) <= set(outline.ids)


def test_the_file_needs_nothing_but_itself(html: str, outline: Outline):
    assert not [tag for tag, _ in outline.tags if tag in ("script", "link", "img", "iframe", "base")]
    assert not re.search(r"url\(|@import|https?:", html)


def test_hostile_text_stays_text(html: str):
    assert "<script" not in html
    assert "&lt;script&gt;alert(" in html


def test_names_between_backticks_are_code():
    page = replace(PAGE, intro=("Run `sync <all>` & `doctor`.",))
    assert "<p>Run <code>sync &lt;all&gt;</code> &amp; <code>doctor</code>.</p>" in to_html(page)


def test_every_header_cell_says_what_it_heads(outline: Outline):
    scopes = [found.get("scope") for tag, found in outline.tags if tag == "th"]
    assert set(scopes) == {"col", "row", "rowgroup"}


def test_arrows_are_told_in_words_too(html: str):
    row = row_of(html, "overview-row-2")
    assert 'class="way both"' in row
    assert "both ways" in row
    assert "Xero to Procore" in row_of(html, "overview-row-5")
    assert 'class="way' not in row_of(html, "invoices-row-3")


def test_marks_and_footnotes_link_both_ways(html: str):
    row = row_of(html, "invoices-row-4")
    assert 'href="#invoices-note-1"' in row
    assert 'href="#invoices-note-2"' in row
    note = re.search(r'<li id="invoices-note-1".*?</li>', html, re.S)
    assert note
    assert re.findall(r'href="#([^"]+)"', note[0]) == ["invoices-row-2-mark-1", "invoices-row-4-mark-1"]


def test_a_mark_without_a_footnote_is_no_link():
    overview = replace(PAGE.overview, rows=(Row("Projects", "Options", "both", (9,)),), footnotes=())
    row = row_of(to_html(replace(PAGE, overview=overview)), "overview-row-1")
    assert "<sup>9</sup>" in row


def test_what_a_customer_changed_is_marked_and_open(html: str):
    row = row_of(html, "commitments-row-3")
    assert "<details open>" in row
    assert "replaced" in row
    assert "The yard files by number and title." in row
    assert "<details open>" not in row_of(html, "commitments-row-1")


def test_a_base_page_has_no_traces_of_customers():
    base = to_html(replace(PAGE, customer="", tables=PAGE.tables[2:]))
    assert "What differs" not in base
    assert 'class="mine"' not in base


def test_limits_link_to_the_setting_that_keeps_them(html: str):
    assert 'href="#setting-purchase-order-status"' in html
    assert 'id="setting-purchase-order-status"' in html


def test_an_unsupported_action_shows_no_level(html: str):
    row = re.search(r'<tr class="unsupported">.*?</tr>', html, re.S)
    assert row
    assert "Budgets stay in Procore." in row[0]
    assert "level" not in row[0]


# ---------------------------------------------------------------- Markdown


def test_markdown_rows_have_arrow_mark_and_address():
    out = to_markdown(PAGE)
    assert "| Projects | ↔ | Tracking category option |" in out
    assert "| Subcontractor invoices ² | → | Bills |" in out
    assert (
        "| Commitment # | → | Order Number | `commitments.PurchaseOrderNumber` commitments.yaml:24 |" in out
    )
    assert "## Commitments (optional)" in out


def test_markdown_footnotes_say_where_they_run():
    note = "An invoice whose total is negative does not export."
    assert f"- **2** {note} Runs in `invoices.rules.negative` invoices.yaml:31." in to_markdown(PAGE)


def test_markdown_tables_keep_their_columns():
    for block in to_markdown(PAGE).split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 1, block


def test_markdown_holds_no_html_outside_code():
    bare = re.sub(r"(`+) ?.*?[^`]\1(?!`)", "", to_markdown(PAGE).replace("\\`", ""))
    assert "<" not in bare


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("Commitment #", "Commitment #"),
        ("# heading", "\\# heading"),
        ("1. first", "1\\. first"),
        ("- item", "\\- item"),
        ("a_b _c_", "a_b \\_c\\_"),
        ("A & B &lt;", "A & B &amp;lt;"),
        ("two\nlines", "two lines"),
        ("a|b", "a\\|b"),
        ("run `a_b` *now*", "run `a_b` \\*now\\*"),
        ("a ` b", "a \\` b"),
    ],
)
def test_text_is_escaped_no_more_than_needed(raw: str, safe: str):
    assert text(raw) == safe


@pytest.mark.parametrize(("raw", "span"), [("a.b", "`a.b`"), ("a`b", "`` a`b ``"), ("", "")])
def test_code_spans_survive_backticks(raw: str, span: str):
    assert code(raw) == span


# ---------------------------------------------------------------- model


def test_differences_are_in_the_order_of_the_page_and_once_each():
    tables = (*PAGE.tables, PAGE.tables[0])
    found = [change.place.how for change in differences(replace(PAGE, tables=tables))]
    assert found == ["replaced", "added", "dropped", "replaced"]


def test_a_row_with_one_changed_line_of_two_is_replaced():
    row = PAGE.tables[0].rows[3]
    first = replace(row.places[0], how="dropped")
    assert row.how == "base"
    assert replace(row, places=(first, row.places[1])).how == "replaced"
    assert Row("Direct Cost").how == "base"
