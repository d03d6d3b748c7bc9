"""Calls of the closed set of functions, checked by number and kind of their arguments."""

from __future__ import annotations

from engine.check.scope import World
from engine.check.typed import ANY, BOOLEAN, NULL, Call, Const, Expr, Linked, Type, common
from engine.spec.model import Mapping
from engine.spec.problem import Span, did_you_mean, known_here
from engine.vocabulary.functions import FUNCTIONS, Function

IN_PATHS = (
    "sum",
    "length",
    "min",
    "max",
    "abs",
    "contains",
    "starts_with",
    "ends_with",
    "not_null",
    "join",
    "lower",
    "trim",
    "unique",
    "any",
    "linked",
    "today",
)


def call(world: World, name: str, span: Span, args: list[Expr], spans: list[Span]) -> Expr:
    """A checked call; on a mistake a null constant."""
    function = FUNCTIONS.get(name)
    if function is None or name not in IN_PATHS:
        world.problem(
            "E210",
            span,
            f"no function '{name}'",
            did_you_mean(name, IN_PATHS),
            known_here(IN_PATHS, 20),
            "arithmetic stands in `let`: add, minus, times, round, ratio …",
        )
        return Const(NULL, span, None)
    return checked(world, function, span, args, spans)


def checked(world: World, function: Function, span: Span, args: list[Expr], spans: list[Span]) -> Expr:
    """A call of a known function with its arguments' kinds checked."""
    wanted = len(function.takes)
    if len(args) < wanted or (len(args) > wanted and not function.many):
        count = f"{wanted} or more" if function.many else str(wanted)
        world.problem(
            "E210", span, f"{function.name} takes {count} argument(s), here are {len(args)}", "count them"
        )
        return Const(NULL, span, None)
    for index, (arg, place) in enumerate(zip(args, spans, strict=True)):
        accepted = function.takes[min(index, wanted - 1)]
        kind = "text" if arg.type.kind == "id" and "id" not in accepted else arg.type.kind
        if kind not in (*accepted, "null", "any"):
            world.problem(
                "E210",
                place,
                f"{function.name} cannot take {arg.type}",
                f"it takes {' or '.join(_words(accepted))}",
            )
            return Const(NULL, span, None)
    if not _alike(world, function, args, spans):
        return Const(NULL, span, None)
    if (
        any(arg.type.kind == "null" and isinstance(arg, Const) and arg.value is None for arg in args)
        and function.strict
    ):
        return Const(NULL, span, None)
    return Call(_result(function, args), span, function.name, tuple(args))


ADDED = ("decimal", "integer", "null", "any")


def _alike(world: World, function: Function, args: list[Expr], spans: list[Span]) -> bool:
    """Whether what is added up is a number, and what is put in order of one kind."""
    kinds = [_element(arg) for arg in args]
    if function.name == "sum" and kinds[0].kind not in ADDED:
        world.problem("E210", spans[0], f"sum cannot add up {kinds[0]}", "it takes a list of decimals")
        return False
    if function.name in ("min", "max"):
        for kind, place in zip(kinds[1:], spans[1:], strict=True):
            if ANY in (kinds[0], kind) or "any" in (kinds[0].kind, kind.kind):
                continue
            if common(kinds[0], kind) == ANY:
                world.problem("E210", place, f"{function.name} cannot put {kind} and {kinds[0]} in order")
                return False
    return True


def _element(arg: Expr) -> Type:
    return (arg.type.item or ANY) if arg.type.kind == "list" else arg.type


def _words(kinds: tuple[str, ...]) -> list[str]:
    return [str(Type(kind)) for kind in kinds]


def _result(function: Function, args: list[Expr]) -> Type:
    if function.gives == "list":
        return args[0].type
    if function.gives != "same":
        return Type(function.gives)
    first = next((a.type for a in args if a.type.kind != "null"), ANY)
    if first.kind == "list" and function.name in ("sum", "min", "max"):
        return first.item or ANY
    if first.kind == "integer" and any(a.type.kind == "decimal" for a in args):
        return Type("decimal")
    return first


def linked(world: World, span: Span, args: list[Expr], spans: list[Span]) -> Expr:
    """`linked('mapping', id…)`: whether that mapping knows a document for the id."""
    if len(args) < 2 or not isinstance(args[0], Const) or not isinstance(args[0].value, str):
        world.problem(
            "E210",
            span,
            "linked takes a mapping's name in quotes and an id",
            "such as linked('invoices', id)",
        )
        return Const(NULL, span, None)
    name = args[0].value
    via = world.known_via(name.partition(".")[0], spans[0])
    if via is None:
        return Const(NULL, span, None)
    back = isinstance(via, Mapping) and system(str(via.source.value)) != world.source.system
    return Linked(BOOLEAN, span, name, tuple(args[1:]), back)


def system(shape: str) -> str:
    """`xero` of `xero.bill`."""
    return shape.partition(".")[0]
