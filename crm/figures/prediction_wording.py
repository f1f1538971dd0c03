"""How far predictions are to be believed, in words: by what they were off on the shop's own past."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.models import PredictionRun

AS_GOOD_AS_NOTHING = 0.005


@dataclass(frozen=True)
class Reliability:
    """Of one predicted figure: what is to be said of it, and whether the model fits the shop at all."""

    told: str
    is_misfit: bool


def of_orders(run: PredictionRun | None) -> Reliability:
    error = run.orders_error if run else None
    if run is None or error is None:
        return Reliability(_("How far this is off cannot be told yet: too few orders to try it on."), False)
    return _reliability(error, _orders_told(error) % _facts(run.orders_days, error))


def of_revenue(run: PredictionRun | None) -> Reliability:
    error = run.revenue_error if run else None
    if run is None or error is None:
        return Reliability(_("How far this is off cannot be told yet: too few orders to try it on."), False)
    return _reliability(error, _revenue_told(error) % _facts(run.revenue_days, error))


def of_search(run: PredictionRun) -> str:
    """What was noticed about the parameters, if anything."""
    if not run.at_edge:
        return ""
    return _(
        "The search for the model's parameters ended at its edge (%(names)s): "
        "buyers of this shop are more alike, or less, than the model can tell."
    ) % {"names": ", ".join(run.at_edge)}


def _reliability(error: float, told: str) -> Reliability:
    if abs(error) <= PredictionRun.LARGEST_ERROR:
        return Reliability(told, False)
    misfit = _("The model does not fit this shop.")
    return Reliability(f"{told} {misfit}", True)


def _orders_told(error: float) -> str:
    if math.isinf(error):
        return _("On the shop's own last %(days)s days this predicted orders, and none came.")
    if abs(error) < AS_GOOD_AS_NOTHING:
        return _("On the shop's own last %(days)s days this predicted as many orders as came.")
    if error > 0:
        return _("On the shop's own last %(days)s days this predicted %(percent)s %% too many orders.")
    return _("On the shop's own last %(days)s days this predicted %(percent)s %% too few orders.")


def _revenue_told(error: float) -> str:
    if math.isinf(error):
        return _("On the shop's own last %(days)s days this predicted money, and none came.")
    if abs(error) < AS_GOOD_AS_NOTHING:
        return _("On the shop's own last %(days)s days this predicted as much money as came.")
    if error > 0:
        return _("On the shop's own last %(days)s days this predicted %(percent)s %% too much money.")
    return _("On the shop's own last %(days)s days this predicted %(percent)s %% too little money.")


def _facts(days: int | None, error: float) -> dict[str, object]:
    return {"days": days, "percent": "" if math.isinf(error) else round(100 * abs(error))}
