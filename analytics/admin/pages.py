"""The pages of figures, in the order of their tabs. Each reads its own question from the address, and only reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrPromise

from analytics.admin.overview import overview
from analytics.admin.what_if import what_if_page
from analytics.admin.worth.worth import worth


@dataclass(frozen=True)
class FigurePage:
    """`path` is below the dashboard's own; `view` gets what every page of the admin is given as its context."""

    url_name: str
    path: str
    title: StrPromise
    view: Callable[[HttpRequest, dict[str, Any]], HttpResponse]

    @property
    def url(self) -> str:
        return f"admin:{self.url_name}"


PAGES = (
    FigurePage("analytics_dashboard", "", _("Overview"), overview),
    FigurePage("analytics_worth", "worth/", pgettext_lazy("what buyers are worth", "Worth"), worth),
    FigurePage("analytics_what_if", "what-if/", _("What if"), what_if_page),
)
