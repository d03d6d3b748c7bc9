"""The page as Markdown: for the repository, for pull requests, and for a terminal.

Plain enough to be read unrendered, so footnote marks are superscript figures and no HTML is used.
Whatever the page holds is text: it is escaped, never trusted. Before it: `page_model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from engine.report.page_model import (
    ARROW_WORDS,
    Arrow,
    Editions,
    Footnote,
    Group,
    Level,
    Limit,
    Page,
    Permissions,
    Place,
    Row,
    Setting,
    Table,
    by_matter,
    differences,
    spans,
)

ARROWS: dict[Arrow, str] = {"export": "→", "import": "←", "both": "↔", "none": ""}
LEVELS: dict[Level, str] = {"": "", "allowed": "yes", "conditional": "if"}
KEEPERS = {"rule": "rule", "setting": "setting", "field": "limit of the field", "line": "line"}

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPECIAL = re.compile(r"([\\`*\[\]|~])")
_EDGE_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BLOCK_START = re.compile(r"^(#+(?=\s)|[-+](?=\s)|>|=+$|-+$|\d+(?=[.)]\s))")


def to_markdown(page: Page) -> str:
    """The whole page; ends with one newline."""
    blocks = [f"# {text(_title(page))}", *(text(part) for part in page.intro)]
    blocks.append(", ".join(f"{ARROWS[arrow]} {words}" for arrow, words in ARROW_WORDS.items() if words))
    blocks += _limits(page.requirements, "Before the first run")
    blocks += _differences(page)
    for table in (page.overview, *page.tables):
        blocks += _table(table)
    for group in page.groups:
        blocks += _group(group)
    blocks += _editions(page.editions) if page.editions else ()
    blocks += _permissions(page.permissions) if page.permissions else ()
    blocks += _settings(page)
    return "\n\n".join(block for block in blocks if block) + "\n"


def text(raw: str) -> str:
    """Any text on one line: `names` stay code, all else Markdown or HTML would act on is made harmless."""
    flat = " ".join(raw.split())
    safe = "".join(code(piece) if name else _plain(piece) for piece, name in spans(flat))
    return _BLOCK_START.sub(_escape_start, safe)


def _plain(flat: str) -> str:
    safe = _SPECIAL.sub(r"\\\1", _ENTITY.sub("&amp;", flat)).replace("<", "&lt;")
    return _EDGE_UNDERSCORE.sub(r"\\_", safe)


def code(raw: str) -> str:
    """A code span that survives backticks, and pipes inside a table."""
    flat = " ".join(raw.split()).replace("|", "\\|")
    if not flat:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _escape_start(found: re.Match[str]) -> str:
    start = found[0]
    return f"{start}\\" if start[0].isdigit() else f"\\{start}"


def _title(page: Page) -> str:
    return f"{page.title}: {page.customer}" if page.customer else page.title


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    lines += ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join(lines)


def _marks(numbers: Iterable[int]) -> str:
    found = "\u2009".join(str(number).translate(_SUPERSCRIPT) for number in numbers)
    return f" {found}" if found else ""


def _cell(label: str, detail: str, marks: str = "") -> str:
    return text(label) + marks + (f" ({text(detail)})" if detail else "")


# ---------------------------------------------------------------- tables of mappings


def _table(table: Table) -> Iterator[str]:
    yield f"## {text(table.heading)}" + (" (optional)" if table.optional else "")
    yield text(table.intro)
    head = (text(table.left_title), "", text(table.right_title), "Written by")
    if any(row.places or row.because for row in table.rows):
        yield _grid(head, (_row(row) for row in table.rows))
    else:
        yield _grid(head[:3], (_row(row)[:3] for row in table.rows))
    yield _footnotes(table.footnotes)
    yield from _limits(table.limits)


def _row(row: Row) -> tuple[str, str, str, str]:
    left = _cell(row.left, row.left_detail, _marks(row.marks))
    if row.how == "dropped":
        left = f"~~{left}~~"
    told = "; ".join(_place(place) for place in row.places)
    if row.because:
        told = f"{told}. {text(row.because)}" if told else text(row.because)
    return left, ARROWS[row.arrow], _cell(row.right, row.right_detail), told


def _place(place: Place) -> str:
    words = code(place.address) + (f" {text(place.at)}" if place.at else "")
    if place.how == "base":
        return words
    by = f" by {text(place.by)}" if place.by else ""
    why = f": {text(place.why)}" if place.why else ""
    return f"{words} **{place.how}**{by}{why}"


def _footnotes(notes: Sequence[Footnote]) -> str:
    return "\n".join(_footnote(note) for note in notes)


def _footnote(note: Footnote) -> str:
    runs = ", ".join(
        code(place.address) + (f" {text(place.at)}" if place.at else "") for place in note.places
    )
    return f"- **{note.number}** {text(note.text)}" + (f" Runs in {runs}." if runs else "")


def _limits(limits: Sequence[Limit], heading: str = "To know") -> Iterator[str]:
    if limits:
        yield f"**{heading}**"
        yield "\n".join(_limit(limit) for limit in limits)


def _limit(limit: Limit) -> str:
    told = ": ".join(text(part) for part in (limit.label, limit.says) if part)
    if limit.kept == "because":
        return f"- {told} {text(limit.by)}" if _ended(told) else f"- {told}: {text(limit.by)}"
    at = f" {text(limit.at)}" if limit.at else ""
    return f"- {told} ({KEEPERS[limit.kept]} {code(limit.by)}{at})"


def _ended(told: str) -> bool:
    return told.endswith((".", "!", "?"))


def _group(group: Group) -> Iterator[str]:
    yield f"## {text(group.heading)}"
    yield text(group.intro)
    yield "\n".join(_limit(item) for item in group.items)


# ---------------------------------------------------------------- tables of the connector


def _differences(page: Page) -> Iterator[str]:
    found = differences(page)
    if not found:
        return
    yield f"## What {text(page.customer or 'the customer')} changed"
    head = ("Row", "Line", "Change", "Why")
    yield _grid(
        head,
        (
            (
                f"{text(change.table.heading)}: {text(change.row.left)}",
                code(change.place.address) + (f" {text(change.place.at)}" if change.place.at else ""),
                change.place.how,
                text(change.place.why),
            )
            for change in found
        ),
    )


def _editions(editions: Editions) -> Iterator[str]:
    yield f"## {text(editions.heading)}"
    yield text(editions.intro)
    for region in editions.regions:
        head = (text(region.name), *(text(e.name) + _marks(e.marks) for e in region.editions))
        accepted = ("Accepted", *("yes" if e.supported else "no" for e in region.editions))
        classes = ("Class", *(" ".join(code(name) for name in e.classes) for e in region.editions))
        yield _grid(head, (accepted, classes))
    yield _footnotes(editions.footnotes)
    yield "\n".join(f"- {text(said)}" for said in editions.others)


def _permissions(permissions: Permissions) -> Iterator[str]:
    yield f"## {text(permissions.heading)}"
    yield text(permissions.intro)
    yield f"{LEVELS['allowed']}: at this level. {LEVELS['conditional']}: at this level, as the notes ask."
    yield _grid(
        ("Action", "None", "Read Only", "Standard", "Admin", "Notes"),
        (
            (
                text(row.action),
                *("" if row.unsupported else LEVELS[level] for level in row.levels),
                f"Not supported. {text(row.unsupported)}" if row.unsupported else text(row.requirement),
            )
            for row in permissions.rows
        ),
    )


def _settings(page: Page) -> Iterator[str]:
    if page.settings:
        yield "## Settings"
    for matter, settings in by_matter(page.settings).items():
        yield f"### {text(matter)}"
        head = ("Setting", "Type", "Default")
        if page.customer:
            yield _grid((*head, "Value", "Set by", "What it does"), (_setting(s, True) for s in settings))
        else:
            yield _grid((*head, "What it does"), (_setting(s, False) for s in settings))


def _setting(setting: Setting, customer: bool) -> tuple[str, ...]:
    default = code(setting.default) or ("asked by init" if setting.asked else "none")
    mine = (code(setting.value), text(setting.set_by)) if customer else ()
    return (code(setting.name), text(setting.type), default, *mine, text(setting.help))
