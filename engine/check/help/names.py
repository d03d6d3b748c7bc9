"""E2xx about names: fields, settings, functions, notes, mappings that do not exist."""

from __future__ import annotations

from engine.check.help.entry import Entry

ENTRIES = {
    "E201": Entry(
        "a field that does not exist in the source",
        """
        Paths are checked against the shape of the record they read, also inside filters, projections,
        arguments of functions and templates. JMESPath itself would answer null and say nothing. A list
        has no fields of its own: name an element, as in lines[0].text, or all of them, lines[*].text.
        """,
        wrong="""
fields:
  Number: numbr
""",
        right="""
fields:
  Number: number
""",
        at="2:11",
    ),
    "E202": Entry(
        "a field that does not exist in the target",
        """
        The key of a line is the path of the field it writes, and the shape of the target has no such field.
        The same is said of a shape that does not exist.
        """,
        wrong="""
fields:
  Numbr: number
""",
        right="""
fields:
  Number: number
""",
        at="2:3",
    ),
    "E209": Entry(
        "a setting that does not exist",
        """
        Settings are declared in settings.yaml, with their type, their default and a sentence of help. A
        mapping can only use declared ones.
        """,
        wrong="""
fields:
  Reference: {setting: prefxi}
""",
        right="""
fields:
  Reference: {setting: prefix}
""",
        at="2:24",
    ),
    "E210": Entry(
        "a function that does not exist, or arguments it cannot take",
        """
        Functions are a closed set, and each says what it takes. Sums take amounts, min and max take values
        of one kind. Arithmetic stands in `let` (add, minus, times, round, ratio), not in a path.
        """,
        wrong="""
rules:
  big: {when: "sum(lines[*].text) > `100`", then: hold}
""",
        right="""
rules:
  big: {when: "sum(lines[*].amount) > `100`", then: hold}
""",
        at="2:20",
    ),
    "E213": Entry(
        "a transform that does not exist",
        """
        What may stand under `as` is a closed set of named transforms. Most mistyped names are told by the
        form of the file already (E105); this code tells the rest.
        """,
        wrong="",
        right="",
        at="",
    ),
    "E214": Entry(
        "a mapping or reference that does not exist",
        """
        `via` and linked('…') name the mapping that made a document, or a reference of references.yaml.
        """,
        wrong="""
fields:
  Partner.PartnerID: {link: supplier.id, via: partnrs}
""",
        right="""
fields:
  Partner.PartnerID: {link: supplier.id, via: partners}
""",
        at="2:47",
    ),
    "E215": Entry(
        "a look-up with the wrong keys or an unknown member",
        """
        A link is looked up by the whole source id: one value for most mappings, several where the shape's
        identity, `each`, `split` or a reference's key has several. `take` names a member of either shape,
        remembered when the document was written.
        """,
        wrong="""
fields:
  Reference: {link: title, via: codes, take: id}
""",
        right="""
fields:
  Reference: {link: [title, number], via: codes, take: id}
""",
        at="2:14",
    ),
    "E216": Entry(
        "a footnote nobody carries, or one that does not exist",
        """
        A footnote has to run: some line, choice, part or rule names it with `note`, and then the page
        prints its number there. The name must be one of the mapping's `notes`.
        """,
        wrong="""
notes:
  urgent-only: {text: Only urgent orders wait.}
rules:
  urgent: {when: urgent, then: hold}
""",
        right="""
notes:
  urgent-only: {text: Only urgent orders wait.}
rules:
  urgent: {when: urgent, then: hold, note: urgent-only}
""",
        at="2:3",
    ),
    "E222": Entry(
        "a named value that is defined by itself",
        """
        Named values may use each other in any order, but not in a circle.
        """,
        wrong="""
let:
  net: {minus: [gross, 1]}
  gross: {add: [net, 1]}
""",
        right="""
let:
  net: {minus: [total, 1]}
  gross: {add: [net, 1]}
""",
        at="3:17",
    ),
    "E230": Entry(
        "a page that names something that does not exist",
        """
        Rows of a page name the lines that make them, limits name the rule, setting, field or line that
        keeps them true. When a line is renamed, its page has to follow.
        """,
        wrong="""
fields: {Number: number}
page:
  heading: Orders
  rows:
    - {label: "Order #", other: Number, lines: [Numbr]}
""",
        right="""
fields: {Number: number}
page:
  heading: Orders
  rows:
    - {label: "Order #", other: Number, lines: [Number]}
""",
        at="5:49",
    ),
}
