"""Who holds something in the ledger, and whether that process can be asked for on this machine.

An owner reads `host:pid`, then what makes it unmistakable: when the process began, and the space its
number counts in (a container has its own numbers, and often the same name). Only a process of our own
space can be called dead; for any other we wait until what it holds has run out.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path


def me() -> str:
    """This process."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}@{_space()}"


def shown(owner: str) -> str:
    """An owner as a message says it."""
    return ":".join(owner.split(":")[:2])


def dead(owner: str) -> bool:
    """Whether the owner was a process of this machine that is no more."""
    name, _, space = owner.partition("@")
    host, _, rest = name.partition(":")
    number, _, began = rest.partition(":")
    if host != socket.gethostname() or space != _space() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return began != _began(int(number))  # the number was given to another process since


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine did; "" where that cannot be read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _space() -> str:
    """The start of the machine and the numbering this process is in; "" where there is no /proc."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()[:8]
        return f"{start}.{Path('/proc/self/ns/pid').readlink().name.strip('pid:[]')}"
    except OSError:
        return ""
