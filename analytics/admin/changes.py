"""How a figure stands to the one of the period before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from analytics.metrics.ratio import ratio
from crm.figures.wording import money, number, percent

Figure = Decimal | float | int | None
# Less than this is no change worth a colour.
NOTICEABLE = Decimal("0.0005")


class Unit(StrEnum):
    MONEY = "money"
    SHARE = "share"
    DAYS = "days"
    TIMES = "times"

    def show(self, figure: Figure) -> str:
        match self:
            case Unit.MONEY:
                return money(figure)
            case Unit.SHARE:
                return percent(figure)
            case Unit.DAYS:
                return number(figure, "#,##0.#") if figure is not None and figure < 10 else number(figure)
            case Unit.TIMES:
                return number(figure, "#,##0.00")


@dataclass(frozen=True)
class FigureChange:
    """`tone` is good, bad or flat."""

    text: str
    was: str
    tone: str


def change(now: Figure, before: Figure, unit: Unit, *, is_more_good: bool = True) -> FigureChange | None:
    """None where there is nothing to compare. Shares move by points, all else by percent of what it was."""
    if now is None or before is None:
        return None
    moved = Decimal(now) - Decimal(before)
    if unit is Unit.SHARE:
        text = _("%(points)s points") % {"points": number(moved * 100, "+#,##0.0;-#,##0.0")}
    else:
        share = ratio(moved, abs(Decimal(before)))
        if share is None:
            return None
        moved, text = share, ("+" if share > 0 else "") + percent(share)
    if abs(moved) < NOTICEABLE:
        return FigureChange(_("as before"), unit.show(before), "flat")
    return FigureChange(text, unit.show(before), "good" if (moved > 0) is is_more_good else "bad")
