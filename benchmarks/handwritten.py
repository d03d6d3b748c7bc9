"""Commitments as an engineer would map them by hand, for one customer's settings.

Plain dicts, local variables, everything that settings decide decided once. It reads the fields the
mapping reads, as strictly, and keeps the same limits; what it cannot bring to a good end (a missing
link, a field that is not what it should be) it leaves to the plain engine, which knows how to say it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from benchmarks.workload import Workload
from engine.compile.frame import Facts, key_parts
from engine.map.mapper import Mapper
from engine.map.outcome import READY, Outcome, Remark
from engine.vocabulary.functions import EXACT
from engine.vocabulary.transforms import plain, strip_markup
from engine.vocabulary.wire import decimal_of

ZERO, ONE, CENT, FOUR, LARGE = Decimal(0), Decimal(1), Decimal("0.01"), Decimal("0.0001"), Decimal(10) ** 13
NUMBER = re.compile(r"-?(?:\d{1,18})(?:\.\d{1,10})?\Z", re.ASCII).match
DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII).match


class Delegate(Exception):
    """This record needs explaining, or a form of a value that is rare."""


def number(raw: Any) -> Decimal:
    """An exact number; texts of digits are the rule, anything else is looked at closely."""
    if raw.__class__ is str and NUMBER(raw):
        return Decimal(raw)
    if raw is None:
        raise Delegate
    return decimal_of(raw)


def maybe(raw: Any) -> Decimal | None:
    """The same, where it may be missing."""
    if raw.__class__ is str and NUMBER(raw):
        return Decimal(raw)
    return None if raw is None else decimal_of(raw)


def identity(raw: Any) -> str:
    """An id as text."""
    if raw.__class__ is int:
        return str(raw)
    if raw.__class__ is str and raw:
        return raw  # type: ignore[no-any-return]
    raise Delegate


def words(raw: Any) -> str:
    """A text of people, without markup; "" if there is none."""
    if raw is None:
        return ""
    if raw.__class__ is not str:
        raise Delegate
    return strip_markup(raw) if "<" in raw or "&" in raw else raw.strip()


def day(raw: Any) -> date:
    """A calendar date in the usual form."""
    if raw.__class__ is str and DAY(raw):
        return date.fromisoformat(raw)
    raise Delegate


class Written:
    """What both have in common: settings, links by their parts, and the way out."""

    name: ClassVar[str]

    def __init__(self, work: Workload):
        facts, links = work.facts, work.facts.links
        self.mapper, self.facts = Mapper(work.flow, plain_only=True), facts
        settings = facts.settings
        self.settings, self.category = settings, settings["tracking_category"]
        self.base_currency, self.tax_by_code = settings["base_currency"], settings["tax_type_by_tax_code"]
        self.locks = [settings["period_lock_date"], settings["end_of_year_lock_date"]]
        self.companies, self.projects = links.data["companies"], links.data["projects"]
        self.items = {
            tuple(key_parts(key)): memory["Code"] for key, memory in links.data["cost_codes"].items()
        }
        lines = links.data[f"{self.name}.LineItems.work"]
        self.lines = {tuple(key_parts(key)): memory["LineItemID"] for key, memory in lines.items()}
        self.linked, self.wrote, self.typed = links.data[self.name], facts.wrote, facts.typed
        self.rules = {rule.name: rule for rule in work.flow.rules}
        self.one: Callable[[dict[str, Any]], Outcome]

    def run(self, records: Iterable[dict[str, Any]]) -> list[Outcome]:
        """The outcomes of records, in order."""
        found: list[Outcome] = []
        with localcontext(EXACT):
            for record in records:
                try:
                    found.append(self.one(record))
                except (Delegate, ValueError, KeyError, AttributeError, TypeError, OverflowError):
                    found += self.mapper.run([record], self.facts)
        return found

    def remark(self, name: str, kind: str, text: str) -> Remark:
        """A rule's remark about a record."""
        rule = self.rules[name]
        place = f"{rule.span.file}:{rule.span.line}"
        return Remark(kind, rule.code, text, "", None, "", rule.address, place, rule.note, rule.quiet)

    def contact(self, company: str) -> str:
        """The Xero contact of a company, unless it is archived."""
        memory = self.companies[company]
        if memory.get("ContactStatus") == "ARCHIVED":
            raise Delegate
        return identity(memory["ContactID"])

    def option(self, project: str) -> str:
        """The tracking option of a project, unless it is archived."""
        memory = self.projects[project]
        if memory.get("Status") == "ARCHIVED":
            raise Delegate
        return identity(memory["TrackingOptionID"])


def supported(settings: Facts, **wanted: Any) -> None:
    """Written for these settings and no others; says so rather than being wrong."""
    for name, value in wanted.items():
        if settings.settings.get(name) != value:
            raise ValueError(f"written by hand for {name}: {value}")


class Commitments(Written):
    """Commitments into purchase orders."""

    name = "commitments"

    def __init__(self, work: Workload):
        super().__init__(work)
        supported(
            work.facts,
            sync_commitments=True,
            purchase_order_number="commitment_number",
            purchase_order_number_text=None,
            other_currencies="refuse",
            purchase_order_status="DRAFT",
            tax_type_by_code={},
            tax_type_by_cost_type={},
            tax_type=None,
        )
        self.zone = ZoneInfo(self.settings["timezone"])
        self.one = self.order

    def order(self, record: dict[str, Any]) -> Outcome:
        """One purchase order."""
        own, number_, lines = identity(record["id"]), record["number"], record["line_items"]
        if record["status"] not in ("Approved", "Complete") or not lines or own in self.typed:
            raise Delegate
        if number_.__class__ is not str or not 0 < len(number_) <= 255:
            raise Delegate
        contact = self.contact(identity(record["vendor"]["id"]))
        currency = record.get("currency_configuration")
        if currency is not None:
            currency = currency.get("currency_iso_code")
            if currency and currency != self.base_currency:
                raise Delegate
        amounts = [number(line["amount"]) for line in lines]
        if sum(amounts, ZERO) < 0:
            raise Delegate
        made, remarks = self.made(record.get("created_at"), number_)
        order: dict[str, Any] = {"PurchaseOrderNumber": number_}
        new = own not in self.linked and own not in self.wrote
        if new and made is not None:
            order["Date"] = made
        order["Contact"] = {"ContactID": contact}
        self.texts(record, order)
        order["LineAmountTypes"] = self.settings["line_amount_types"]
        if new:
            order["Status"] = "DRAFT"
        option = self.option(identity(record["project"]["id"]))
        order["LineItems"], keys = self.rows(own, lines, amounts, option, record.get("accounting_method"))
        return Outcome("commitments", own, READY, order, [], remarks, {"LineItems": keys})

    def made(self, created: Any, number_: str) -> tuple[date | None, list[Remark]]:
        """The day it was made, and a warning if that day is locked."""
        if created is None:
            return None, []
        if created.startswith("/"):
            raise Delegate
        moment = datetime.fromisoformat(created)
        if moment.tzinfo is None:
            raise Delegate
        made = moment.astimezone(self.zone).date()
        for lock in self.locks:
            if lock is not None and made <= lock:
                text = (
                    f"Commitment {number_} was created on {made}, in a period that is locked in Xero."
                    " It goes as a DRAFT order; whoever approves it has to give it another date."
                )
                return made, [self.remark("locked-draft", "warning", text)]
        return made, []

    def texts(self, record: dict[str, Any], order: dict[str, Any]) -> None:
        """Reference and delivery instructions, where there are any."""
        title, ship_via = record.get("title"), record.get("ship_via")
        if title is not None and (title := title.strip()):
            if len(title) > 255:
                raise Delegate
            order["Reference"] = title
        if ship_via is not None and (ship_via := ship_via.strip()):
            order["DeliveryInstructions"] = ship_via if len(ship_via) <= 500 else ship_via[:500].rstrip()

    def rows(
        self, own: str, lines: list[dict[str, Any]], amounts: list[Decimal], option: str, method: Any
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """The order's lines with their keys."""
        items, known, category, taxes = self.items, self.lines, self.category, self.tax_by_code
        rows, keys = [], []
        for line, amount in zip(lines, amounts, strict=True):
            cost_code = line["cost_code"]
            code, kind = cost_code["full_code"], line["line_item_type"]["code"]
            budget = line.get("wbs_code")
            if not code or not kind or (budget is not None and budget.get("segment_items")):
                raise Delegate
            key, item = identity(line["id"]), items[code, kind]
            if len(item) > 30:
                raise Delegate
            description = words(line.get("description")) or words(cost_code.get("name")) or code
            quantity, price = maybe(line.get("quantity")), amount
            if quantity is None or not quantity:
                quantity = ONE
            else:
                price = maybe(line.get("unit_cost"))
                if quantity < 0 or price is None or (quantity * price).quantize(CENT) != amount:
                    if quantity < 0 or method == "unit":
                        uom = line.get("uom")
                        shown = "" if price is None else plain(price)
                        description = (
                            f"{description} ({plain(quantity)}{f' {uom}' if uom else ''} at {shown})"
                        )
                    quantity, price = ONE, amount
                elif quantity.quantize(FOUR) != quantity:
                    raise Delegate
            if price.quantize(FOUR) != price:
                raise Delegate
            row = {"LineItemID": known[own, key]} if (own, key) in known else {}
            row["ItemCode"] = item
            row["Description"] = description if len(description) <= 4000 else description[:4000].rstrip()
            row["Quantity"] = quantity
            row["UnitAmount"] = price
            tax_code = line.get("tax_code_id")
            if tax_code is not None and (tax := taxes.get(identity(tax_code))) is not None:
                row["TaxType"] = tax
            row["Tracking"] = [{"TrackingCategoryID": category, "TrackingOptionID": option}]
            rows.append(row)
            keys.append(f"work:{key}")
        return rows, keys
