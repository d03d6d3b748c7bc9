"""The real mappings, opened once for all laws."""

from __future__ import annotations

from functools import cache

from engine.map.mapper import Mapper
from engine.workspace import Desk, Workspace


@cache
def workspace() -> Workspace:
    return Workspace()


@cache
def desk(customer: str = "") -> Desk:
    return workspace().customer(customer)


@cache
def mapper(name: str, back: bool = False, customer: str = "", plain_only: bool = False) -> Mapper:
    return Mapper(desk(customer).flow(name, back), plain_only)
