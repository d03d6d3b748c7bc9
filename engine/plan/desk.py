"""The ground of one flow, laid out: links both ways, records by id, what is there by its names.

Everything `build` and its helpers ask of a ground more than once. Before: `grounds`. After: `build`,
`unlinked`, `append`, `twins`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

import jmespath

from engine.compile.frame import key_parts, key_text
from engine.map.names import label_of, names_of
from engine.map.outcome import READY, Outcome
from engine.map.remarks import place_of
from engine.map.trace import line_of
from engine.plan.actions import SAME, Action, Candidate
from engine.plan.compare import Verdict
from engine.plan.grounds import Ground, Known
from engine.plan.match import Names
from engine.plan.placeholders import is_pending
from engine.plan.policy import Policy
from engine.plan.values import folded, is_nothing, member_of, value_at
from engine.system.model import Object


class Desk:
    """One flow's ground, with what is worked out of it kept."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self.flow = ground.mapper.flow
        self.object = ground.target_object or Object("", self.flow.target, "")
        self.policy = Policy(self.flow, ground.target_object, ground.facts.settings)
        self._holding: dict[str, dict[str, list[str]]] = {}
        self._owned: dict[str, set[str]] = {}
        self.target_title = self.flow.target_root.title or self.flow.target.partition(".")[2].replace(
            "_", " "
        )

    @cached_property
    def removed_by(self) -> set[str]:
        """Rules by which a record that was sent takes its document with it."""
        node = self.flow.mapping.node.get("removed_by")
        return set() if node is None else {str(item.value) for item in node.items}

    # ------------------------------------------------------------ links

    @cached_property
    def _turned(self) -> dict[str, Known]:
        """Links seen from the other side: the way back of a two-way mapping."""
        return {
            known.target_id: Known(known.target_id, source_id, known.memory)
            for source_id, known in self.ground.links.items()
        }

    def known(self, source_id: str) -> Known | None:
        """The link of a record."""
        return (self._turned if self.flow.back else self.ground.links).get(source_id)

    @cached_property
    def taken(self) -> dict[str, str]:
        """Source ids by the ids of the documents that are linked to them."""
        links = self._turned if self.flow.back else self.ground.links
        return {known.target_id: source_id for source_id, known in links.items()}

    def ids_of(self, source_id: str) -> Iterator[str]:
        """Linked source ids of a record: its own, and those of the documents it was split into."""
        if source_id in self.ground.links:
            yield source_id
        own = key_parts(source_id)
        if self.flow.split is not None or self.flow.each is not None:
            for other in self.ground.links:
                parts = key_parts(other)
                if len(parts) > len(own) and parts[: len(own)] == own:
                    yield other

    def owned_rows(self, id_member: str) -> set[str]:
        """Ids of rows that some link knows, of whichever mapping wrote them."""
        found = self._owned.get(id_member)
        if found is None:
            data = self.ground.facts.links.data
            found = self._owned[id_member] = {
                str(memory[id_member])
                for via, memories in data.items()
                if "." in via
                for memory in memories.values()
                if memory.get(id_member) is not None
            }
            for known in self.ground.links.values():
                for rows in known.rows.values():
                    found |= set(rows.values())
        return found

    # ------------------------------------------------------------ the two sides

    @cached_property
    def id_member(self) -> str:
        """The member that is the id of the target; empty if several are."""
        identity = self.flow.target_root.identity
        return identity[0] if len(identity) == 1 else ""

    def own_id(self, outcome: Outcome) -> str:
        """The id a record names itself, where its system's objects are known by what they hold."""
        record, identity = outcome.record or {}, self.flow.target_root.identity
        values = [value_at(record, self.flow.target_root, name) for name in identity]
        return key_text(values) if values and not any(is_nothing(value) for value in values) else ""

    @cached_property
    def _sources(self) -> dict[str, Any]:
        names = self.flow.source_root.identity
        found: dict[str, Any] = {}
        for record in self.ground.records:
            if isinstance(record, dict):
                found[key_text([value_at(record, self.flow.source_root, name) for name in names])] = record
        return found

    def source(self, source_id: str) -> Any:
        """The source record an outcome came of; None for a sum of many."""
        if self.ground.source_of is not None:
            return self.ground.source_of(source_id)
        parts = key_parts(source_id)
        return self._sources.get(key_text(parts[: len(self.flow.identity)])) if parts else None

    def base(self, outcome: Outcome) -> Mapping[str, Any] | None:
        """What was written last, or else what the other way wrote, mapped this way."""
        found = self.ground.wrote.get(outcome.id)
        if found is not None or not self.ground.counterpart:
            return found
        known = self.known(outcome.id)
        other = self.ground.counterpart.get(known.target_id) if known is not None else None
        if known is None or other is None:
            return None
        identity = self.flow.source_root.identity[0]
        mapped = next(
            iter(self.ground.mapper.run([{**other, identity: outcome.id}], self.ground.facts)), None
        )
        return mapped.record if mapped is not None and mapped.status == READY else None

    def is_gone(self, there: Mapping[str, Any]) -> bool:
        """Whether a document there is deleted or voided."""
        gone = next((to.gone for to in self.object.instead if _search(to.when, there)), self.object.gone)
        return bool(gone) and bool(_search(gone, there))

    def counts(self, there: Mapping[str, Any], condition: str) -> bool:
        """Whether a document there stands, and is one of those meant."""
        return not self.is_gone(there) and (not condition or bool(_search(condition, there)))

    def locked(self, there: Mapping[str, Any] | None) -> str:
        """Why a document there cannot be changed; empty if it can."""
        if there is None:
            return ""
        away = (to.locked for to in self.object.instead if _search(to.when, there))
        return next((why for when, why in next(away, self.object.locked) if _search(when, there)), "")

    # ------------------------------------------------------------ numbers of ours that were deleted there

    def revised(self, outcome: Outcome) -> str:
        """The number, with a suffix, of one we made before that was deleted there; "" if it is free."""
        record, there = outcome.record, self.ground.there or {}
        had = self.named.get(self.natural(record), ()) if self.object.revision and record else ()
        if not record or not had or not all(i in self.ground.made and self.is_gone(there[i]) for i in had):
            return ""
        name = self.object.natural[-1]
        number = record[name]
        for n in range(2, 2 + len(self.named)):
            record[name] = number + self.object.revision.replace("{n}", str(n))
            if not self.named.get(self.natural(record)):
                break
        return str(record[name])

    def keep_revision(self, outcome: Outcome, there: Mapping[str, Any] | None) -> None:
        """One that was made under such a number keeps it."""
        name = self.object.natural[-1] if self.object.revision and self.object.natural else ""
        number, had = (outcome.record or {}).get(name), (there or {}).get(name)
        if isinstance(number, str) and isinstance(had, str) and outcome.record is not None:
            suffix = re.escape(self.object.revision).replace(re.escape("{n}"), "[0-9]+")
            if re.fullmatch(re.escape(number) + suffix, had):
                outcome.record[name] = had

    # ------------------------------------------------------------ names there

    def match(self, key: str, otherwise: str) -> str:
        """What the mapping says of matching; `from` and `to` change places on the way back."""
        node = self.flow.mapping.match
        if self.flow.back:
            key = {"from": "to", "to": "from"}.get(key, key)
        found = node.get(key) if node is not None else None
        return str(found.value) if found is not None else otherwise

    @cached_property
    def names(self) -> Names:
        """What is there by the member that matching looks at."""
        node = self.flow.mapping.match
        told = node.get("ignore") if node is not None else None
        ignore = tuple(str(item.value) for item in told.items) if told is not None else ()
        to = self.match("to", "")
        return Names(self.ground.there or {}, self.flow.target_root, to, (*ignore, "accents"))

    @cached_property
    def similar(self) -> bool:
        """Whether spelling nearly alike means anything: it does in names, not in numbers and codes."""
        return self.match("one", "ask") == "suggest"

    def wanted_name(self, outcome: Outcome) -> Any:
        """What matching looks for: what would be written there, else what the record says."""
        found = value_at(outcome.record or {}, self.flow.target_root, self.match("to", ""))
        if found is None and not self.match("from", "").startswith("let."):
            found = value_at(self.source(outcome.id) or {}, self.flow.source_root, self.match("from", ""))
        return found

    def holding(self, name: str) -> Mapping[str, list[str]]:
        """Ids of what is there by one member as it stands."""
        found = self._holding.get(name)
        if found is None:
            found = self._holding[name] = {}
            for target_id, record in (self.ground.there or {}).items():
                value = value_at(record, self.flow.target_root, name)
                if not is_nothing(value):
                    found.setdefault(str(value), []).append(target_id)
        return found

    def natural(self, record: Any) -> str:
        """What the other side takes only once (a code; a name within its category), folded; "" if unknown."""
        names = self.object.natural
        values = [value_at(record, self.flow.target_root, name) for name in names]
        if not names or any(is_nothing(value) or is_pending(value) for value in values):
            return ""
        return key_text([folded(value, ("case", "space")) for value in values])

    @cached_property
    def named(self) -> Mapping[str, list[str]]:
        """Ids of what is there by what the other side takes only once."""
        found: dict[str, list[str]] = {}
        for target_id, record in (self.ground.there or {}).items():
            if own := self.natural(record):
                found.setdefault(own, []).append(target_id)
        return found

    def place(self, record: Any) -> tuple[str, ...]:
        """Within what a name is taken only once (the category of an option); "" where it is not known."""
        values = [value_at(record or {}, self.flow.target_root, name) for name in self.object.natural[:-1]]
        return tuple("" if is_nothing(value) else str(value) for value in values)

    def in_its_place(self, record: Any, there: Any) -> bool:
        """Whether a document there stands where a record goes, so that it may be the same."""
        both = zip(self.place(record), self.place(there), strict=True)
        return all(mine == its or not mine or not its for mine, its in both)

    def nearly(self, outcome: Outcome) -> list[Candidate]:
        """Unlinked ones that are spelled nearly like a record."""
        there = self.ground.there or {}
        away = {key for key, one in there.items() if not self.in_its_place(outcome.record, one)}
        return self.names.near(self.wanted_name(outcome), away | set(self.taken))

    def natural_said(self, record: Any) -> str:
        """The same as people say it: Order Number SC-001."""
        name = self.object.natural[-1]
        member = member_of(self.flow.target_root, name)
        label = member.label if member is not None else name
        return f"{label} {value_at(record, self.flow.target_root, name)}"

    # ------------------------------------------------------------ actions

    def action(self, outcome: Outcome) -> Action:
        """An action about a record, undecided yet."""
        return Action(
            self.flow.name,
            self.flow.back,
            outcome.id,
            SAME,
            self.flow.target,
            label=self.label(outcome),
            keys=dict(outcome.keys),
            notes=list(outcome.notes),
            remarks=list(outcome.remarks),
            remember=self.remember(outcome),
        )

    def label(self, outcome: Outcome, there: Any = None) -> str:
        """What people call a record: its number, and its title where it has one."""
        source = self.source(outcome.id) if outcome.id else None
        if isinstance(source, dict) and source.get("invoice_number"):
            return str(source["invoice_number"])  # its bill may have the number of the order
        label = label_of(outcome, source if source is not None else there)
        title = source.get("title") if isinstance(source, dict) else None
        if isinstance(title, str) and title.strip() and title.strip() not in label:
            return f"{label} {title.strip()}"
        return label

    def line_of(self, action: Action, path: str) -> tuple[str, str]:
        """The line that writes a path, and its file and line."""
        found = line_of(self.flow, None, path)
        return ("", "") if found is None else (found.line.address, place_of(found.line.span))

    def called(self, there: Any, action: Action) -> str:
        """What a document there is called, so that somebody can find it."""
        found = names_of(there) or names_of(action.record)
        if found:
            return found[0]
        return action.target_id if not is_pending(action.target_id) else ""

    def remember(self, outcome: Outcome) -> dict[str, Any]:
        """What the link keeps of the source record."""
        source = self.source(outcome.id)
        if not isinstance(source, dict) or self.flow.back:
            return {}
        root = self.flow.source_root
        found = {name: value_at(source, root, name) for name in self.ground.remembered}
        return {name: value for name, value in found.items() if value is not None}

    def update_body(
        self, action: Action, verdict: Verdict, there: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """What goes out of an update: the id, what changed, what an update has to repeat."""
        if there is None:
            whole = action.record or {}
            members = self.flow.target_root.members
            body = {n: v for n, v in whole.items() if n not in members or not members[n].computed}
        else:
            body = {name: there[name] for name in self.object.resend if there.get(name) is not None}
            body |= verdict.body
        if self.id_member and action.target_id:
            body[self.id_member] = action.target_id
        return body


def _search(expression: str, record: Any) -> Any:
    return _compiled(expression).search(record)


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)
