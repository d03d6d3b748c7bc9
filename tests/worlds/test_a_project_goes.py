"""A project is deleted in Procore, or hidden from the connector: all else goes on, nothing of it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened, said
from tests.worlds.subcontract import CONTRACT, OPTION, PROJECT, VENDOR, comes


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def goes(scene: Scene) -> None:
    scene.sandbox.in_procore("DELETE", f"/records/projects/{PROJECT}")


def test_the_rest_of_the_company_is_synced_as_ever(scene: Scene) -> None:
    goes(scene)
    scene.edits("vendors", VENDOR, name="Ironbark Concrete Pty")
    report = scene.sync()
    assert said(report, "companies", VENDOR)[0] == "update"
    assert not of(report, "commitments"), "its order stands in Xero, and nobody touches it"
    kind, words = said(report, "projects", OPTION, back=True)
    assert (kind, "was deleted there" in words, "unlink it" in words) == ("drift", True, True)
    assert scene.quiet()


def test_what_was_held_back_is_not_sent_when_its_project_is_gone(scene: Scene) -> None:
    scene.sets(retainage_item=None)
    comes(scene.sandbox, "INV-501")
    assert said(scene.sync(), "invoices", 601501)[0] == "hold"
    goes(scene)
    scene.sets(retainage_item="RETENTION")
    scene.run(full=True)
    assert not scene.books.all("Invoices")


def test_a_project_that_comes_back_is_read_anew(scene: Scene) -> None:
    kept = scene.stored("projects", PROJECT)
    goes(scene)
    scene.sync()
    scene.sandbox.in_procore("PUT", f"/records/projects/{PROJECT}", kept)
    comes(scene.sandbox, "INV-501")
    report = scene.run(full=True)
    assert said(report, "commitments", CONTRACT)[0] == "same"
    assert said(report, "invoices", 601501)[0] == "create"
