"""A new field needs no code: a line in a copied customer's overlay, read back from `map`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from engine.spec.home import home

ADDED = """
overlay: harbour
of: procore_xero.commitments
version: 1
add:
  AttentionTo:
    text: "Site office, {{ project.name }}"
    why: Deliveries without a site name go back.
"""

ORDER = {
    "id": 41,
    "number": "SC-9",
    "title": "Doors",
    "status": "Approved",
    "created_at": "2026-03-01T14:05:00Z",
    "vendor": {"id": 47},
    "project": {"id": 7, "name": "Harbour St"},
    "line_items": [
        {
            "id": 1,
            "description": "Doors",
            "quantity": "2.0",
            "unit_cost": "10.0",
            "amount": "20.0",
            "cost_code": {"full_code": "08-100"},
            "line_item_type": {"code": "M"},
        }
    ],
}
LINKS = {
    "companies": {"47": {"ContactID": "contact-47"}},
    "projects": {"7": {"TrackingOptionID": "option-7"}},
    "cost_codes": {'["08-100","M"]': {"ItemID": "item-1", "Code": "08-100.M"}},
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shipped specs with one more customer, a copy of demo's settings and no overlays."""
    for folder in ("mappings", "schemas"):
        shutil.copytree(home() / folder, tmp_path / folder)
    place = tmp_path / "mappings" / "customers" / "harbour"
    place.mkdir()
    settings = (home() / "mappings/customers/demo/settings.yaml").read_text(encoding="utf-8")
    (place / "settings.yaml").write_text(
        settings.replace("customer: demo", "customer: harbour"), encoding="utf-8"
    )
    (tmp_path / "order.json").write_text(json.dumps(ORDER), encoding="utf-8")
    (tmp_path / "links.json").write_text(json.dumps(LINKS), encoding="utf-8")
    return tmp_path


def mapped(project: Path) -> dict[str, object]:
    words = ["--root", str(project), "map", "harbour", "commitments"]
    words += ["--in", str(project / "order.json"), "--links", str(project / "links.json")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_a_line_of_yaml_is_a_new_field(project: Path) -> None:
    before = mapped(project)["record"]
    (project / "mappings/customers/harbour/commitments.yaml").write_text(ADDED, encoding="utf-8")
    after = mapped(project)["record"]
    assert isinstance(before, dict)
    assert after == {**before, "AttentionTo": "Site office, Harbour St"}


def test_a_misspelt_one_is_refused_with_its_place(project: Path) -> None:
    place = project / "mappings/customers/harbour/commitments.yaml"
    place.write_text(ADDED.replace("AttentionTo", "AtentionTo"), encoding="utf-8")
    result = CliRunner().invoke(main, ["--root", str(project), "check"])
    assert result.exit_code == 1
    assert "mappings/customers/harbour/commitments.yaml:6:3: error[E202]" in result.stdout
    assert "did you mean 'AttentionTo'?" in result.stdout


def test_a_template_in_the_settings_writes_the_number(project: Path) -> None:
    place = project / "mappings/customers/harbour/settings.yaml"
    own = '  purchase_order_number_text: "{{ project.name }} {{ number }}"\n'
    place.write_text(place.read_text(encoding="utf-8") + own, encoding="utf-8")
    record = mapped(project)["record"]
    assert isinstance(record, dict)
    assert record["PurchaseOrderNumber"] == "Harbour St SC-9"
