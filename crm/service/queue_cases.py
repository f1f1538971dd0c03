"""Cases on the desk, by whose turn it is; and notes that name somebody, on theirs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Case, CaseMention, Shop
from crm.models.case import CaseQuerySet
from crm.models.case_order import BY_URGENCY, URGENCY
from crm.service.queue import Ask, Source, Tab, Waiting

RESTING = {Tab.CUSTOMER: "awaits_customer_at", Tab.HELD: "held_at", Tab.CONTENT: "resolved_at"}


def _under(tab: str, now: dt.datetime) -> CaseQuerySet:
    """All of them, in the order in which they are to be looked at."""
    everything = Case.objects.all()
    if tab == Tab.CUSTOMER:
        return everything.awaiting_customer()
    if tab == Tab.HELD:
        return everything.held()
    if tab == Tab.CONTENT:
        return everything.to_ask(now, dt.timedelta(days=Shop.load().ask_content_days))
    if tab in {Tab.ANSWER, Tab.OVERDUE}:
        waiting = everything.overdue(now) if tab == Tab.OVERDUE else everything.waiting()
        return waiting.order_by(*BY_URGENCY)
    return everything.none()


def _asked(ask: Ask) -> CaseQuerySet:
    found = _under(ask.tab, ask.now)
    if ask.is_mine:
        found = found.filter(owner=ask.user.pk)
    if ask.text:
        found = found.filter(
            Q(subject__icontains=ask.text)
            | Q(order__number__istartswith=ask.text)
            | Q(customer__last_name__istartswith=ask.text)
            | Q(customer__first_name__istartswith=ask.text)
        )
    return found


def _first(ask: Ask, limit: int) -> list[Waiting]:
    found = _asked(ask).select_related("customer", "owner").annotate(urgency=URGENCY)
    return [_waiting(case, ask.tab) for case in found[:limit]]


def _count(ask: Ask) -> int | None:
    return None if ask.tab == Tab.TASKS else _asked(ask).order_by().count()


def _waiting(case: Any, tab: str) -> Waiting:
    rests = RESTING.get(Tab(tab))
    return Waiting(
        title=case.subject,
        whom=str(case.customer),
        kind=case.get_kind_display(),
        url=reverse("admin:crm_case_change", args=[case.pk]),
        rank=0 if rests else case.urgency,
        since=getattr(case, rests) if rests else case.unanswered_at or case.opened_at,
        promised_at=None if rests else case.promised_at,
        is_complaint=case.kind == Case.Kind.COMPLAINT,
        is_urgent=case.severity == Case.Severity.HIGH,
        is_reply=case.unanswered_at is not None,
        channel=case.get_channel_display(),
        note=case.held_for if tab == Tab.HELD else "",
        owner=str(case.owner or ""),
        customer_id=case.customer_id,
        case_id=case.pk,
    )


def _mentions_of(ask: Ask) -> Any:
    """On their own desk alone, and nowhere where something is looked for."""
    unseen = CaseMention.objects.unseen().filter(user=ask.user.pk)
    return unseen if ask.is_mine and not ask.text else unseen.none()


def _first_mentions(ask: Ask, limit: int) -> list[Waiting]:
    if ask.tab != Tab.ANSWER:
        return []
    found = _mentions_of(ask).select_related("note__case__customer", "note__author", "note__case__owner")
    return [_mention(mention) for mention in found.order_by("note__written_at", "pk")[:limit]]


def _mention(mention: CaseMention) -> Waiting:
    case = mention.note.case
    return Waiting(
        title=case.subject,
        whom=str(case.customer),
        kind=_("you are named in a note"),
        url=reverse("admin:crm_case_change", args=[case.pk]) + "#notes",
        rank=1,
        since=mention.note.written_at,
        note=f"{mention.note.author or _('us')}: {mention.note.text[:120]}",
        owner=str(case.owner or ""),
        customer_id=case.customer_id,
    )


def _count_mentions(ask: Ask) -> int | None:
    return _mentions_of(ask).count() if ask.is_mine and ask.tab == Tab.ANSWER else None


CASES = Source("crm.view_case", gettext_lazy("All cases"), "admin:crm_case_changelist", _first, _count)
# They have no list of their own.
MENTIONS = Source("crm.view_case", "", "desk", _first_mentions, _count_mentions, "?mine=1")
