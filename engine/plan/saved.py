"""A plan as a file: exact, told by a digest of its content, and refused when its ground has moved.

Decimals, dates and instants are tagged, so that what is read is what was saved; the digest is over one
canonical form. Before: `build`. After: the commands `plan --out` and `apply`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from engine.map.outcome import Remark
from engine.plan.actions import Action, Candidate, Change, Plan

FORM = 1


class Tampered(ValueError):
    """A plan file that cannot be trusted; the text says what is wrong with it."""


# ---------------------------------------------------------------- exact values as JSON


def packed(value: Any) -> Any:
    """A value as plain JSON; what JSON has no word for is tagged."""
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        inner = {str(name): packed(one) for name, one in value.items()}
        return {"$map": inner} if any(name.startswith("$") for name in inner) else inner
    if isinstance(value, (list, tuple)):
        return [packed(one) for one in value]
    return value


def unpacked(value: Any) -> Any:
    """The value of its plain JSON."""
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        tag, inner = next(iter(value.items()))
        if tag == "$decimal":
            return Decimal(inner)
        if tag == "$instant":
            return datetime.fromisoformat(inner)
        if tag == "$date":
            return date.fromisoformat(inner)
        if tag == "$map":
            return {name: unpacked(one) for name, one in inner.items()}
    return {name: unpacked(one) for name, one in value.items()}


def hash_of(value: Any) -> str:
    """A value's digest: equal for equal values, whatever order their members came in."""
    text = json.dumps(
        packed(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# ---------------------------------------------------------------- plans


def _members(one: Any) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(one)}


def _action(action: Action) -> dict[str, Any]:
    found = _members(action)
    for name in ("changes", "remarks", "candidates"):
        found[name] = [_members(one) for one in found[name]]
    return {name: value for name, value in found.items() if value not in ([], {}, "", (), None, False)}


def content_of(plan: Plan) -> dict[str, Any]:
    """What the digest is taken of."""
    return {
        "customer": plan.customer,
        "grounds": dict(plan.grounds),
        "actions": [_action(action) for action in plan.actions],
    }


def digest_of(plan: Plan) -> str:
    """The plan's digest: the same for the same plan, whenever it was made."""
    return hash_of(content_of(plan))


def saved(plan: Plan) -> str:
    """The plan as the text of a file."""
    content = content_of(plan)
    told = {"plan": FORM, "digest": hash_of(content), "made_at": plan.made_at, "content": packed(content)}
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def opened(text: str) -> Plan:
    """The plan of a file's text; Tampered if it is none, or not the one that was saved."""
    try:
        told = json.loads(text)
        content = unpacked(told["content"])
        plan = Plan(
            content["customer"],
            [_opened(action) for action in content["actions"]],
            dict(content["grounds"]),
            told["made_at"],
        )
        digest, form = told["digest"], told["plan"]
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise Tampered(f"this is no plan that was saved here ({error.__class__.__name__})") from None
    if form != FORM:
        raise Tampered(f"a plan of form {form}; this program reads form {FORM}: plan again")
    if digest_of(plan) != digest:
        raise Tampered("the plan is not the one that was saved: its content has another digest. Plan again")
    return plan


def _opened(told: dict[str, Any]) -> Action:
    more = dict(told)
    more["needs"] = tuple((mapping, source_id) for mapping, source_id in more.get("needs", ()))
    more["changes"] = [Change(**one) for one in more.get("changes", ())]
    more["remarks"] = [Remark(**one) for one in more.get("remarks", ())]
    more["candidates"] = [Candidate(**one) for one in more.get("candidates", ())]
    more = {"back": False, "source_id": "", **more}
    return Action(**more)


# ---------------------------------------------------------------- grounds


def stale(before: Plan | Mapping[str, str], now: Plan | Mapping[str, str]) -> list[str]:
    """What has moved under a saved plan, in words; empty if it still stands."""
    old = before.grounds if isinstance(before, Plan) else before
    new = now.grounds if isinstance(now, Plan) else now
    moved = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return [_said(name, name in old, name in new) for name in moved]


def _said(name: str, was: bool, stays: bool) -> str:
    if was and not stays:
        return f"{name} is planned no more"
    if stays and not was:
        return f"{name} was not planned then"
    return f"the {name} changed"
