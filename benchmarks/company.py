"""A company of any size as a world for the sandbox, from a seed: both systems on the day before Crosswalk.

Records have the form of the sample's, whose first ones serve as patterns. One project in five was run in
Xero before: its tracking option is there, and so are the bills and bank transactions typed for it, which
are its costs; the other options, the contacts and all but a few items are left for Crosswalk to make.
"""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.sample import sample_world

Record = dict[str, Any]
SEED, COMPANY, LIST, LINES = 20260331, 8841, 1180, 12
CATEGORY = "ca000000-0000-4000-8000-000000000001"
LOCKED_UNTIL = date(2026, 1, 31)
TYPES = (("S", 4403), ("M", 4402))
STORED = 10  # one invoice in so many has materials on site
VENDOR, CONTACT = 700_000, "c0000000-0000-4000-8000-000000700000"  # whom Xero knows already
KNOWN_ITEMS = 4  # items that somebody typed into Xero before
SPENT = 4  # one typed document in so many left the bank account


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: `bills` are documents typed in Xero, bank transactions among them."""

    projects: int
    vendors: int
    codes: int
    commitments: int
    changes: int
    invoices: int
    bills: int

    @property
    def known(self) -> int:
        """Projects that have a tracking option already."""
        return max(1, self.projects // 5)

    @property
    def stored(self) -> int:
        """Invoices with stored materials."""
        return -(-self.invoices // STORED)

    @property
    def spent(self) -> int:
        """Bank transactions among what was typed."""
        return -(-self.bills // SPENT)


def world(size: Size) -> Record:
    """Both systems, as `python -m sandbox --load` takes them."""
    return _Company(size).world()


def project_id(index: int) -> int:
    """The Procore id of a project."""
    return 520_000 + index


def option_id(index: int) -> str:
    """The Xero id of a project's tracking option, where it is there already."""
    return f"0b000000-0000-4000-8000-{project_id(index):012}"


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def _money(value: Decimal) -> str:
    return str(_cents(value))


class _Company:
    def __init__(self, size: Size):
        self.size = size
        self.base = sample_world()
        self.procore, self.xero = self.base["procore"], self.base["xero"]
        self.pattern = {
            name: next(iter(self.procore[name].values()))
            for name in ("projects", "vendors", "work_order_contracts", "purchase_order_contracts")
        }
        self.pattern["change"] = next(iter(self.procore["change_order_packages"].values()))
        stored = [
            (record, item)
            for record in self.procore["requisitions"].values()
            for item in record["items"]
            if item["materials_presently_stored"] != "0.0"
        ]
        self.pattern["requisition"], self.pattern["item"] = stored[0]
        details = self.procore["requisition_details"][str(stored[0][0]["id"])]["detail"]
        self.pattern["detail"] = next(each for each in details if each["id"] == stored[0][1]["id"])
        self.pattern["known_item"] = next(iter(self.xero["Items"].values()))
        self.pattern["bill"] = next(iter(self.xero["Invoices"].values()))
        self.pattern["spent"] = next(iter(self.xero["BankTransactions"].values()))
        self.codes = [f"{1 + at // 40:02}-{100 + at % 40 * 10}" for at in range(-(-size.codes // len(TYPES)))]

    def world(self) -> Record:
        """Everything, in the order in which it refers to each other."""
        keep = ("companies", "_clients", "standard_cost_code_lists", "line_item_types", "tax_codes")
        procore: Record = {name: self.procore[name] for name in keep}
        procore |= {name: {} for name in ("contract_payments", "direct_costs")}
        procore["projects"] = _by_id(self._project(at) for at in range(self.size.projects))
        procore["vendors"] = _by_id(self._vendor(at) for at in range(self.size.vendors))
        procore["standard_cost_codes"] = _by_id(self._standard_codes())
        projects = range(self.size.projects)
        procore["cost_codes"] = _by_id(code for at in projects for code in self._project_codes(at))
        contracts = [self._contract(at) for at in range(self.size.commitments)]
        procore["work_order_contracts"] = _by_id(contracts[0::2])
        procore["purchase_order_contracts"] = _by_id(contracts[1::2])
        changes = [self._change(at, contracts) for at in range(self.size.changes)]
        procore["change_order_packages"] = _by_id(changes)
        invoices = [self._invoice(at, contracts) for at in range(self.size.invoices)]
        procore["requisitions"] = _by_id(invoices)
        procore["requisition_details"] = {
            str(each["id"]): {"id": each["id"], "detail": [self._detail(item) for item in each["items"]]}
            for each in invoices
        }
        return {"procore": procore, "xero": self._xero()}

    # ------------------------------------------------------------ Procore

    def _project(self, at: int) -> Record:
        number = f"26-{at:03}"
        name = f"Project {at:03} Wattle Street"
        more = {"id": project_id(at), "name": name, "project_number": number}
        more |= {"display_name": f"{number} - {name}", "_switch": True}
        return {**deepcopy(self.pattern["projects"]), **more}

    def _vendor(self, at: int) -> Record:
        name = f"Vendor {at:04} Pty Ltd"
        more = {"id": VENDOR + at, "name": name, "company": name, "email_address": f"v{at}@vendor.example"}
        more |= {"address": f"{at + 1} Stanley Wharf Road", "project_ids": []}
        return {**deepcopy(self.pattern["vendors"]), **more}

    def _standard_codes(self) -> list[Record]:
        rows, known = [], set()
        for at, code in enumerate(self.codes):
            division, _, own = code.partition("-")
            if division not in known:
                known.add(division)
                rows.append(_standard(600_000 + int(division), None, division, division))
            rows.append(_standard(610_000 + at, 600_000 + int(division), own, code))
        return rows

    def _project_codes(self, project: int) -> list[Record]:
        rows = [self._project_code(project, at) for at in range(len(self.codes))]
        divisions = dict.fromkeys(code[:2] for code in self.codes)
        heads = [self._code(project, int(d), d, d, None, 600_000 + int(d), []) for d in divisions]
        return [*heads, *rows]

    def _project_code(self, project: int, at: int) -> Record:
        division, _, own = self.codes[at].partition("-")
        kinds = [deepcopy(self.procore["line_item_types"][str(number)]) for _, number in TYPES]
        parent = {"id": _code_id(project, int(division))}
        return self._code(project, 100 + at, own, self.codes[at], parent, 610_000 + at, kinds)

    def _code(
        self,
        project: int,
        own: int,
        code: str,
        full: str,
        parent: Record | None,
        standard: int,
        kinds: list[Record],
    ) -> Record:
        made: Record = {"id": _code_id(project, own), "biller": f"Project {project:03} Wattle Street"}
        made |= {"biller_id": project_id(project), "biller_type": "Project", "biller_origin_id": None}
        made |= {"budgeted": True, "code": code, "full_code": full, "sortable_code": full}
        made |= {"created_at": "2026-01-12T00:05:00Z", "updated_at": "2026-01-12T00:05:00Z"}
        made |= {"deleted_at": None, "name": f"Work {full}", "origin_data": None, "origin_id": None}
        made |= {"parent": parent, "position": None, "standard_cost_code_id": standard}
        return {**made, "line_item_types": kinds}

    def _contract(self, at: int) -> Record:
        chance, project = random.Random(SEED + at), at % self.size.projects
        kind = "work_order_contracts" if at % 2 == 0 else "purchase_order_contracts"
        pattern, own = self.pattern[kind], 880_000 + at
        line = pattern["line_items"][0]
        holder = {"id": own, "holder_type": line["holder"]["holder_type"]}
        lines = [
            self._line(line, own * 100 + n, n, project, chance) | {"holder": holder} for n in range(LINES)
        ]
        vendor = at % self.size.vendors
        total = _money(sum((Decimal(each["amount"]) for each in lines), Decimal(0)))
        made: Record = {"id": own, "number": f"SC-{at:05}", "title": f"Package {at}", "status": "Approved"}
        made |= {"accounting_method": "amount", "project": self._named(project), "line_items": lines}
        made |= {
            "vendor": {
                "id": VENDOR + vendor,
                "company": f"Vendor {vendor:04} Pty Ltd",
                "origin_data": None,
                "origin_id": None,
            }
        }
        made |= dict.fromkeys(("grand_total", "revised_contract", "pending_revised_contract"), total)
        made |= {"approved_change_orders": "0.0", "updated_at": f"2026-02-{1 + at % 27:02}T03:00:00Z"}
        return {**deepcopy({k: v for k, v in pattern.items() if k != "line_items"}), **made}

    def _named(self, project: int) -> Record:
        return {"id": project_id(project), "name": f"Project {project:03} Wattle Street"}

    def _line(self, pattern: Record, own: int, number: int, project: int, chance: random.Random) -> Record:
        at, (kind, kind_id) = chance.randrange(len(self.codes)), chance.choice(TYPES)
        amount = str(Decimal(chance.randrange(1_000, 9_000_000)) / 100)
        made: Record = {"id": own, "position": number + 1, "description": f"Work of line {number + 1}"}
        made |= dict.fromkeys(
            ("amount", "total_amount", "extended_amount", "unit_cost"),
            amount,
        )
        made |= {"quantity": "0.0", "uom": None, "extended_type": "manual"}
        made |= {"cost_code": self._project_code(project, at)}
        made |= {"line_item_type": deepcopy(self.procore["line_item_types"][str(kind_id)])}
        flat = f"{self.codes[at]}.{kind}"
        made |= {"wbs_code": {"id": 7_100_000 + at, "flat_code": flat, "description": flat}}
        extra = {"project": self._named(project)} if "project" in pattern else {}
        return {**deepcopy(pattern), **made, **extra}

    def _change(self, at: int, contracts: list[Record]) -> Record:
        chance = random.Random(SEED * 2 + at)
        contract = contracts[at % len(contracts)]
        own, project = 930_000 + at, contract["project"]["id"] - project_id(0)
        line = self.pattern["change"]["line_items"][0]
        rows = [self._line(line, own * 100 + n, n, project, chance) for n in range(2)]
        for row in rows:
            row |= {"holder": {"id": own, "holder_type": "PotentialChangeOrder"}}
            row.pop("amount"), row.pop("extended_type")
            row["_commitment_line_item_id"] = None
        made: Record = {"id": own, "contract_id": contract["id"], "number": f"{1 + at // len(contracts):03}"}
        made |= {"title": f"Change {at}", "line_items": rows, "status": "approved"}
        made["grand_total"] = _money(sum((Decimal(row["total_amount"]) for row in rows), Decimal(0)))
        return {
            **deepcopy({k: v for k, v in self.pattern["change"].items() if k != "line_items"}),
            **made,
        }

    # ------------------------------------------------------------ invoices

    def _invoice(self, at: int, contracts: list[Record]) -> Record:
        chance, stored = random.Random(SEED * 3 + at), at % STORED == 0
        contract = contracts[at % len(contracts)]
        own = 6_600_000 + at
        lines = [line for line in contract["line_items"] if chance.random() < 0.8] or contract["line_items"]
        items = [
            self._item(own, number, line, chance, stored and number == 0) for number, line in enumerate(lines)
        ]
        day = LOCKED_UNTIL + timedelta(days=1 + chance.randrange(60))
        made: Record = {"id": own, "project_id": contract["project"]["id"], "commitment_id": contract["id"]}
        made |= {"billing_date": str(day), "payment_date": str(day + timedelta(days=20))}
        made |= {"commitment_type": contract["line_items"][0]["holder"]["holder_type"]}
        made |= {"contract_name": contract["title"], "vendor_name": contract["vendor"]["company"]}
        made |= {"vendor_id": contract["vendor"]["id"], "invoice_number": f"INV-{at:05}", "items": items}
        made |= {"number": 1 + at // len(contracts), "status": "approved", "submitted_at": str(day)}
        made |= {"created_at": f"{day}T01:30:00Z", "updated_at": f"{day}T05:45:00Z"}
        rest = {name: value for name, value in self.pattern["requisition"].items() if name != "items"}
        return {**deepcopy(rest), **made, "summary": self._summary(items)}

    def _summary(self, items: list[Record]) -> Record:
        def added(name: str) -> Decimal:
            return sum((Decimal(item[name]) for item in items), Decimal(0))

        done = added("total_completed_and_stored_to_date")
        held = added("work_completed_retainage_retained_this_period")
        held += added("materials_stored_retainage_currently_retained")
        zero = dict.fromkeys(self.pattern["requisition"]["summary"], "0.0")
        told = {"total_completed_and_stored_to_date": _money(done), "total_retainage": _money(held)}
        return {**zero, **told, "current_payment_due": _money(done - held), "formatted_period": ""}

    def _item(self, own: int, number: int, line: Record, chance: random.Random, stored: bool) -> Record:
        worked = Decimal(chance.randrange(1_000, 4_000_000)) / 100
        on_site = Decimal(chance.randrange(1_000, 90_000)) / 100 if stored else Decimal(0)
        held, kept = worked / 10, on_site / 10
        code, kind = line["cost_code"], line["line_item_type"]
        made: Record = dict.fromkeys(
            (name for name, v in self.pattern["item"].items() if isinstance(v, str) and v.endswith(".0")),
            "0.0",
        )
        segments = [("cost_code", code["code"], code["id"]), ("line_item_type", kind["code"], kind["id"])]
        wbs = {"segment_items": [{"id": i, "code": c, "segment_type": s} for s, c, i in segments]}
        made |= {"id": own * 100 + number, "line_item_id": line["id"], "wbs_code": line["wbs_code"] | wbs}
        made |= {"accounting_method": "amount", "position": number + 1, "cost_code_id": code["id"]}
        made |= {"description_of_work": line["description"], "scheduled_value": line["amount"], "uom": None}
        made |= {"work_completed_this_period": _money(worked), "materials_presently_stored": _money(on_site)}
        made["total_completed_and_stored_to_date"] = _money(worked + on_site)
        made["work_completed_retainage_retained_this_period"] = _money(held)
        made |= dict.fromkeys(
            ("materials_stored_retainage_currently_retained", "materials_stored_retainage_new_materials"),
            _money(kept),
        )
        return {**deepcopy(self.pattern["item"]), **made}

    def _detail(self, item: Record) -> Record:
        same = {name: item[name] for name in self.pattern["detail"] if name in item}
        zero = {
            name: "0.0"
            if isinstance(value, str) and name not in ("item_type", "description_of_work")
            else value
            for name, value in self.pattern["detail"].items()
        }
        work, kept = (
            Decimal(item["work_completed_retainage_retained_this_period"]),
            Decimal(item["materials_stored_retainage_currently_retained"]),
        )
        made = {**zero, **same, "item_number": item["position"]}
        made["work_completed_retainage_currently_retained"] = _money(work)
        made["materials_stored_retainage_currently_retained"] = _money(kept)
        made["materials_stored_retainage_retained_this_period"] = _money(kept)
        return {**made, "total_retainage_currently_retained": _money(work + kept)}

    # ------------------------------------------------------------ Xero

    def _xero(self) -> Record:
        xero = {name: self.xero[name] for name in ("Organisations", "Accounts", "TaxRates", "Currencies")}
        xero["_connections"] = self.xero["_connections"]
        category = deepcopy(self.xero["TrackingCategories"][CATEGORY])
        category["Options"] = [
            {
                "TrackingOptionID": option_id(at),
                "Name": self._project(at)["name"],
                "Status": "ACTIVE",
            }
            for at in range(self.size.known)
        ]
        xero["TrackingCategories"] = {CATEGORY: category}
        retention = next(i for i in self.xero["Items"].values() if i["Code"] == "RETENTION")
        items = [retention, *(self._known_item(at) for at in range(min(KNOWN_ITEMS, len(self.codes))))]
        xero["Items"] = {item["ItemID"]: item for item in items}
        contact = deepcopy(next(iter(self.xero["Contacts"].values())))
        contact |= {"ContactID": CONTACT, "Name": "Vendor 0000 Pty Ltd"}
        xero["Contacts"] = {contact["ContactID"]: contact}
        typed = [self._typed(at, contact) for at in range(self.size.bills)]
        spent = [each for each in typed if "BankTransactionID" in each]
        xero["BankTransactions"] = {each["BankTransactionID"]: each for each in spent}
        xero["Invoices"] = {each["InvoiceID"]: each for each in typed if "InvoiceID" in each}
        return xero | {name: {} for name in ("CreditNotes", "Payments", "PurchaseOrders")}

    def _known_item(self, at: int) -> Record:
        code = f"{self.codes[at]}.{TYPES[0][0]}"
        own: Record = {"ItemID": f"17000000-0000-4000-8000-{at:012}", "Code": code, "Name": f"Work {code}"}
        return {**deepcopy(self.pattern["known_item"]), **own}

    def _typed(self, at: int, contact: Record) -> Record:
        """A bill, or money spent, with three lines on a project that is there already."""
        chance, spent = random.Random(SEED * 5 + at), at % SPENT == 0
        pattern = self.pattern["spent" if spent else "bill"]
        rows = [self._typed_line(pattern, at, n, chance) for n in range(3)]
        net = sum((Decimal(row["LineAmount"]) for row in rows), Decimal(0))
        tax = sum((Decimal(row["TaxAmount"]) for row in rows), Decimal(0))
        day = LOCKED_UNTIL + timedelta(days=1 + chance.randrange(60))
        made: Record = {"Contact": {"ContactID": contact["ContactID"]}, "Date": str(day), "LineItems": rows}
        made |= {"SubTotal": _cents(net), "TotalTax": _cents(tax), "Total": _cents(net + tax)}
        made |= {"LineAmountTypes": "Exclusive", "UpdatedDateUTC": f"{day}T03:00:00Z"}
        if spent:
            own: Record = {"BankTransactionID": f"ba000000-0000-4000-8000-{at:012}", "Reference": f"EFT {at}"}
            return {**deepcopy(pattern), **made, **own}
        own = {"InvoiceID": f"b1000000-0000-4000-8000-{at:012}", "InvoiceNumber": f"HIRE-{at:05}"}
        own |= {"CreditNotes": [], "Payments": [], "AmountDue": made["Total"], "AmountCredited": Decimal(0)}
        return {**deepcopy(pattern), **made, **own, "DueDate": str(day + timedelta(days=30))}

    def _typed_line(self, pattern: Record, at: int, number: int, chance: random.Random) -> Record:
        amount = Decimal(chance.randrange(1_000, 500_000)) / 100
        code = f"{self.codes[chance.randrange(min(KNOWN_ITEMS, len(self.codes)))]}.{TYPES[0][0]}"
        line: Record = {"LineItemID": f"11000000-0000-4000-8000-{at * 10 + number:012}", "ItemCode": code}
        line |= {"Description": "Plant and delivery", "Quantity": Decimal(1), "UnitAmount": _cents(amount)}
        line |= {"LineAmount": _cents(amount), "TaxAmount": _cents(amount / 10)}
        option = {"TrackingCategoryID": CATEGORY, "TrackingOptionID": option_id(at % self.size.known)}
        return {**deepcopy(pattern["LineItems"][0]), **line, "Tracking": [option]}


def _standard(own: int, parent: int | None, code: str, full: str) -> Record:
    made: Record = {"id": own, "standard_cost_code_list_id": LIST, "parent_id": parent, "code": code}
    return {**made, "full_code": full, "name": f"Work {full}", "origin_data": None, "origin_id": None}


def _code_id(project: int, own: int) -> int:
    return 10_000_000 + project * 10_000 + own


def _by_id(records: Any) -> Record:
    return {str(each["id"]): each for each in records}
