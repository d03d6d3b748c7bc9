"""The systems of a book: what their system.yaml files say, as `System`s, and every mistake with its place.

Whether keys and kinds are right is known already (`schemas/language/system.schema.json`); here names are
followed: shapes, other objects and their calls, places in braces, members; and conditions are parsed. Before:
`spec`, which read the files. After: `client`, which sends, and the stations that choose the calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.spec.expression import SyntaxMistake, parse
from engine.spec.model import Book, Member, Shape
from engine.spec.node import Node
from engine.spec.problem import Problem, Span, SpecError, did_you_mean, known_here
from engine.system import places
from engine.system.model import (
    AnswerRule,
    Call,
    Detail,
    Instead,
    Lines,
    Lookup,
    Mark,
    Object,
    System,
)
from engine.system.said import items, limit, number, pairs, since, text, texts, words

METHODS = ("get", "put", "post", "patch", "delete")
VERBS = ("list", "show", "create", "update", "append", "delete")
# Filled by whoever makes the call: whose record it is on either side, and which of its rows.
COMMON = frozenset(("id", "source_id", "target_id", "key", "line_id", "item_type", "item_id"))


def systems(book: Book) -> dict[str, System]:
    """The systems of a book, by name. Raises SpecError with everything that is wrong with them."""
    found, problems = read(book)
    if problems:
        raise SpecError(problems)
    return found


def mistakes(book: Book) -> list[Problem]:
    """What is wrong with the systems of a book."""
    return read(book)[1]


def read(book: Book) -> tuple[dict[str, System], list[Problem]]:
    """The systems of a book, and what is wrong with their files."""
    problems: list[Problem] = []
    return {name: _System(book, node, problems).whole() for name, node in book.systems.items()}, problems


class _System:
    """Reads one file."""

    def __init__(self, book: Book, node: Node, problems: list[Problem]):
        self.book, self.node, self.problems = book, node, problems
        self.name = text(node, "system")
        self.objects = dict(pairs(node.get("objects")))
        self.outside = {name: self._outside(name, call) for name, call in pairs(node.get("calls"))}
        self.made: dict[str, Call | None] = {}

    def whole(self) -> System:
        """The system."""
        node = self.node
        self._settings_only(node.get("base"))
        for _, header in pairs(node.get("headers")):
            self._settings_only(header)
        auth = node.get("auth")
        self._settings_only(auth.get("token") if auth is not None else None)
        wire = node.get("wire")
        objects = {name: self._object(name, each) for name, each in self.objects.items()}
        calls = [*self.outside.values(), *(call for call in self.made.values() if call is not None)]
        return System(
            name=self.name,
            title=text(node, "title").rstrip("™"),  # the mark is for the page; messages say the name
            base=text(node, "base"),
            auth=auth.data if auth is not None else {},
            headers=texts(node.get("headers")),
            numbers=wire is not None and text(wire, "decimal") == "number",
            in_flight=number(node, "in_flight", 1),
            limits=tuple(limit(each) for each in items(node.get("limits"))),
            answers=tuple(self._answer(each) for each in items(node.get("answers"))),
            objects=objects,
            calls={call.name: call for call in calls},
            key_seconds=number(node, "key_seconds", 300),
            settle_seconds=number(node, "settle_seconds", 420),
            timeout=float(number(node, "timeout", 60)),
            plurals={
                name: self.book.shapes[each.shape].plural
                for name, each in objects.items()
                if each.shape in self.book.shapes
            },
            events={name: self._event(each) for name, each in pairs(node.get("events"))},
        )

    def _event(self, node: Node) -> tuple[str, ...]:
        for each in node.items:
            if each.value not in self.objects:
                self._unknown(each, "object", self.objects)
        return words(node)

    # ---- objects -------------------------------------------------------------------------------------

    def _object(self, name: str, node: Node) -> Object:
        shape = self._shape(node)
        scope = node.get("scope")
        if scope is not None and scope.value not in self.objects:
            self._unknown(scope, "object", self.objects)
        known = self._known(name)
        self._members(
            shape,
            [
                *items(node.get("natural")),
                *items(node.get("resend")),
                node.get("id"),
                node.get("merged_into"),
            ],
        )
        calls = {verb: self._call_at(name, verb) for verb in VERBS}
        return Object(
            name=name,
            shape=text(node, "shape"),
            id=text(node, "id"),
            source=self._source(node, shape),
            scope=text(node, "scope"),
            scope_as=text(node, "scope_as"),
            given=texts(node.get("given")),
            details=tuple(self._detail(name, each, n) for n, each in enumerate(items(node.get("details")))),
            find=self._find(name, node.get("find"), shape),
            lines=self._lines(name, node.get("lines"), shape),
            line_id=texts(node.get("line_id")),
            resend=words(node.get("resend")),
            locked=self._locked(node),
            revision=text(node, "revision"),
            after=tuple((text(each, "member"), self._mark(each, known)) for each in items(node.get("after"))),
            merged_into=text(node, "merged_into"),
            instead=tuple(self._instead(node, each, shape) for each in items(node.get("instead"))),
            natural=words(node.get("natural")),
            signs=tuple(self._mark(each, known) for each in items(node.get("signs"))),
            marks=tuple(self._mark(each, known) for each in items(node.get("marks"))),
            line_marks=tuple(self._mark(each, known) for each in items(node.get("line_marks"))),
            scope_when=self._condition(node.get("scope_when")),
            where_ours=node.get("where_ours") is not None,
            only_if=self._only_if(node.get("only_if")),
            only=self._condition(node.get("only")),
            gone=self._condition(node.get("gone")),
            list=calls["list"],
            show=calls["show"],
            create=calls["create"],
            update=calls["update"],
            append=calls["append"],
            delete=calls["delete"],
        )

    def _only_if(self, node: Node | None) -> tuple[str, str]:
        if node is None:
            return "", ""
        some = node.get("some")
        if some is not None and some.value not in self.objects:
            self._unknown(some, "object", self.objects)
        return text(node, "some"), self._condition(node.get("holds"))

    def _locked(self, node: Node) -> tuple[tuple[str, str], ...]:
        return tuple(
            (self._condition(each.get("when")), text(each, "say")) for each in items(node.get("locked"))
        )

    def _instead(self, own: Node, node: Node, shape: Shape | None) -> Instead:
        """A kind of an object's records that another object holds, by its own names there."""
        said, other = node.get("object"), self.objects.get(text(node, "object"))
        if other is None and said is not None:
            self._unknown(said, "object", self.objects)
        there = self.book.shapes.get(text(other, "shape")) if other is not None else None
        names = node.get("names")
        self._members(there, [name for _, name in pairs(names)])
        for name, key, _ in names.pairs() if names is not None else ():
            if shape is not None and name not in shape.root.members:
                known = shape.root.members
                self._wrong("E601", key.span, f"there is no field of {shape.name} '{name}'", name, known)
        ids = {text(own, "id"): text(other, "id")} if other is not None else {}
        return Instead(
            when=self._condition(node.get("when")),
            object=text(node, "object"),
            names={**ids, **texts(names)},
            locked=self._locked(other) if other is not None else (),
            gone=self._condition(other.get("gone")) if other is not None else "",
        )

    def _shape(self, node: Node) -> Shape | None:
        said = node.get("shape")
        if said is None or said.value in self.book.shapes:
            return self.book.shapes.get(said.value) if said is not None else None
        if said.value not in self.book.broken:
            self._unknown(said, "shape", self.book.shapes)
        return None

    def _source(self, node: Node, shape: Shape | None) -> str:
        said = node.get("source")
        if said is not None and shape is not None and said.value not in shape.sources:
            self._unknown(said, f"source of {shape.name}", shape.sources)
        return text(node, "source") or "rest"

    def _detail(self, name: str, node: Node, number: int) -> Detail:
        said = node.get("call")
        call = self._call(said, f"{name}.detail{number or ''}", self._known(name))
        return Detail(call or _NONE, self._condition(node.get("when")), text(node, "put"))

    def _find(self, name: str, node: Node | None, shape: Shape | None) -> Lookup | None:
        if node is None:
            return None
        call = self._call(node.get("call"), f"{name}.find", self._known(name))
        self._members(shape, [*items(node.get("same")), *items(node.get("ours"))])
        return Lookup(call or _NONE, words(node.get("same")), words(node.get("ours")))

    def _lines(self, name: str, node: Node | None, shape: Shape | None) -> Lines | None:
        if node is None:
            return None
        said = node.get("member")
        self._members(shape, [said])
        member = shape.root.members.get(text(node, "member")) if shape is not None else None
        known = self._known(name) | (
            set(member.item.members) if member is not None and member.item else set()
        )
        for _, value in pairs(node.get("set")):
            self._places(value, known)
        return Lines(
            text(node, "member"),
            self._call(node.get("call"), f"{name}.lines", known) or _NONE,
            texts(node.get("set")),
            text(node, "id") or "id",
            text(node, "origin"),
            self._call(node.get("delete"), f"{name}.delete_line", known),
        )

    def _mark(self, node: Node, known: set[str]) -> Mark:
        said = node.get("call")
        call = self.outside.get(text(node, "call"))
        if call is None and said is not None:
            self._unknown(said, "call", self.outside, "E604")
        for _, value in pairs(node.get("element")):
            self._places(value, known)
        return Mark(call or _NONE, texts(node.get("element")), self._condition(node.get("when")))

    # ---- calls ---------------------------------------------------------------------------------------

    def _outside(self, name: str, node: Node) -> Call:
        known = {*self._settings, *COMMON, *(text(each, "id") for each in self.objects.values())}
        return self._made(node, name, known)

    def _call_at(self, name: str, verb: str) -> Call | None:
        """The call of an object by its verb; asked for again, the same one."""
        address = f"{name}.{verb}"
        if address not in self.made:
            self.made[address] = None  # a call that leads back to itself is nothing
            self.made[address] = self._call(self.objects[name].get(verb), address, self._known(name))
        return self.made[address]

    def _call(self, node: Node | None, address: str, known: set[str]) -> Call | None:
        """A call written out, or the one of another object that is named."""
        if node is None:
            return None
        if node.kind == "map":
            self.made[address] = call = self._made(node, address, known)
            return call
        name, _, verb = str(node.value).partition(".")
        there = self.objects.get(name)
        found = self._call_at(name, verb) if there is not None and verb in VERBS else None
        if found is None:
            have = [f"{n}.{v}" for n, each in self.objects.items() for v in VERBS if each.get(v) is not None]
            self._unknown(node, "call", have, "E604")
        return found

    def _made(self, node: Node, address: str, known: set[str]) -> Call:
        method = next((each for each in METHODS if node.get(each) is not None), "")
        more = [each for each in METHODS if node.get(each) is not None and each != method]
        if not method or more:
            span = node.at((more[0],), on_key=True) if more else node.span
            why = (
                "a call has one address"
                if more
                else "a call says where to, as get, put, post, patch or delete"
            )
            self.problems.append(Problem("E604", span, why))
        self._places(node.get(method), known)
        for part in ("query", "outer", "set"):
            for _, value in pairs(node.get(part)):
                self._places(value, known)
        return Call(
            name=f"{self.name}.{address}",
            method=method.upper(),
            path=text(node, method),
            query=texts(node.get("query")),
            rows=text(node, "rows"),
            each=text(node, "each"),
            wrap=text(node, "wrap"),
            outer=texts(node.get("outer")),
            batch=number(node, "batch", 1),
            most_bytes=number(node, "most_bytes", 3_000_000),
            paging=text(node, "paging"),
            page_size=number(node, "page_size", 0),
            since=since(node.get("since")),
            results=text(node, "results") or "one",
            once=text(node, "once"),
            unwrap=text(node, "unwrap"),
            omit=words(node.get("omit")),
            set=texts(node.get("set")),
            known_by=words(node.get("known_by")),
        )

    # ---- what is checked -----------------------------------------------------------------------------

    @property
    def _settings(self) -> Mapping[str, Any]:
        return self.book.settings

    def _known(self, name: str) -> set[str]:
        """The places a call of an object may have."""
        node = self.objects[name]
        shape = self.book.shapes.get(text(node, "shape"))
        scope = node.get("scope_as")
        return {
            *self._settings,
            *COMMON,
            *([scope.value] if scope is not None else []),
            *(_paths(shape.root) if shape is not None else []),
        }

    def _places(self, node: Node | None, known: Iterable[str]) -> None:
        if node is None or node.kind != "scalar" or not isinstance(node.value, str):
            return
        stray = places.broken(node.value)
        if stray >= 0:
            text = "this brace belongs to no place; a place is a name in braces"
            self.problems.append(Problem("E602", node.inner(stray), text))
        names = set(known)
        for name, at in places.names(node.value):
            if name not in names:
                self._wrong(
                    "E602", node.inner(at, len(name)), f"nothing fills '{name}' in this call", name, names
                )

    def _settings_only(self, node: Node | None) -> None:
        self._places(node, self._settings)

    def _condition(self, node: Node | None) -> str:
        if node is None:
            return ""
        text = str(node.value)
        try:
            parse(text)
        except SyntaxMistake as wrong:
            self.problems.append(Problem("E603", node.inner(wrong.at, wrong.length), wrong.text))
        return text

    def _answer(self, node: Node) -> AnswerRule:
        status = node.get("status")
        data = status.data if status is not None else 0
        first, last = data if isinstance(data, list) else (data, data)
        message = self._condition(node.get("message")) or self._condition(self.node.get("message"))
        return AnswerRule(
            (first, last), text(node, "then"), self._condition(node.get("when")), message, text(node, "say")
        )

    def _members(self, shape: Shape | None, said: Iterable[Node | None]) -> None:
        """Members that are named must be there."""
        if shape is None:
            return
        known = _paths(shape.root)
        for node in said:
            if node is not None and node.value not in known:
                self._unknown(node, f"field of {shape.name}", known)

    def _unknown(self, node: Node, kind: str, known: Iterable[str], code: str = "E601") -> None:
        self._wrong(code, node.span, f"there is no {kind} '{node.value}'", str(node.value), known)

    def _wrong(self, code: str, span: Span, text: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        self.problems.append(Problem(code, span, text, did_you_mean(name, names), (known_here(names),)))


_NONE = Call("", "", "")  # stands where a problem was told, in a system that is not used


def _paths(member: Member, before: str = "") -> set[str]:
    """The names of an object's members, inner ones with dots; lists are not entered."""
    found = set()
    for name, inner in member.members.items():
        found |= {before + name} | _paths(inner, f"{before}{name}.")
    return found
