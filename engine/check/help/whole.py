"""Codes about more than one line: the order of mappings, look-ups of what was cut."""

from __future__ import annotations

from engine.check.help.entry import Entry

ENTRIES = {
    "E231": Entry(
        "mappings that need each other",
        """
        A link is answered by what another mapping made, so that one has to run first. If two need each
        other, neither can begin. A link that may be missing (`missing: omit`) and linked('…') do not count.
        """,
        wrong="""
mapping: partners
from: src.supplier
to: dst.partner
direction: forward
version: 1
fields:
  Name: name
  Code: {link: id, via: orders}
""",
        right="""
mapping: partners
from: src.supplier
to: dst.partner
direction: forward
version: 1
fields:
  Name: name
  Code: {link: id, via: orders, missing: omit}
""",
        at="8:25",
        file="partners",
    ),
    "E232": Entry(
        "rows that go into another document",
        """
        `into` writes rows into the document another mapping made: it never makes one of its own, and both
        mappings write the same shape.
        """,
        wrong="""
into: {via: partners, key: supplier.id}
fields: {Lines: {rows: {work: {each: lines, fields: {Text: text}}}}}
""",
        right="""
fields: {Lines: {rows: {work: {each: lines, fields: {Text: text}}}}}
""",
        at="1:13",
    ),
    "E233": Entry(
        "a document removed by a rule that is not there",
        """
        `removed_by` names rules that skip a record, or leave out rows of `split`. When one of them acts on a
        record that was sent before, and nothing of it goes any more, the document made of it is removed on
        the other side.
        """,
        wrong="""
removed_by: [gnoe]
rules: {gone: {when: "title == 'gone'", then: skip}}
fields: {Number: number}
""",
        right="""
removed_by: [gone]
rules: {gone: {when: "title == 'gone'", then: skip}}
fields: {Number: number}
""",
        at="1:14",
    ),
    "E234": Entry(
        "metadata that names something that does not exist",
        """
        metadata.yaml says which entity of Procore's ERP tool a mapping carries, and what its fields are
        called there. A mapping, list, field or typed value it names has to be one there is.
        """,
        wrong="""
system: src
labels: {name: Books, id_name: Books ID, short_name: Books}
entities:
  commitments: {mapping: ordres}
""",
        right="""
system: src
labels: {name: Books, id_name: Books ID, short_name: Books}
entities:
  commitments: {mapping: orders}
""",
        at="4:26",
        file="metadata",
    ),
    "E235": Entry(
        "a gate that names something that does not exist",
        """
        gate.yaml says what the accounting gate knows of each kind of record: a kind is a mapping, and the
        tool it lives in is one of `tools`. What a permission needs names a tool of these too, or `own`.
        """,
        wrong="""
kinds: {orders: {called: order, tool: comitments, tell: sender, unlink: gone}}
tools: {commitments: project's Commitments tool}
""",
        right="""
kinds: {orders: {called: order, tool: commitments, tell: sender, unlink: gone}}
tools: {commitments: project's Commitments tool}
""",
        at="1:39",
        file="gate",
    ),
    "W502": Entry(
        "looked up by a text that may have been cut",
        """
        The line that writes the field cuts what is too long. A longer text would be looked for as a whole
        and not found, and a second document would be made.
        """,
        wrong="""
match: {from: number, to: Number}
fields:
  Number: {from: number, too_long: truncate}
""",
        right="""
match: {from: number, to: Number}
fields:
  Number: {from: number, too_long: error}
""",
        at="1:27",
    ),
}
