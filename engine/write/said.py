"""What a run tells of an effect: the system, the kind of record there, and whose record it is."""

from __future__ import annotations

from engine.ledger.ops import Op
from engine.system.model import System

MOST = 3


def said(op: Op, system: System, text: str) -> str:
    """A sentence about an effect, with its place in front: Xero, Bills (INV-501): …"""
    labels = list(dict.fromkeys(str(one.extra.get("label") or one.source_id) for one in op.members))
    more = [f"{len(labels) - MOST} more"] if len(labels) > MOST else []
    return f"{system.place(op.call)} ({', '.join([*labels[:MOST], *more])}): {text}"
