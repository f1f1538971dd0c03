"""Results as people of the page's language write them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from chains.explain.reasons import because
from chains.results.reading import Results
from crm.figures import wording

register = template.Library()


@register.filter
def rate(results: Results, name: str) -> str:
    """Of what was delivered, in brackets; nothing where nothing was."""
    percent = results.percent(name)
    return "" if percent is None else f"({wording.rate(percent)})"


@register.filter
def money(amount: Decimal | None) -> str:
    return wording.money(amount)


@register.filter
def in_words(reason: str) -> str:
    return because(reason, {})
