"""What is usual in the field: letters after a purchase, of shops on Klaviyo, by niche (PRODUCT E4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from chains.results.reading import Results
from crm.models import Shop

Niche = Shop.Niche
# Percent of delivered: opened, clicked, ordered.
USUAL: dict[str, tuple[float, float, float]] = {
    Niche.ALL: (60, 3.5, 0.48),
    Niche.CARS: (62.4, 4.6, 0.68),
    Niche.SPORT: (63.9, 4.6, 0.59),
    Niche.HOME: (62.6, 4.2, 0.49),
    Niche.ELECTRONICS: (61.4, 4.6, 0.48),
    Niche.JEWELLERY: (61.3, 3.9, 0.45),
}
# Known for all niches together only; dollars.
TOP_TENTH = (77.0, 12.0, 2.0)
USUAL_REVENUE, TOP_REVENUE = Decimal("0.38"), Decimal("5.27")
# Below this chance alone moves the rates by more than what they could tell.
ENOUGH_DELIVERED = 500


@dataclass(frozen=True, slots=True)
class Benchmark:
    label: StrPromise
    own: float | None
    usual: float
    top: float
    how_it_compares: StrPromise


def benchmarks(results: Results, niche: str) -> list[Benchmark]:
    """Rates of the chain beside the niche's and the best tenth of all niches; each says what theirs counts."""
    names = ("opened", "clicked", "ordered_by_click")
    labels = (_("opened, unreliable"), _("clicked"), _("ordered after a click"))
    notes = (
        _("Theirs count opens by machines too, so they lie above yours."),
        _("Counted alike, but for clicks by machines, which theirs may hold."),
        _("Theirs count an order within 5 days after an open, too, so they lie above what clicks alone bring."),
    )
    return [
        Benchmark(label, results.percent(name), usual, top, note)
        for name, label, usual, top, note in zip(names, labels, USUAL[niche], TOP_TENTH, notes, strict=True)
    ]
