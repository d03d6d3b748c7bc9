"""E6xx: system.yaml, which says how a system is reached. Found by `engine/system/load`."""

from __future__ import annotations

from engine.check.help.entry import Entry

ENTRIES = {
    "E601": Entry(
        "a name in a system.yaml that stands for nothing",
        """
        An object names the shape its records have, the object it is listed under, and members of its shape:
        its id, its natural key, what proves that a record is ours. Each has to exist, or records would be
        read in a form nobody knows, or be looked for by something they do not have.
        """,
        wrong="""
system: dst
title: Dst
wire: {decimal: number}
objects:
  document: {shape: dst.documnt, id: DocumentID}
""",
        right="""
system: dst
title: Dst
wire: {decimal: number}
objects:
  document: {shape: dst.document, id: DocumentID}
""",
        at="5:21",
        file="system",
    ),
    "E602": Entry(
        "a place in braces that nothing fills",
        """
        What stands in braces is filled when a call is made: with a setting of the customer, the id of the
        object it is listed under (scope_as), a member of the record, or source_id, target_id, key and
        line_id. Hosts and headers know settings only, since they are the same for every call.
        """,
        wrong="""
system: dst
title: Dst
wire: {decimal: number}
objects:
  document:
    shape: dst.document
    id: DocumentID
    show: {get: "/Documents/{DocumntID}"}
""",
        right="""
system: dst
title: Dst
wire: {decimal: number}
objects:
  document:
    shape: dst.document
    id: DocumentID
    show: {get: "/Documents/{DocumentID}"}
""",
        at="8:30",
        file="system",
    ),
    "E603": Entry(
        "a condition in a system.yaml that is no JMESPath",
        """
        `when`, `only`, `gone`, `scope_when` and `message` are expressions on a record or an answer as the
        system gives it. This one cannot be read. A text in it stands in single quotes, a number in backticks.
        """,
        wrong="""
system: dst
title: Dst
wire: {decimal: number}
answers:
  - {status: 400, then: refuse, when: "Type =="}
""",
        right="""
system: dst
title: Dst
wire: {decimal: number}
answers:
  - {status: 400, then: refuse, when: "Type == 'ValidationException'"}
""",
        at="5:46",
        file="system",
    ),
    "E604": Entry(
        "a call that is not there, or has no address",
        """
        A call has exactly one of get, put, post, patch and delete with its address. Instead of a call there
        may stand the name of another object's, such as bill.list; a mark names one of `calls`. It has to
        exist, and may not lead back to itself.
        """,
        wrong="""
system: dst
title: Dst
wire: {decimal: number}
objects:
  document: {shape: dst.document, id: DocumentID, update: document.create}
""",
        right="""
system: dst
title: Dst
wire: {decimal: number}
objects:
  document:
    shape: dst.document
    id: DocumentID
    create: {put: /Documents}
    update: document.create
""",
        at="5:59",
        file="system",
    ),
}
