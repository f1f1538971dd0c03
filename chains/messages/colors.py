"""A shop's colour where words are written in it: as it is if it can be read, else lighter or darker until it can."""

from __future__ import annotations

from functools import lru_cache

# WCAG 2.2, 1.4.3, with a little to spare for what rounding takes.
ENOUGH = 4.6
STEPS = 40


@lru_cache(maxsize=64)
def readable(color: str, *, on: str) -> str:
    ground = _channels(on)
    towards = 0.0 if _luminance(ground) > 0.18 else 255.0
    own = _channels(color)
    for step in range(STEPS + 1):
        mixed = tuple(channel + (towards - channel) * step / STEPS for channel in own)
        if contrast(mixed, ground) >= ENOUGH:
            break
    return "#" + "".join(f"{round(channel):02x}" for channel in mixed)


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(channels: tuple[float, ...]) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _channels(color: str) -> tuple[float, ...]:
    return tuple(float(int(color[place : place + 2], 16)) for place in (1, 3, 5))
