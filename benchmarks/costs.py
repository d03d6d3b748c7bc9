"""Job costs of many bills: the engine over a file against `json` and a dict of Decimals, as processes.

As a process (`python -m benchmarks.costs reference FILE LINKS`) it is one of the two: the reference, or
the engine without its command line, as long as that has no `map`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bills import LINES, write_bills, write_links
from benchmarks.data import CATEGORY
from benchmarks.measure import ROOT, Child, Ratio, child, table, verdict

KEYS = ("job_origin_id", "cost_code_id", "line_item_type_id")
FIGURES = ("job_to_date_cost", "commitment_invoiced")
BASE_CURRENCY, RETAINAGE_ITEM = "AUD", "RETENTION"


def reference(bills: Path, links: Path) -> None:
    """Sums as a script would: every line through `json`, exact, into a dict."""
    known = json.loads(links.read_text("utf-8"))
    projects = {memory["TrackingOptionID"]: own for own, memory in known["projects"].items()}
    items = {memory["Code"]: json.loads(key) for key, memory in known["cost_codes"].items()}
    codes = {tuple(json.loads(key)): memory["id"] for key, memory in known["project_cost_codes"].items()}
    types = {code: memory["id"] for code, memory in known["cost_types"].items()}
    ours = {memory["InvoiceID"] for memory in known["invoices"].values()}
    totals: dict[tuple[Any, ...], Decimal] = {}
    invoiced: dict[tuple[Any, ...], Decimal] = {}
    for bill in _read(bills):
        if bill["Status"] not in ("AUTHORISED", "PAID") or bill["CurrencyCode"] != BASE_CURRENCY:
            continue
        for line in bill["LineItems"]:
            option = next(
                (t["TrackingOptionID"] for t in line["Tracking"] if t["TrackingCategoryID"] == CATEGORY), None
            )
            if line["ItemCode"] == RETAINAGE_ITEM or option not in projects or line["ItemCode"] not in items:
                continue
            code, kind = items[line["ItemCode"]]
            key = (option, codes[projects[option], code], types[kind])
            totals[key] = totals.get(key, Decimal(0)) + line["LineAmount"]
            if bill["InvoiceID"] in ours:
                invoiced[key] = invoiced.get(key, Decimal(0)) + line["LineAmount"]
    for key, total in totals.items():
        figures = dict(zip(FIGURES, (total, invoiced.get(key, Decimal(0))), strict=True))
        print(json.dumps(dict(zip(KEYS, map(str, key), strict=True)) | figures, default=str))


def _read(bills: Path) -> Iterator[dict[str, Any]]:
    with bills.open("rb") as file:
        for line in file:
            yield json.loads(line, parse_float=Decimal)


def engine(bills: Path, links: Path) -> None:
    """The engine over the same records, read by `json`."""
    from engine.workspace import Workspace

    desk = Workspace(ROOT).customer("demo")
    facts = desk.facts(json.loads(links.read_text("utf-8")))
    records = ({**bill, "id": bill["InvoiceID"], "number": bill["InvoiceNumber"]} for bill in _read(bills))
    for outcome in desk.mapper("job_costs").run(records, facts):
        if outcome.record is not None:
            print(json.dumps(outcome.record, default=str))


def has_map() -> bool:
    """Whether the command line can map already."""
    import importlib

    try:
        return "map" in importlib.import_module("cli").main.commands
    except ImportError:
        return False


def map_command(mapping: str, given: Path, links: Path) -> list[str | Path]:
    """The command line that maps a file."""
    script = Path(sys.executable).with_name("crosswalk")
    start: list[str | Path] = [script] if script.exists() else [sys.executable, ROOT / "cli.py"]
    return [*start, "map", "demo", mapping, "--in", given, "--links", links]


def sums(output: Path) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """The sums in a file of JSON lines, by their keys."""
    found = {}
    with output.open("rb") as file:
        for line in file:
            row = json.loads(line, parse_float=Decimal)
            row = row.get("record", row) if isinstance(row, dict) else None
            if row and KEYS[0] in row:
                figures = tuple(Decimal(str(row[name])) for name in FIGURES)
                found[tuple(str(row[name]) for name in KEYS)] = figures
    return found


class Costs:
    """Files of one size, and both processes over them."""

    def __init__(self, folder: Path, lines: int, links: Path):
        self.folder, self.lines, self.links = folder, lines, links
        self.bills = folder / f"bills_{lines}.ndjson"
        write_bills(self.bills, lines // LINES)
        self.pairs: list[tuple[Child, Child]] = []
        self.groups, self.equal = 0, True

    def run(self, pairs: int) -> None:
        """Both in turn."""
        ours, theirs = self.folder / "ours.out", self.folder / "reference.out"
        itself = [sys.executable, "-m", "benchmarks.costs"]
        command = map_command("job_costs", self.bills, self.links)
        if not has_map():
            command = [*itself, "engine", self.bills, self.links]
        for _ in range(pairs):
            one = child([*itself, "reference", self.bills, self.links], theirs)
            self.pairs.append((child(command, ours), one))
        wanted, found = sums(theirs), sums(ours)
        self.groups, self.equal = len(wanted), wanted == found
        self.bills.unlink()

    def row(self) -> list[object]:
        """A row of the table."""
        ratio = Ratio.of([ours.cpu / theirs.cpu for ours, theirs in self.pairs])
        ours, theirs = self.pairs[-1]
        each = [f"{self.lines:,}", f"{self.groups:,}", f"{ours.cpu:.1f}", f"{theirs.cpu:.1f}", ratio]
        return [*each, f"{ours.peak:.0f}", f"{theirs.peak:.0f}", self.equal]


def run(lines: int) -> None:
    """Two sizes, a tenth and the whole."""
    with TemporaryDirectory(prefix="crosswalk-bench-") as place:
        links = Path(place) / "links.json"
        write_links(links, lines // LINES)
        small = Costs(Path(place), lines // 10, links)
        small.run(3)
        large = Costs(Path(place), lines, links)
        large.run(1)
    how = "crosswalk map" if has_map() else "Mapper.run over json.loads (the command line has no `map` yet)"
    ratio = Ratio.of([a.cpu / b.cpu for a, b in large.pairs]).middle
    memory = large.pairs[-1][0].peak / small.pairs[-1][0].peak
    table(
        f"job costs of {lines:,} lines: {how}, against json + dict of Decimal",
        ["lines", "groups", "cpu s", "reference cpu s", "ratio", "peak MiB", "reference MiB", "equal sums"],
        [small.row(), large.row()],
        f"goal at most 0.55x: {ratio:.2f}x  {verdict(ratio <= 0.55)}",
        f"goal memory flat (at most 1.2x for ten times the lines): {memory:.2f}x  {verdict(memory <= 1.2)}",
    )


if __name__ == "__main__":
    {"reference": reference, "engine": engine}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
