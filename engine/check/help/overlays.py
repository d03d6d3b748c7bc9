"""E3xx, W4xx, W5xx: what customers change and set."""

from __future__ import annotations

from engine.check.help.entry import Entry

ENTRIES = {
    "E301": Entry(
        "an overlay that changes what is not there",
        """
        Replacing and dropping need a line, part or rule of the base by its address. If the base has been
        changed since, the overlay has to be looked at again; it never silently stops fitting.
        """,
        wrong="""
overlay: acme
of: tiny.orders
version: 1
replace:
  Numbr: {from: title, why: Their orders have no numbers.}
""",
        right="""
overlay: acme
of: tiny.orders
version: 1
replace:
  Number: {from: title, why: Their orders have no numbers.}
""",
        at="5:3",
        file="overlay",
    ),
    "E302": Entry(
        "an overlay that adds what is there",
        """
        The base writes this field already; two lines cannot. Use `replace`, which keeps the base's line in
        sight.
        """,
        wrong="""
overlay: acme
of: tiny.orders
version: 1
add:
  Number: {from: title, why: Their orders have no numbers.}
""",
        right="""
overlay: acme
of: tiny.orders
version: 1
replace:
  Number: {from: title, why: Their orders have no numbers.}
""",
        at="5:3",
        file="overlay",
    ),
    "E303": Entry(
        "a change without a reason",
        """
        Whoever looks at this customer in two years has to know why it differs. One sentence is enough.
        """,
        wrong="""
overlay: acme
of: tiny.orders
version: 1
drop:
  Number: " "
""",
        right="""
overlay: acme
of: tiny.orders
version: 1
drop:
  Number: Dst gives its own numbers here.
""",
        at="5:3",
        file="overlay",
    ),
    "W304": Entry(
        "a base that moved on",
        """
        The overlay was reviewed against another version of its mapping. The message lists the lines it
        touches: look at them again, then write the new version.
        """,
        wrong="""
overlay: acme
of: tiny.orders
version: 2
replace:
  Number: {from: title, why: Their orders have no numbers.}
""",
        right="""
overlay: acme
of: tiny.orders
version: 1
replace:
  Number: {from: title, why: Their orders have no numbers.}
""",
        at="3:10",
        file="overlay",
    ),
    "E305": Entry(
        "an overlay or customer of something that does not exist",
        """
        `of` names the connector and the mapping, such as procore_xero.commitments, and the file is called
        like the mapping. The same is said of a customer who has no folder.
        """,
        wrong="""
overlay: acme
of: tiny.ordres
version: 1
""",
        right="""
overlay: acme
of: tiny.orders
version: 1
""",
        at="2:5",
        file="overlay of ordres",
    ),
    "E311": Entry(
        "a setting's value of the wrong kind",
        """
        settings.yaml of the connector says what a value is: a text, true or false, a whole number, a date,
        one of several words, a list, a table. Numbers that are names, such as account codes, are texts.
        """,
        wrong="""
customer: acme
of: tiny
settings:
  timezone: UTC
  account: 310
""",
        right="""
customer: acme
of: tiny
settings:
  timezone: UTC
  account: "310"
""",
        at="5:12",
        file="customer",
    ),
    "E312": Entry(
        "a setting nobody knows",
        """
        A mistyped name would leave the setting at its default, and nobody would notice.
        """,
        wrong="""
customer: acme
of: tiny
settings:
  timezone: UTC
  acount: "310"
""",
        right="""
customer: acme
of: tiny
settings:
  timezone: UTC
  account: "310"
""",
        at="5:3",
        file="customer",
    ),
    "E313": Entry(
        "a table that cannot be read backwards",
        """
        The table is used by a line that goes both ways. On the way back every text has to stand for one
        code only.
        """,
        wrong="""
customer: acme
of: tiny
settings:
  timezone: UTC
  states: {NN: North, XX: North}
""",
        right="""
customer: acme
of: tiny
settings:
  timezone: UTC
  states: {NN: North, SS: South}
""",
        at="5:27",
        file="customer",
    ),
    "W402": Entry(
        "a setting that is asked for and not given",
        """
        It has no default that would be right for everybody. Records that need it are held until it is set.
        """,
        wrong="""
customer: acme
of: tiny
settings:
  prefix: "A-"
""",
        right="""
customer: acme
of: tiny
settings:
  prefix: "A-"
  timezone: Australia/Sydney
""",
        at="3:1",
        file="customer",
    ),
    "W501": Entry(
        "a value that is allowed and seldom meant",
        """
        The connector's settings.yaml says so of this value (`warn`), and why. Nothing is wrong if this
        customer really wants it.
        """,
        wrong="""
customer: acme
of: tiny
settings:
  timezone: UTC
  mode: odd
""",
        right="""
customer: acme
of: tiny
settings:
  timezone: UTC
  mode: calm
""",
        at="5:9",
        file="customer",
    ),
}
