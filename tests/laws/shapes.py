"""Hypothesis strategies from shapes: records in canonical form, as the wire has them."""

from __future__ import annotations

import string
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from engine.check.typed import Step
from engine.map.put import put
from engine.spec.model import Member
from engine.vocabulary.transforms import canonical

LETTERS = string.ascii_letters + string.digits + "äéß .,-/&'"


def values(member: Member) -> st.SearchStrategy[Any]:
    """A sound wire value of a member, texts in their canonical form."""
    if member.enum:
        return st.sampled_from([each for each in member.enum if each is not None])
    plain: dict[str, st.SearchStrategy[Any]] = {
        "text": texts(member),
        "id": st.integers(1, 10**6) if "integer" in member.wire else st.uuids().map(str),
        "integer": st.integers(0, 9999),
        "decimal": st.decimals(0, 10**6, places=member.scale if member.scale is not None else 4),
        "boolean": st.booleans(),
        "date": st.dates().map(lambda day: day.isoformat()),
        "instant": st.datetimes().map(lambda moment: f"{moment.isoformat()}+00:00"),
    }
    if member.kind == "object":
        return records(member)
    if member.kind == "list":
        return _rows(member)
    return plain[member.kind]


def texts(member: Member) -> st.SearchStrategy[str]:
    most = min(member.max_length or 30, 30)
    words = st.sampled_from(["Main", "Road", "Sydney", "a", "NSW", "AU"])
    if not member.pattern:
        words |= st.text(LETTERS, max_size=most)
    return words.map(lambda text: canonical(text, member.canonical or ("trim",))).filter(
        lambda text: len(text) >= max(1, member.min_length or 0)
    )


def _rows(member: Member) -> st.SearchStrategy[list[Any]]:
    item = member.item
    if item is None:
        return st.just([])
    if not member.keyed_by:
        return st.lists(values(item), max_size=2)
    keys = [key for key in item.members[member.keyed_by].enum if key is not None]
    return st.lists(records(item), max_size=len(keys)).flatmap(
        lambda rows: st.permutations(keys).map(
            lambda order: [{**row, member.keyed_by: key} for row, key in zip(rows, order, strict=False)]
        )
    )


def records(root: Member) -> st.SearchStrategy[dict[str, Any]]:
    """A canonical record: any of its members, joined texts as they would be written."""
    joined = {name for each in root.members.values() for name in each.joins}
    plain = {
        name: values(member)
        for name, member in root.members.items()
        if not member.joins and name not in joined
    }
    virtual = {name: values(member) for name, member in root.members.items() if member.joins}
    return st.builds(
        lambda own, texts: _written(root, own, texts),
        st.fixed_dictionaries({}, optional=plain),
        st.fixed_dictionaries({}, optional=virtual),
    )


def _written(root: Member, own: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    record = dict(own)
    for name, text in texts.items():
        put(record, (Step(name),), root.members[name], text)
    return record


def no_float(value: Any) -> bool:
    """Whether there is no binary float anywhere in a value."""
    if isinstance(value, dict):
        return all(no_float(each) for each in value.values())
    if isinstance(value, list):
        return all(no_float(each) for each in value)
    return not isinstance(value, float)


MONEY = st.decimals(Decimal("-9999.99"), Decimal("9999.99"), places=2)
