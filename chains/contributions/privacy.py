"""What chains keep about one person: for the document handed to them, and for their erasure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from chains.models import Enrolment, IncomingMail, PushSubscription, StaffTask, Touch


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
    }


def _rows(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(row) for row in found]


def erase(customers: list[int], at: dt.datetime) -> dict[str, int]:
    """Blank what was written to them and about them; counts of what was sent stay. Advance and guard end the rest."""
    tasks = StaffTask.objects.filter(customer__in=customers)
    tasks.filter(status=StaffTask.Status.OPEN).update(status=StaffTask.Status.DROPPED, done_at=at)
    PushSubscription.objects.orphaned().delete()
    return {
        "touches": Touch.objects.filter(customer__in=customers).update(subject="", links=[], facts={}),
        "staff_tasks": tasks.update(script="", outcome=""),
        "letters_received": IncomingMail.objects.filter(customer__in=customers).update(
            sender="", subject="", text="", detail=""
        ),
    }
