"""The Procore half of the sample company, as it stands before anything was synced.

The files under `mappings` show records that already carry marks; here every mark is gone, so that a first
sync finds a company as it is on the first day. What the files cannot tell (who may log in, which list is
the ERP's, the switch of each project) is added.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sandbox.answers import parse
from sandbox.world import Collections, Record

COMPANY = 8841
CLIENT = {"id": "crosswalk", "secret": "sandbox-secret"}
MARKS = ("origin_id", "origin_code", "origin_data", "biller_origin_id")

FILES = {
    "vendors": "companies",
    "line_item_types": "cost_types",
    "cost_codes": "project_cost_codes",
    "standard_cost_codes": "standard_cost_codes",
    "projects": "projects",
    "change_order_packages": "change_orders",
    "requisitions": "requisitions",
}
ONLY_ON_ORDERS = {"ship_via", "ship_to_address", "bill_to_address", "payment_terms", "delivery_date"}
SWITCHED_ON = {520101}  # projects whose job cost transactions are wanted


def procore_world(root: Path) -> Collections:
    """The sample's Procore; `root` is the folder that holds `mappings`."""
    return world_of(root / "mappings" / "procore_xero" / "sample", SWITCHED_ON)


def world_of(folder: Path, switched_on: Iterable[int] = ()) -> Collections:
    """A Procore from a folder with files like the sample's; files that are not there leave it empty."""
    world: Collections = {name: _by_id(_read(folder, file)) for name, file in FILES.items()}
    for kind in ("work_order_contracts", "purchase_order_contracts"):
        world[kind] = {}
    for contract in _read(folder, "commitments"):
        ordered = bool(ONLY_ON_ORDERS & set(contract))
        kind = "purchase_order_contracts" if ordered else "work_order_contracts"
        world[kind][str(contract["id"])] = contract
    world["requisition_details"] = {
        str(each["requisition_id"]): {"id": each["requisition_id"], "detail": each["detail"]}
        for each in _read(folder, "requisition_details")
    }
    for name in ("contract_payments", "direct_costs", "tax_codes"):
        world[name] = {}
    _add_what_no_file_tells(world, set(switched_on))
    _tell_changed_lines(world, folder)
    return world


def _read(folder: Path, name: str) -> list[Record]:
    path = folder / f"{name}.json"
    found: list[Record] = _unmarked(parse(path.read_bytes())) if path.is_file() else []
    return found


def _unmarked(value: Any) -> Any:
    """Without any mark of an accounting system, at any depth."""
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    if not isinstance(value, dict):
        return value
    gone = {"synced_to_erp": False, "erp_status": None}
    return {
        name: None if name in MARKS else gone[name] if name in gone else _unmarked(inner)
        for name, inner in value.items()
    }


def _by_id(records: list[Record]) -> dict[str, Record]:
    return {str(each["id"]): each for each in records}


def _add_what_no_file_tells(world: Collections, switched_on: set[int]) -> None:
    first = next((each["company"] for each in world["projects"].values()), {"id": COMPANY, "name": "Company"})
    codes = world["standard_cost_codes"].values()
    erp_list = next((each["standard_cost_code_list_id"] for each in codes), 1180)
    world["companies"] = {
        str(first["id"]): {
            **first,
            "is_active": True,
            "logo_url": None,
            "pcn_business_experience": None,
            "my_company": True,
            "_currency": "AUD",
            "_code_delimiter": ".",
        }
    }
    world["_clients"] = {CLIENT["id"]: {"secret": CLIENT["secret"]}}
    world["standard_cost_code_lists"] = {
        str(erp_list): {
            "id": erp_list,
            "name": "ERP",
            "is_erp_list": True,
            "available_to_use_on_new_projects": True,
        }
    }
    for project in world["projects"].values():
        project |= {
            "is_erp_integrated": True,
            "standard_cost_code_list_id": erp_list,
            "tz_name": project.get("time_zone"),
            "_switch": project["id"] in switched_on,
        }


def _tell_changed_lines(world: Collections, folder: Path) -> None:
    """Which line of the contract a line of a change order changes: only the ERP requests tell."""
    known: dict[int, int | None] = {}
    for path in sorted(folder.glob("events/*.json")):
        data = parse(path.read_bytes())["request_data"]
        for line in data.get("change_order_items", ()) if isinstance(data, dict) else ():
            known[line["id"]] = line["commitment_line_item_id"]
    for change in world["change_order_packages"].values():
        for line in change["line_items"]:
            line["_commitment_line_item_id"] = known.get(line["id"])
