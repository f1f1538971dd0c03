"""What is said where a figure cannot be told, or rests on a part of the orders."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.metrics.few import FEWEST_BUYERS
from analytics.metrics.ratio import ratio
from crm.figures.wording import percent


def too_few() -> str:
    return _("Fewer than %(n)s buyers: cannot be told.") % {"n": FEWEST_BUYERS}


def margin_note(orders_with_margin: int, orders: int) -> str:
    """Of how many orders it is known, unless of all."""
    if not orders_with_margin:
        return _("The cost of no order is known, so nothing can be said by margin.")
    if orders_with_margin == orders:
        return ""
    share = percent(ratio(orders_with_margin, orders), "")
    return _("Margin is known for %(share)s of these orders; the others count as if they had none.") % {"share": share}
