"""A sheet and its four writers: exact for machines, readable for people, harmless for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.report.sheet import (
    ALARM,
    COUNT,
    DATA,
    DATE,
    DETAIL,
    LINK,
    MONEY,
    PAPER,
    SHARE,
    Column,
    Group,
    Row,
    Sheet,
    parted,
    shown,
    total,
)
from engine.report.sheet_csv import to_csv
from engine.report.sheet_html import to_html
from engine.report.sheet_json import as_data
from engine.report.sheet_terminal import as_text
from engine.report.wire_json import dumps

COLUMNS = (
    Column("name", "Name"),
    Column("day", "Day", DATE),
    Column("amount", "Amount", MONEY),
    Column("share", "Share", SHARE, PAPER),
    Column("count", "Count", COUNT),
    Column("id", "Id", shown=DATA),
    Column("link", "In Xero", LINK, PAPER),
)


def row(name: str, amount: str, weight: str = "plain", link: str = "") -> Row:
    cells = (name, date(2026, 3, 31), Decimal(amount), Decimal("0.1"), 3, f"id-{name}", link or None)
    return Row(cells, weight)


def sheet(*rows: Row, heading: str = "Harbour St", **more: object) -> Sheet:
    totals = (total("Total", COLUMNS, rows, ("amount",)),)
    groups = (Group(heading, tuple(rows), totals, ("One thing to know.",)),)
    return Sheet("sample", "A sample", "story", COLUMNS, groups, **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------- figures


def test_a_total_adds_the_rows_and_not_what_explains_them() -> None:
    made = sheet(row("a", "10.10"), row("b", "-0.20"), row("why", "99", DETAIL))
    assert made.groups[0].totals[0].cells[:3] == ("Total", None, Decimal("9.90"))


def test_money_is_shown_in_cents_and_nothing_is_rounded_away() -> None:
    told = [shown(Decimal(each), MONEY) for each in ("1234.5", "-0.004", "0", "1E+3", "1000000.00")]
    assert told == ["1,234.50", "-0.004", "0.00", "1,000.00", "1,000,000.00"]
    assert shown(Decimal("0.1"), SHARE) == "10.0 %"
    assert shown(date(2026, 3, 31), DATE) == "2026-03-31"
    assert shown(None, MONEY) == ""


def test_it_says_when_it_was_read_where_the_office_is() -> None:
    read = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)
    made = sheet(row("a", "1"), read_at=read, timezone="Australia/Sydney", currency="AUD")
    assert made.as_of == "As read 2026-03-02 01:05 (Australia/Sydney). Amounts in AUD."
    assert made.as_of in as_text(made)
    assert made.as_of in to_html(made)


def test_the_first_sentence_is_told_from_the_rest() -> None:
    text = "1,100.50 on X (No. 4) has no project. Choose the option. Then sync."
    assert parted(text) == ("1,100.50 on X (No. 4) has no project.", "Choose the option. Then sync.")
    assert parted("") == ("", "")


# ---------------------------------------------------------------- for a terminal


def test_a_pipe_gets_plain_columns_with_figures_to_the_right() -> None:
    lines = as_text(sheet(row("a", "1234.5"), row("why", "-1", DETAIL))).splitlines()
    assert lines[0] == "A sample  story"
    assert "Name   Day           Amount  Count" in lines
    assert "a      2026-03-31  1,234.50      3" in lines
    assert "       2026-03-31     -1.00      3" in lines
    assert "id-a" not in "".join(lines)
    assert "  One thing to know." in lines


def test_a_name_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in as_text(sheet(row("\x1b[31mred", "1")))


def test_an_empty_sheet_says_so() -> None:
    made = Sheet("sample", "A sample", "story", COLUMNS, empty="nothing was held")
    assert "nothing was held" in as_text(made)
    assert "nothing was held" in to_html(made)
    assert to_csv(made) == "name,day,amount,share,count,id,link\r\n"


# ---------------------------------------------------------------- for a spreadsheet


def test_a_spreadsheet_gets_every_column_and_no_totals() -> None:
    assert to_csv(sheet(row("a, b", "-1234.5"))) == (
        "group,name,day,amount,share,count,id,link\r\n"
        'Harbour St,"a, b",2026-03-31,-1234.50,0.1,3,"id-a, b",\r\n'
    )


def test_what_would_be_a_formula_is_text() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1"):
        ((_, name, *_),) = list(csv.reader(io.StringIO(to_csv(sheet(row(text, "-1"))))))[1:]
        assert name == f"'{text}"


@given(st.text(), st.decimals(allow_nan=False, allow_infinity=False, places=2, max_value=10**12))
def test_what_is_written_is_read_back(name: str, amount: Decimal) -> None:
    made = sheet(row(name, f"{amount:f}"), heading="")
    _, (first, _, third, *_) = csv.reader(io.StringIO(to_csv(made), newline=""))
    assert first.removeprefix("'") == name.removeprefix("'")
    assert Decimal(third) == amount


# ---------------------------------------------------------------- for a machine and on paper


def test_a_machine_gets_exact_numbers() -> None:
    text = dumps(as_data(sheet(row("a", "9007199254740993.01"), row("b", "2"))))
    data = json.loads(text, parse_float=Decimal)
    assert [each["amount"] for each in data["groups"][0]["rows"]] == [
        Decimal("9007199254740993.01"),
        Decimal("2.00"),
    ]
    assert data["groups"][0]["totals"][0]["name"] == "Total"
    assert data["columns"][2] == {"name": "amount", "title": "Amount", "kind": "money"}


def test_paper_holds_what_others_wrote_as_text() -> None:
    page = to_html(sheet(row("<b>Bobby</b> & co", "-1"), heading='"><script>alert(1)</script>'))
    assert "&lt;b&gt;Bobby&lt;/b&gt; &amp; co" in page
    assert "<script>" not in page
    assert "−1.00" in page


def test_only_web_addresses_are_links() -> None:
    assert 'href="https://go.xero.com/x"' in to_html(sheet(row("a", "1", link="https://go.xero.com/x")))
    assert "href" not in to_html(sheet(row("a", "1", link="javascript:alert(1)")))


def test_a_figure_that_should_not_be_there_stands_out() -> None:
    assert '<tr class="alarm">' in to_html(sheet(row("a", "1", ALARM)))
