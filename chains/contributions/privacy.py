"""What chains keep about one person: for the document handed to them, and for their erasure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from chains.models import Enrolment, IncomingMail, PushSubscription, SignUp, StaffTask, Touch
from chains.sign_ups.forgetting import forget
from crm.models import Channel, Contact
from crm.privacy.suppression import erased_at_by_address


def tell(customers: list[int]) -> dict[str, list[dict[str, Any]]]:
    """Chains they were in, what was sent or why not, and what staff did for them."""
    enrolments = Enrolment.objects.filter(customer__in=customers).order_by("pk")
    touches = Touch.objects.filter(customer__in=customers).order_by("created_at", "pk")
    tasks = StaffTask.objects.filter(customer__in=customers).order_by("created_at", "pk")
    return {
        "chains": _rows(enrolments.values("chain__name", "status", "ending", "entered_at", "ended_at")),
        "touches": _rows(
            touches.values(
                "chain__name",
                "step_name",
                "channel",
                "purpose",
                "status",
                "reason",
                "subject",
                "links",
                "created_at",
                "sent_at",
                "opened_at",
                "clicked_at",
                "delivered_at",
                "bounced_at",
                "replied_at",
                "complained_at",
                "unsubscribed_at",
            )  # fmt: skip
        ),
        "staff_tasks": _rows(tasks.values("title", "script", "status", "outcome", "created_at", "done_at")),
        "sign_ups": _rows(
            _sign_ups(customers).values(
                "form__name",
                "email",
                "first_name",
                "topics",
                "wording",
                "asked_at",
                "ip",
                "user_agent",
                "page",
                "letter_sent_at",
                "confirmed_at",
            )  # fmt: skip
        ),
    }


def _sign_ups(customers: list[int]) -> QuerySet[SignUp]:
    """Confirmed ones, and those that wait under an address of theirs."""
    emails = Contact.objects.filter(customer__in=customers, channel=Channel.EMAIL).values("address")
    waiting = Q(confirmed_at=None, email__in=emails)
    return SignUp.objects.filter(Q(customer__in=customers) | waiting).order_by("asked_at", "pk")


def _rows(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(row) for row in found]


def erase(customers: list[int], at: dt.datetime) -> dict[str, int]:
    """Blank what was written to them and about them; counts of what was sent stay. Advance and guard end the rest."""
    tasks = StaffTask.objects.filter(customer__in=customers)
    tasks.filter(status=StaffTask.Status.OPEN).update(status=StaffTask.Status.DROPPED, done_at=at)
    PushSubscription.objects.orphaned().delete()
    _forget_waiting_sign_ups(at)
    return {
        "touches": Touch.objects.filter(customer__in=customers).update(subject="", links=[], facts={}),
        "staff_tasks": tasks.update(script="", outcome=""),
        "letters_received": IncomingMail.objects.filter(customer__in=customers).update(
            sender="", subject="", text="", detail=""
        ),
        "sign_ups": SignUp.objects.filter(customer__in=customers).update(
            email="", first_name="", ip=None, user_agent="", page=""
        ),
    }


def _forget_waiting_sign_ups(at: dt.datetime) -> None:
    """The contacts are gone by now; their addresses are known as those of somebody erased at this moment."""
    waiting = SignUp.objects.pending().order_by("form", "pk").values_list("form", "pk", "email")
    erased = erased_at_by_address((Channel.EMAIL.value, email) for _form, _pk, email in waiting)
    ids: dict[int, list[int]] = defaultdict(list)
    for form_id, pk, email in waiting:
        if erased.get((Channel.EMAIL.value, email)) == at:
            ids[form_id].append(pk)
    for form_id, pks in ids.items():
        forget(form_id, pks)
