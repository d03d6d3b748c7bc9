"""What is safe with an effect whose answer nobody saw, by the age that its own system tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.ledger.ops import Member, Op
from engine.ledger.tables import SENDING
from engine.system.load import systems
from engine.workspace import Workspace
from engine.write.resolve import LOOK, REPEAT, RESEND, WAIT, way_out

SENT = datetime(2026, 5, 31, 12, tzinfo=UTC)
KEYED = [(-3600, WAIT), (-1, WAIT), (0, RESEND), (299, RESEND), (300, WAIT), (419, WAIT), (420, LOOK)]
LOOKED_UP = [(0, WAIT), (299, WAIT), (420, LOOK)]
WAYS = [
    *(("xero.bill.create", "create", age, way) for age, way in [*KEYED, (None, WAIT)]),
    *(("procore.contract_payment.create", "create", age, way) for age, way in [*LOOKED_UP, (None, WAIT)]),
    *(("xero.bill.update", "update", age, way) for age, way in [*KEYED, (None, WAIT)]),
    *(("procore.external_data", "mark", age, REPEAT) for age in (-3600, 0, 420, None)),
]


@pytest.mark.parametrize(("name", "step", "age", "way"), WAYS)
def test_what_is_safe(name: str, step: str, age: float | None, way: str) -> None:
    """Before it was sent, or not told at all: then only what may be repeated is sent again."""
    system = systems(Workspace().book)[name.partition(".")[0]]
    member = Member("invoices", "1", step, {})
    op = Op("1", 1, name, {}, SENDING, 0, "PUT", "/", b"{}", SENT, SENT, None, (member,))
    now = None if age is None else SENT + timedelta(seconds=age)
    assert way_out(op, system.calls[name], system, now) == way
