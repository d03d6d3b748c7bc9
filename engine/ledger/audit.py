"""Once a day: what our app made on the other side, against what we remember. Pure; the caller lists.

No ledger can promise more than it can see: a machine frozen between its last check and its sending may
still send late. This is where that shows: a document of ours that no link knows, one made twice, a
link whose document is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.ledger.links import ADOPTED, MADE, Link

UNLINKED, DOUBLED, GONE = "unlinked", "doubled", "gone"


@dataclass(frozen=True, slots=True)
class Document:
    """A document there that our app made. `known_as`: what no other may have (a number, our Url)."""

    object: str
    id: str
    known_as: tuple[str, ...] = ()
    label: str = ""
    gone: bool = False  # deleted or voided, and still readable

    @property
    def said(self) -> str:
        """How a message names it."""
        return self.label or self.id


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be: what, which documents, what to do."""

    kind: str
    object: str
    ids: tuple[str, ...]
    text: str
    fix: str
    mapping: str = ""
    source_id: str = ""


def audit(
    links: Iterable[Link], documents: Iterable[Document], objects: Mapping[str, str], under_way: bool = False
) -> list[Finding]:
    """Findings in the order of objects. `objects` says what each mapping makes, for those listed whole.

    `under_way`: effects are not final yet; what they made may be unlinked a moment longer, so only
    doubled and gone documents are findings then.
    """
    asked = set(objects.values())
    there = [document for document in documents if document.object in asked]
    ours = [one for one in links if one.mapping in objects and not one.parent]
    found = _doubled(there) + _gone(ours, there, objects)
    if not under_way:
        found += _unlinked(ours, there, objects, {id for each in found for id in each.ids})
    return sorted(found, key=lambda one: (one.object, one.kind, one.ids))


def _unlinked(
    links: list[Link], documents: list[Document], objects: Mapping[str, str], told: set[str]
) -> list[Finding]:
    linked = {(objects[one.mapping], one.target_id) for one in links}
    return [
        Finding(
            UNLINKED,
            one.object,
            (one.id,),
            f"{one.object} {one.said} was made by us and no record is linked to it",
            "link it to its record (crosswalk link), or void it there",
        )
        for one in documents
        if not one.gone and (one.object, one.id) not in linked and one.id not in told
    ]


def _doubled(documents: list[Document]) -> list[Finding]:
    sharing: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for one in documents:
        if not one.gone:
            for known in dict.fromkeys(one.known_as):
                sharing[one.object, known].append(one)
    sets: dict[tuple[str, tuple[str, ...]], str] = {}
    for (name, known), several in sharing.items():
        ids = tuple(sorted({one.id for one in several}))
        if len(ids) > 1:
            sets.setdefault((name, ids), known)
    return [
        Finding(
            DOUBLED,
            name,
            ids,
            f"{name}: {len(ids)} documents of ours are all {known}",
            "compare them there, void those that are not linked, and keep the linked one",
        )
        for (name, ids), known in sets.items()
    ]


def _gone(links: list[Link], documents: list[Document], objects: Mapping[str, str]) -> list[Finding]:
    """Only of what we made: what a person or a match linked was never in our list."""
    living = {(one.object, one.id) for one in documents if not one.gone}
    return [
        Finding(
            GONE,
            objects[one.mapping],
            (one.target_id,),
            f"{one.mapping} {one.source_id}: its {objects[one.mapping]} {one.target_id} is gone",
            "unlink it (crosswalk link --remove) to make it anew, or restore it there",
            one.mapping,
            one.source_id,
        )
        for one in links
        if one.owns and one.how in (MADE, ADOPTED) and (objects[one.mapping], one.target_id) not in living
    ]
