"""The gate for people: what stands where, in Procore's colours, and what became of a wish.

Blue waits, green is synced, yellow came back to its sender (retrieved or rejected), red failed (FAQ What do
the ERP icons mean). Before: `tabs`, `gate`. After: the commands `erp …`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from engine.approve import states as s
from engine.approve.people import Person
from engine.approve.permissions import WORDS
from engine.approve.standing import Entry, Standing
from engine.report.terminal import Terminal

COLOURS = {
    s.WAITING: "blue",
    s.ACCEPTED: "blue",
    s.SENDING: "blue",
    s.SYNCED: "green",
    s.RETRIEVED: "yellow",
    s.REJECTED: "yellow",
    s.UNLINKED: "yellow",
    s.FAILED: "red",
    s.UNSURE: "red",
    s.READY: "cyan",
    s.ARCHIVED: "dim",
    s.DELETED: "dim",
    s.MERGED: "dim",
    s.UNSENT: "",
}
LONGEST = 60  # of a name in a table; the data have all of it
FILTERS: Mapping[str, tuple[str, ...]] = {
    "ready-to-import": (s.READY,),
    "ready-to-export": (s.WAITING,),
    "exporting": (s.ACCEPTED, s.SENDING, s.UNSURE),
    "failed": (s.FAILED,),
    "synced": (s.SYNCED,),
    "archived": (s.ARCHIVED,),
    "returned": (s.RETRIEVED, s.REJECTED),
    "unsent": (s.UNSENT, s.UNLINKED),
    "gone": (s.DELETED, s.MERGED),
}


class Item(Protocol):
    """A record on a tab (`tabs.Item`)."""

    @property
    def own(self) -> str:
        """Its key."""

    @property
    def id(self) -> str:
        """Its id in its own system."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def standing(self) -> Standing:
        """Where it stands."""

    @property
    def unmet(self) -> tuple[str, ...]:
        """What keeps it back."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """What an approver should look at."""

    @property
    def imported(self) -> bool:
        """Whether it is a record of the other system."""

    @property
    def logged(self) -> tuple[str, str]:
        """Mapping and id in the log."""


class Done(Protocol):
    """What became of a wish (`gate.Done`)."""

    @property
    def verb(self) -> str:
        """What was wanted."""

    @property
    def label(self) -> str:
        """Of which record."""

    @property
    def state(self) -> str:
        """Where it stands now."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not."""

    @property
    def fix(self) -> str:
        """What helps."""

    @property
    def note(self) -> str:
        """What to say besides."""


def show_items(items: Sequence[Item], titles: Mapping[str, str], said: Terminal) -> None:
    """A table for each kind: state, who, when, why."""
    by_kind: dict[str, list[Item]] = {}
    for one in items:
        by_kind.setdefault(one.logged[0], []).append(one)
    for mapping, mine in by_kind.items():
        title = titles.get(mapping.rstrip("<"), mapping)
        said.say(f"{title}{' to import' if mapping.endswith('<') else ''}", "bold")
        said.table(
            ("state", "record", "id", "by", "at (UTC)", "why"), [_row(one, said) for one in mine], indent=2
        )
        said.say()
    if not items:
        said.say("nothing is there")


def _row(one: Item, said: Terminal) -> list[Any]:
    from rich.text import Text

    standing = one.standing
    state: Any = Text(standing.state, COLOURS[standing.state]) if said.watched else standing.state
    why = standing.why or ("; ".join(one.unmet[:1]) if standing.state == s.UNSENT else "")
    why = why or "; ".join(one.doubts[:1])
    why = "" if standing.state == s.SYNCED else why  # that says only with what it was linked
    at = standing.at[:16].replace("T", " ")
    label = one.label if len(one.label) <= LONGEST else f"{one.label[:LONGEST]}…"
    return [state, label, one.id or one.own, standing.who, at, why]


def item_data(one: Item) -> dict[str, Any]:
    """A record on a tab for machines."""
    standing = one.standing
    return {
        "mapping": one.logged[0].rstrip("<"),
        "id": one.id or one.own,
        "source_id": one.own,
        "label": one.label,
        "import": one.imported,
        "state": standing.state,
        "by": standing.who,
        "at": standing.at,
        "why": standing.why,
        "sender": standing.sender,
        "approver": standing.approver,
        "typed": dict(standing.typed),
        "unmet": list(one.unmet),
        "doubts": list(one.doubts),
    }


def show_done(done: Iterable[Done], said: Terminal) -> None:
    """One line a wish; refusals with every reason."""
    for one in done:
        if not one.reasons:
            note = f"; {one.note}" if one.note else ""
            said.say(f"{one.label}: {one.state}{note}", COLOURS.get(one.state, ""))
            continue
        said.say(f"{one.label}: not done ({one.verb})", "red")
        for reason in one.reasons:
            said.say(f"  {reason}")
        if one.fix:
            said.say(f"  fix: {one.fix}", "dim")


def show_history(entries: Iterable[Entry], said: Terminal) -> None:
    """Everything that happened to a record."""
    rows = [
        (
            e.at[:19].replace("T", " "),
            e.who,
            f"{e.what} ({e.data['verb']})" if e.data.get("verb") else e.what,
            f"{e.mapping} {e.source_id}".strip(),
            e.why,
        )
        for e in entries
    ]
    said.table(("at (UTC)", "who", "what", "record", "why"), rows)


def show_people(people: Iterable[Person], said: Terminal) -> None:
    """Everybody with their rights."""
    rows = []
    for one in people:
        more = ["Company Administrator"] if one.company_administrator else []
        more += ["may create projects"] if one.create_project else []
        more += [f"{WORDS[level]} on {tool.replace('_', ' ')}" for tool, level in sorted(one.tools.items())]
        rows.append((one.name, WORDS[one.level], _privilege(one), ", ".join(more), one.mail))
    said.table(("name", "ERP Integrations", "Can Push to Accounting", "besides", "mail"), rows)


def _privilege(one: Person) -> str:
    if not one.approver:
        return "no"
    ways = []
    for way, names in (("import", one.imports), ("export", one.exports)):
        told = "" if "all" in names else f" of {', '.join(names)}"
        ways += [f"{way}{told}"] if names else []
    return "yes" if one.level == "admin" else " and ".join(ways) or "no kind"


def person_data(one: Person) -> dict[str, Any]:
    """A person for machines."""
    return {
        "name": one.name,
        "full_name": one.full_name,
        "level": one.level,
        "approver": one.approver,
        "imports": list(one.imports),
        "exports": list(one.exports),
        "company_administrator": one.company_administrator,
        "create_project": one.create_project,
        "tools": dict(one.tools),
        "mail": one.mail,
        "procore_id": one.procore_id,
        "digest": one.digest,
    }


def show_why(one: Item, verbs: Sequence[str], said: Terminal) -> None:
    """Where a record stands, everything that keeps it back, and what can be done now."""
    standing = one.standing
    by = f" by {standing.who} at {standing.at[:16].replace('T', ' ')} UTC" if standing.who else ""
    said.say(f"{one.label}: {standing.state}{by}", COLOURS[standing.state])
    if standing.why:
        said.say(f"  {standing.why}")
    for reason in one.unmet:
        said.say(f"  not met: {reason}")
    if not one.unmet:
        said.say("  every precondition is met")
    for doubt in one.doubts:
        said.say(f"  look at: {doubt}")
    said.say(f"  what can be done now: {', '.join(verbs) or 'nothing'}", "dim")
