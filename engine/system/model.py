"""How to reach a system, as its system.yaml says it: calls, objects, limits, answers. Data only.

A call is one form of request; an object says which calls list, show, make and change it. Places in
braces are filled when a call is made: `{company}` and other account values, `{project_id}` of the
scope, members of the element written (`{ItemID}`). Before: `spec`, which read the file. After:
`client`, which sends, `read` and `write`, which choose the calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Since:
    """How a list is asked for what changed: a header, or a query parameter with a form."""

    header: str = ""  # If-Modified-Since: UTC, whole seconds
    query: str = ""  # filters[updated_at]
    form: str = "{since}...{until}"  # of the query's value
    updated: str = ""  # the member of a row that says when it changed
    overlap: int = 300  # seconds read again, since clocks and commits are not exact


@dataclass(frozen=True, slots=True)
class Call:
    """One form of request. `name` is system.object.verb, as messages and the ledger say it."""

    name: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""  # member of the answer that holds the rows; "" = the answer is the list (or the object)
    each: str = ""  # member of a row that holds the elements meant (Options of TrackingCategories)
    wrap: str = ""  # member of the body that holds the elements; "" = the element is the body
    outer: Mapping[str, str] = field(
        default_factory=dict
    )  # other members of the body: {company_id: "{company}"}
    batch: int = 1  # most elements in one body
    most_bytes: int = 3_000_000
    paging: str = ""  # "" | page (pageSize/pagination) | link (Link header) | data (v2 envelope)
    page_size: int = 0
    since: Since | None = None
    results: str = "one"  # one | elements (StatusAttributeString) | entities (entities and errors)
    once: str = ""  # for writes: key (Idempotency-Key) | upsert (repeat at will) | lookup (settle, then look)
    unwrap: str = ""  # v2: the member that wraps a single object
    omit: tuple[str, ...] = ()  # members of the element that this call does not carry
    set: Mapping[str, str] = field(
        default_factory=dict
    )  # members every element gets: origin_id: "{source_id}"
    known_by: tuple[
        str, ...
    ] = ()  # members that together tell whose result one is; () = id, natural, origin_id


@dataclass(frozen=True, slots=True)
class Detail:
    """A further read for a row whose list does not carry everything; `when` is a JMESPath on the row."""

    call: Call
    when: str = ""
    put: str = ""  # where its answer goes: "" = the record itself, else a member


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finding one document again by what it is known by, and what must agree for it to be ours."""

    call: Call
    same: tuple[str, ...] = ()  # members that must be equal where nothing proves it
    ours: tuple[str, ...] = ()  # members that prove that we made it (origin id, Url): they decide alone


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows written by a call of their own after the header: `member` of the record, `set` from the header."""

    member: str
    call: Call
    set: Mapping[str, str] = field(default_factory=dict)
    id: str = "id"
    origin: str = ""  # member by which a row is known on the other side, if it has one
    delete: Call | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Telling the source what became of it: our document's id on the record and on its rows."""

    call: Call
    element: Mapping[str, str]  # {item_type: vendor, item_id: "{source_id}", origin_id: "{target_id}"}
    when: str = ""  # a JMESPath on the source record (WorkOrderContract or PurchaseOrderContract)


@dataclass(frozen=True, slots=True)
class Instead:
    """Records of an object that stand elsewhere there: under another object, some members by other names.

    In here a record keeps the names of its own object; `out` gives it theirs, `home` takes it back.
    """

    when: str  # a JMESPath on the record: Type == 'ACCPAYCREDIT'
    object: str
    names: Mapping[str, str]  # own name -> name there, the id among them
    locked: tuple[tuple[str, str], ...] = ()
    gone: str = ""

    def out(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record as it is called there."""
        return {self.names.get(name, name): value for name, value in record.items()}

    def home(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record from there as it is called here."""
        own = {theirs: name for name, theirs in self.names.items()}
        return {own.get(name, name): value for name, value in record.items()}


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a system: which shape it has and the calls it has."""

    name: str
    shape: str
    id: str
    source: str = "rest"  # which x-sources entry its answers are in the form of
    scope: str = ""  # "" = the account; else the object it is listed under (project)
    scope_as: str = ""  # the placeholder its id fills: project_id
    scope_when: str = ""  # a JMESPath on the scope's record
    where_ours: bool = False  # read back only in scopes where something of ours was written
    only_if: tuple[str, str] = ("", "")  # (object, JMESPath): read only if some row of that object holds it
    given: Mapping[str, str] = field(
        default_factory=dict
    )  # members the answer lacks and the address tells: type: WorkOrderContract
    only: str = ""  # a JMESPath on the whole record: others of the same list are something else
    list: Call | None = None
    show: Call | None = None  # one record by its id
    details: tuple[Detail, ...] = ()
    create: Call | None = None
    update: Call | None = None
    append: Call | None = None  # an update that resends every line
    delete: Call | None = None
    find: Lookup | None = None
    lines: Lines | None = None
    line_id: Mapping[str, str] = field(
        default_factory=dict
    )  # list member -> id of its rows: LineItems: LineItemID
    resend: tuple[str, ...] = ()  # members an update repeats as they are (Status)
    locked: tuple[tuple[str, str], ...] = ()  # (JMESPath on the record there, why it cannot be changed)
    gone: str = ""  # a JMESPath on the record there: deleted or voided
    revision: str = ""  # behind the number of one of ours that was deleted there and is made again: -R{n}
    merged_into: str = ""  # the member that says into which record it was merged
    after: tuple[tuple[str, Mark], ...] = ()  # members that go by a call of their own once it is made
    instead: tuple[Instead, ...] = ()  # kinds of its records that another object holds
    natural: tuple[str, ...] = ()  # members that are unique on that side: Code
    signs: tuple[Mark, ...] = ()  # as a target: what tells a document that a person linked whose it is
    marks: tuple[Mark, ...] = ()  # as a source
    line_marks: tuple[Mark, ...] = ()  # its rows, as a source; element places: {key}, {line_id}


@dataclass(frozen=True, slots=True)
class Limit:
    """A budget: so many calls in so many seconds, with the header that says what is left."""

    name: str
    calls: int
    seconds: int
    remaining: str = ""
    reset: str = ""
    problem: str = ""  # what the refusal calls it (X-Rate-Limit-Problem)


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """What an answer means: first match wins. `then`: done wait retry refresh unknown refuse gone."""

    status: tuple[int, int]
    then: str
    when: str = ""  # a JMESPath on the decoded body
    message: str = ""  # a JMESPath to the reason
    say: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A system ready to be reached."""

    name: str
    title: str
    base: str  # "{procore_host}" of the account
    auth: Mapping[str, Any]
    headers: Mapping[str, str]
    numbers: bool  # decimals travel as numbers
    in_flight: int
    limits: tuple[Limit, ...]
    answers: tuple[AnswerRule, ...]
    objects: Mapping[str, Object]
    calls: Mapping[str, Call]  # every call by its name, those outside objects too (organisation, token)
    key_seconds: int = 300  # how long a key is trusted
    settle_seconds: int = 420  # after this nothing sent can still arrive
    timeout: float = 60.0
    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # webhook → objects; () = anything
    plurals: Mapping[str, str] = field(default_factory=dict)  # object → what people call its records

    def place(self, call: str) -> str:
        """Where a call leads, as people say it: Xero, Bills."""
        what = call.split(".")[1]
        return f"{self.title}, {self.plurals.get(what) or what.replace('_', ' ')}"

    def of_shape(self, shape: str) -> list[Object]:
        """The objects whose answers are of a shape, views included."""
        return [found for found in self.objects.values() if found.shape == shape]
