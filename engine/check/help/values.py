"""E2xx about values: kinds, conditions, choices, texts."""

from __future__ import annotations

from engine.check.help.entry import Entry

ENTRIES = {
    "E203": Entry(
        "a field nobody may write",
        """
        The target system computes it, or ignores it when it is sent. The shape says so (readOnly, x-write:
        never) and the message gives its reason.
        """,
        wrong="""
fields:
  Total: total
""",
        right="""
fields:
  Amount: total
""",
        at="2:3",
    ),
    "E204": Entry(
        "a value of another kind than the field",
        """
        A text does not become an amount by itself, nor an amount a text: forms and rounding have to be
        chosen. `as: decimal` and `as: text` choose them. The same is said where something that is no list
        is used as one.
        """,
        wrong="""
fields:
  Memo: total
""",
        right="""
fields:
  Memo: {from: total, as: text}
""",
        at="2:9",
    ),
    "E205": Entry(
        "a choice that may choose nothing",
        """
        Every choice has a `when`, so there are records for which none holds and the field would silently
        stay away. End with a choice without `when`, or say `missing: omit` if that is what you want.
        """,
        wrong="""
fields:
  Reference:
    pick:
      - {when: urgent, from: number}
""",
        right="""
fields:
  Reference:
    pick:
      - {when: urgent, from: number}
      - title
""",
        at="4:9",
    ),
    "E206": Entry(
        "a path that is not JMESPath, or not the part of it used here",
        """
        Paths are a.b, list[*].a, list[?a == 'x'].b, list[0]. Texts stand in 'quotes', numbers in
        `backticks`. Slices, wildcards over objects and objects built in a path are left out: they lose the
        types that everything else is checked by.
        """,
        wrong="""
fields:
  Memo: "lines[?kind == 'work'"
""",
        right="""
fields:
  Memo: "lines[?kind == 'work'].text | [0]"
""",
        at="2:30",
    ),
    "E207": Entry(
        "a two-way line that cannot come back",
        """
        A line that goes both ways has to give back exactly what it got: a plain path, transforms that can
        be undone, tables in which every text stands for one code, no condition, default, rounding or
        cutting. Otherwise say `direction: forward` and write the other way under `back`.
        """,
        wrong="""
mapping: orders
from: src.supplier
to: dst.partner
direction: both
version: 1
fields:
  Name: {from: name, direction: both, as: upper}
""",
        right="""
mapping: orders
from: src.supplier
to: dst.partner
direction: both
version: 1
fields:
  Name: {from: name, direction: both, as: trim}
""",
        at="7:43",
    ),
    "E208": Entry(
        "a point in time where a date belongs",
        """
        Ten in the evening in London is the next day in Sydney. Which day a timestamp falls on depends on a
        zone, so the line has to name one.
        """,
        wrong="""
fields:
  Date: created_at
""",
        right="""
fields:
  Date: {from: created_at, as: {date: {tz: settings.timezone}}}
""",
        at="2:9",
    ),
    "E211": Entry(
        "a condition that is never, or always, true",
        """
        An amount compared with a text, a word the field never has, or a number used as a condition: zero
        counts as true, so write the comparison, such as total != `0`.
        """,
        wrong="""
rules:
  open: {when: "status == 'opened'", then: hold}
""",
        right="""
rules:
  open: {when: "status == 'open'", then: hold}
""",
        at="2:27",
    ),
    "E218": Entry(
        "a template that cannot be written",
        """
        Templates print values: {{ number }}, {{ title | upper }}. Lists and objects cannot stand in a text,
        and a template can neither call, multiply nor include anything. What a template makes of a record is
        bounded too (100,000 characters, 10,000 turns of its loops): a record beyond that is held.
        """,
        wrong="""
fields:
  Reference: {text: "{{ lines }}"}
""",
        right="""
fields:
  Reference: {text: "{{ number }} / {{ title }}"}
""",
        at="2:25",
    ),
    "E219": Entry(
        "a required field that no line writes",
        """
        The target refuses a record without it, so every record would fail when it is sent.
        """,
        wrong="""
mapping: orders
from: src.supplier
to: dst.partner
direction: forward
version: 1
fields:
  Code: code
""",
        right="""
mapping: orders
from: src.supplier
to: dst.partner
direction: forward
version: 1
fields:
  Name: name
  Code: code
""",
        at="6:1",
    ),
    "E221": Entry(
        "a choice that is never reached",
        """
        The first choice whose `when` holds is taken, and one without `when` always holds: what stands
        behind it is never asked. Put it last.
        """,
        wrong="""
fields:
  Reference:
    pick:
      - number
      - {when: urgent, from: title}
""",
        right="""
fields:
  Reference:
    pick:
      - {when: urgent, from: title}
      - number
""",
        at="5:9",
    ),
    "E224": Entry(
        "a fixed value the field does not take",
        """
        The field has a list of words, or a greatest length, and this value is not one of them, or too long.
        """,
        wrong="""
fields:
  Status: {const: DRAFTT}
""",
        right="""
fields:
  Status: {const: DRAFT}
""",
        at="2:19",
    ),
    "W224": Entry(
        "words of the source that the field does not take",
        """
        Both fields have a list of words, and the source has some that the target does not know. A record
        with one of them is held when it is mapped. A table (`values`) turns them into words it knows.
        """,
        wrong="""
fields:
  Status: status
""",
        right="""
fields:
  Status: {from: status, values: {open: DRAFT, approved: FINAL, closed: FINAL}}
""",
        at="2:11",
    ),
    "E226": Entry(
        "a list or an object written as a whole",
        """
        Lines write single fields. An object is written by its fields, Partner.PartnerID, a list of objects
        by `rows`, so that every field is checked and has an address.
        """,
        wrong="""
fields:
  Lines: lines
""",
        right="""
fields:
  Lines: {rows: {work: {each: lines, fields: {Text: text}}}}
""",
        at="2:3",
    ),
    "E227": Entry(
        "a field, and something inside it, are both written",
        """
        Which of the two would win depends on their order, so only one of them may be written. A joined
        text, such as a street of several lines, is written into its members, so they cannot be written too.
        """,
        wrong="""
mapping: orders
from: src.supplier
to: dst.partner
direction: forward
version: 1
fields:
  Name: name
  Addresses.WORK.Street: state
  Addresses.WORK.Line2: code
""",
        right="""
mapping: orders
from: src.supplier
to: dst.partner
direction: forward
version: 1
fields:
  Name: name
  Addresses.WORK.Street: state
""",
        at="9:3",
    ),
    "E228": Entry(
        "a line that goes a way its mapping does not go",
        """
        In a mapping of `direction: forward` no line goes back, and lines that go back only stand under
        `back`, where their keys are members of the `from` shape.
        """,
        wrong="""
fields:
  Memo: {from: title, direction: both}
""",
        right="""
fields:
  Memo: title
""",
        at="2:34",
    ),
}
