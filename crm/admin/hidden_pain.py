"""Customers who may be unhappy and say nothing, on one list, with a press for a call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.models import Customer
from crm.service import hidden_pain
from crm.service.hidden_pain import Reason
from crm.shop_currency import shop_currency

PAGE = 25
MOST_COUNTED = 1000
BEING_CALLED = "called"


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counting all of a large shop's would take longer than anybody reads on."""

    @cached_property
    def count(self) -> int:
        found = cast("QuerySet[Customer]", self.object_list)
        return found.order_by().values("pk")[: MOST_COUNTED + 1].count()


@dataclass(frozen=True, slots=True)
class Sufferer:
    customer: Customer
    reasons: list[tuple[str, dt.datetime | None]]
    worth: Decimal
    last_heard: dt.datetime | None


def hidden_pain_view(request: HttpRequest) -> HttpResponseBase:
    if not request.user.has_perms(["crm.view_customer", "crm.view_stafftask"]):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request)
    now = timezone.now()
    reason = request.GET.get("reason", "")
    page = CappedPaginator(_found(reason, now), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Hidden pain"),
        "page": page,
        "people": _people(page, now),
        "reason": reason,
        "reasons": [*Reason.choices, (BEING_CALLED, _("being called"))],
        "is_more": page.paginator.count > MOST_COUNTED,
        "most": MOST_COUNTED,
        "currency": shop_currency(),
        "may_call": request.user.has_perm("crm.change_stafftask"),
        "whys": [
            _("spoken to meanwhile"),
            _("knows them: all is well"),
            _("gave it as a gift"),
            _("wants to be left alone"),
        ],
        "called": BEING_CALLED,
    }
    return TemplateResponse(request, "crm/admin/hidden_pain.html", context)


def _found(reason: str, now: dt.datetime) -> QuerySet[Customer]:
    """Who is worth most to the shop comes first."""
    found = hidden_pain.being_called(now) if reason == BEING_CALLED else hidden_pain.in_pain(now, reason)
    return found.select_related("stats").order_by(F("stats__revenue").desc(nulls_last=True), "pk")


def _people(page: Page[Customer], now: dt.datetime) -> list[Sufferer]:
    customers = list(page.object_list)
    ids = [customer.pk for customer in customers]
    reasons, heard = hidden_pain.reasons_of(ids, now), hidden_pain.last_heard(ids)
    return [
        Sufferer(
            customer,
            [(str(reason.label), since) for reason, since in reasons[customer.pk].items()],
            getattr(getattr(customer, "stats", None), "revenue", Decimal(0)),
            heard.get(customer.pk),
        )
        for customer in customers
    ]


def _act(request: HttpRequest) -> HttpResponseBase:
    agent = request.user
    if not isinstance(agent, User) or not agent.has_perm("crm.change_stafftask"):
        raise PermissionDenied
    typed, now = request.POST.get("customer", "")[:18], timezone.now()
    customer = Customer.objects.current().filter(pk=int(typed) if typed.isdecimal() else 0).first()
    try:
        if customer is None:
            raise ValueError(_("There is no such customer any more."))
        if request.POST.get("act") == "call":
            task = hidden_pain.ask_for_call(customer, at=now, by=agent)
            return HttpResponseRedirect(reverse("admin:crm_stafftask_change", args=[task.pk]))
        why = request.POST.get("why", "") or request.POST.get("other", "")
        hidden_pain.set_aside(customer, why=why, at=now, by=agent)
        messages.success(request, _("Set aside for 90 days: %(customer)s.") % {"customer": customer})
    except ValueError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(request.get_full_path())
