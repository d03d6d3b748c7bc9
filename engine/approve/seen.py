"""What an approver saw, as one hash: the documents a record would make, without the ids of the other side.

What was accepted and what goes out must be the same: a record that was changed in Procore in between is
looked at again. Ids are left out, for they are born between the two. Before: `map`. After: `admission`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_ID = re.compile(r"⟦.*⟧|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def seen(documents: Iterable[Mapping[str, Any] | None]) -> str:
    """The hash of mapped records; "" where one of them cannot be made yet, so that nothing was to be seen."""
    found = list(documents)
    if not found or any(one is None for one in found):
        return ""
    text = json.dumps([_told(one) for one in found], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _told(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_told(inner) for inner in value]
    text = None if value is None else str(value)
    return None if text is None or _ID.fullmatch(text) else text
