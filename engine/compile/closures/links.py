"""Links: what a mapping made of a source, and the source a document was made of.

Links come in with the facts; nothing is asked of any system here. A link nobody knows yet holds
the record, and its message says which document to send or import first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.check import typed as t
from engine.compile.closures.registry import Build, reads
from engine.compile.frame import Frame, Function, Links, Stop, key_parts, key_text, remembered
from engine.compile.places import Place, decoded, held, where
from engine.vocabulary.wire import DECODE


@reads(t.Lookup)
def lookup(expr: t.Lookup, build: Build) -> Function:
    """The id of the linked document, or what is remembered of it."""
    keys, place = [build(key) for key in expr.keys], where(expr)
    via, backwards = expr.via, expr.back or bool(expr.by)
    decode = DECODE.get(expr.type.kind)

    def look(frame: Frame, current: Any) -> Any:
        parts = [key(frame, current) for key in keys]
        if any(part is None for part in parts):
            return None
        text, links = key_text(parts), frame.facts.links
        found: Any = links.backward(via, text, expr.by) if backwards else links.forward(via, text)
        if found is None:
            if expr.missing:
                return None
            raise _unlinked(links, via, parts, backwards, place)
        source_id, memory = found if backwards else (text, found)
        raw = _taken(expr, links, source_id, memory)
        if raw is None or decode is None:
            return raw
        return decoded(raw, decode, Place(f"links.{via}.{source_id}.{expr.take}", True))

    return look


@reads(t.Linked)
def linked(expr: t.Linked, build: Build) -> Function:
    """Whether a mapping knows a document for the id."""
    keys, via, back = [build(key) for key in expr.keys], expr.via, expr.back

    def look(frame: Frame, current: Any) -> bool:
        parts = [key(frame, current) for key in keys]
        if any(part is None for part in parts):
            return False
        text, links = key_text(parts), frame.facts.links
        return (links.backward(via, text, "") if back else links.forward(via, text)) is not None

    return look


def _taken(expr: t.Lookup, links: Links, source_id: str, memory: Mapping[str, Any]) -> Any:
    """What the line wants of a document: a remembered member, a part of its source id, or its id."""
    if expr.take:
        raw = remembered(memory, expr.take)
        return links.part_of(expr.via, source_id, expr.take) if raw is None else raw
    if expr.type.kind == "list":
        return key_parts(source_id)
    return source_id if expr.back else remembered(memory, links.target_id(expr.via))


def _unlinked(links: Links, via: str, parts: list[Any], backwards: bool, place: Place) -> Stop:
    """The message for a document nobody knows yet."""
    meta, shown = links.meta.get(via), ", ".join(str(part) for part in parts)
    if meta is None:
        text, fix = f"{via} knows no {shown}", f"link it in {via}"
    elif backwards:
        text = f"no {meta.what} is linked to {meta.makes} {shown}"
        fix = f"link it with mapping {via}, or import it first"
    else:
        text = f"{meta.what} {shown} is not " + (f"linked to a {meta.makes}" if meta.makes else "known")
        fix = f"send it with mapping {via} first, or link it"
    return held("unlinked", text, place, parts[0], fix)
