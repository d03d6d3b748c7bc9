"""One run at a time for a customer; a stale worker cannot move anything when it wakes up."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from engine.ledger import links, owner
from engine.ledger.ledger import LEASE, LeaseLost, Ledger
from engine.ledger.links import Link
from engine.ledger.store import LedgerError, Store
from tests.ledger.conftest import Clock


def other(store: Store, clock: Clock, name: str = "there") -> Ledger:
    return Ledger(store, "demo", clock, owner=name)


def test_a_second_run_is_refused_while_the_first_lives(ledger: Ledger, store: Store, clock: Clock) -> None:
    with ledger.leased():
        with pytest.raises(LedgerError, match="another run is working for demo") as told:
            other(store, clock).leased().__enter__()
        assert "taken over after 2026-03-02T09:05" in told.value.fix
    with other(store, clock).leased():
        pass  # given back


def test_another_customer_is_not_held_up(ledger: Ledger, store: Store, clock: Clock) -> None:
    with ledger.leased(), Ledger(store, "other", clock).leased():
        pass


def test_every_owner_has_a_higher_number(ledger: Ledger, store: Store, clock: Clock) -> None:
    numbers = []
    for name in ("a", "b", "a"):
        one = other(store, clock, name)
        with one.leased():
            numbers.append(one.lease_no)
    assert numbers == [1, 2, 3]


def test_a_lease_that_ran_out_is_taken_over_and_the_stale_worker_refused(
    ledger: Ledger, store: Store, clock: Clock
) -> None:
    new = other(store, clock)
    with ledger.leased():
        clock.time += LEASE + timedelta(seconds=1)
        with new.leased():
            with pytest.raises(LeaseLost, match="has taken over demo"), ledger.begin() as tx:
                links.put(ledger, tx, [Link("companies", "1", "c-1", {})])
            with pytest.raises(LeaseLost):
                ledger.renew()
            with new.begin() as tx:
                assert links.all_of(new, tx) == []
    with new.leased():
        pass  # the stale one gave back nothing that was not its own


def test_the_stale_worker_does_not_give_back_what_is_not_its_own(
    ledger: Ledger, store: Store, clock: Clock
) -> None:
    new, third = other(store, clock), other(store, clock, "third")
    with new.leased():
        clock.time += 2 * LEASE
        with ledger.leased():
            new._give_back()
            with pytest.raises(LedgerError, match="another run"):
                third.leased().__enter__()


def test_renewing_keeps_it(ledger: Ledger, store: Store, clock: Clock) -> None:
    with ledger.leased():
        for _ in range(3):
            clock.time += LEASE - timedelta(seconds=1)
            ledger.renew()
        with pytest.raises(LedgerError, match="another run"):
            other(store, clock).leased().__enter__()


def test_the_lease_of_a_dead_process_of_this_machine_is_taken_at_once(store: Store, clock: Clock) -> None:
    program = "from engine.ledger.owner import me; print(me())"
    gone = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    dead = other(store, clock, gone.stdout.strip())
    dead._take()
    assert other(store, clock).holder() == "", "nobody works"
    heir = other(store, clock)
    with heir.leased():
        assert heir.lease_no == 2


def test_a_number_given_to_another_process_since_is_told_apart() -> None:
    me = owner.me()
    assert not owner.dead(me)
    host, pid, rest = me.split(":")
    began, space = rest.split("@")
    if began:
        assert owner.dead(f"{host}:{pid}:{int(began) - 1}@{space}")
    assert not owner.dead(f"{host}:{pid}:1@another space")  # a container of the same name: nobody can know
    assert not owner.dead(f"elsewhere:{pid}:1@{space}")
    assert not owner.dead("a name a test gave")


def test_a_clock_that_jumps_back_makes_no_second_owner(ledger: Ledger, store: Store, clock: Clock) -> None:
    with ledger.leased():
        clock.move(hours=-3)
        with pytest.raises(LedgerError, match="another run"):
            other(store, clock).leased().__enter__()
        ledger.renew()  # and with it the lease is of the time that is right now
        clock.time += LEASE + timedelta(seconds=1)
        with other(store, clock).leased():
            pass


def test_runs_and_events_are_written_down(ledger: Ledger) -> None:
    import sqlalchemy as sa

    with ledger.leased():
        ledger.run_begins("r1", "sync")
        with ledger.begin() as tx:
            ledger.note(tx, "anna", "linked", "companies", "1", "same tax number")
        ledger.run_ends("r1", "done", "{}")
    with ledger.look() as tx:
        run = tx.execute(sa.text("select verb, began, ended, outcome from run")).one()
        event = tx.execute(sa.text("select who, what, why from event")).one()
    assert run == ("sync", "2026-03-02T09:00:00.000000Z", "2026-03-02T09:00:00.000000Z", "done")
    assert event == ("anna", "linked", "same tax number")
