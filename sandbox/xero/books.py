"""One organisation's books as one call sees them.

Records are never changed in place: `put` replaces, so that an all-or-nothing write can be taken back.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.answers import TEXT, Answer, Refused
from sandbox.calls import Call
from sandbox.sample import TENANT
from sandbox.world import Collections, Record, World
from sandbox.xero.access import bearer, data_of
from sandbox.xero.forms import Invalid, instant, wire
from sandbox.xero.webhooks import CATEGORIES, event

ZONES = {
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "EAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "EASTERNSTANDARDTIME": "America/New_York",
    "GMTSTANDARDTIME": "Europe/London",
}
LIVE = "AUTHORISED"
ZERO = Decimal(0)


class Books:
    """The collections of the organisation a call names, and who calls."""

    def __init__(self, world: World, data: Collections, app: str, exact: bool = True) -> None:
        self.world, self.data, self.app, self.exact = world, data, app, exact
        self._settled: dict[str, tuple[list[Record], list[Record]]] | None = None
        self._indexes: dict[tuple[str, str], dict[str, Record]] = {}
        self._suppliers: set[str] | None = None
        self._told = 0  # how much there was to tell before a write that may be taken back

    @classmethod
    def opened(cls, call: Call) -> Books:
        """The books for this call; refused when the token or the organisation is not in order."""
        known = bearer(call)
        accept = call.headers.get("accept", "")
        if "json" not in accept:
            text = "Xero answers XML unless asked for JSON, and the sandbox speaks JSON only: send Accept"
            raise Refused(Answer(406, text, media=TEXT))
        exact = call.first("unitdp") == "4"
        return cls(call.world, data_of(call, known), known["client"], exact)

    def of(self, collection: str) -> dict[str, Record]:
        """A collection, made when it is not there yet."""
        return self.data.setdefault(collection, {})

    def put(self, collection: str, key: str, record: Record, touch: bool = True) -> Record:
        """Keep a record in place of the one before."""
        if touch:
            record = {**record, "UpdatedDateUTC": instant(self.world.clock.now())}
            self._tell(collection, record[key])
        self._reindex(collection, self.of(collection).get(record[key], {}), record)
        self.of(collection)[record[key]] = record
        if collection in {"Payments", "CreditNotes"}:
            self._settled = None
        return record

    def _tell(self, collection: str, number: str) -> None:
        if collection in CATEGORIES:
            when = self.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
            new = number not in self.of(collection)
            self.world.tell("xero", event(self.tenant(), collection, number, when, new))

    def tenant(self) -> str:
        """Which organisation this is."""
        others = (name for name, data in self.world.tenants.items() if data is self.data)
        return next(others, TENANT)

    def kept(self) -> Collections:
        """Everything as it is now, to go back to."""
        self._told = len(self.world.news)
        return {name: dict(each) for name, each in self.data.items()}

    def back_to(self, kept: Collections) -> None:
        """Undo everything since `kept`."""
        self.data.clear()
        self.data.update(kept)
        del self.world.news[self._told :]
        self._settled = None
        self._indexes.clear()

    def by(self, collection: str, member: str, value: str | None) -> Record | None:
        """The first record with that value of a member, in any letters."""
        index = self._indexes.get((collection, member))
        if index is None:
            index = self._indexes[collection, member] = {}
            for record in self.of(collection).values():
                if record.get(member):
                    index.setdefault(str(record[member]).casefold(), record)
        return index.get(value.casefold()) if value else None

    def _reindex(self, collection: str, old: Record, record: Record) -> None:
        for (name, member), index in self._indexes.items():
            if name == collection:
                gone, value = str(old.get(member, "")).casefold(), str(record.get(member) or "").casefold()
                if gone in index and index[gone] is old:
                    del index[gone]
                if value:
                    index.setdefault(value, record)

    def supplier(self, contact: str) -> bool:
        """Whether there is a bill of that contact."""
        if self._suppliers is None:
            self._suppliers = {each["Contact"]["ContactID"] for each in self.of("Invoices").values()}
        return contact in self._suppliers

    # ------------------------------------------------------------------------------ what is known

    def organisation(self) -> Record:
        """The organisation itself."""
        return next(iter(self.of("Organisations").values()), {})

    def currency(self) -> str:
        """The base currency."""
        return str(self.organisation().get("BaseCurrency", "AUD"))

    def today(self) -> date:
        """The day in the organisation's zone."""
        zone = ZONES.get(self.organisation().get("Timezone", ""), "UTC")
        return self.world.clock.now().astimezone(ZoneInfo(zone)).date()

    def account(self, reference: Record | str | None) -> Record | None:
        """An account by its code, or by an object with its id or code."""
        if isinstance(reference, dict):
            by_id = self.of("Accounts").get(reference.get("AccountID", ""))
            return by_id or self.account(reference.get("Code"))
        return self.by("Accounts", "Code", reference)

    def item(self, reference: str | None) -> Record | None:
        """An item by its id or code."""
        return self.of("Items").get(reference or "") or self.by("Items", "Code", reference)

    def contact(self, reference: Record | None) -> Record | None:
        """A contact by an object with its id or number."""
        reference = reference or {}
        contacts = self.of("Contacts")
        if "ContactID" in reference:
            return contacts.get(reference["ContactID"])
        return self.by("Contacts", "ContactNumber", reference.get("ContactNumber"))

    def contact_of_document(self, reference: Record | None) -> Record:
        """The contact a document may be written for, as the document keeps it."""
        found = self.contact(reference)
        if found is None:
            raise Invalid("A Contact must be specified for this type of transaction")
        if found["ContactStatus"] != "ACTIVE":
            raise Invalid(
                "The contact with the specified contact details has been archived. The contact must be "
                "un-archived before creating new invoices or credit notes."
            )
        return {"ContactID": found["ContactID"]}

    def contact_shown(self, reference: Record | None) -> Record | None:
        """A document's contact as answers show it."""
        found = self.contact(reference)
        return {"ContactID": found["ContactID"], "Name": found["Name"]} if found else reference

    def refuse_locked(self, day: str | None) -> None:
        """Refuse a date on or before a lock date."""
        organisation = self.organisation()
        names = {"PeriodLockDate": "period lock date", "EndOfYearLockDate": "end of year lock date"}
        for member, name in names.items():
            lock = organisation.get(member)
            if lock and day and day <= lock[:10]:
                shown = datetime.fromisoformat(lock).strftime("%d-%b-%Y")
                raise Invalid(f"The document date cannot be before the {name}, currently set at {shown}")

    def refuse_currency(self, code: str | None) -> None:
        """Refuse a currency the organisation does not use."""
        if code and code != self.currency() and code not in self.of("Currencies"):
            raise Invalid(f"Organisation is not subscribed to currency {code}")

    def settled(self, invoice: str) -> tuple[list[Record], list[Record]]:
        """The live payments of an invoice, and the credit allocated to it."""
        if self._settled is None:
            table: dict[str, tuple[list[Record], list[Record]]] = {}
            for payment in self.of("Payments").values():
                if payment["Status"] == LIVE and "Invoice" in payment:
                    table.setdefault(payment["Invoice"]["InvoiceID"], ([], []))[0].append(payment)
            for note in self.of("CreditNotes").values():
                for each in note.get("Allocations", []):
                    shown = {name: note.get(name) for name in ("CreditNoteID", "CreditNoteNumber", "Total")}
                    shown |= {"Date": each["Date"], "AppliedAmount": each["Amount"]}
                    table.setdefault(each["Invoice"]["InvoiceID"], ([], []))[1].append(shown)
            self._settled = table
        return self._settled.get(invoice, ([], []))

    def open_amount(self, invoice: Record) -> Decimal:
        """What is left to pay of an invoice."""
        payments, credits = self.settled(invoice["InvoiceID"])
        paid = sum((Decimal(p["Amount"]) for p in payments), ZERO)
        return Decimal(invoice["Total"]) - paid - sum((Decimal(c["AppliedAmount"]) for c in credits), ZERO)

    # ------------------------------------------------------------------------------ answers

    def envelope(self, collection: str, records: list[Record], pages: Record | None = None) -> Answer:
        """200 with a list, in Xero's wrapping."""
        body: dict[str, Any] = {
            "Id": str(uuid.uuid4()),
            "Status": "OK",
            "ProviderName": "Crosswalk sandbox",
            "DateTimeUTC": instant(self.world.clock.now()),
        }
        if pages is not None:
            body["pagination"] = pages
        return Answer(200, wire({**body, collection: records}))
