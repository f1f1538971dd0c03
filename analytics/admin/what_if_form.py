"""The three figures that a manager moves, beginning with the shop's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.admin.target_wording import as_typed, from_typed, shown
from analytics.metrics.average_order import AverageOrder
from analytics.metrics.buyer_value import FEWEST_ORDERS, BuyerValue
from analytics.metrics.repeat_orders import RepeatOrders
from analytics.metrics.repeat_rate import RepeatRate
from analytics.models import Target
from analytics.what_if import Lever

Figure = Target.Figure


@dataclass(frozen=True)
class LeverField:
    """How a lever is asked for. `least` and `most` are of what is typed; `refusal` is said of anything else."""

    name: str
    figure: Figure
    label: StrPromise
    definition: StrPromise
    least: Decimal
    most: Decimal
    places: int
    refusal: StrPromise


FIELDS = {
    Lever.CONVERSION: LeverField(
        "conversion",
        Figure.REPEAT_RATE,
        _("Buyers who come back, per cent"),
        RepeatRate.definition,
        Decimal(0),
        Decimal(100),
        1,
        _("Type a share of buyers from 0 to 100 per cent."),
    ),
    Lever.REPEAT_ORDERS: LeverField(
        "orders",
        Figure.REPEAT_ORDERS,
        _("Orders a year of those who came back"),
        RepeatOrders.definition,
        FEWEST_ORDERS,
        Decimal(1000),
        2,
        _("Type a number from 2 to 1000: who came back has ordered twice at least."),
    ),
    Lever.ORDER_VALUE: LeverField(
        "value",
        Figure.AVERAGE_ORDER,
        _("Value of an order"),
        AverageOrder.definition,
        Decimal(0),
        Decimal(10**9),
        2,
        _("Type an amount from 0 to 1,000,000,000."),
    ),
}
QUESTION = tuple(field.name for field in FIELDS.values())


class WhatIfForm(forms.Form):
    """What is left empty, or not asked, stays as the shop has it."""

    def __init__(self, now: BuyerValue, asked: Mapping[str, Any]) -> None:
        self.now = now
        typed = {name: asked[name] for name in QUESTION if asked.get(name, "").strip()}
        super().__init__({**{field.name: _own(lever, now) for lever, field in FIELDS.items()}, **typed})
        for field in FIELDS.values():
            self.fields[field.name] = _number_field(field)

    def then(self) -> BuyerValue | None:
        """None where something typed makes no sense."""
        if not self.is_valid():
            return None
        return BuyerValue(**{lever.value: self._moved(lever) for lever in Lever}, margin_share=self.now.margin_share)

    def _moved(self, lever: Lever) -> Decimal:
        """What was not moved stays exact, though the field shows it rounded."""
        typed: Decimal = self.cleaned_data[FIELDS[lever].name]
        own: Decimal = getattr(self.now, lever)
        return own if typed == _own(lever, self.now) else from_typed(FIELDS[lever].figure, typed)

    def asked(self) -> list[dict[str, Any]]:
        """The fields with what the shop has, and the ends of their sliders."""
        return [
            {
                "field": self[field.name],
                "own": shown(field.figure, getattr(self.now, lever)),
                "definition": field.definition,
                "least": field.least,
                "most": _end_of_slider(field, _own(lever, self.now)),
            }
            for lever, field in FIELDS.items()
        ]


def _own(lever: Lever, now: BuyerValue) -> Decimal:
    field = FIELDS[lever]
    return round(as_typed(field.figure, getattr(now, lever)), field.places)


def _end_of_slider(field: LeverField, own: Decimal) -> Decimal:
    """Three times what it is: a share ends at a whole."""
    if field.figure is Figure.REPEAT_RATE:
        return field.most
    return max(own * 3, field.least + 4).to_integral_value()


def _number_field(field: LeverField) -> forms.DecimalField:
    described = {"aria-describedby": f"{field.name}-own {field.name}-error"}
    return forms.DecimalField(
        label=field.label,
        min_value=field.least,
        max_value=field.most,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), field.refusal),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "autocomplete": "off"} | described),
    )
