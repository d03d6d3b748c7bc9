"""Which request of Procore's ERP tool is answered by what.

Links are brought into step before a plan is made, so that it stands on them; what is offered goes out of the
plan. Requests that only mean "now" are closed when the run is done. Whatever no table names stays open, and
the run says so. Before: the themes. After: `live/sync`, which calls both; `live/accepted`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.live.erp import codes, companies, resetting, staging, telling, unlinking
from engine.live.erp.tool import Tool, Wish
from engine.plan.actions import Plan

BEFORE: Mapping[str, Callable[[Tool, Wish], None]] = {
    **unlinking.TABLE,
    **codes.TABLE,
    **resetting.TABLE,
    **companies.TABLE,
}
AFTER: Mapping[str, Callable[[Tool, Wish, Plan], None]] = {**staging.TABLE, **telling.TABLE}
# Cost codes and types go to Xero alone, so there is nothing to bring in: the run has followed what is linked.
NOW: Mapping[str, str] = {  # each with the mapping whose failures are its own
    "sync_contract_payments": "payments",
    "sync_single_job": "",
    "sync_standard_cost_codes": "",
    "sync_standard_categories": "",
}
HERE = frozenset((*BEFORE, *AFTER))


def undone(tool: Tool) -> None:
    """Does what requests ask of our links."""
    for wish in tool.wishes(BEFORE):
        BEFORE[wish.name](tool, wish)


def offered(tool: Tool, plan: Plan) -> None:
    """Owes what requests ask to be sent of a plan."""
    for wish in tool.wishes(AFTER):
        AFTER[wish.name](tool, wish, plan)
