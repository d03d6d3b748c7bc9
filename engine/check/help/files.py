"""E1xx: files that cannot be read, and keys and values that the language does not know."""

from __future__ import annotations

from engine.check.help.entry import Entry

ENTRIES = {
    "E101": Entry(
        "this is not YAML",
        """
        The file breaks the rules of YAML, so nothing in it could be understood. Most often a text holds
        ': ' or ' #' and has to be quoted, a tab is used for indenting, or a comma inside {…} has ended a
        value that was meant to go on.
        """,
        wrong="""
rules:
  tagged: {when: contains(tags, title), then: hold}
""",
        right="""
rules:
  tagged: {when: "contains(tags, title)", then: hold}
""",
        at="2:33",
    ),
    "E102": Entry(
        "a word or number that YAML readers read differently",
        """
        To some readers yes, no, on, off are true and false, 010 is eight and 12:30 a number of minutes. To
        others they are texts. Write true or false, write numbers plainly, and quote what is a text.
        """,
        wrong="""
rules:
  urgent: {when: urgent, then: hold, quiet: yes}
""",
        right="""
rules:
  urgent: {when: urgent, then: hold, quiet: true}
""",
        at="2:45",
    ),
    "E103": Entry(
        "a key is written twice",
        """
        YAML would silently keep the second one. Two lines cannot write the same field: keep one, or join
        them with `pick` and its conditions.
        """,
        wrong="""
fields:
  Memo: title
  Memo: number
""",
        right="""
fields:
  Memo:
    pick:
      - {when: title, from: title}
      - number
""",
        at="3:3",
    ),
    "E104": Entry(
        "a key the language does not know, or one that is missing",
        """
        Every key has one meaning, and unknown ones are refused, since a mistyped key would otherwise do
        nothing at all. The label says what was probably meant; words of other tools are translated.
        """,
        wrong="""
fields:
  Memo: {source: title}
""",
        right="""
fields:
  Memo: {from: title}
""",
        at="2:10",
    ),
    "E105": Entry(
        "a value of the wrong kind",
        """
        The key is right, its value is not: a text where a map belongs, a word that is none of the choices,
        a rule where rules of its kind cannot stand. The message says what belongs there.
        """,
        wrong="""
rules:
  urgent: {when: urgent, then: stop}
""",
        right="""
rules:
  urgent: {when: urgent, then: hold}
""",
        at="2:32",
    ),
    "E106": Entry(
        "a value that says not, or says twice, where it comes from",
        """
        A value has exactly one key that says where it comes from: from, const, setting, text, link, pick,
        rows, or a word of arithmetic such as minus. Everything else (as, values, default, …) stands beside.
        """,
        wrong="""
fields:
  Memo: {from: title, const: none}
""",
        right="""
fields:
  Memo: {from: title, default: {const: none}}
""",
        at="2:23",
    ),
    "E107": Entry(
        "a file that cannot be read",
        """
        Specs are UTF-8 texts of at most two megabytes inside the project. A file in another encoding, a
        huge one, or a link that leads out of the project is not read.

        There is no example: what is wrong cannot be seen in the text.
        """,
        wrong="",
        right="",
        at="",
    ),
    "E108": Entry(
        "a part of YAML that is not used here",
        """
        Anchors, aliases, merging (<<), tags and several documents in a file make one thing mean another
        somewhere else. Specs are read by people who are no programmers: write the value out.
        """,
        wrong="""
fields:
  Memo: &name title
  Reference: *name
""",
        right="""
fields:
  Memo: title
  Reference: title
""",
        at="2:9",
    ),
    "E109": Entry(
        "a file that says it is another one",
        """
        A mapping, a shape, an overlay and a customer carry the name of their file or folder, so that a copy
        that was never adapted is found out. A shape's $ref must name a shape that exists, too.
        """,
        wrong="""
mapping: order
from: src.order
to: dst.document
direction: forward
version: 1
""",
        right="""
mapping: orders
from: src.order
to: dst.document
direction: forward
version: 1
""",
        at="1:10",
    ),
}
