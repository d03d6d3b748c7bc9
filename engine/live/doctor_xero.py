"""What is looked at in Xero: the organisation and its plan, what documents need, items and their accounts.

The editions that are accepted are those of the page (`page.yaml`). Before: `doctor`. After: `doctor_items`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.live.doctor import FAIL, OK, WARN, NotHere, Patient
from engine.live.doctor_items import items
from engine.spec.node import Node

ORGANISATION = "the Xero organisation"
DAY_LEFT, MINUTE_LEFT = "x-daylimit-remaining", "x-minlimit-remaining"


def xero(patient: Patient) -> None:
    """Every check of Xero."""
    _tenant(patient)
    _organisation(patient)
    _edition(patient)
    _country(patient)
    _lock_dates(patient)
    _terms(patient)
    _tracking(patient)
    items(patient)
    _limits(patient)


def _tenant(patient: Patient) -> None:
    name, place = "Xero: tenant", "setting xero_tenant"
    with patient.check(name, place):
        found = {
            str(c["tenantId"]): str(c.get("tenantName")) for c in patient.ask("xero", "connections").body
        }
        wanted = str(patient.settings.get("xero_tenant") or "")
        there = ", ".join(f"{title} ({key})" for key, title in found.items()) or "none"
        if wanted and wanted not in found:
            text = f"this token does not open {wanted}; it opens {there}"
            patient.say(name, FAIL, text, "correct xero_tenant, or connect that organisation", place)
        elif not wanted and len(found) > 1:
            text = f"this token opens {len(found)} organisations: {there}"
            patient.say(name, FAIL, text, "say which one: set xero_tenant", place)
        elif not found:
            patient.say(
                name, FAIL, "this token opens no organisation", "connect the organisation again", place
            )
        else:
            mine = wanted or next(iter(found))
            others = [title for key, title in found.items() if key != mine]
            more = f"; the same token opens {', '.join(others)} too" if others else ""
            patient.known["the tenant"] = mine
            patient.say(name, OK, f"{found[mine]} ({mine}){more}")


def _organisation(patient: Patient) -> None:
    name = "Xero: organisation"
    with patient.check(name):
        patient.need("the tenant")
        answer = patient.ask("xero", "organisation.list")
        patient.known[ORGANISATION] = found = answer.body["Organisations"][0]
        patient.known["calls left"] = answer.headers
        patient.say(name, OK, str(found.get("Name")))


def _edition(patient: Patient) -> None:
    name = "Xero: edition"
    with patient.check(name):
        found = patient.need(ORGANISATION)
        plan, country = str(found.get("Class")), str(found.get("CountryCode"))
        verdict, edition = verdict_of(patient.connection.book.page, plan, country)
        said = f"{edition or 'class'} ({plan}) in {country}"
        fix = "the editions that are accepted: crosswalk page"
        if verdict == "allow":
            patient.say(name, OK, said)
        elif verdict == "warn":
            patient.say(name, WARN, f"{said}: a demo or trial organisation", "use it to try things out only")
        else:
            patient.say(name, FAIL, f"{said} is not accepted", fix, "Xero, Settings, Subscription")
        barred = _barred(patient)
        if barred:
            patient.say("Xero: actions", WARN, "the plan does not allow " + ", ".join(barred), fix)


def _barred(patient: Patient) -> list[str]:
    wanted = (
        "CreateDraftBill",
        "CreateApprovedBill",
        "CreateDraftPurchaseOrder",
        "TrackingCategories",
        "CreateContact",
    )
    found = patient.ask("xero", "actions").body["Actions"]
    return [a["Name"] for a in found if a.get("Status") != "ALLOWED" and a["Name"] in wanted]


def verdict_of(page: Node | None, plan: str, country: str) -> tuple[str, str]:
    """allow, warn or refuse for a class in a country, and the edition's name, by the page's table."""
    node = page.get("editions") if page is not None else None
    if node is None:
        return "allow", ""
    data = plain_node(node)
    for region in data["regions"]:
        for edition in region["editions"]:
            if country in region["countries"] and plan in edition["classes"]:
                return ("allow" if edition["supported"] else "refuse"), str(edition["name"])
    for other in data.get("others", ()):
        if plan in other.get("classes", ()):
            return str(other["verdict"]), ""
    return "refuse", ""


def plain_node(node: Node) -> Any:
    """A node as plain values."""
    if node.kind == "map":
        return {name: plain_node(value) for name, _, value in node.pairs()}
    if node.kind == "scalar":
        return node.value
    return [plain_node(item) for item in node.items]


def _country(patient: Patient) -> None:
    name = "Xero: country and currency"
    with patient.check(name, "settings region, base_currency"):
        found = patient.need(ORGANISATION)
        wrong = [
            f"{setting} says {patient.settings[setting]}, the organisation {found.get(member)}"
            for setting, member in (("region", "CountryCode"), ("base_currency", "BaseCurrency"))
            if patient.settings.get(setting) and patient.settings[setting] != found.get(member)
        ]
        if wrong:
            patient.say(
                name, FAIL, "; ".join(wrong), "correct the settings", "settings region, base_currency"
            )
        else:
            patient.say(name, OK, f"{found.get('CountryCode')}, {found.get('BaseCurrency')}")


def _lock_dates(patient: Patient) -> None:
    name = "Xero: lock dates"
    with patient.check(name):
        found = patient.need(ORGANISATION)
        told = []
        for label, member, setting in (
            ("period", "PeriodLockDate", "period_lock_date"),
            ("end of year", "EndOfYearLockDate", "end_of_year_lock_date"),
        ):
            day = _day(found.get(member))
            own = patient.settings.get(setting)
            if day or own:
                differs = f" (the setting says {own}; Xero's counts)" if own and str(own) != day else ""
                told.append(f"{label} {day or 'none'}{differs}")
        late = max((_day(found.get(m)) for m in ("PeriodLockDate", "EndOfYearLockDate")), default="")
        ahead = late > patient.connection.clock.now().date().isoformat()
        text = "; ".join(told) or "none"
        if ahead:
            patient.say(name, WARN, f"{text}: it is still to come", "approved documents of today are refused")
        else:
            patient.say(name, OK, text)


def _day(value: Any) -> str:
    text = str(value or "")
    if not text.startswith("/Date("):
        return text[:10]
    milliseconds = int(text[6:].rstrip(")/").split("+")[0])
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def _terms(patient: Patient) -> None:
    name = "Xero: payment terms"
    with patient.check(name, "Xero, Settings, Invoice settings"):
        found = patient.need(ORGANISATION)
        bills = (found.get("PaymentTerms") or {}).get("Bills") or {}
        days = patient.settings.get("due_days")
        if bills:
            patient.say(name, OK, f"bills are due {bills.get('Day')} {bills.get('Type')}")
        elif days is not None:
            patient.say(name, OK, f"none; due_days gives {days} days")
        else:
            text = "neither terms nor due_days: a bill without a payment date has no due date"
            patient.say(name, WARN, text, "set due_days, or default terms in Xero", "setting due_days")


def _tracking(patient: Patient) -> None:
    name, place = "Xero: tracking category", "setting tracking_category"
    with patient.check(name, place):
        patient.need("the tenant")
        rows = {str(r["TrackingCategoryID"]): r for r in patient.rows("xero", "tracking_option.list")}
        wanted = str(patient.settings.get("tracking_category") or "")
        there = ", ".join(
            f"{r.get('Name')} ({key})" for key, r in rows.items() if r.get("Status") == "ACTIVE"
        )
        found = rows.get(wanted)
        if found is None:
            text = f"there is no category {wanted}" if wanted else "no category is set"
            patient.say(
                name,
                FAIL,
                text,
                f"set tracking_category; there is {there or 'none: make one in Xero'}",
                place,
            )
            return
        if found.get("Status") != "ACTIVE":
            text = f"{found.get('Name')} is {found.get('Status')}"
            patient.say(name, FAIL, text, f"restore it in Xero, or choose another: {there or 'none'}", place)
            return
        used = sum(one.get("Status") == "ACTIVE" for one in found.get("Options") or ())
        limit = patient.settings.get("tracking_option_limit") or 0
        text = f"{found.get('Name')}: {used:,} of {limit:,} options"
        if limit and used >= limit * 0.9:
            fix = "archive options of finished projects in Xero"
            patient.say(name, FAIL if used >= limit else WARN, f"{text} are in use", fix, place)
        else:
            patient.say(name, OK, text)


def _limits(patient: Patient) -> None:
    name = "Xero: calls left today"
    with patient.check(name):
        if "calls left" not in patient.known:
            raise NotHere(ORGANISATION)
        left = patient.known["calls left"].get(DAY_LEFT, "")
        minute = patient.known["calls left"].get(MINUTE_LEFT, "")
        if not left.isdigit():
            patient.say(name, OK, "Xero does not say")
        elif int(left) < 500:
            patient.say(name, WARN, f"{int(left):,} calls", "a first sync may need more: begin tomorrow")
        else:
            more = f", and {int(minute):,} in this minute" if minute.isdigit() else ""
            patient.say(name, OK, f"{int(left):,}{more}")
