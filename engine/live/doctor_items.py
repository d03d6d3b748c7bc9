"""Items, accounts and taxes of Xero: whether a bill with them could be approved.

Before: `doctor_xero`. After: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.ledger import links
from engine.live.doctor import FAIL, OK, WARN, Patient

Rows = list[dict[str, Any]]
MOST = 5
EXPENSE = ("EXPENSE",)
SIDES = (
    ("expense", "PurchaseDetails", "IsPurchased", EXPENSE, "CanApplyToExpenses"),
    ("income", "SalesDetails", "IsSold", ("REVENUE",), "CanApplyToRevenue"),
)


def items(patient: Patient) -> None:
    """The retainage item, accounts that settings name, and every item's accounts and taxes."""
    for name, call in (("items", "item.list"), ("accounts", "accounts"), ("tax rates", "tax_rates")):
        with patient.check(f"Xero: {name}"):
            patient.need("the tenant")
            patient.known[f"Xero's {name}"] = patient.rows("xero", call)
    _accounts(patient)
    _retainage(patient)
    _items(patient)
    _taxes(patient)


def _accounts(patient: Patient) -> None:
    for setting, classes in (("expense_account", EXPENSE), ("income_account", ("REVENUE",))):
        name, place = f"Xero: {setting}", f"setting {setting}"
        with patient.check(name, place):
            accounts = _by(patient.need("Xero's accounts"), "Code")
            code = patient.settings.get(setting)
            if not code:
                fix = f"set {setting}, or give each item its account in Xero"
                patient.say(name, WARN, "not set: new items go out bare", fix, place)
                continue
            wrong = _wrong_account(accounts.get(str(code)), str(code), classes)
            if wrong:
                patient.say(name, FAIL, wrong, f"correct {setting}, or the account in Xero", place)
            else:
                patient.say(name, OK, f"{code} {accounts[str(code)].get('Name')}")


def _wrong_account(account: Mapping[str, Any] | None, code: str, classes: tuple[str, ...]) -> str:
    if account is None:
        return f"there is no account {code}"
    if account.get("Status") != "ACTIVE":
        return f"account {code} is {account.get('Status')}"
    if account.get("Class") not in classes:
        return f"account {code} {account.get('Name')} is of class {account.get('Class')}, not {classes[0]}"
    return ""


def _retainage(patient: Patient) -> None:
    name, place = "Xero: retainage item", "setting retainage_item"
    with patient.check(name, place):
        code = patient.settings.get("retainage_item")
        found = _by(patient.need("Xero's items"), "Code")
        if not code:
            fix = "make an item on a liability account in Xero, and set retainage_item"
            patient.say(name, WARN, "not set: an invoice with retainage is held", fix, place)
            return
        item = next((i for c, i in found.items() if c.casefold() == str(code).casefold()), None)
        if item is None:
            patient.say(
                name, FAIL, f"there is no item {code}", "make it in Xero, or correct the setting", place
            )
            return
        with patient.connection.ledger.look() as tx:
            synced = {one.target_id for one in links.all_of(patient.connection.ledger, tx, ["cost_codes"])}
        if item.get("ItemID") in synced:
            text = f"{code} is the item of a synced cost code"
            patient.say(name, FAIL, text, "choose an item that is no cost code", place)
            return
        account = str((item.get("PurchaseDetails") or {}).get("AccountCode") or "")
        accounts = _by(patient.need("Xero's accounts"), "Code")
        wrong = (
            _wrong_account(accounts.get(account), account, ("LIABILITY",)) if account else "it has no account"
        )
        if wrong:
            patient.say(
                name,
                WARN,
                f"{code}: {wrong}",
                "retention held is a liability: give it such an account",
                place,
            )
        else:
            patient.say(name, OK, f"{code}, on {account} {accounts[account].get('Name')}")


def _items(patient: Patient) -> None:
    """Accounts and taxes of the items, each cause once with the codes it strikes."""
    name, place = "Xero: accounts of items", "Xero, Products and services"
    with patient.check(name, place):
        mine: Rows = patient.need("Xero's items")
        accounts = _by(patient.need("Xero's accounts"), "Code")
        rates = _by(patient.need("Xero's tax rates"), "TaxType")
        wrong: dict[str, list[str]] = {}
        kept = str(patient.settings.get("retainage_item") or "").casefold()
        for item in mine:
            if str(item.get("Code")).casefold() != kept:
                for problem in _problems(item, accounts, rates):
                    wrong.setdefault(problem, []).append(str(item.get("Code")))
        for problem, codes in wrong.items():
            more = f" and {len(codes) - MOST:,} more" if len(codes) > MOST else ""
            text = f"{problem}: {', '.join(codes[:MOST])}{more}"
            patient.say(
                name, WARN, text, "mend the items in Xero; a bill with them cannot be approved", place
            )
        if not wrong:
            patient.say(name, OK, f"{len(mine):,} items")


def _problems(item: Mapping[str, Any], accounts: Mapping[str, Any], rates: Mapping[str, Any]) -> list[str]:
    found = []
    for side, member, flag, classes, tax_flag in SIDES:
        if item.get(flag) is False:
            if side == "expense":
                found.append("not purchased, so no bill can use it")
            continue
        details = item.get(member) or {}
        code, tax = str(details.get("AccountCode") or ""), details.get("TaxType")
        if not code:
            found += ["no expense account"] if side == "expense" else []
            continue
        if wrong := _wrong_account(accounts.get(code), code, classes):
            found.append(f"{side}: {wrong}")
        if tax and (rate := rates.get(str(tax))) is not None and rate.get(tax_flag) is False:
            found.append(f"{side}: tax {tax} is not for {side}")
        elif tax and str(tax) not in rates:
            found.append(f"{side}: there is no tax {tax}")
    return found


def _taxes(patient: Patient) -> None:
    """The tax types that settings name, and which tax the items bring where none is named."""
    name = "Xero: taxes"
    with patient.check(name):
        rates = _by(patient.need("Xero's tax rates"), "TaxType")
        wanted = {s: patient.settings.get(s) for s in ("tax_type", "retainage_tax_type")}
        for table in ("tax_type_by_tax_code", "tax_type_by_code", "tax_type_by_cost_type"):
            wanted |= {f"{table} {key}": tax for key, tax in (patient.settings.get(table) or {}).items()}
        bad = [
            f"{where} says {tax}, "
            + ("which is not active" if str(tax) in rates else "which is no tax there")
            for where, tax in wanted.items()
            if tax and (str(tax) not in rates or rates[str(tax)].get("Status") != "ACTIVE")
        ]
        counts: dict[str, int] = {}
        for item in patient.need("Xero's items"):
            tax = str((item.get("PurchaseDetails") or {}).get("TaxType") or "the account's")
            counts[tax] = counts.get(tax, 0) + 1
        does = ", ".join(f"{count:,} × {tax}" for tax, count in counts.items())
        if bad:
            patient.say(name, FAIL, "; ".join(bad), "correct the settings", "settings of tax")
        else:
            patient.say(name, OK, f"items bring {does}" if does else "no items yet")


def _by(rows: Rows, member: str) -> dict[str, dict[str, Any]]:
    return {str(row[member]): row for row in rows if row.get(member)}
