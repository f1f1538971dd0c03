"""Charts of lines that are told apart without colours: by dashes and by the shape of their points."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.admin.charts import Chart, chart_options

# Colour, dashes, shape of the points.
LOOKS: tuple[tuple[str, list[int], str], ...] = (
    ("--color-primary-600", [], "circle"),
    ("--color-base-500", [6, 3], "triangle"),
    ("--color-primary-400", [2, 2], "rect"),
    ("--color-base-400", [10, 3], "rectRot"),
    ("--color-primary-500", [6, 2, 2, 2], "star"),
    ("--color-base-500", [3, 6], "crossRot"),
    ("--color-primary-400", [12, 4], "cross"),
)


@dataclass(frozen=True)
class Line:
    """A gap where a value is not known. Without points it is told apart by its dashes alone."""

    name: str
    values: Sequence[float | None]
    shown: Sequence[str]
    has_points: bool = True


def lines_chart(heading: str, labels: Sequence[str], lines: Sequence[Line], tick_format: dict[str, Any]) -> Chart:
    """At most as many lines as there are looks, the first of which stands out; the table has a column for each."""
    datasets = [_dataset(line, number) for number, line in enumerate(lines)]
    rows = [[label, *(line.shown[at] for line in lines)] for at, label in enumerate(labels)]
    return Chart(
        "line",
        json.dumps({"labels": list(labels), "datasets": datasets}),
        chart_options(tick_format, has_legend=True),
        [heading, *(line.name for line in lines)],
        rows,
    )


def _dataset(line: Line, number: int) -> dict[str, Any]:
    color, dash, shape = LOOKS[number]
    return {
        "label": line.name,
        "data": list(line.values),
        "borderColor": f"var({color})",
        "backgroundColor": f"var({color})",
        "borderWidth": 2 if number else 3,
        "borderDash": dash,
        "pointStyle": shape if line.has_points else "line",
        "pointRadius": 3 if line.has_points else 0,
        "tension": 0,
    }
