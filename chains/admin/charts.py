"""What the charts of chains have in common; their table says the same without a script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

TICK_COLOR = "#8b93a1"
TICKS = {"color": TICK_COLOR, "maxRotation": 0, "autoSkipPadding": 12}


def value_axis(**more: Any) -> dict[str, Any]:
    return {"beginAtZero": True, "ticks": {**TICKS, "precision": 0}, "grid": {"lineWidth": 0.5}, **more}


def chart(
    labels: Sequence[str], datasets: Sequence[Mapping[str, Any]], axes: Mapping[str, Any], *, is_stacked: bool = False
) -> dict[str, str]:
    """`data` and `options` are Chart.js's; `axes` stand beside that of the days."""
    days = {"stacked": is_stacked, "grid": {"display": False}, "ticks": TICKS}
    legend = {"display": True, "align": "end", "labels": {"color": TICK_COLOR, "usePointStyle": True}}
    options = {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {"legend": legend},
        "scales": {"x": days, **axes},
    }
    return {"data": json.dumps({"labels": labels, "datasets": datasets}), "options": json.dumps(options)}
