"""Subcontractor invoices as an engineer would map them by hand, for one customer's settings."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.handwritten import (
    CENT,
    FOUR,
    LARGE,
    NUMBER,
    ONE,
    ZERO,
    Delegate,
    Written,
    day,
    identity,
    maybe,
    number,
    supported,
    words,
)
from benchmarks.workload import Workload
from engine.map.outcome import READY, SKIPPED, Outcome
from engine.vocabulary.functions import due_date
from engine.vocabulary.transforms import plain


class Invoices(Written):
    """Subcontractor invoices into bills."""

    name = "invoices"

    def __init__(self, work: Workload):
        super().__init__(work)
        supported(
            work.facts,
            sync_commitments=True,
            bill_reference="by_commitments",
            bill_reference_text=None,
            other_currencies="refuse",
            bill_status="DRAFT",
            negative_invoices="total",
            invoice_line_money="this_period",
            retainage_lines="net",
            lock_dates="refuse",
            due_date_order="payment_date",
            deep_link=True,
            tax_type_by_code={},
            tax_type_by_cost_type={},
            tax_type=None,
            retainage_tax_type=None,
        )
        self.orders, self.retainage_item = (
            work.facts.links.data["commitments"],
            self.settings["retainage_item"],
        )
        head, dot, tail = self.retainage_item.rpartition(self.settings["code_delimiter"])
        if (dot and (head, tail) in self.items) or "xero" in self.settings["procore_url"].lower():
            raise ValueError("no invoice can go with these settings")
        self.delimiter, self.statuses = (
            self.settings["budget_code_delimiter"],
            self.settings["invoice_statuses"],
        )
        self.days, self.url = timedelta(days=self.settings["due_days"]), self.settings["procore_url"]
        self.one = self.bill

    def bill(self, record: dict[str, Any]) -> Outcome:
        """One bill, or why there is none."""
        own, shown, items = identity(record["id"]), record["invoice_number"], record["items"]
        status, vendor, billed = record.get("status"), record.get("vendor_id"), day(record["billing_date"])
        if (status and status not in self.statuses) or shown.__class__ is not str or not shown or not items:
            raise Delegate
        moneys, withheld, released = self.sums(items)
        if not withheld and not released and not any(moneys):
            text = (
                f"Every line of invoice {shown} is zero and no retainage moved: there is nothing to bill."
                " Nothing is made in Xero."
            )
            return Outcome(
                "invoices", own, SKIPPED, None, [], [self.remark("nothing-to-bill", "skipped", text)]
            )
        commitment = record.get("commitment") or {}
        order = self.orders[identity(record["commitment_id"])]
        if not vendor:
            vendor = (commitment.get("vendor") or {}).get("id") or order["vendor.id"]
        vendor = identity(vendor)
        contact = self.contact(vendor)
        currency = record.get("currency_configuration")
        if currency is not None and (currency := currency.get("currency_iso_code")) not in (
            None,
            "",
            self.base_currency,
        ):
            raise Delegate
        project = record.get("project_id")
        project = identity((commitment.get("project") or {}).get("id") if project is None else project)
        bill: dict[str, Any] = {}
        new = own not in self.linked and own not in self.wrote
        if new:
            bill["Type"] = "ACCPAY"
        bill["Contact"] = {"ContactID": contact}
        bill["Date"] = billed
        bill["DueDate"] = self.due(record.get("payment_date"), billed, vendor)
        bill["InvoiceNumber"] = order["PurchaseOrderNumber"]
        if len(bill["InvoiceNumber"]) > 255:
            raise Delegate
        if new:
            bill["Status"] = "DRAFT"
        bill["LineAmountTypes"] = self.settings["line_amount_types"]
        bill["Url"] = f"{self.url}/{project}/project/commitments/requisitions/{own}"
        option = self.option(project)
        bill["LineItems"], keys = self.rows(own, items, moneys, option)
        notes = ["reference-source"]
        if withheld or released:
            bill["LineItems"].append(self.retainage(withheld, released, option))
            keys.append("retainage")
            notes.append("retainage-item")
        return self.checked(record, bill, keys, notes, sum(moneys, ZERO) - withheld)

    def sums(self, items: list[dict[str, Any]]) -> tuple[list[Decimal], Decimal, Decimal]:
        """What each line comes to this period; retainage withheld and released, by the detail's balances."""
        is_number, exact = NUMBER, Decimal
        moneys, withheld, released = [], ZERO, ZERO
        for item in items:
            now, before = (
                item["total_retainage_currently_retained"],
                item["total_retainage_from_previous_application"],
            )
            withheld += exact(now) if is_number(now) else number(now)
            withheld -= exact(before) if is_number(before) else number(before)
            now = item["work_completed_retainage_released_this_period"]
            stored = item["materials_stored_retainage_released_this_period"]
            released += exact(now) if is_number(now) else number(now)
            released += exact(stored) if is_number(stored) else number(stored)
            now = item["total_completed_and_stored_to_date"]
            before = item["total_completed_and_stored_to_date_from_previous"]
            if not is_number(now) or not is_number(before):
                raise Delegate
            moneys.append(exact(now) - exact(before))
        return moneys, withheld, released

    def due(self, paid: Any, billed: date, vendor: str) -> date:
        """Payment date, else the contact's terms, else so many days."""
        if paid is not None and (paid := day(paid)) >= billed:
            return paid  # type: ignore[no-any-return]
        company = self.companies[vendor]
        days, kind = company.get("PaymentTerms.Bills.Day"), company.get("PaymentTerms.Bills.Type")
        if days is not None and days.__class__ is not int:
            raise Delegate
        return due_date(billed, days, kind) or billed + self.days

    def rows(
        self, own: str, lines: list[dict[str, Any]], moneys: list[Decimal], option: str
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """The bill's lines with their keys; lines of zero are left out."""
        items, known, category, dot = self.items, self.lines, self.category, self.delimiter
        rows: list[dict[str, Any]] = []
        keys: list[str] = []
        for line, money in zip(lines, moneys, strict=True):
            if not money:
                continue
            budget = line["wbs_code"]
            code, _, kind = budget["flat_code"].rpartition(dot)
            if (
                not code
                or not kind
                or line.get("cost_code_origin_id")
                or line.get("line_item_type_origin_id")
            ):
                raise Delegate
            for segment in budget.get("segment_items") or ():
                if segment["segment_type"] == "custom":
                    raise Delegate
            key, item = identity(line["id"]), items[code, kind]
            if len(item) > 30 or money.quantize(CENT) != money or abs(money) >= LARGE:
                raise Delegate
            description = words(line.get("description_of_work")) or words(line.get("line_item_description"))
            description = description or (budget.get("description") or "").strip() or code
            quantity, price = ONE, money
            if line.get("accounting_method") != "amount" and (
                done := maybe(line["work_completed_this_period_quantity"])
            ):
                each = maybe(line["scheduled_unit_price"])
                if done > 0 and each is not None and (done * each).quantize(CENT) == money:
                    if done.quantize(FOUR) != done or each.quantize(FOUR) != each:
                        raise Delegate
                    quantity, price = done, each
            row = {"LineItemID": known[own, key]} if (own, key) in known else {}
            row["ItemCode"] = item
            row["Description"] = description if len(description) <= 4000 else description[:4000].rstrip()
            row["Quantity"] = quantity
            row["UnitAmount"] = price
            row["LineAmount"] = money
            tax_code = line.get("tax_code_origin_id")
            if tax_code is not None and (tax := self.tax_by_code.get(identity(tax_code))) is not None:
                row["TaxType"] = tax
            row["Tracking"] = [{"TrackingCategoryID": category, "TrackingOptionID": option}]
            rows.append(row)
            keys.append(f"work:{key}")
        return rows, keys

    def retainage(self, withheld: Decimal, released: Decimal, option: str) -> dict[str, Any]:
        """Release less hold, on one line."""
        amount = -withheld if withheld else withheld
        if amount.quantize(CENT) != amount or abs(amount) >= LARGE:
            raise Delegate
        held = plain(withheld + released)
        return {
            "ItemCode": self.retainage_item,
            "Description": f"Retainage this period: {held} held, {plain(released)} released",
            "Quantity": ONE,
            "UnitAmount": amount,
            "LineAmount": amount,
            "Tracking": [{"TrackingCategoryID": self.category, "TrackingOptionID": option}],
        }

    def checked(
        self, record: dict[str, Any], bill: dict[str, Any], keys: list[str], notes: list[str], total: Decimal
    ) -> Outcome:
        """The bill with its warnings; none if it comes to less than zero."""
        own, shown, billed = str(record["id"]), record["invoice_number"], bill["Date"]
        remarks = []
        locks = [lock for lock in self.locks if lock is not None]
        if locks and billed <= max(locks):
            text = (
                f"Invoice {shown} is dated {billed}, and Xero is locked up to {max(locks)}."
                " It goes as a DRAFT bill; it cannot be approved under this date."
            )
            remarks.append(self.remark("locked-draft", "warning", text))
        if total < 0:
            text = (
                f"Invoice {shown} comes to {total:,f}, and invoices with negative values do not export."
                " It stays in `report reconcile` until a credit note typed in Xero is linked to it."
            )
            remarks.append(self.remark("negative-values", "skipped", text))
            return Outcome("invoices", own, SKIPPED, None, [*notes, "negative-values"], remarks)
        summary = record.get("summary") or {}
        due = maybe(summary.get("current_payment_due"))
        if due is not None:
            tax = maybe(summary.get("tax_applicable_to_this_payment"))
            due = due if tax is None else due - tax
            if due != total:
                text = (
                    f"Invoice {shown} comes to {total:,f}, yet Procore says {due:,f} is due before tax."
                    " Look at both before the bill is approved."
                )
                remarks.append(self.remark("total-differs", "warning", text))
        return Outcome("invoices", own, READY, bill, notes, remarks, {"LineItems": keys})
