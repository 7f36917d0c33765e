"""What processes cost by the system's own account: seconds of processor, and memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still run."""
    return [
        int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ]


def cpu_seconds(pid: int) -> float:
    """Seconds of processor that a process and those that it has started have used, the ended ones too."""
    own = _times(pid)
    return sum(own) / _TICKS + sum(sum(_times(child)[:2]) / _TICKS for child in children(pid))


def memory_mib(pid: int) -> float:
    """The memory of a process that is not shared with others, in MiB."""
    resident, shared = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1:3]
    return (int(resident) - int(shared)) * _PAGE / 2**20


def valkey_cpu_seconds(client: Any) -> float:
    """Seconds of processor that the Valkey of a client has used."""
    told = client.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def _times(pid: int) -> list[int]:
    """User and system time of the process, and both of its children that have ended and were waited for, in ticks."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return [0, 0, 0, 0]
    return [int(field) for field in text.rpartition(")")[2].split()[11:15]]
