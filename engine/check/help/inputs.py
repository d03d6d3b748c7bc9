"""E217, E4xx, W403, W406: examples that are lacking, and files given to `map` and `explain`."""

from __future__ import annotations

from engine.check.help.entry import Entry


def _told(title: str, text: str) -> Entry:
    """A page without an example in YAML: what is wrong is not in a spec."""
    return Entry(title, text, "", "", "")


ENTRIES = {
    "E217": _told(
        "a rule or footnote that no example shows",
        """
        `crosswalk test` wants two examples of every rule and every footnote: one in which it acts and one
        in which it does not. A rule without the first may never act; one without the second may always.

        Add an example beside the mapping, in examples/<mapping>.yaml, whose `expect` names the rule, such
        as `expect: {held: no-number}`, or `note: name` with `acts: true` or `acts: false`.
        """,
    ),
    "E401": _told(
        "a file that cannot be read",
        """
        There is no such file, it may not be read, standard input holds nothing, or one JSON document is
        larger than is read at once. JSON lines (.jsonl) of any length are read line by line.
        """,
    ),
    "E402": _told(
        "a file that is not JSON",
        """
        The place says where JSON ends to make sense: line and column in the whole file. In one document,
        nothing behind that place can be told apart, so nothing of it is used. In JSON lines only the broken
        line is lost, and the other records go on.
        """,
    ),
    "E403": _told(
        "records that this mapping does not read",
        """
        The file is sound JSON, but what is in it is neither the mapping's own records nor anything that
        completes them. NAME=FILE says what a file holds if that cannot be told from the records, such as
        cost_types=types.json.
        """,
    ),
    "W403": _told(
        "a file that says nothing to this mapping",
        """
        It holds records of a shape that is known, and this mapping reads nothing of them. Nothing is wrong
        if files of a whole company are given to each mapping in turn; it is told in case another was meant.
        """,
    ),
    "E404": _told(
        "no records to map",
        """
        None of the files holds records of the mapping's own shape; what was given only completes others.
        The fix names what the mapping reads.
        """,
    ),
    "E405": _told(
        "a name that names nothing here",
        """
        In NAME=FILE the name is a shape or a part of a record that this mapping reads, in the singular or
        the plural. The message lists the names that would be right.
        """,
    ),
    "W406": _told(
        "a record beside the mapping's own that cannot be used",
        """
        Records of other shapes complete the mapped ones. One of them is broken and left out; what it would
        have told is missing, and a record that needs it is held.
        """,
    ),
    "E407": _told(
        "links, or what was written, in another form",
        """
        The file of --links is {"companies": {"47": {"ContactID": "…"}}}: by mapping, reference or row part
        (commitments.LineItems.work), then by source id, then members. The file of --wrote is alike. A
        mistyped name would only show as links that are not found, so names are checked first.
        """,
    ),
}
