"""Every member of every shape is where the systems' own descriptions say, in type, limit and value.

A wrong name in a shape is the worst kind of mistake here: both systems ignore what they do not know,
so the value would vanish without an error. The second half breaks shapes on purpose and demands that
each break is found.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.contract import closed as contracts
from tests.contract.shape_check import Schema, problems_of, shapes

SHAPES = shapes()
MISSING = contracts.missing_contracts()
needs_contracts = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")

EXPECTED = """
    procore.change_order procore.commitment procore.company procore.contract_payment procore.cost_code
    procore.cost_type procore.direct_cost procore.job_cost procore.project procore.project_cost_code
    procore.project_switch procore.requisition procore.wbs_code procore.wbs_segment
    xero.bill xero.contact xero.cost_document xero.credit_note xero.item xero.line_item xero.organisation
    xero.payment xero.purchase_order xero.spend_money xero.tracking_option
"""


# ------------------------------------------------------------------------- the shapes by themselves


def test_every_shape_is_there() -> None:
    assert sorted(SHAPES) == sorted(EXPECTED.split())


@pytest.mark.parametrize("shape_id", sorted(SHAPES))
def test_a_shape_holds_together(shape_id: str) -> None:
    shape = SHAPES[shape_id]
    completed = {"x-read": shape["x-read"]} if "x-read" in shape else {}
    assert _loose_ends(shape, shape_id) + _loose_read(completed, shape_id, shape["properties"]) == []


def _loose_ends(shape: Schema, path: str, identified: bool = True) -> list[str]:
    """Names inside a shape that lead nowhere."""
    described = SHAPES.get(shape["$ref"], {}) if "$ref" in shape else shape
    members = described.get("properties", {})
    found = [f"{path}: no member {name!r}" for name in _names_used(shape) if name not in members]
    found += [f"{path}: no title"] if "title" not in shape and identified else []
    for name, member in shape.get("properties", {}).items():
        found += _loose_ends(member, f"{path}.{name}")
        found += _loose_read(member, f"{path}.{name}", members)
        joined = member.get("x-joins", {}).get("of", ())
        found += [f"{path}.{name}: joins no {part!r}" for part in joined if part not in members]
    if "items" in shape:
        found += _loose_ends(shape["items"], f"{path}[]", identified=False)
        key = shape.get("x-keyed-by")
        found += [f"{path}: keyed by {key!r}"] if key and key not in shape["items"]["properties"] else []
    return found


def _names_used(shape: Schema) -> list[str]:
    identity = shape.get("x-identity", [])
    return ([identity] if isinstance(identity, str) else list(identity)) + list(shape.get("required", ()))


def _loose_read(member: Schema, path: str, siblings: Schema) -> list[str]:
    read = member.get("x-read")
    if read is None:
        return []
    if read["shape"] not in SHAPES:
        return [f"{path}: reads {read['shape']!r}, which is no shape"]
    other = SHAPES[read["shape"]]["properties"]
    mine = member.get("properties", siblings)
    found = [f"{path}: {read['shape']} has no {name!r}" for name in read.get("on", {}) if name not in other]
    found += [f"{path}: no {name!r} to read by" for name in read.get("on", {}).values() if name not in mine]
    taken = read.get("take")
    found += [f"{path}: {read['shape']} has no {taken!r}"] if taken and taken not in other else []
    copied = member if "properties" in member else {} if taken else member.get("items", {})
    return found + _unlike(copied.get("properties", {}), other, path, read["shape"])


def _unlike(mine: Schema, other: Schema, path: str, shape: str) -> list[str]:
    """What is completed from another shape has that shape's names and types."""
    found = []
    for name, member in mine.items():
        if name not in other:
            found.append(f"{path}.{name}: {shape} has no such member")
        elif any(member.get(word) != other[name].get(word) for word in ("type", "x-type")):
            found.append(f"{path}.{name}: of another type in {shape}")
        else:
            here, there = (part.get("items", part).get("properties", {}) for part in (member, other[name]))
            found += _unlike(here, there, f"{path}.{name}", shape)
    return found


# ----------------------------------------------------------------------- the shapes and the contracts


@needs_contracts
@pytest.mark.parametrize("shape_id", sorted(SHAPES))
def test_a_shape_agrees_with_the_contracts(shape_id: str) -> None:
    assert problems_of(SHAPES[shape_id], SHAPES) == []


Change = Callable[[Schema], Any]


def member(shape: Schema, path: str) -> Schema:
    """A member by its path; `[]` enters a list."""
    for name in path.split("."):
        shape = shape["properties"][name.removesuffix("[]")]
        shape = shape["items"] if name.endswith("[]") else shape
    return shape


def renamed(path: str, name: str) -> Change:
    def change(shape: Schema) -> None:
        owner, _, last = path.rpartition(".")
        members = (member(shape, owner) if owner else shape)["properties"]
        members[name] = members.pop(last)

    return change


def changed(path: str, **words: Any) -> Change:
    """A change of a member's keywords; `x_from` is `x-from`, and None takes the keyword away."""

    def change(shape: Schema) -> None:
        target = member(shape, path)
        for word, value in words.items():
            word = word.replace("x_", "x-")
            if value is None:
                target.pop(word)
            else:
                target[word] = value

    return change


def source_changed(source: str, **words: Any) -> Change:
    return lambda shape: shape["x-sources"][source].update(words)


BREAKS: list[tuple[str, Change, str]] = [
    # names
    ("procore.commitment", renamed("ship_via", "shipvia"), "has no such member"),
    ("procore.commitment", renamed("line_items[].unit_cost", "unit_price"), "has no such member"),
    ("procore.direct_cost", renamed("line_items[].unit_cost", "unitcost"), "has no such member"),
    ("xero.bill", renamed("DueDate", "DueOn"), "has no such member"),
    ("xero.contact", renamed("Addresses[].PostalCode", "Postcode"), "has no such member"),
    ("xero.line_item", renamed("Tracking[].TrackingOptionID", "OptionID"), "has no such member"),
    # sources
    ("procore.commitment", changed("ship_via", x_only=None), "show_work_order_contract has no such member"),
    ("procore.commitment", changed("title", x_only="show_work_order_contract"), "against x-only"),
    (
        "procore.commitment",
        changed("line_items", x_from={"event": "/commitment_lines"}),
        "has no such member",
    ),
    ("procore.change_order", changed("line_items[].amount", x_from=None), "has no such member"),
    ("procore.requisition", changed("id", x_from=None), "create_requisitions has no such member"),
    (
        "procore.requisition",
        changed("items[].balance_to_finish", x_only=None),
        "show_requisition has no such",
    ),
    ("procore.requisition", changed("payment_date", x_from=None), "create_requisitions has no such member"),
    ("procore.cost_code", source_changed("event", each="codes"), "has no such member"),
    ("procore.contract_payment", changed("contract_id", x_from={"writes": "contract_id"}), "no such member"),
    (
        "procore.contract_payment",
        changed("status", readOnly=False),
        "(writes): create_contract_payment has no",
    ),
    (
        "procore.direct_cost",
        changed("project_id", x_from={"rest": "project.id", "writes": "{job}"}),
        "no parameter",
    ),
    ("procore.job_cost", changed("direct_costs", x_computed=None), "has no such member"),
    (
        "xero.tracking_option",
        changed("CategoryName", x_from={"rest": "Name", "writes": None}, maxLength=9),
        "maxLength",
    ),
    (
        "xero.cost_document",
        changed("number", x_from={"bill": "InvoiceNumber", "spend_money": None}),
        "has no such",
    ),
    # types
    ("procore.commitment", changed("line_items[].amount", type="number"), "type ['number'], but rest gives"),
    ("procore.job_cost", changed("job_to_date_cost", type="string"), "written as string"),
    ("procore.direct_cost", changed("line_items[].amount", type=["string", "number"]), "written as string"),
    ("procore.change_order", changed("number", type="string"), "but event gives ['integer']"),
    ("procore.commitment", changed("created_at", x_type="date"), "a point in time"),
    ("procore.requisition", changed("billing_date", x_type="instant"), "a calendar date"),
    ("xero.payment", changed("Amount", x_type=None), "an exact number"),
    ("xero.bill", changed("LineItems", type="object"), "type ['object'], but rest gives ['array']"),
    # limits
    ("xero.item", changed("Code", maxLength=40), "maxLength 40, the contract has [30]"),
    ("xero.item", changed("Name", maxLength=None), "no maxLength, the contract has [50]"),
    ("xero.item", changed("Name", maxLength=49), "x-because"),
    ("xero.purchase_order", changed("DeliveryInstructions", x_because=None), "x-because"),
    ("xero.line_item", changed("Quantity", x_because=None), "minimum is not the contract's"),
    # values
    ("procore.commitment", changed("accounting_method", enum=["amount", "units"]), "enum lacks ['unit']"),
    ("xero.bill", changed("Status", enum=["DRAFT", "SUBMITTED", "AUTHORISED"]), "enum lacks"),
    (
        "xero.purchase_order",
        changed("LineAmountTypes", enum=["Exclusive", "Inclusive", "NoTax", "None"]),
        "enum has",
    ),
    (
        "procore.direct_cost",
        changed("direct_cost_type", x_because=None),
        "enum has ['subcontractor_invoice']",
    ),
    ("xero.purchase_order", changed("Reference", enum=["A"]), "the contract has none"),
    # who writes
    ("xero.bill", changed("Total", readOnly=False), "read only"),
    ("xero.spend_money", lambda shape: shape["required"].remove("BankAccount"), "BankAccount is required"),
    ("procore.job_cost", lambda shape: shape["required"].remove("cost_code_id"), "cost_code_id is required"),
]


@needs_contracts
@pytest.mark.parametrize(
    ("shape_id", "change", "expected"), BREAKS, ids=[f"{s}-{i}" for i, (s, _, _) in enumerate(BREAKS)]
)
def test_a_broken_shape_is_found_out(shape_id: str, change: Change, expected: str) -> None:
    broken = copy.deepcopy(SHAPES[shape_id])
    change(broken)
    found = problems_of(broken, {**SHAPES, shape_id: broken})
    assert any(expected in problem for problem in found), found or "nothing found"


def _paths(shape: Schema, before: str = "") -> Iterator[str]:
    for name, found in shape.get("properties", {}).items():
        yield before + name
        yield from _paths(found, f"{before}{name}.")
        yield from _paths(found.get("items", {}), f"{before}{name}[].")


def _own_place(found: Schema) -> bool:
    """Whether a member's name is ours alone: every source says elsewhere where it is, or it is made up."""
    return bool(found.get("x-computed") or "x-joins" in found or "x-from" in found)


@needs_contracts
@pytest.mark.parametrize("shape_id", sorted(SHAPES))
def test_every_member_misspelt_is_found_out(shape_id: str) -> None:
    silent = []
    for path in _paths(SHAPES[shape_id]):
        if _own_place(member(SHAPES[shape_id], path)):
            continue
        broken = copy.deepcopy(SHAPES[shape_id])
        renamed(path, path.rpartition(".")[2] + "_")(broken)
        if not problems_of(broken, SHAPES) and not _loose_ends(broken, shape_id):
            silent.append(path)
    assert silent == []


@needs_contracts
@pytest.mark.parametrize("shape_id", sorted(SHAPES))
def test_every_path_of_a_source_misspelt_is_found_out(shape_id: str) -> None:
    silent = []
    for path in _paths(SHAPES[shape_id]):
        for source, place in member(SHAPES[shape_id], path).get("x-from", {}).items():
            if place is None:
                continue
            broken = copy.deepcopy(SHAPES[shape_id])
            member(broken, path)["x-from"][source] = (
                place.rstrip("}") + "_" + ("}" if place[-1] == "}" else "")
            )
            if not problems_of(broken, SHAPES):
                silent.append(f"{path} from {source}")
    assert silent == []


@needs_contracts
@pytest.mark.parametrize(
    ("shape_id", "source", "words"),
    [
        ("procore.commitment", "rest", {"contract": "show_commitments"}),
        ("procore.company", "event", {"request": "create_company"}),
        ("xero.item", "rest", {"contract": "Product"}),
        ("xero.item", "rest", {"collection": "Products"}),
        ("xero.bill", "rest", {"collection": "CreditNotes"}),
    ],
)
def test_an_unknown_operation_is_found_out(shape_id: str, source: str, words: Schema) -> None:
    broken = copy.deepcopy(SHAPES[shape_id])
    broken["x-sources"][source].update(words)
    with pytest.raises(KeyError):
        problems_of(broken, SHAPES)


# ------------------------------------------------------------------------------- the closed schemas


@needs_contracts
def test_a_closed_request_refuses_a_misspelt_member() -> None:
    body = {"project_id": 1, "contract_id": 2, "contract_payment": {"amount": "1.00", "chek_number": "7"}}
    opened = contracts.operation_schema("create_contract_payment", "request")
    Draft202012Validator(opened).validate(body)
    assert not Draft202012Validator(contracts.closed(opened)).is_valid(body)
    del body["contract_payment"]["chek_number"]  # type: ignore[attr-defined]
    Draft202012Validator(contracts.closed(opened)).validate(body)


@needs_contracts
def test_a_closed_component_refuses_a_misspelt_member_deep_inside() -> None:
    closed = Draft202012Validator(contracts.closed(contracts.xero_schema("Invoice")))
    assert closed.is_valid({"Type": "ACCPAY", "LineItems": [{"ItemCode": "03-100.S"}]})
    assert not closed.is_valid({"Type": "ACCPAY", "LineItems": [{"Itemcode": "03-100.S"}]})


@needs_contracts
@pytest.mark.parametrize(
    ("name", "side"), [("sync_projects", "request"), ("show_project", "response"), ("create_vendor", "event")]
)
def test_every_side_of_an_operation_is_found(name: str, side: contracts.Side) -> None:
    assert contracts.operation_schema(name, side)


@needs_contracts
def test_what_an_operation_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="has no request"):
        contracts.operation_schema("show_project", "request")
