"""Bills as Xero sends them, ten lines each and about 5 kB, one a line of a file; and their links."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from benchmarks import data

LINES = 10
ITEMS = [(code, kind) for code in data.CODES for kind in data.TYPES]


def write_bills(path: Path, count: int) -> None:
    """So many bills as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for index in range(count):
            file.write(json.dumps(bill(index)))
            file.write("\n")


def write_links(path: Path, bills: int) -> None:
    """Projects, items, the codes every project has; every fifth bill came from Procore."""
    found = {
        "projects": {
            str(520_000 + i): {"TrackingOptionID": data.option_id(520_000 + i), "Status": "ACTIVE"}
            for i in range(data.PROJECTS)
        },
        "cost_codes": {_key(*item): {"ItemID": "-".join(item), "Code": ".".join(item)} for item in ITEMS},
        "project_cost_codes": {
            _key(str(520_000 + i), code): {"id": i * 1_000 + n}
            for i in range(data.PROJECTS)
            for n, code in enumerate(data.CODES)
        },
        "cost_types": {kind: {"id": 4400 + ord(kind)} for kind in data.TYPES},
        "invoices": {str(660_000 + i): {"InvoiceID": bill_id(i)} for i in range(0, bills, 5)},
    }
    path.write_text(json.dumps(found), encoding="utf-8")


def _key(*parts: str) -> str:
    return json.dumps(parts, separators=(",", ":"))


def bill_id(index: int) -> str:
    """The id of a bill."""
    return f"b1000000-0000-4000-8000-{index:012}"


def bill(index: int) -> dict[str, Any]:
    """One bill."""
    chance = random.Random(data.SEED * 7 + index)
    lines = [_line(index, number, chance) for number in range(LINES)]
    total = round(sum(line["LineAmount"] for line in lines), 2)
    moment = 1_750_000_000_000 + 86_400_000 * (index % 270)
    company = 7_000 + index % data.VENDORS
    status = "DRAFT" if chance.random() < 0.05 else chance.choice(["AUTHORISED", "PAID"])
    return {
        "Type": "ACCPAY",
        "InvoiceID": bill_id(index),
        "InvoiceNumber": f"INV-{index:06}",
        "Reference": "",
        "Url": f"https://app.procore.com/520000/project/commitments/requisitions/{index}",
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": total,
        "AmountPaid": 0.0,
        "AmountCredited": 0.0,
        "CurrencyRate": 1.0,
        "IsDiscounted": False,
        "HasAttachments": False,
        "HasErrors": False,
        "Attachments": [],
        "InvoiceAddresses": [],
        "Contact": {
            "ContactID": data.contact_id(company),
            "Name": f"Vendor {company} Pty Ltd",
            "Addresses": [],
            "Phones": [],
            "ContactGroups": [],
            "ContactPersons": [],
            "HasValidationErrors": False,
        },
        "Date": f"/Date({moment}+0000)/",
        "DueDate": f"/Date({moment + 30 * 86_400_000}+0000)/",
        "BrandingThemeID": "00000000-0000-4000-8000-000000000001",
        "Status": status,
        "LineAmountTypes": "Exclusive",
        "LineItems": lines,
        "SubTotal": total,
        "TotalTax": round(total / 10, 2),
        "Total": round(total * 1.1, 2),
        "UpdatedDateUTC": f"/Date({moment}+0000)/",
        "CurrencyCode": "AUD",
    }


def _line(index: int, number: int, chance: random.Random) -> dict[str, Any]:
    code, kind = ITEMS[(index % 3_000 * 7 + number * 13) % len(ITEMS)]
    retained = number == LINES - 1 and index % 3 == 0
    amount = chance.randrange(100, 4_000_000) / 100
    project = 520_000 + index % data.PROJECTS
    return {
        "LineItemID": f"11000000-0000-4000-{number:04}-{index:012}",
        "Description": data.sentence(chance, 6),
        "Quantity": 1.0,
        "UnitAmount": -amount if retained else amount,
        "ItemCode": "RETENTION" if retained else f"{code}.{kind}",
        "Item": {"ItemID": f"17000000-0000-4000-8000-{number:012}", "Name": code, "Code": f"{code}.{kind}"},
        "AccountCode": "310",
        "AccountID": "ac000000-0000-4000-8000-000000000310",
        "TaxType": "INPUT",
        "TaxAmount": round(amount / 10, 2),
        "LineAmount": -amount if retained else amount,
        "Tracking": [
            {
                "Name": "Job",
                "Option": f"Project {project}",
                "TrackingCategoryID": data.CATEGORY,
                "TrackingOptionID": data.option_id(project),
            }
        ],
        "ValidationErrors": [],
    }
