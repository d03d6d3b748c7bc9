"""Keys remembered for rows that cannot be told apart are the keys each row would have found itself."""

from __future__ import annotations

import copy
import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.bills import bill, write_links
from engine.compile.fold import folded
from engine.compile.source import write_flow
from engine.map.mapper import Mapper
from engine.workspace import Workspace
from tests.compile.damage import damaged

WORKSPACE = Workspace()
DESK = WORKSPACE.customer("demo")
MEMBERS = ("ItemCode", "Tracking", "LineAmount", "TaxType", "TaxAmount", "Description")


def documents() -> list[dict[str, Any]]:
    """Bills of ten lines on a few dozen projects; some are credit notes."""
    found = [json.loads(json.dumps(bill(index)), parse_float=Decimal) for index in range(0, 3_000, 10)]
    named = [{**one, "id": one["InvoiceID"], "number": one["InvoiceNumber"]} for one in found]
    return [one if index % 9 else {**one, "Type": "ACCPAYCREDIT"} for index, one in enumerate(named)]


def mixed(record: dict[str, Any], others: list[dict[str, Any]], rng: random.Random) -> dict[str, Any]:
    """A record with members of others: alike in one way, other in the next."""
    for line in record.get("LineItems") or ():
        other = rng.choice(rng.choice(others).get("LineItems") or [{}])
        for name in rng.sample(
            ("ItemCode", "Tracking", "LineAmount", "TaxType", "TaxAmount", "Description"), 2
        ):
            if name in other and isinstance(line, dict):
                line[name] = copy.deepcopy(other[name])
    for name in ("CurrencyCode", "LineAmountTypes", "Type", "Status"):
        if rng.random() < 0.1:
            record[name] = rng.choice(("USD", "AUD", "Inclusive", "NoTax", "ACCPAY", "SPEND", "PAID", None))
    return record


def test_the_flow_of_job_costs_remembers_keys() -> None:
    flow = folded(DESK.flow("job_costs"), DESK.facts().settings)
    assert "alike.get(" in write_flow(flow).text()[0]


def test_rows_remembered_and_rows_read_give_the_same(tmp_path: Path) -> None:
    write_links(tmp_path / "links.json", 1_000)
    facts = DESK.facts(json.loads((tmp_path / "links.json").read_text("utf-8")))
    flow, rng, sound = DESK.flow("job_costs"), random.Random(11), documents()
    again = [{**one, "id": f"again-{one['id']}"} for one in sound]
    other = [mixed(one, sound, rng) for one in copy.deepcopy(again)]
    broken = [made for one in sound[::3] for made in damaged([one], rng, 2)]
    for given in ([*sound, *again], rng.sample(other + broken, len(other + broken))):
        fast, plain = Mapper(flow), Mapper(flow, plain_only=True)
        assert repr(list(fast.run(given, facts))) == repr(list(plain.run(given, facts)))
        assert fast.fast.odd < len(given) / 2


def test_places_last_no_longer_than_the_sums_they_point_to(tmp_path: Path) -> None:
    """Two runs of one mapper with the same facts: the second counts anew."""
    write_links(tmp_path / "links.json", 1_000)
    facts = DESK.facts(json.loads((tmp_path / "links.json").read_text("utf-8")))
    mapper, given = Mapper(DESK.flow("job_costs")), documents()
    first = repr(list(mapper.run(given, facts)))
    assert repr(list(mapper.run(given, facts))) == first
    assert mapper.fast.odd == 0


def test_rows_of_other_inputs_meet_in_one_group(tmp_path: Path) -> None:
    """A currency that is not told is the base currency: other inputs, the same keys, one sum."""
    write_links(tmp_path / "links.json", 1_000)
    facts = DESK.facts(json.loads((tmp_path / "links.json").read_text("utf-8")))
    bills = documents()[:20]
    untold = [{**one, "id": f"untold-{one['id']}", "CurrencyCode": None} for one in bills]
    fast, plain = Mapper(DESK.flow("job_costs")), Mapper(DESK.flow("job_costs"), plain_only=True)
    assert repr(list(fast.run([*bills, *untold], facts))) == repr(list(plain.run([*bills, *untold], facts)))
    assert fast.fast.odd == 0


def test_amounts_of_every_size_add_up_alike(tmp_path: Path) -> None:
    """Whole, long, tiny, endless, nought: taken as they are or looked at again, the sums are the same."""
    write_links(tmp_path / "links.json", 1_000)
    facts = DESK.facts(json.loads((tmp_path / "links.json").read_text("utf-8")))
    amounts: list[Any] = [Decimal(text) for text in ("-0.00", "1E+2", "1E+18", "9" * 16 + ".99", "1E-11")]
    amounts += [Decimal(text) for text in ("9" * 19 + ".99", "0.00", "-0", "NaN", "Infinity", "-5.005")]
    amounts += [3, 10**18, "7.10", "x", None, True]
    given = []
    for one, amount in zip(documents(), amounts, strict=False):
        one["LineItems"][1]["LineAmount"] = amount
        given.append(one)
    fast, plain = Mapper(DESK.flow("job_costs")), Mapper(DESK.flow("job_costs"), plain_only=True)
    assert repr(list(fast.run(given, facts))) == repr(list(plain.run(given, facts)))
