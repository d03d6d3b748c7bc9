"""Procore's half takes every member of a written record that Procore describes, and refuses every other one.

The real one ignores what it does not know, so a misspelt name would never be found there.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contract import closed as contracts
from tests.sandbox.procore_client import Procore
from tests.sandbox.test_procore_contract import MISSING, WRITES, procore

pytestmark = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")

__all__ = ["procore"]

UNKNOWN = re.compile(r'"(\w+)":\["is not a known attribute"\]')
RECORDS = [row for row in WRITES if row[0] not in ("oauth_token", "erp_create_connection")]


def described_members(operation: str, held: str) -> set[str]:
    """The members of a record, as an operation's description has them."""
    schema = contracts.operation_schema(operation, "request")["properties"][held]
    return set(schema.get("items", schema).get("properties", {}))


def holder(body: dict[str, Any]) -> str:
    """The member of a body that holds the record, or the records."""
    return next(name for name, value in body.items() if isinstance(value, dict | list))


@pytest.mark.parametrize(("operation", "path", "body", "query"), RECORDS, ids=[row[0] for row in RECORDS])
def test_no_member_but_those_described(
    procore: Procore, operation: str, path: str, body: Any, query: dict[str, Any]
) -> None:
    """Every member Procore describes is known here, and every other one is refused: both ways."""
    held = holder(body)
    own = described_members(operation, held)
    others = {name for row in RECORDS for name in described_members(row[0], holder(row[2]))} - own
    others -= {"id"} if held == "updates" else set()  # the guides find records by it in every sync

    def unknown(names: set[str]) -> set[str]:
        record = dict.fromkeys(sorted(names))
        whole = {**body, held: [record] if isinstance(body[held], list) else record}
        method = contracts.operation(operation)["method"]
        return set(UNKNOWN.findall(procore.send(method, path, whole, **query).text))

    assert unknown(own) == set()
    assert unknown(others) == others
