"""The windows of attribution are changed after a look at what that would change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from chains.results.attribution import DAYS_TOLD, counted_by_windows, orders_told
from crm.figures.wording import number
from crm.models import Shop

WINDOWS = ("click_window_days", "delivery_window_days")


class WindowForm(forms.ModelForm):  # type: ignore[type-arg]
    """Other windows are saved once the page has said what they would have done; `seen_windows` says which it has."""

    seen_windows = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if any(name not in given for name in WINDOWS) or not set(WINDOWS) & set(self.changed_data):
            return given
        wanted = "/".join(str(given[name]) for name in WINDOWS)
        if given.get("seen_windows") != wanted:
            self.add_error(WINDOWS[0], what_would_change(Shop.load(), *(given[name] for name in WINDOWS)))
            said: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            said["seen_windows"] = wanted
            self.data = said
        return given


def what_would_change(shop: Shop, click_days: int, delivery_days: int) -> str:
    """Before and after, counted on the orders of the last days."""
    now = timezone.now()
    orders = orders_told(now)
    after = Shop(click_window_days=click_days, delivery_window_days=delivery_days)
    counts = [counted_by_windows(one, orders, now) for one in (shop, after)]
    told = {
        f"{name}_{how}": number(count[how])
        for name, count in zip(("was", "is"), counts, strict=True)
        for how in ("click", "delivery")
    }
    return _(
        "Of the %(orders)s orders of the last %(days)d days %(is_click)s would belong to a message after a click "
        "(now %(was_click)s), and %(is_delivery)s after delivery alone (now %(was_delivery)s). Save once more to have "
        "it so for orders to come."
    ) % {"orders": number(len(orders)), "days": DAYS_TOLD, **told}
