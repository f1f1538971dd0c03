"""The page of what goes with what: pairs of goods, and traits of first orders that were followed by a second one."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.admin.goods_choices import GoodsChoices, choices
from analytics.admin.goods_tables import KINDS, TableKind, file_rows, in_order, kind_named, records, table
from analytics.goods.asking import ask_for_count
from analytics.goods.rules import segment_of_pair, segment_of_trait
from analytics.models import GoodsCount, GoodsPair, ReturnTrait
from crm.figures.wording import number
from crm.models import OrderStanding
from crm.spreadsheet_cells import harmless_row

PAGE = "admin:analytics_goods"


def goods(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    chosen, count = choices(request.GET), GoodsCount.objects.first()
    if kind := kind_named(request.GET.get("csv")):
        return _as_csv(kind, chosen, request)
    context = {
        **site,
        "choices": chosen,
        "count": count,
        "has_orders": OrderStanding.objects.exists(),
        "orders_shown": number(count.orders if count else None),
        "customers_shown": number(count.customers if count else None),
        "tables": [table(kind, chosen, request.GET, count) for kind in KINDS] if count and count.counted_at else [],
        "fewest": GoodsPair.FEWEST_CUSTOMERS,
        "may_count": request.user.has_perm("analytics.count_goods"),
        "may_add_segment": request.user.has_perm("segments.add_segment"),
        "may_import": request.user.has_perms(["crm.add_order", "crm.change_order"]),
    }
    return TemplateResponse(request, "analytics/admin/goods.html", context)


def count_now(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("analytics.count_goods"):
        raise PermissionDenied
    ask_for_count(timezone.now())
    messages.success(request, _("It is being counted. Open the page again in a minute or two."))
    return HttpResponseRedirect(reverse(PAGE))


def make_segment(request: HttpRequest) -> HttpResponse:
    """Of one pair or one trait; the rows of a night are gone with the next."""
    if not request.user.has_perm("segments.add_segment"):
        raise PermissionDenied
    pair = _row(GoodsPair.objects.select_related("product", "other_product", "category", "other_category"), request)
    trait = _row(ReturnTrait.objects.select_related("product", "category"), request)
    if pair is None and trait is None:
        messages.warning(request, _("This has been counted anew since. Choose from what is here now."))
        return HttpResponseRedirect(reverse(PAGE))
    now = timezone.now()
    segment, is_new = segment_of_pair(pair, now) if pair else segment_of_trait(trait, now)
    words = _("Segment “%(name)s” added.") if is_new else _("Segment “%(name)s” was here already.")
    messages.success(request, words % {"name": segment})
    return HttpResponseRedirect(reverse("admin:segments_segment_change", args=[segment.pk]))


def _row(rows: Any, request: HttpRequest) -> Any:
    """The one asked for under the name of its kind, if it is still there."""
    asked = request.POST.get("pair" if rows.model is GoodsPair else "trait", "")
    return rows.filter(pk=asked).first() if asked.isascii() and asked.isdecimal() and len(asked) < 18 else None


def _as_csv(kind: TableKind, chosen: GoodsChoices, request: HttpRequest) -> HttpResponse:
    """Every row. The mark at the start tells spreadsheets that the text is UTF-8."""
    response = HttpResponse(
        "\N{ZERO WIDTH NO-BREAK SPACE}",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="encore-goods-{kind.key}.csv"'},
    )
    found = in_order(kind, records(kind, chosen), request.GET)
    csv.writer(response).writerows(map(harmless_row, file_rows(kind, found)))
    return response
