"""The books of a customer as they were read last: projects, codes, and every record through the mappings'
eyes.

Nothing is read from either system and nothing is written: a report can be made at any time, and says how
old it is. Before: `sync`. After: `costs`, and the reports beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.compile.frame import Facts
from engine.ledger import events, links, mirror
from engine.ledger.events import Event
from engine.ledger.ledger import moment
from engine.ledger.links import Link
from engine.ledger.tables import run
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.sync import Sync
from engine.plan.actions import Action
from engine.plan.grounds import Ground
from engine.plan.values import folded

READS = ("sync", "plan", "apply", "rehearse", "audit")


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its tracking option; the option is empty while it is not linked."""

    id: str
    name: str
    number: str
    option: str


class Books:
    """Everything a report asks for. Plans once, offline, when the first of it is wanted."""

    def __init__(self, connection: Connection):
        self.connection = connection
        self.ledger = connection.ledger
        if self.read_at is None:
            raise Declined(
                f"nothing of {connection.name} was read yet, so there is nothing to report",
                f"run crosswalk sync {connection.name} first, or name the ledger it was read into (--ledger)",
            )

    # ------------------------------------------------------------ when

    @cached_property
    def read_at(self) -> datetime | None:
        """When the last run that read both systems to the end began."""
        query = sa.select(sa.func.max(run.c.began)).where(
            run.c.connection == self.ledger.connection, run.c.verb.in_(READS), run.c.outcome == "done"
        )
        with self.ledger.look() as tx:
            began = tx.execute(query).scalar()
        return moment(began) if began else None

    def head(self) -> dict[str, Any]:
        """What every sheet says of itself."""
        zone = str(self.settings.get("timezone") or "UTC")
        currency = str(self.settings.get("base_currency") or "")
        return {
            "customer": self.connection.name,
            "read_at": self.read_at,
            "timezone": zone,
            "currency": currency,
        }

    # ------------------------------------------------------------ the plan

    @cached_property
    def _planned(self) -> dict[str, tuple[Ground, list[Action]]]:
        found: dict[str, tuple[Ground, list[Action]]] = {}

        def look_on(ground: Ground, actions: list[Action]) -> list[Action]:
            flow = ground.mapper.flow
            found[f"{flow.name}<" if flow.back else flow.name] = (ground, actions)
            return actions

        sync = Sync(self.connection)
        sync.decide = look_on
        sync.plan()
        return found

    def ground(self, route: str) -> Ground:
        """What a mapping is planned from; `name<` is its way back."""
        return self._planned[route][0]

    def actions(self, route: str) -> dict[str, Action]:
        """What a sync would do with each record of a mapping, by source id."""
        return {action.source_id: action for action in self._planned[route][1]}

    @property
    def facts(self) -> Facts:
        """Links, settings with what was learnt, and the day."""
        return self.ground("job_costs").facts

    @property
    def settings(self) -> Mapping[str, Any]:
        """The customer's settings with what was learnt."""
        return self.facts.settings

    # ------------------------------------------------------------ the ledger

    @cached_property
    def links(self) -> list[Link]:
        """Every link of a document."""
        with self.ledger.look() as tx:
            return [one for one in links.all_of(self.ledger, tx) if not one.parent]

    @cached_property
    def lines(self) -> set[str]:
        """The ids of every line there that some link knows."""
        with self.ledger.look() as tx:
            return {one.target_id for one in links.all_of(self.ledger, tx) if one.parent}

    @cached_property
    def bills(self) -> dict[str, Link]:
        """Bills and credit notes that belong to an invoice of Procore, by their id in Xero."""
        return {one.target_id: one for one in self.links_of("invoices").values()}

    @cached_property
    def corrections(self) -> dict[str, Link]:
        """Credit notes that correct an invoice which has its bill, by their id in Xero."""
        return self.links_of("invoice_credits")

    def links_of(self, mapping: str) -> dict[str, Link]:
        """The links of a mapping by source id."""
        return {one.source_id: one for one in self.links if one.mapping == mapping}

    def events(self, *what: str) -> list[Event]:
        """What was done of these kinds, oldest first."""
        with self.ledger.look() as tx:
            return events.of(self.ledger, tx, what)

    def rows(self, stream: str) -> dict[str, Any]:
        """What was read of a stream, by id."""
        with self.ledger.look() as tx:
            return {key: row for key, _, row in mirror.rows(self.ledger, tx, stream)}

    def screen(self, path: str) -> str:
        """An address on Xero's screens, in the organisation that is meant."""
        return f"https://go.xero.com{self._organisation}{path}"

    @cached_property
    def _organisation(self) -> str:
        found: Any = next(iter(self.rows("xero.organisation").values()), {})
        short = found.get("ShortCode")
        return f"/organisationlogin/default.aspx?shortcode={short}&redirecturl=" if short else ""

    # ------------------------------------------------------------ names

    @cached_property
    def projects(self) -> list[Project]:
        """Every project of Procore, by name."""
        options = {one.source_id: one.target_id for one in self.links_of("projects").values()}
        found = [
            Project(
                key, str(row.get("name") or key), str(row.get("project_number") or ""), options.get(key, "")
            )
            for key, row in self.rows("procore.project").items()
        ]
        return sorted(found, key=lambda one: (one.name, one.id))

    def chosen(self, wanted: str) -> list[Project]:
        """The project of this id, number or name; every one if none is named."""
        if not wanted:
            return self.projects
        found = [one for one in self.projects if wanted in (one.id, one.number)]
        found = found or [one for one in self.projects if folded(one.name) == folded(wanted)]
        if len(found) == 1:
            return found
        names = ", ".join(f"{one.name} ({one.id})" for one in found or self.projects)
        what = f"{len(found)} projects are" if found else "no project is"
        raise Declined(f"{what} called {wanted}", f"name one by its id: {names}")

    @cached_property
    def by_option(self) -> dict[str, str]:
        """Projects by the id of their tracking option."""
        return {one.option: one.id for one in self.projects if one.option}

    @cached_property
    def codes(self) -> dict[str, tuple[str, str]]:
        """Full code and name of a project's cost codes, by id."""
        rows = self.rows("procore.project_cost_code")
        return {
            key: (str(row.get("full_code", key)), str(row.get("name") or "")) for key, row in rows.items()
        }

    @cached_property
    def types(self) -> dict[str, str]:
        """Codes of cost types by id."""
        return {key: str(row.get("code", key)) for key, row in self.rows("procore.cost_type").items()}

    @cached_property
    def delimiter(self) -> str:
        """What stands between cost code and cost type in an item."""
        return str(self.settings.get("code_delimiter") or ".")

    def code(self, cost_code: object, cost_type: object) -> str:
        """The budget code of both ids, as Xero's item says it."""
        full = self.codes.get(str(cost_code), (str(cost_code), ""))[0]
        return f"{full}{self.delimiter}{self.types.get(str(cost_type), str(cost_type))}"

    @cached_property
    def code_names(self) -> dict[str, str]:
        """What budget codes are called."""
        return {
            f"{full}{self.delimiter}{kind}": name
            for full, name in self.codes.values()
            for kind in self.types.values()
        }


def day_in(timezone: str, at: str) -> str:
    """The calendar day of a stamp where the office is; nothing for no stamp."""
    return f"{moment(at).astimezone(ZoneInfo(timezone)):%Y-%m-%d}" if at else ""
