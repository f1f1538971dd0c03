"""What figures are measured on, in words that name no host."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def machine() -> str:
    """Cores, processor, memory and the kind of disk below the checkout."""
    processor = re.search(r"^model name\s*:\s*(.+)$", _text("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", _text("/proc/meminfo"), re.MULTILINE)
    parts = [
        f"{os.cpu_count()} cores of {processor[1] if processor else platform.machine()}",
        f"{round(int(memory[1]) / 2**20)} GB of memory" if memory else "memory unknown",
        f"{_disk()} disk",
        f"Python {platform.python_version()}",
    ]
    return ", ".join(parts)


def _disk() -> str:
    device = Path(__file__).stat().st_dev
    queue = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    if queue.resolve().name.startswith(("vd", "xvd")):
        return "virtual"
    for place in (queue, queue.resolve().parent):
        if turning := _text(str(place / "queue" / "rotational")).strip():
            return "turning" if turning == "1" else "solid-state"
    return "unknown"


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
