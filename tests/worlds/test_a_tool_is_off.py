"""A tool is off in one project, so its list is refused: the others are synced as ever, and it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.live.sync import Report
from engine.plan.actions import Action
from engine.system.port import Unreachable
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened, said
from tests.worlds.subcontract import CONTRACT, PROJECT, VENDOR, comes

OTHER, INVOICE = 41002, 601501


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        made.another("projects", PROJECT, OTHER, name="Depot", display_name="Depot")
        made.sync()
        yield made


def refuses(scene: Scene, project: int | str, status: int = 403, path: str = "work_order_contracts") -> None:
    place = rf"{path}\?.*project_id={project}|projects/{project}/{path}"
    scene.sandbox.faults(
        {"kind": "html", "system": "procore", "method": "GET", "path": place, "status": status, "times": 0}
    )


def costs(report: Report, document: str) -> list[Action]:
    return [one for one in of(report, "job_cost_transactions") if document in one.source_id]


@pytest.mark.parametrize("status", [403, 404])
def test_all_other_projects_are_synced_as_ever(scene: Scene, status: int) -> None:
    refuses(scene, OTHER, status)
    scene.edits("vendors", VENDOR, name="Ironbark Concrete Pty")
    report = scene.run()
    assert said(report, "companies", VENDOR)[0] == "update"
    assert said(report, "commitments", CONTRACT)[0] == "same"


def test_the_list_is_told_once_with_its_project(scene: Scene) -> None:
    refuses(scene, OTHER)
    (told,) = [one for one in scene.run().plan.actions if one.code == "refused"]
    assert (told.kind, told.label) == ("bad", "project Depot")
    assert told.reason.startswith("Commitments in Procore cannot be read there, so nothing of them is sent")
    assert "switch the tool on in that project" in told.fix


def test_what_was_read_before_is_not_sent_until_it_can_be_looked_at(scene: Scene) -> None:
    scene.sets(retainage_item=None)
    comes(scene.sandbox, "INV-501")
    assert said(scene.sync(), "invoices", INVOICE)[0] == "hold"
    refuses(scene, PROJECT, path="requisitions")
    scene.sets(retainage_item="RETENTION")
    kind, words = said(scene.run(), "invoices", INVOICE)
    assert (kind, "nobody knows how this stands now" in words) == ("hold", True)
    scene.sandbox.faults()
    assert said(scene.sync(), "invoices", INVOICE)[0] == "create"


def test_nothing_is_written_into_a_project_whose_costs_cannot_be_looked_at(scene: Scene) -> None:
    scene.types("RM-1", "03-300.S", "100")
    scene.sync()
    refuses(scene, PROJECT, path="direct_costs")
    second = scene.types("RM-2", "03-300.S", "50")["InvoiceID"]
    assert [one.kind for one in costs(scene.run(), second)] == ["hold"]
    scene.sandbox.faults()
    assert [one.kind for one in costs(scene.sync(), second)] == ["create"]


def test_a_change_is_seen_once_the_tool_is_on_again(scene: Scene) -> None:
    refuses(scene, PROJECT)
    scene.edits("work_order_contracts", CONTRACT, title="Concrete, stage two")
    scene.run()
    scene.sandbox.faults()
    assert not [one for one in scene.sync().plan.actions if one.code == "refused"]
    assert scene.quiet()


def test_a_list_that_every_project_refuses_stops_the_run(scene: Scene) -> None:
    refuses(scene, r"\d+")
    with pytest.raises(Unreachable, match="may not do this"):
        scene.run()
