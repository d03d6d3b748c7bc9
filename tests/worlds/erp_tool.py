"""Procore's ERP Integrations tool decides: a customer whose approver works there, and what people do in it.

def test_an_unlinked_commitment(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sync()
    it.does("unlink", item_type="work_order_contract", item_id=CONTRACT)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.approve.standing import Entry
from engine.ledger import links
from engine.live.log import history
from engine.live.tabs import looked, named
from tests.worlds import subcontract
from tests.worlds.people import Accountant
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.settled import Settled


class Tool(Settled):
    """The story with an approver in Procore's tool."""

    def send(self, kind: str, *numbers: object, **more: Any) -> list[dict[str, Any]]:
        """Sent, and accepted: the requests that tell of it."""
        made: list[dict[str, Any]] = self.sandbox.in_procore(
            "POST", "/send", {"item_type": kind, "item_ids": list(numbers), **more}
        )
        return made

    def does(self, verb: str, /, **body: Any) -> Any:
        """What somebody does on a tab of the tool."""
        return self.sandbox.in_procore("POST", f"/tool/{verb}", body)

    def asks(self, name: str, /, **body: Any) -> dict[str, Any]:
        """A request that carries ids alone."""
        made: dict[str, Any] = self.sandbox.in_procore("POST", "/requests", {"request_name": name, **body})
        return made

    def comes_late(self, request: dict[str, Any], number: int) -> None:
        """A request that was made long ago, and was never heard of until now."""
        world, own = self.sandbox.world(), number + 1
        data = {**request["request_data"]}
        if "request_detail_id" in data:
            before = world["procore"]["erp_request_details"][str(data["request_detail_id"])]
            opened = {"id": own, "erp_request_id": number, "status": "in_progress", "messages": []}
            world["procore"]["erp_request_details"][str(own)] = {**before, **opened}
            data["request_detail_id"] = own
        world["procore"]["erp_requests"][str(number)] = {**request, "id": number, "request_data": data}
        self.sandbox.load(world)

    def state(self, mapping: str, name: object) -> str:
        """Where a record stands, as `erp list` shows it."""
        (found,) = named(looked(self.connection, (mapping,), False).of(mapping), str(name))
        return found.standing.state

    def history(self, mapping: str, own: object) -> list[Entry]:
        """Everything the log has of a record, as `erp history` shows it."""
        return history(self.connection.ledger, mapping, str(own))

    def heard(self, mapping: str, own: object) -> list[str]:
        """What Procore's tool did to a record, in order."""
        return [one.what for one in self.history(mapping, own) if one.who == "Procore's ERP tool"]

    def links(self, mapping: str) -> dict[str, str]:
        """Which document each record of a mapping is."""
        with self.connection.ledger.look() as tx:
            every = links.all_of(self.connection.ledger, tx, [mapping])
        return {one.source_id: one.target_id for one in every if not one.parent}

    def links_of_rows(self, mapping: str) -> dict[str, str]:
        """Which line of a document each row of a mapping's records is."""
        with self.connection.ledger.look() as tx:
            every = links.of_mapping(self.connection.ledger, tx, mapping)
        return {one.source_id: one.target_id for one in every if one.parent}

    def details(self, item: object = None) -> list[tuple[str, list[str]]]:
        """Status and messages of the details (of one item), oldest first."""
        every = sorted(self.sandbox.of("procore", "erp_request_details"), key=lambda one: int(one["id"]))
        return [(one["status"], one["messages"]) for one in every if item in (None, one["item_id"])]

    def orders(self) -> list[dict[str, Any]]:
        return self.sandbox.of("xero", "PurchaseOrders")

    def stored(self, collection: str, number: object) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.world()["procore"][collection][str(number)]
        return found

    def spoils(self, member: str) -> None:
        """The data of every request comes without this member."""
        world = self.sandbox.world()
        for request in world["procore"]["erp_requests"].values():
            if isinstance(request["request_data"], dict):
                request["request_data"].pop(member, None)
        self.sandbox.load(world)

    def renamed(self, request: dict[str, Any]) -> None:
        """A request that comes under a name nobody knows."""
        world = self.sandbox.world()
        world["procore"]["erp_requests"][str(request["id"])]["request_name"] = "create_prime_contract"
        self.sandbox.load(world)

    def ready(self) -> None:
        """The cost codes are accepted and linked."""
        codes = [one["id"] for one in self.sandbox.of("procore", "standard_cost_codes")]
        self.send("standard_cost_code", *codes)
        self.sync()
        self.sandbox.forget_calls()


@contextmanager
def deciding(sandbox: Sandbox, ledger: str | Path, **settings: Any) -> Iterator[Tool]:
    """The first day, company and project linked by hand, cost codes accepted."""
    sandbox.load(subcontract.first_day())
    told = {"retainage_item": "RETENTION", "approval_home": "erp_tool", **settings}
    with connected(sandbox, ledger, subcontract.customer(**told)) as connection:
        subcontract.linked_by_hand(connection)
        made = Tool(sandbox, connection, Accountant(sandbox))
        made.ready()
        yield made
