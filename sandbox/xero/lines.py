"""Lines of a document: their ids, what items and accounts add to them, and their sums.

Xero gives the ids and takes the list whole: lines sent with an id are changed, lines without are new,
lines not sent are gone. Reports differ on the last; the switch `omitted_ids: duplicate` keeps them.
Tax is rounded on each line, then added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.world import Record
from sandbox.xero.books import ZERO, Books
from sandbox.xero.forms import Invalid

CENT = Decimal("0.01")
ONE = Decimal(1)
MONEY = ("Quantity", "UnitAmount", "LineAmount")
LARGEST = Decimal("9999999999.99")


@dataclass(frozen=True)
class Terms:
    """What a document says of all its lines."""

    side: str = "PurchaseDetails"  # where an item says its account and tax
    amounts: str = "Exclusive"
    places: int = 4  # of a unit price
    approved: bool = False  # an account is needed
    negative: bool = False  # whether the total may be below zero


def cents(value: Decimal) -> Decimal:
    """Rounded half up to two places."""
    return value.quantize(CENT, ROUND_HALF_UP)


def merged(books: Books, there: list[Record], sent: list[Record], terms: Terms) -> list[Record]:
    """The lines as they will be: old ones changed, new ones with an id, the rest gone or kept."""
    sent = [_rounded(line, terms.places) for line in sent]
    old = {line["LineItemID"]: line for line in there}
    found: list[Record] = []
    for line in sent:
        known = line.get("LineItemID")
        if known is None:
            found.append({**line, "LineItemID": books.world.fresh_uuid()})
        elif known in old:
            found.append(_changed(old[known], line))
        else:
            raise Invalid(f"The LineItemID {known} does not belong to this document")
    if books.world.switches.get("omitted_ids") == "duplicate":
        named = {line.get("LineItemID") for line in sent}
        found = [line for line in there if line["LineItemID"] not in named] + found
    return found


def _rounded(line: Record, places: int) -> Record:
    """A unit price as exact as the call allows."""
    unit = _number(line, "UnitAmount")
    if unit is None:
        return line
    return {**line, "UnitAmount": unit.quantize(ONE.scaleb(-places), ROUND_HALF_UP)}


def _changed(old: Record, line: Record) -> Record:
    """An old line with what was sent; its figures are worked out anew when one of them was sent."""
    kept = dict(old)
    if "Tracking" in line:
        before = {each["TrackingOptionID"] for each in old.get("Tracking") or []}
        marked = [{**t, "_there": t.get("TrackingOptionID") in before} for t in line["Tracking"] or []]
        line = {**line, "Tracking": marked}
    if any(name in line for name in MONEY):
        for name in (*MONEY, "TaxAmount"):
            kept.pop(name, None)
    elif "TaxType" in line:
        kept.pop("TaxAmount", None)
    return {**kept, **line}


def completed(books: Books, lines: list[Record], terms: Terms) -> tuple[list[Record], Record, list[str]]:
    """The lines with everything Xero adds, the document's sums, and warnings."""
    warnings: list[str] = []
    done = [_completed(books, line, terms, warnings) for line in lines]
    taxes = sum((line["TaxAmount"] for line in done), ZERO)
    amounts = sum((line["LineAmount"] for line in done), ZERO)
    net = amounts - taxes if terms.amounts == "Inclusive" else amounts
    total = net + taxes
    if total < 0 and not terms.negative:
        raise Invalid("The document total must be greater than or equal to zero")
    return done, {"SubTotal": cents(net), "TotalTax": cents(taxes), "Total": cents(total)}, warnings


def _completed(books: Books, line: Record, terms: Terms, warnings: list[str]) -> Record:
    line = {name: value for name, value in line.items() if value is not None}
    item = _item(books, line)
    details: Record = (item or {}).get(terms.side, {})
    line = {**_figures(line, details, terms), **_words(line, item, terms)}
    account = _account(books, line, details, terms, warnings)
    if account:
        line |= {"AccountCode": account["Code"], "AccountID": account["AccountID"]}
    line["TaxType"], line["TaxAmount"] = _tax(books, line, details, account, terms)
    line["Tracking"] = [_tracked(books, each, line) for each in line.get("Tracking") or []]
    return line


def _item(books: Books, line: Record) -> Record | None:
    code = line.get("ItemCode")
    item = books.item(code) if code else None
    if code and item is None:
        raise Invalid(f"Item code '{code}' is not valid")
    return item


def _words(line: Record, item: Record | None, terms: Terms) -> Record:
    standard = (item or {}).get("PurchaseDescription" if terms.side == "PurchaseDetails" else "Description")
    text = line.get("Description") or standard
    if not text:
        raise Invalid("Description is a required field")
    return {"Description": text}


def _figures(line: Record, details: Record, terms: Terms) -> Record:
    """Quantity, unit price and amount: two give the third, three must agree."""
    quantity, unit, amount = (_number(line, name) for name in MONEY)
    if quantity is not None and quantity < 0:
        raise Invalid("Quantity must not be less than zero")
    if unit is None and amount is None:
        unit = Decimal(details.get("UnitPrice", 0))
    if unit is None and amount is not None:
        quantity = ONE if quantity is None else quantity
        unit = (amount / quantity).quantize(ONE.scaleb(-terms.places), ROUND_HALF_UP) if quantity else ZERO
    elif quantity is None:
        quantity = (amount / unit).quantize(Decimal("0.0001")) if amount is not None and unit else ONE
    expected = cents((quantity or ZERO) * (unit or ZERO))
    if amount is not None and cents(amount) != expected and all(_number(line, n) is not None for n in MONEY):
        raise Invalid(
            f"The line total {cents(amount).normalize():f} does not match the expected line total "
            f"{expected.normalize():f}"
        )
    amount = expected if amount is None else cents(amount)
    if abs(amount) > LARGEST:
        raise Invalid(f"The line amount must be at most {LARGEST}")
    return {**line, "Quantity": quantity, "UnitAmount": unit, "LineAmount": amount}


def _number(line: Record, name: str) -> Decimal | None:
    return None if line.get(name) is None else Decimal(line[name])


def _account(books: Books, line: Record, details: Record, terms: Terms, warnings: list[str]) -> Record | None:
    code = line.get("AccountCode")
    account = books.account({"AccountID": line["AccountID"]}) if "AccountID" in line and not code else None
    account = account or (books.account(code) if code else None)
    if code and (account is None or account["Status"] != "ACTIVE"):
        text = f"Account code '{code}' has been removed as it does not match a recognised account."
        if terms.approved:
            raise Invalid(f"Account code '{code}' is not a valid code for this document.")
        warnings.append(text)
        line.pop("AccountCode")
        return None
    account = account or books.account(details.get("AccountCode"))
    if account is None and terms.approved:
        raise Invalid("Account must be valid.")
    return account


def _tax(
    books: Books, line: Record, details: Record, account: Record | None, terms: Terms
) -> tuple[str, Decimal]:
    if terms.amounts == "NoTax":
        return "NONE", ZERO.quantize(CENT)
    default = books.organisation().get("DefaultPurchasesTax", "NONE")
    known = line.get("TaxType") or details.get("TaxType") or (account or {}).get("TaxType") or default
    rate = books.of("TaxRates").get(known)
    if rate is None and known != "NONE":
        raise Invalid(f"The TaxType code '{known}' does not exist or cannot be used for this transaction.")
    if line.get("TaxAmount") is not None:
        return known, cents(Decimal(line["TaxAmount"]))
    share = Decimal((rate or {}).get("EffectiveRate", 0)) / 100
    amount: Decimal = line["LineAmount"]
    if terms.amounts == "Inclusive":
        return known, cents(amount - amount / (1 + share))
    return known, cents(amount * share)


def _tracked(books: Books, element: Record, line: Record) -> Record:
    """A line's tracking, by ids; an archived option stays only where it is already."""
    category = books.of("TrackingCategories").get(element.get("TrackingCategoryID", ""))
    options = {o["TrackingOptionID"]: o for o in (category or {}).get("Options", [])}
    option = options.get(element.get("TrackingOptionID", ""))
    if category is None or option is None:
        raise Invalid(f"The tracking option {element.get('TrackingOptionID')} does not exist")
    ids = {name: element[name] for name in ("TrackingCategoryID", "TrackingOptionID")}
    if option["Status"] != "ACTIVE" and not element.get("_there"):
        raise Invalid(f"The tracking option '{option['Name']}' is archived")
    return {**ids, "_there": True}


def shown(books: Books, line: Record, places: int = 4) -> Record:
    """A line as answers give it: tracking with today's names, the item beside its code."""
    categories = books.of("TrackingCategories")
    tracking = []
    for element in line.get("Tracking") or []:
        category: Record = categories.get(element["TrackingCategoryID"], {})
        options = {o["TrackingOptionID"]: o["Name"] for o in category.get("Options", [])}
        names = {"Name": category.get("Name"), "Option": options.get(element["TrackingOptionID"])}
        tracking.append({**names, **element})
    found: dict[str, Any] = {**line, "Tracking": tracking}
    if "UnitAmount" in line:
        found["UnitAmount"] = Decimal(line["UnitAmount"]).quantize(ONE.scaleb(-places), ROUND_HALF_UP)
    item = books.item(line.get("ItemCode")) if line.get("ItemCode") else None
    if item:
        found["Item"] = {name: item[name] for name in ("ItemID", "Code", "Name") if name in item}
    return found
