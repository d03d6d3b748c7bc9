"""What Procore is to ask of the fields of one entity, before anything is sent: limits and presence.

`save` rules run whenever a person types a record, draft or not: they hold the limits. `export` rules run when
the accounting approver accepts: they hold the limits again, since older records were typed before anybody
asked, and what must not be empty. What the approver alone can give is asked then only, as a custom field, or
as a field of the acceptance if `names` says so. Whatever else may stop a record stays a rule of the mapping.
Before: `metadata_reach`. After: `metadata`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.check import typed as t
from engine.report.metadata_reach import TYPED, Way, needed, ways
from engine.spec.model import Member
from engine.spec.node import Node

Json = dict[str, Any]
KINDS = {"date": "date"}  # of custom fields; all else is typed as text


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity's fields are: in which list, called what, and where the approver's answers arrive."""

    of: str = ""
    names: dict[str, str] = field(default_factory=dict)
    answers: str = ""
    id_name: str = ""


@dataclass(slots=True)
class Asked:
    """A field Procore shows: its label, its kind, and what is asked of it."""

    label: str
    kind: str = "text"
    ours: bool = False  # nobody but the approver gives it
    limits: Json = field(default_factory=dict)
    present: Json = field(default_factory=dict)

    def at_most(self, rule: str, length: int, message: str) -> None:
        """The narrowest of several limits counts."""
        known = self.limits.get(rule)
        if length > 0 and (known is None or known["length"] > length):
            self.limits[rule] = {"enabled": True, "length": length, "message": message}


class Fields:
    """The fields of one entity, as a folded flow has them."""

    def __init__(self, flow: t.Flow, place: Place):
        self.flow, self.place = flow, place
        self.element = _element(flow, place.of)
        self.fields: dict[str, Asked] = {}
        self.custom: dict[str, Asked] = {}
        for name, member in self.element.members.items():
            self._own_limit(name, member)
        for way in ways(flow):
            self._way(way)
        for path, there in needed(flow).items():
            asked = self._asked(path, there)
            if asked is not None:
                message = f"{asked.label} is missing, and nothing goes to {_other(flow)} without it."
                asked.present = {"present": {"enabled": True, "message": message}}

    def asked_on_save(self) -> Json:
        """The limits of what people type into the record."""
        return _validated({name: one.limits for name, one in self.fields.items() if not one.ours})

    def asked_on_export(self) -> Json:
        """The same once more, what the approver types, and what must not be empty."""
        return _validated({name: {**one.present, **one.limits} for name, one in self.fields.items()})

    def custom_fields(self) -> list[Json]:
        """What the approver is asked beside the record."""
        return [
            {
                "key": name,
                "label": one.label,
                "type": KINDS.get(one.kind, "string"),
                "rules": {"validation": {**one.present, **one.limits}},
            }
            for name, one in self.custom.items()
        ]

    # ------------------------------------------------------------ which field is meant

    def _asked(self, path: str, member: Member | None) -> Asked | None:
        """The field of a path, if it is one of this entity's that Procore has; "a.b" is asked of a."""
        if path.startswith(TYPED):
            return self._typed(path) if not self.place.of else None
        before = f"{self.place.of}[]." if self.place.of else ""
        if not path.startswith(before) or "[]" in path.removeprefix(before):
            return None
        first, _, last = path.removeprefix(before).partition(".")
        if first == self.place.answers and last and member is not None:
            return self.custom.setdefault(last, Asked(member.label, member.kind))
        named = self._named(first)
        return None if named is None else self.fields.setdefault(named, Asked(self._label(first)))

    def _typed(self, path: str) -> Asked:
        name, node = path.removeprefix(TYPED), self.flow.mapping.typed
        said = node.get(name) if node is not None else None
        if path in self.place.names:
            asked = self.fields.setdefault(self.place.names[path], Asked(self.place.id_name, ours=True))
        else:
            label = name.replace("_", " ").capitalize()
            asked = self.custom.setdefault(name, Asked(label, _text(said, "type")))
        if said is not None and (most := said.get("maxLength")) is not None:
            asked.at_most("max_length", most.value, _too_long(asked.label))
        return asked

    def _named(self, name: str) -> str | None:
        """What the ERP tool calls a member; None if the request does not carry it with the record."""
        member = self.element.members.get(name)
        carried = member.sources.get("event", name) if member is not None else None
        return None if carried is None or carried.startswith("/") else self.place.names.get(name, carried)

    def _label(self, name: str) -> str:
        return self.element.members[name].label

    # ------------------------------------------------------------ what is asked of it

    def _own_limit(self, name: str, member: Member) -> None:
        """A limit the record's own shape states."""
        named = self._named(name)
        if member.max_length is not None and not member.read_only and named is not None:
            asked = self.fields.setdefault(named, Asked(member.label))
            asked.at_most("max_length", member.max_length, _too_long(member.label))

    def _way(self, way: Way) -> None:
        nested = "." in way.path.rpartition("[].")[2].removeprefix(TYPED).removeprefix(
            f"{self.place.answers}."
        )
        asked = None if nested else self._asked(way.path, way.member)
        if asked is None:
            return  # a length is asked of the record that has the field, not of one that names it
        if way.target.kind == "decimal":
            self._number(asked, way)
        elif not way.cut and (way.member is None or "string" in way.member.wire):
            for rule, length, message in _limits(asked.label, way, _other(self.flow)):
                asked.at_most(rule, length, message)

    def _number(self, asked: Asked, way: Way) -> None:
        scales = [
            each.scale for each in (way.member, way.target) if each is not None and each.scale is not None
        ]
        asked.limits["numeric"] = {"enabled": True, "message": f"{asked.label} must be a number."}
        if scales:
            message = f"{asked.label} has too many decimals: at most %{{length}}."
            asked.at_most("max_length_decimal", min(scales), message)


def _element(flow: t.Flow, of: str) -> Member:
    """What the fields are members of: the record, an element of a list, or of `each`."""
    if flow.each is not None and flow.each[1] == of:
        item = flow.each[0].type.item
        member = item.member if item is not None else None
    else:
        listed = flow.source_root.members.get(of)
        member = listed.item if listed is not None else flow.source_root
    assert member is not None
    return member


def _limits(label: str, way: Way, other: str) -> Iterator[tuple[str, int, str]]:
    """What a target's length allows: a text that is divided has the limits of its parts."""
    target = way.target
    if target.joined and target.join_into == "lines":
        most = [each.max_length for each in target.joined if each.max_length is not None]
        if most:
            yield (
                "max_line_length",
                min(most),
                f"A line of {label} is too long: at most %{{length}} characters.",
            )
        return
    if target.joined:
        target = target.joined[-1 if target.join_into == "last" else 0]
    if target.max_length is not None:
        message = f"{label} is too long for {other}: {_room(way, target)}."
        yield "max_length", target.max_length - way.beside, message


def _room(way: Way, target: Member) -> str:
    if not way.beside:
        return "at most %{length} characters"
    room = f"{target.label} has room for {target.max_length}, and more than this stands in it"
    return f"at most %{{length}} characters, since {room}"


def _too_long(label: str) -> str:
    return f"{label} is too long: at most %{{length}} characters."


def _other(flow: t.Flow) -> str:
    return flow.target.partition(".")[0].title()


def _validated(found: dict[str, Json]) -> Json:
    return {name: {"enabled": True, "validation": rules} for name, rules in found.items() if rules}


def _text(node: Node | None, key: str) -> str:
    found = node.get(key) if node is not None else None
    return "text" if found is None else str(found.value)
