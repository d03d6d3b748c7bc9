"""One mapping's table of the page: rows with arrows and places, footnotes, limits with their keepers.

Arrows follow the direction of a row's lines, labels the shapes' titles where the row gives none,
numbers the notes' marks. Called by `page`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from engine.check.typed import Flow, ListPlan, PartPlan, Put, RulePlan
from engine.report import page_model as p
from engine.report.page_nodes import at, flag, items, limit, text
from engine.report.values import spelled
from engine.spec.model import Book, Line, Mapping, Member, Origin
from engine.spec.node import Node
from engine.spec.values import text_of

Lines = Sequence[Put | ListPlan]
PLANNED = get_args(p.Arrow)


class Table:
    """One mapping's table being built."""

    def __init__(self, book: Book, mapping: Mapping, flows: Sequence[Flow]):
        self.book = book
        self.mapping = mapping
        self.flows = flows
        self.lines = {line.line.address: line for flow in flows for line in _all_lines(flow.lines)}
        self.parts = {part.part.address: part for flow in flows for part in _all_parts(flow.lines)}
        self.rules = {r.rule.address: r for flow in flows for r in _all_rules(flow)}
        self.dropped = {each.address: each for each in mapping.dropped}

    def table(self) -> p.Table:
        """The table."""
        page = self.mapping.page
        notes = self._numbers()
        return p.Table(
            self.mapping.name,
            text(page, "heading") or self.mapping.title,
            tuple(self._row(row, notes) for row in items(page, "rows")) + tuple(self._added()),
            text(page, "intro"),
            tuple(self._footnote(name, number) for name, number in notes.items()),
            tuple(self._limit(item) for item in items(page, "limits")),
            flag(page, "optional"),
            tuple(self._changed_rules()),
        )

    def _changed_rules(self) -> Iterator[p.Place]:
        """Rules a customer replaced, added or dropped."""
        for address, rule in self.rules.items():
            if rule.rule.origin.how != "base":
                yield _place(
                    f"{self.mapping.name}.{address}", rule.rule.origin, spelled(rule.rule.node, 200, ("why",))
                )
        for address, gone in self.dropped.items():
            if ".rules." in f".{address}":
                yield p.Place(
                    f"{self.mapping.name}.{address}", at(gone.span), "", "dropped", gone.overlay, gone.why
                )

    # ------------------------------------------------------------ rows

    def _row(self, node: Node, notes: dict[str, int]) -> p.Row:
        addresses = [str(item.value) for item in items(node, "lines")]
        left, right = self._labels(node, addresses)
        note = text(node, "note")
        return p.Row(
            left,
            right,
            self._arrow(node, addresses),
            (notes[note],) if note in notes else (),
            tuple(place for address in addresses for place in self._places(address)),
            text(node, "detail"),
            text(node, "other_detail"),
            text(node, "because"),
        )

    def _labels(self, node: Node, addresses: list[str]) -> tuple[str, str]:
        """The row's own labels, or the titles of both shapes; Procore stands to the left."""
        left, right = text(node, "label"), text(node, "other")
        line = next((self.lines[a] for a in addresses if a in self.lines), None)
        if line is None:
            return left, right
        target = line.target.label
        source = _source_label(line, self.flows[0].source_root)
        exports = self._is_procore(str(self.mapping.source.value))
        ours, theirs = (source, target) if exports else (target, source)
        return left or ours, right or theirs

    def _is_procore(self, shape: str) -> bool:
        return shape.partition(".")[0] == self.book.name.partition("_")[0]

    def _arrow(self, node: Node, addresses: list[str]) -> p.Arrow:
        told = text(node, "direction")
        if told in PLANNED:
            return told  # type: ignore[return-value]
        out = self._is_procore(str(self.mapping.source.value))
        ways = {way for address in addresses for way in self._ways(address)}
        if not ways:
            return "none"
        if len(ways) == 2:
            return "both"
        return "export" if (ways == {"forward"}) is out else "import"

    def _ways(self, address: str) -> set[str]:
        """Which flows write a line (a part or a dropped line counts as the mapping's own way)."""
        found = {"back" if flow.back else "forward" for flow in self.flows if self._has(flow, address)}
        gone = self.dropped.get(address)
        if gone is not None and gone.line is not None and self._went_both(gone.line):
            return {"forward", "back"}
        return found or (
            {"back" if address.startswith("back.") else "forward"} if self._known(address) else set()
        )

    def _went_both(self, line: Line) -> bool:
        """Whether a dropped line went both ways in the base."""
        if line.direction in ("both", "forward", "back"):
            return line.direction == "both"
        value = line.value
        path = text_of(value.body) if value is not None and value.form == "path" else ""
        plain = all(name.isidentifier() for name in path.split("."))
        return self.mapping.direction == "both" and plain and not line.address.startswith("back.")

    def _has(self, flow: Flow, address: str) -> bool:
        own = {line.line.address for line in _all_lines(flow.lines)}
        own |= {part.part.address for part in _all_parts(flow.lines)}
        if address in own:
            return True
        if not flow.back or address not in self.lines:
            return False
        mine = self.lines[address].line
        turned = [line.line for line in _all_lines(flow.lines)]
        return any(line.node is mine.node for line in turned)

    def _known(self, address: str) -> bool:
        return address in self.lines or address in self.parts or address in self.dropped

    def _places(self, address: str) -> Iterator[p.Place]:
        name = f"{self.mapping.name}.{address}"
        if address in self.dropped:
            gone = self.dropped[address]
            yield p.Place(name, at(gone.span), "", "dropped", gone.overlay, gone.why)
        elif address in self.lines:
            line = self.lines[address].line
            yield _place(name, line.origin, spelled(line.node, 200, ("why",)))
        elif address in self.parts:
            part = self.parts[address].part
            yield _place(name, part.origin, "")

    def _added(self) -> Iterator[p.Row]:
        """A customer's own lines that no row of the page names."""
        rows = items(self.mapping.page, "rows")
        named = {str(item.value) for row in rows for item in items(row, "lines")}
        for address, plan in self.lines.items():
            if plan.line.origin.how == "base" or address in named or address.startswith("back."):
                continue
            source = _source_label(plan, self.flows[0].source_root)
            exports = self._is_procore(str(self.mapping.source.value))
            sides = (source, plan.target.label) if exports else (plan.target.label, source)
            places = tuple(self._places(address))
            yield p.Row(sides[0], sides[1], self._added_arrow(address), (), places)

    def _added_arrow(self, address: str) -> p.Arrow:
        ways = self._ways(address)
        out = self._is_procore(str(self.mapping.source.value))
        return "both" if len(ways) == 2 else "export" if out else "import"

    # ------------------------------------------------------------ footnotes and limits

    def _numbers(self) -> dict[str, int]:
        """Footnotes of this table with their numbers: the vendor's where the note's mark gives it."""
        used = {text(row, "note") for row in items(self.mapping.page, "rows")}
        found = {
            name: note.number for name, note in self.mapping.notes.items() if note.page == self.mapping.name
        }
        free = max(found.values(), default=0)
        for name, note in self.mapping.notes.items():
            if name not in found and name in used and not note.page:
                free += 1
                found[name] = free
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def _footnote(self, name: str, number: int) -> p.Footnote:
        return p.Footnote(number, self.mapping.notes[name].text, tuple(self.runs(name)))

    def runs(self, note: str) -> Iterator[p.Place]:
        """The lines, parts and rules that carry a note."""
        for plan in self.lines.values():
            if plan.note == note or note in _notes_inside(plan.line.node):
                yield _place(plan.address, plan.line.origin, "")
        for part in self.parts.values():
            if part.note == note:
                yield _place(part.address, part.part.origin, "")
        for rule in self.rules.values():
            if rule.note == note:
                yield _place(rule.address, rule.rule.origin, "")

    def _limit(self, node: Node) -> p.Limit:
        says, label = text(node, "says"), text(node, "label")
        if rule := text(node, "rule"):
            found = self._rule(rule)
            place = at(found.span) if found is not None else ""
            return p.Limit(says, "rule", found.address if found is not None else rule, place, label)
        if field := text(node, "shape"):
            return p.Limit(says, "field", self._limits_of(field), "", label)
        if line := text(node, "line"):
            plan = self.lines.get(line)
            place = at(plan.span) if plan is not None else ""
            return p.Limit(says, "line", f"{self.mapping.name}.{line}", place, label)
        return limit(self.book, node)

    def _rule(self, name: str) -> RulePlan | None:
        head, _, last = name.rpartition(".")
        for address in (name, f"rules.{name}", f"{head}.rules.{last}"):
            if address in self.rules:
                return self.rules[address]
        return None

    def _limits_of(self, field: str) -> str:
        """The field with its limit: `PurchaseOrderNumber, at most 255`."""
        member = _member_at(self.flows[0].target_root, field) if self.flows else None
        most = member.max_length if member is not None else None
        return f"{field}, at most {most:,}" if most is not None else field


def _place(address: str, origin: Origin, says: str) -> p.Place:
    how: p.How = "replaced" if origin.how == "replaced" else "added" if origin.how == "added" else "base"
    return p.Place(address, at(origin.span), says, how, origin.overlay, origin.why)


def _all_lines(lines: Lines) -> Iterator[Put | ListPlan]:
    for line in lines:
        yield line
        for part in line.parts if isinstance(line, ListPlan) else ():
            yield from _all_lines(part.lines)


def _all_parts(lines: Lines) -> Iterator[PartPlan]:
    for line in lines:
        for part in line.parts if isinstance(line, ListPlan) else ():
            yield part
            yield from _all_parts(part.lines)


def _all_rules(flow: Flow) -> Iterator[RulePlan]:
    yield from flow.rules
    for block in (flow.split, flow.group):
        yield from block.rules if block is not None else ()
    for part in _all_parts(flow.lines):
        yield from part.rules


def _notes_inside(node: Node) -> set[str]:
    """Notes of choices inside a line's value."""
    found = set()
    if node.kind == "map":
        for name, _, value in node.pairs():
            if name == "note":
                found.add(str(value.value))
            elif name != "rows":
                found |= _notes_inside(value)
    for item in node.items:
        found |= _notes_inside(item)
    return found


def _source_label(line: Put | ListPlan, root: Member) -> str:
    """The source's label for a line that reads one plain member; else its value as written."""
    value = line.line.value
    if value is None:
        return spelled(line.line.node, 60)
    if value.form in ("path", "from"):
        member = _member_at(root, str(value.body.value))
        if member is not None:
            return member.label
    return spelled(value.node, 60, ("why",))


def _member_at(root: Member, path: str) -> Member | None:
    """The member at a dotted path, lists and keyed lists stepped through."""
    member: Member | None = root
    for name in path.split("."):
        if member is None:
            return None
        if member.kind == "list" and member.item is not None:
            if member.keyed_by and name not in member.item.members:
                member = member.item
                continue
            member = member.item
        member = member.members.get(name) if member is not None else None
    return member
