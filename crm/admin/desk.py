"""The desk of support: everything that waits for somebody, by what can be done about it; and the next one, taken."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.figures.wording import duration, money, percent
from crm.models import Case, Shop
from crm.service import queue
from crm.service.case_owners import assign, take_next
from crm.service.case_times import ServiceTimes, service_times
from crm.service.queue import Ask, Tab

PAGE = 50
# Further down nobody leafs: the lists behind the tabs find what is meant.
MOST_PAGES = 10
TIMES_OF = dt.timedelta(days=30)


def desk_view(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("crm.view_case"):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request)
    ask, number = _asked(request), _page_number(request)
    counts = queue.counts(ask)
    lines = queue.lines(ask, (number - 1) * PAGE, number * PAGE)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Desk"),
        "ask": ask,
        "tabs": [(tab, label, counts[tab], address(ask, tab=tab)) for tab, label in Tab.choices],
        "lines": _with_worth(lines),
        "scopes": [
            (_("all"), address(ask, mine=""), not ask.is_mine),
            (_("mine"), address(ask, mine="1"), ask.is_mine),
        ],
        "here": address(ask),
        "older": address(ask, page=str(number - 1)),
        "newer": address(ask, page=str(number + 1)),
        "number": number,
        "has_next": counts[ask.tab] > number * PAGE and number < MOST_PAGES,
        "left_out": counts[ask.tab] - MOST_PAGES * PAGE if number == MOST_PAGES else 0,
        "sources": queue.sources(request.user),
        "may_take": request.user.has_perm("crm.change_case"),
        "sees_times": request.user.has_perm("crm.change_shop"),
        "days": Shop.load().ask_content_days,
        "now": ask.now,
    }
    return TemplateResponse(request, "crm/admin/desk.html", context)


def counts_view(request: HttpRequest) -> JsonResponse:
    """What the open page asks every minute."""
    if not request.user.has_perm("crm.view_case"):
        raise PermissionDenied
    return JsonResponse(queue.counts(_asked(request)))


def times_view(request: HttpRequest) -> TemplateResponse:
    """How long customers waited in the last thirty days, beside the thirty before."""
    if not request.user.has_perm("crm.change_shop"):
        raise PermissionDenied
    now = timezone.now()
    spans = service_times(now - TIMES_OF, now), service_times(now - 2 * TIMES_OF, now - TIMES_OF)
    recent, earlier = spans
    rows = [
        (_("until our first word"), recent.first_word, earlier.first_word),
        (_("until the next word"), recent.next_word, earlier.next_word),
        (_("until it was settled"), recent.first_settled, earlier.first_settled),
        (_("until it was settled for good"), recent.settled, earlier.settled),
    ]
    context: dict[str, Any] = {
        "rows": [
            (name, figure.count, _in_words(figure.median, figure.p90), _in_words(before.median, before.p90))
            for name, figure, before in rows
        ],
        "spans": spans,
        "shares": [_share(one) for one in spans],
        "keeps_working_hours": Shop.load().keeps_working_hours,
        "days": TIMES_OF.days,
    }
    if request.headers.get("HX-Request"):
        return TemplateResponse(request, "crm/admin/desk_times.html", context)
    context |= {**admin.site.each_context(request), "title": _("Desk")}
    return TemplateResponse(request, "crm/admin/desk_times_page.html", context)


def _with_worth(lines: list[queue.Waiting]) -> list[tuple[queue.Waiting, str, bool]]:
    """What each customer spent, and whether they are among the best."""
    known = queue.worths(lines)
    found = [(one, known.get(one.customer_id or 0)) for one in lines]
    return [
        (one, money(worth.revenue) if worth and worth.revenue else "", bool(worth and worth.is_vip))
        for one, worth in found
    ]


def _in_words(*times: dt.timedelta | None) -> tuple[str, ...]:
    return tuple(duration(time) for time in times)


def _share(times: ServiceTimes) -> str:
    return percent(times.share_in_time)


def _act(request: HttpRequest) -> HttpResponse:
    """Take the next one, or the one of a line."""
    if not isinstance(request.user, User) or not request.user.has_perm("crm.change_case"):
        raise PermissionDenied
    if "case" in request.POST:
        chosen = request.POST["case"]
        case = get_object_or_404(Case, pk=chosen if chosen.isdecimal() else 0)
        assign(case, request.user)
        messages.success(request, _("“%(case)s” is yours now.") % {"case": case})
        return HttpResponseRedirect(request.get_full_path())
    taken = take_next(request.user)
    if taken is None:
        messages.info(request, _("Nothing waits that nobody has."))
        return HttpResponseRedirect(request.get_full_path())
    messages.success(request, _("The most urgent that nobody had is yours now."))
    return HttpResponseRedirect(reverse("admin:crm_case_change", args=[taken.pk]))


def _asked(request: HttpRequest) -> Ask:
    tab = request.GET.get("tab", "")
    return Ask(
        user=request.user,
        now=timezone.now(),
        tab=tab if tab in Tab.values else Tab.ANSWER.value,
        is_mine=request.GET.get("mine") == "1",
        text=request.GET.get("q", "").replace("\0", "").strip()[:200],
    )


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), MOST_PAGES) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 1


def address(ask: Ask, **changes: str) -> str:
    """The desk as it is, but for these."""
    told = {"tab": ask.tab, "mine": "1" if ask.is_mine else "", "q": ask.text} | changes
    return "?" + urlencode({name: value for name, value in told.items() if value})
