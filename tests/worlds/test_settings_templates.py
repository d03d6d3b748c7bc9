"""Numbers and references of any form: templates in the customer's file, which is read with the mappings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from engine.spec.home import home
from engine.workspace import Workspace
from tests.worlds import subcontract
from tests.worlds.people import Accountant, SiteOffice
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.scene import Scene
from tests.worlds.subcontract import COMPANY, comes

FIRST = 601501


@contextmanager
def by_file(sandbox: Sandbox, folder: Path, **settings: str) -> Iterator[Scene]:
    """The scene of a customer who has a file, in a project of his own."""
    for name in ("mappings", "schemas"):
        shutil.copytree(home() / name, folder / name)
    place = folder / "mappings" / "customers" / "story" / "settings.yaml"
    place.parent.mkdir()
    own: dict[str, Any] = {"customer": "story", "of": "procore_xero"}
    own["settings"] = subcontract.told(retainage_item="RETENTION", **settings)
    place.write_text(yaml.safe_dump(own), "utf-8")
    sandbox.load(subcontract.first_day())
    with connected(sandbox, folder / "ledger.db", Workspace(folder).customer("story")) as connection:
        subcontract.linked_by_hand(connection)
        yield Scene(sandbox, connection, Accountant(sandbox), SiteOffice(sandbox, COMPANY))


def test_templates_go_before_the_choices(sandbox: Sandbox, tmp_path: Path) -> None:
    order, bill = "{{ project.name }} {{ number }}", "{{ po }} / {{ invoice_number }}"
    choices = {"purchase_order_number": "project_and_number", "bill_reference": "invoice_number"}
    texts = {"purchase_order_number_text": order, "bill_reference_text": bill}
    with by_file(sandbox, tmp_path, **choices, **texts) as scene:
        comes(sandbox, "INV-501")
        scene.sync()
        (made,) = scene.books.all("PurchaseOrders")
        assert made["PurchaseOrderNumber"] == "Harbour St SC-1001"
        assert scene.books.bill_of(FIRST)["InvoiceNumber"] == "Harbour St SC-1001 / INV-501"
        assert scene.quiet()
