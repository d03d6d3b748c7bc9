"""The request to tell Procore once more what this connector is: its metadata, as the settings say it now.

Before: `report/metadata`, which makes it. After: `write`, which sends it and closes the request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.ledger import ops
from engine.ledger.ops import Member
from engine.live.erp.tool import Tool, Wish
from engine.plan.actions import Plan
from engine.report.metadata import metadata
from engine.write.follow import CLOSE

CALL, STEP = "erp_metadata", "metadata"
ANY = "companies"  # a mapping of Procore's records, under which the ledger keeps what is of none


def _told(tool: Tool, wish: Wish, plan: Plan) -> None:
    desk, port = tool.connection.desk, tool.route(ANY).source_port
    name = f"{STEP} {wish.request}"
    extra = {"label": "metadata", CLOSE: {detail: [(ANY, name)] for detail in wish.ids}}
    draft = metadata(desk.book, desk.settings, desk.flows)
    with tool.ledger.begin() as tx:
        member = Member(ANY, name, STEP, draft, "", extra)
        ops.add(tool.ledger, tx, f"{port.system.name}.{CALL}", {}, [member], tool.sync.run)


TABLE: Mapping[str, Callable[[Tool, Wish, Plan], None]] = {"sync_metadata": _told}
