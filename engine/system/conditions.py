"""Whether a JMESPath of a system.yaml holds of a record as the system gave it, and what one finds there.

Plain JMESPath compares numbers, not decimals, and says null where it meets one; so decimals are numbers
here. Nothing of a condition is ever written anywhere, hence no money is lost by it.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:
    return jmespath.compile(text)


def found(text: str, record: Any) -> Any:
    """What the expression finds; None where it cannot be asked."""
    try:
        return _compiled(text).search(_plain(record))
    except JMESPathError:
        return None


def holds(text: str, record: Any) -> bool:
    """Whether the condition holds; an empty one always does."""
    return not text or found(text, record) not in (None, False, "", [], {})


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
