"""What a page of mappings says, before it is Markdown or HTML.

Plain frozen data, so that one compilation serves every format and a test can build a page by hand.
Every sentence that claims something names the line, rule, setting or limit that keeps it. Before
it: the compiled mappings and `page.yaml`. After it: `page_markdown` and `page_html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Arrow = Literal["export", "import", "both", "none"]
How = Literal["base", "replaced", "added", "dropped"]
Level = Literal["", "allowed", "conditional"]
Keeper = Literal["rule", "setting", "field", "line", "because"]

ARROW_WORDS: dict[Arrow, str] = {
    "export": "Procore to Xero",
    "import": "Xero to Procore",
    "both": "both ways",
    "none": "",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line or rule that runs: its address, where it is written, and what a customer did to it."""

    address: str
    at: str = ""  # file:line
    says: str = ""  # the value as the file spells it
    how: How = "base"
    by: str = ""  # the overlay that changed it
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a mapping table; `links` names the tables that tell more."""

    left: str
    right: str = ""
    arrow: Arrow = "none"
    marks: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    left_detail: str = ""
    right_detail: str = ""
    because: str = ""  # why no line writes it, or why it differs from its label
    links: tuple[str, ...] = ()

    @property
    def how(self) -> How:
        """What a customer did to the row: the word of its lines if they agree, else `replaced`."""
        found = {place.how for place in self.places}
        if len(found) == 1:
            return found.pop()
        return "replaced" if found - {"base"} else "base"


@dataclass(frozen=True, slots=True)
class Footnote:
    """A numbered note of a table, and the lines and rules by which it runs."""

    number: int
    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing to know, and what keeps it so: `by` is a name, or for `because` the reason."""

    says: str
    kept: Keeper
    by: str
    at: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one mapping, or the overview, as the vendor's page cuts them."""

    name: str
    heading: str
    rows: tuple[Row, ...]
    intro: str = ""
    footnotes: tuple[Footnote, ...] = ()
    limits: tuple[Limit, ...] = ()
    optional: bool = False
    rules: tuple[Place, ...] = ()  # rules the customer changed; no row is theirs
    left_title: str = "Procore"
    right_title: str = "Xero"

    def rows_with(self, number: int) -> tuple[int, ...]:
        """Indexes of the rows that carry a footnote."""
        return tuple(index for index, row in enumerate(self.rows) if number in row.marks)

    def has_note(self, number: int) -> bool:
        """Whether a mark of the table leads anywhere."""
        return any(note.number == number for note in self.footnotes)


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the accounting system and the organisation classes it goes by."""

    name: str
    supported: bool
    classes: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """Countries that share a list of editions."""

    name: str
    editions: tuple[Edition, ...]


@dataclass(frozen=True, slots=True)
class Editions:
    """Which editions are accepted; `others` says what happens to any other class."""

    heading: str
    regions: tuple[Region, ...]
    intro: str = ""
    others: tuple[str, ...] = ()
    footnotes: tuple[Footnote, ...] = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do one thing, by level on the tool; `unsupported` is the reason nobody can."""

    action: str
    none: Level = ""
    read_only: Level = ""
    standard: Level = ""
    admin: Level = ""
    requirement: str = ""
    unsupported: str = ""

    @property
    def levels(self) -> tuple[Level, Level, Level, Level]:
        """The four levels, from least to most."""
        return self.none, self.read_only, self.standard, self.admin


@dataclass(frozen=True, slots=True)
class Permissions:
    """The table of actions and levels."""

    heading: str
    rows: tuple[Permission, ...]
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One switch: what it is without a customer, what this customer says, and where."""

    name: str
    matter: str
    help: str
    type: str
    default: str = ""
    value: str = ""
    set_by: str = ""  # file:line of the customer's value
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Things to know under one heading that belong to no table."""

    name: str
    heading: str
    items: tuple[Limit, ...]
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page, of the mappings as shipped or of one customer."""

    title: str
    intro: tuple[str, ...]
    overview: Table
    tables: tuple[Table, ...] = ()
    customer: str = ""
    requirements: tuple[Limit, ...] = ()
    groups: tuple[Group, ...] = ()
    editions: Editions | None = None
    permissions: Permissions | None = None
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One line in which a customer differs from the base, with the row that shows it."""

    table: Table
    index: int
    row: Row
    place: Place


def differences(page: Page) -> tuple[Difference, ...]:
    """Every change of a customer in the order of the page, each line once."""
    first: dict[str, Difference] = {}
    for found in _changed(page):
        first.setdefault(found.place.address, found)
    return tuple(first.values())


def _changed(page: Page) -> Iterator[Difference]:
    for table in page.tables:
        for index, row in enumerate(table.rows):
            for place in row.places:
                if place.how != "base":
                    yield Difference(table, index, row, place)
        for place in table.rules:
            yield Difference(table, 0, Row(f"Rule {place.address.rpartition('.')[2]}"), place)


def spans(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it stood between backticks and so is a name."""
    for index, piece in enumerate(re.split(r"`([^`]+)`", text)):
        if piece:
            yield piece, index % 2 == 1


def by_matter(settings: tuple[Setting, ...]) -> dict[str, list[Setting]]:
    """Settings in groups, groups in the order in which they first appear."""
    groups: dict[str, list[Setting]] = {}
    for setting in settings:
        groups.setdefault(setting.matter, []).append(setting)
    return groups
