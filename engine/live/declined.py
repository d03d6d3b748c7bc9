"""What is not done, and why: the word of a shell to the command that asked for it.

Nothing is broken; what was asked for does not fit what is there. Before: every shell. After: `console`.
"""

from __future__ import annotations


class Declined(Exception):
    """Something that is not done: why, and what to do instead."""

    def __init__(self, text: str, fix: str = ""):
        super().__init__(text)
        self.text = text
        self.fix = fix
