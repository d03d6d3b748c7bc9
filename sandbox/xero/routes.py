"""Every address of the Xero half."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from sandbox.calls import Handler, route
from sandbox.world import World
from sandbox.xero import (
    access,
    bank,
    contacts,
    credits,
    invoices,
    items,
    orders,
    payments,
    standing,
    tracking,
)
from sandbox.xero.keys import once

BASE = "/api.xro/2.0"


def routes(world: World) -> list[Route]:
    """The routes over a world: the doors, and the books behind the memory of idempotency keys."""
    doors = [route(world, path, method, handler) for method, path, handler in _DOORS]
    return doors + [route(world, BASE + path, method, each, once) for method, path, each in _books()]


_DOORS: list[tuple[str, str, Handler]] = [
    ("POST", "/identity/connect/token", access.token),
    ("GET", "/connections", access.connections),
    ("DELETE", "/connections/{id}", access.disconnect),
]


def _books() -> list[tuple[str, str, Handler]]:
    found: list[tuple[str, str, Handler]] = [
        ("GET", "/Organisation", standing.organisation),
        ("GET", "/Organisation/Actions", standing.actions),
        ("GET", "/Accounts", standing.accounts),
        ("GET", "/Accounts/{id}", standing.account),
        ("GET", "/TaxRates", standing.tax_rates),
        ("GET", "/Currencies", standing.currencies),
        ("DELETE", "/Items/{id}", items.delete),
        ("GET", "/TrackingCategories", tracking.several),
        ("PUT", "/TrackingCategories", tracking.create),
        ("GET", "/TrackingCategories/{id}", tracking.one),
        ("POST", "/TrackingCategories/{id}", tracking.change),
        ("PUT", "/TrackingCategories/{id}/Options", tracking.create_option),
        ("POST", "/TrackingCategories/{id}/Options/{option}", tracking.change_option),
        ("DELETE", "/TrackingCategories/{id}/Options/{option}", tracking.delete_option),
        ("PUT", "/CreditNotes/{id}/Allocations", credits.allocate),
        ("DELETE", "/CreditNotes/{id}/Allocations/{allocation}", credits.release),
        ("GET", "/Payments", payments.several),
        ("PUT", "/Payments", payments.create),
        ("POST", "/Payments", payments.create),
        ("GET", "/Payments/{id}", payments.one),
        ("POST", "/Payments/{id}", payments.delete),
        ("GET", "/{resource}/{id}/History", standing.notes),
        ("PUT", "/{resource}/{id}/History", standing.note),
    ]
    kinds: dict[str, Any] = {
        "Items": items,
        "Contacts": contacts,
        "PurchaseOrders": orders,
        "Invoices": invoices,
        "CreditNotes": credits,
        "BankTransactions": bank,
    }
    for name, module in kinds.items():
        found += [
            ("GET", f"/{name}", module.several),
            ("PUT", f"/{name}", module.create),
            ("POST", f"/{name}", module.change),
            ("GET", f"/{name}/{{id}}", module.one),
            ("POST", f"/{name}/{{id}}", module.change_one),
        ]
    return found
