from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

WIDTH, HEIGHT = 160, 40


def sparkline(sizes: Sequence[tuple[dt.date, int]]) -> str:
    """Points of an SVG polyline over days in order; empty when there is no line to draw."""
    if len(sizes) < 2:
        return ""
    first, most = sizes[0][0], max(size for _day, size in sizes) or 1
    span = (sizes[-1][0] - first).days or 1
    points = (((day - first).days / span * WIDTH, HEIGHT - 2 - size / most * (HEIGHT - 4)) for day, size in sizes)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
