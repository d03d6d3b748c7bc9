"""Types of values: the kind a line sees, of members of shapes, of settings, of choices.

Before: the shapes of `spec`. After: `tree`, whose every expression has one.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.spec.model import Member, Setting


@dataclass(frozen=True, slots=True)
class Type:
    """Kind of a value: text decimal integer boolean date instant id object list null any.

    `member` is the shape's member behind it (limits, children), `item` a list's element type.
    """

    kind: str
    member: Member | None = None
    item: Type | None = None

    def __str__(self) -> str:
        names = {
            "id": "an id",
            "instant": "a timestamp",
            "integer": "a whole number",
            "list": "a list",
            "object": "an object",
        }
        if self.kind == "decimal":
            return "money" if self.member is not None and self.member.money else "a decimal"
        return names.get(self.kind, f"a {self.kind}")


TEXT, DECIMAL, INTEGER = Type("text"), Type("decimal"), Type("integer")
BOOLEAN, DATE, INSTANT = Type("boolean"), Type("date"), Type("instant")
ID, NULL, ANY = Type("id"), Type("null"), Type("any")


def common(left: Type, right: Type) -> Type:
    """The type of a choice between two."""
    if left.kind == "null":
        return right
    if right.kind == "null" or left.kind == right.kind:
        return left
    if {left.kind, right.kind} <= {"decimal", "integer"}:
        return DECIMAL
    if {left.kind, right.kind} <= {"text", "id"}:
        return TEXT
    return ANY


SETTING_TYPES = {
    "text": TEXT,
    "choice": TEXT,
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "decimal": DECIMAL,
    "date": DATE,
}


def type_of(member: Member) -> Type:
    """The type a line sees for a member."""
    if member.kind == "list":
        return Type("list", member, type_of(member.item) if member.item is not None else ANY)
    return Type(member.kind, member)


def setting_type(setting: Setting) -> Type:
    """The type of a setting's value."""
    if setting.kind == "choice":
        return Type("text", Member(setting.name, "text", setting.span, enum=setting.choices))
    if setting.kind == "list":
        return Type("list", None, TEXT)
    return SETTING_TYPES.get(setting.kind, ANY)
