"""The two systems' own descriptions, as schemas to validate against.

Stands before every contract test: it finds the folder of contracts, hands out one operation or
component as a JSON Schema, and closes objects. The real systems ignore members they do not know, so
an open schema accepts a misspelt name; a closed one does not.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]

Schema = dict[str, Any]
Side = Literal["request", "response", "event"]

_ONE = ("items", "not", "if", "then", "else", "contains", "propertyNames")
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs")


def contracts_folder() -> Path:
    """Where the contracts are: `CROSSWALK_CONTRACTS`, else a folder beside the repository."""
    named = os.environ.get("CROSSWALK_CONTRACTS")
    return Path(named) if named else REPOSITORY.parent / "shared" / "contracts"


def missing_contracts() -> str | None:
    """Why contract tests cannot run here, or nothing if they can."""
    folder = contracts_folder()
    if (folder / "procore" / "index.json").is_file() and (folder / "xero_accounting.yaml").is_file():
        return None
    return f"no API contracts in {folder}: set CROSSWALK_CONTRACTS, or put them in ../shared/contracts"


def operation(name: str) -> dict[str, Any]:
    """One Procore contract file, by its operation; an ERP event goes by its request name too."""
    known = _operations()
    file = known.get(name) or known.get(f"erp_event_{name}")
    if file is None:
        raise KeyError(f"no operation or event {name!r} in {contracts_folder() / 'procore'}")
    contract: dict[str, Any] = _read_json(contracts_folder() / "procore" / file)
    return contract


def operation_schema(name: str, side: Side) -> Schema:
    """What an operation takes (`request`), answers (`response`), or what an event carries (`event`)."""
    contract = operation(name)
    if side == "event":
        found = contract.get("payload")
    elif side == "request":
        found = (contract.get("request") or {}).get("schema")
    else:
        answers = contract.get("responses") or {}
        found = next((answers[code] for code in sorted(answers) if code.startswith("2")), None)
    if not found:
        raise KeyError(f"{name} has no {side}")
    return dict(found)


def xero_document() -> dict[str, Any]:
    """The whole Xero description, read once."""
    document: dict[str, Any] = _read_yaml(contracts_folder() / "xero_accounting.yaml")
    return document


def xero_schema(component: str) -> Schema:
    """A Xero component as a schema that stands alone: its references lead to its own copy of the rest."""
    schemas = xero_document()["components"]["schemas"]
    if component not in schemas:
        raise KeyError(f"no Xero component {component!r}")
    return {"$ref": f"#/components/schemas/{component}", "components": {"schemas": schemas}}


def closed(schema: Any) -> Any:
    """A copy in which every object with named members refuses all others."""
    if not isinstance(schema, dict):
        return schema
    copy = {key: _closed_part(key, value) for key, value in schema.items()}
    if "properties" in copy and "patternProperties" not in copy:
        copy.setdefault("additionalProperties", False)
    return copy


def _closed_part(key: str, value: Any) -> Any:
    if key in _ONE or key == "additionalProperties":
        return closed(value)
    if key in _MANY:
        return [closed(part) for part in value]
    if key in _NAMED:
        return {name: closed(part) for name, part in value.items()}
    if key == "components":
        return {"schemas": {name: closed(part) for name, part in value["schemas"].items()}}
    return value


def _operations() -> dict[str, str]:
    index = _read_json(contracts_folder() / "procore" / "index.json")
    return {entry["operation"]: entry["file"] for entry in index["operations"]}


@cache
def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _read_yaml(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=loader)
