"""Reading a list to its end, page by page, whichever way it is divided; and noticing when there is no end.

Three ways: `page` counts pages until one is the last (Xero), `link` follows the Link header (Procore v1),
`data` counts pages inside an envelope (Procore v2). Of a Link only its query is taken, so that no answer
can lead a token to another host. Pure. Before: `client`, which fetches one page. After: `read`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from engine.system.model import Call
from engine.system.port import Answer, Unreachable

MOST_PAGES = 100_000
ODD = "nothing of it was used; try again later, and tell the system's support if it stays so"
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_NEXT = re.compile(r"""(?i);\s*rel\s*=\s*["']?[^"';,]*\bnext\b""")
Query = dict[str, str]
Fetch = Callable[[Query], Answer]


def pages(call: Call, fetch: Fetch, place: str) -> Iterator[list[Any]]:
    """The rows of each page that has any, in order. Raises `Unreachable` for what is no page of this list."""
    query = first(call)
    seen: set[bytes] = set()
    count = 0
    for number in range(1, MOST_PAGES + 1):
        answer = fetch(query)
        rows = rows_of(call, answer.body, place)
        if rows:
            mark = blake2b(msgspec.json.encode(rows), digest_size=16).digest()
            if mark in seen:
                raise _repeats(place, number)
            seen.add(mark)
            yield rows
        count += len(rows)
        following = after(call, query, answer, rows, count)
        if following is None:
            return
        if following == query:
            raise _repeats(place, number + 1)
        query = following
    raise Unreachable(f"{place}: the list does not end, {MOST_PAGES:,} pages were read", ODD)


def first(call: Call) -> Query:
    """The query of the first page."""
    if not call.paging:
        return {}
    size = {"page": "pageSize"}.get(call.paging, "per_page")
    return {"page": "1", **({size: str(call.page_size)} if call.page_size else {})}


def rows_of(call: Call, body: Any, place: str) -> list[Any]:
    """The rows of an answer. Raises `Unreachable` if it has none to give."""
    name = call.rows or ("data" if call.paging == "data" else "")
    rows = body.get(name) if name and isinstance(body, dict) else None if name else body
    if not isinstance(rows, list):
        what = f"no list '{name}'" if name else "no list"
        raise Unreachable(f"{place}: there is {what} in the answer", ODD)
    return rows


def after(call: Call, query: Query, answer: Answer, rows: list[Any], count: int) -> Query | None:
    """The query of the page after this one; None after the last."""
    if not call.paging or not rows:
        return None
    if call.paging == "link":
        return _linked(query, answer, count)
    body = answer.body if isinstance(answer.body, dict) else {}
    told = body.get("pagination")
    number = int(query["page"])
    if call.paging == "page" and isinstance(told, dict) and isinstance(told.get("pageCount"), int):
        last = number >= told["pageCount"]
    else:
        last = bool(call.page_size) and len(rows) < call.page_size
    return None if last else {**query, "page": str(number + 1)}


def _linked(query: Query, answer: Answer, count: int) -> Query | None:
    """By the Link header; where there is none, by Total."""
    link = answer.headers.get("link", "")
    for address, words in _LINK.findall(link):
        if _NEXT.search(words):
            return {**query, **dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))}
    total = answer.headers.get("total", "")
    if not link and total.isdigit() and count < int(total):
        return {**query, "page": str(int(query["page"]) + 1)}
    return None


def _repeats(place: str, number: int) -> Unreachable:
    return Unreachable(f"{place}: page {number} repeats an earlier page, so the list would never end", ODD)
