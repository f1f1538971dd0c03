"""The pages of figures, in the order of their tabs. Each reads its own question from the address, and only reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrPromise

from analytics.admin.goods import count_now, goods, make_segment
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


@dataclass(frozen=True)
class FigureAct:
    """A button of a page: `do` takes what was posted, asks for the right it needs, and leads on."""

    url_name: str
    path: str
    do: Callable[[HttpRequest], HttpResponse]


PAGES = (
    FigurePage("analytics_dashboard", "", _("Overview"), overview),
    FigurePage("analytics_worth", "worth/", pgettext_lazy("what buyers are worth", "Worth"), worth),
    FigurePage("analytics_goods", "goods/", _("Goods"), goods),
    FigurePage("analytics_what_if", "what-if/", _("What if"), what_if_page),
)
ACTS = (
    FigureAct("analytics_goods_count", "goods/count/", count_now),
    FigureAct("analytics_goods_segment", "goods/segment/", make_segment),
)
