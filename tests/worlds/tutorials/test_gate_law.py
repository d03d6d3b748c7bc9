"""A law over the living gate: whatever people wish, and in whatever order, nothing stands in Xero unaccepted.

Random people use random verbs on random records, with runs between; afterwards every document our app made
has an acceptance before it, by somebody who may or by direct export while that was on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.approve import states
from engine.ledger import links
from engine.live import log
from engine.live.admission import WORKFLOW
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.gate import DIRECT, Gate
from engine.live.granting import switch_direct
from engine.live.sync import Sync
from tests.worlds.sandboxed import Sandbox, connected, desk_behind_the_gate
from tests.worlds.tutorials import records
from tests.worlds.tutorials.company import (
    ADMINISTRATOR,
    APPROVER,
    BOOKKEEPER,
    CONTROLLER,
    OFFICE,
    READER,
    Weeks,
    put_back,
)

STEPS = 10
PEOPLE = (OFFICE, OFFICE, OFFICE, APPROVER, APPROVER, CONTROLLER, BOOKKEEPER, READER, ADMINISTRATOR)
VERBS = (
    "send",
    "send",
    "send",
    "accept",
    "accept",
    "accept",
    "reject",
    "retrieve",
    "resend",
    "unlink",
    "reset",
)
KINDS = {
    "companies": tuple(records.COMPANIES),
    "commitments": tuple(records.CONTRACTS),
    "change_orders": tuple(records.CHANGES),
    "invoices": tuple(records.INVOICES),
}
MADE_BY_US = ("Contacts", "PurchaseOrders", "Invoices")
KEYS = {"Contacts": "ContactID", "PurchaseOrders": "PurchaseOrderID", "Invoices": "InvoiceID"}
MAY_ACCEPT = {APPROVER, CONTROLLER, DIRECT, WORKFLOW}


@contextmanager
def opened(sandbox: Sandbox, weeks: Weeks, folder: Path) -> Iterator[Connection]:
    """The company's connection, without a command line: many wishes, one process."""
    for company in put_back(sandbox, weeks, folder):
        with connected(sandbox, company.ledger, desk_behind_the_gate()) as connection:
            yield connection


def documents(sandbox: Sandbox) -> set[str]:
    """The ids of what stands in Xero."""
    return {str(one[KEYS[kind]]) for kind in MADE_BY_US for one in sandbox.of("xero", kind)}


def one_wish(connection: Connection, dice: random.Random) -> None:
    """Somebody wants something with some records of a kind; the gate may decline."""
    mapping = dice.choice(list(KINDS))
    names = [str(name) for name in dice.sample(KINDS[mapping], dice.randint(2, len(KINDS[mapping])))]
    who, verb = dice.choice(PEOPLE), dice.choice(VERBS)
    try:
        if dice.random() < 0.15:
            switch_direct(Gate(connection, who), mapping, dice.choice(log.MAY_BE_DIRECT))
        else:
            Gate(connection, who).act(verb, mapping, names, why=dice.choice(("", "not like this")))
    except Declined:
        return


def accepted_before_made(connection: Connection, mapping: str, source_id: str) -> bool:
    """Whether, each time a record was begun to be made, somebody who may had accepted it just before."""
    last = ""
    seen = False
    for entry in log.history(connection.ledger, mapping, source_id):
        if entry.what == states.ACCEPT:
            last = entry.who
        elif entry.what in (states.SENT, states.RESENT, states.TAKEN_BACK, states.REJECT, states.RESET):
            last = ""
        elif entry.what == states.STARTED:
            seen = True
            if last not in MAY_ACCEPT:
                return False
    return seen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_made_that_nobody_accepted(
    sandbox_process: Sandbox, weeks: Weeks, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    with opened(sandbox_process, weeks, tmp_path) as connection:
        before = documents(sandbox_process)
        for mapping, names in KINDS.items():
            Gate(connection, OFFICE).act("send", mapping, [str(name) for name in names])
            half = [str(name) for name in dice.sample(names, len(names) // 2)]
            Gate(connection, APPROVER).act("accept", mapping, half)
        for step in range(STEPS):
            one_wish(connection, dice)
            if step % 5 == 4:
                Sync(connection, KINDS).sync()
        Sync(connection, KINDS).sync()
        made = documents(sandbox_process) - before
        with connection.ledger.look() as tx:
            known = {one.target_id: one for one in links.all_of(connection.ledger, tx) if not one.parent}
        history = log.history(connection.ledger, "", "")
        started = {(one.mapping, one.source_id) for one in history if one.what == states.STARTED}
        assert made, "a law about nothing"
        assert [one for one in sorted(started) if not accepted_before_made(connection, *one)] == []
        linked = {(known[one].mapping, known[one].source_id) for one in made if one in known}
        assert linked <= started
