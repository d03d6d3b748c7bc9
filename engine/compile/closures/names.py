"""What an expression may name: constants, settings, the day, scopes, named values, shares."""

from __future__ import annotations

from typing import Any

from engine.check import typed as t
from engine.compile.closures.registry import Build, reads
from engine.compile.frame import Frame, Function, Stop
from engine.compile.places import Place, decoded, held
from engine.vocabulary.wire import DECODE


@reads(t.Const)
def constant(expr: t.Const, build: Build) -> Function:
    """The same value for every record."""
    value = expr.value
    return lambda frame, current: value


@reads(t.SettingOf)
def setting(expr: t.SettingOf, build: Build) -> Function:
    """What the customer has set."""
    name, required = expr.name, expr.required
    place, fix = Place(name, True), f"set {name} in the customer's settings.yaml"

    def read(frame: Frame, current: Any) -> Any:
        value = frame.facts.settings.get(name)
        if value is None and required:
            raise held("setting-missing", f"the setting {name} is not set", place, fix=fix)
        return value

    return read


@reads(t.Today)
def today(expr: t.Today, build: Build) -> Function:
    """The day of the run, which nobody guesses."""
    place = Place("today", True)

    def read(frame: Frame, current: Any) -> Any:
        if frame.facts.today is None:
            raise held("today-missing", "the day of the run is not given", place, fix="give --today")
        return frame.facts.today

    return read


@reads(t.Typed)
def typed(expr: t.Typed, build: Build) -> Function:
    """What the approver typed, decoded like a field."""
    name, decode = expr.name, DECODE[expr.type.kind]
    place = Place(f"typed.{name}", True)

    def read(frame: Frame, current: Any) -> Any:
        raw = frame.typed.get(name)
        return None if raw is None else decoded(raw, decode, place)

    return read


@reads(t.Current)
def element(expr: t.Current, build: Build) -> Function:
    """The element looked at."""
    return lambda frame, current: current


@reads(t.Root)
def root(expr: t.Root, build: Build) -> Function:
    """`record`, or `parent`: the element one frame up."""
    if expr.up == -1:
        return lambda frame, current: frame.record
    return lambda frame, current: _outer(frame).current


@reads(t.Result)
def result(expr: t.Result, build: Build) -> Function:
    """What has been mapped."""
    return lambda frame, current: frame.result


@reads(t.Named)
def named(expr: t.Named, build: Build) -> Function:
    """A name of the mapping's own."""
    name = expr.name
    return lambda frame, current: frame.names.get(name)


@reads(t.Let)
def let(expr: t.Let, build: Build) -> Function:
    """A named value, of this frame or one further out."""
    name, up = expr.name, expr.up

    def read(frame: Frame, current: Any) -> Any:
        for _ in range(up):
            frame = _outer(frame)
        return frame.let(name)

    return read


@reads(t.Share)
def share(expr: t.Share, build: Build) -> Function:
    """This document's part of an amount, or the stop that kept it from being computed."""
    name = expr.name

    def read(frame: Frame, current: Any) -> Any:
        value = frame.shares.get(name)
        if value.__class__ is Stop:
            raise value.again()
        return value

    return read


def _outer(frame: Frame) -> Frame:
    assert frame.parent is not None
    return frame.parent
