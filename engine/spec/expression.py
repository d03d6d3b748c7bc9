"""JMESPath with the place of every name.

The grammar is jmespath's own; its parser keeps no positions, so the two methods that make names
and calls are overridden to note them (two names with a leading underscore: one test fails loudly
if a new release moves them). The result is this module's own small tree, so that nothing else
depends on jmespath. Before: `source`. After: `check/resolve` gives every node a type.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jmespath import ast, exceptions, parser

NOT_BINDS = 8  # looser than every path operator, tighter than comparisons


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A node of a parsed expression: what it is, its value, its children, where it starts."""

    kind: str
    value: Any
    children: tuple[Tree, ...]
    at: int
    length: int


@dataclass(frozen=True, slots=True)
class SyntaxMistake(Exception):
    """The expression is not JMESPath: what and where."""

    text: str
    at: int
    length: int = 1


class _Parser(parser.Parser):  # type: ignore[misc]
    """jmespath's parser, keeping the start of names, literals and calls."""

    def _token_nud_unquoted_identifier(self, token: dict[str, Any]) -> dict[str, Any]:
        return _placed(super()._token_nud_unquoted_identifier(token), token)

    def _token_nud_quoted_identifier(self, token: dict[str, Any]) -> dict[str, Any]:
        return _placed(super()._token_nud_quoted_identifier(token), token)

    def _token_nud_literal(self, token: dict[str, Any]) -> dict[str, Any]:
        return _placed(super()._token_nud_literal(token), token)

    def _token_nud_not(self, token: dict[str, Any]) -> dict[str, Any]:
        # jmespath binds ! tighter than the dot, so that !a.b would mean (!a).b; nobody means that
        node: dict[str, Any] = ast.not_expression(self._expression(NOT_BINDS))
        return node

    def _token_led_lparen(self, left: dict[str, Any]) -> dict[str, Any]:
        node: dict[str, Any] = super()._token_led_lparen(left)
        node["at"], node["length"] = left.get("at", 0), left.get("length", 1)
        return node


def _placed(node: dict[str, Any], token: dict[str, Any]) -> dict[str, Any]:
    node["at"] = token["start"]
    node["length"] = max(1, token["end"] - token["start"])
    return node


@lru_cache(maxsize=4096)  # every customer's book holds the base's expressions again
def parse(text: str) -> Tree:
    """The expression as a tree. Raises SyntaxMistake with the offset in `text`."""
    if not text.strip():
        raise SyntaxMistake("the expression is empty", 0)
    try:
        return _tree(_Parser()._parse(text).parsed)
    except exceptions.IncompleteExpressionError:
        raise SyntaxMistake("the expression ends too early", max(0, len(text) - 1)) from None
    except exceptions.LexerError as error:
        raise SyntaxMistake(error.message, error.lex_position) from None
    except exceptions.ParseError as error:
        at = error.lex_position
        raise SyntaxMistake(
            f"'{error.token_value}' does not fit here", at, len(str(error.token_value))
        ) from None
    except exceptions.EmptyExpressionError:
        raise SyntaxMistake("the expression is empty", 0) from None
    except RecursionError:
        raise SyntaxMistake("the expression is nested too deeply", 0) from None


def _tree(node: dict[str, Any]) -> Tree:
    children = tuple(_tree(child) for child in node.get("children", ()) if isinstance(child, dict))
    if node["type"] == "slice":
        children = ()
    at, length = node.get("at"), node.get("length", 1)
    if at is None:
        placed = [c for c in children if c.at >= 0]
        at = min((c.at for c in placed), default=-1)
        length = max((c.at + c.length for c in placed), default=at + 1) - at
    value = node.get("value")
    if node["type"] == "literal":
        value = _exact(value)
    return Tree(node["type"], value, children, at, max(1, length))


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_exact(v) for v in value]
    return value
