"""Customers who wait for a person."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from chains.models import IncomingMail
from config.today.line import Line, Part, counted
from crm.models import Case, Customer, Feedback, Job, JobStage, Review, Shop, StaffTask
from crm.service.feedback import DETRACTORS
from crm.service.hidden_pain import in_pain
from crm.service.queue import Tab
from crm.timezones import day_of, start_of

MOST_COUNTED = 1000
RATINGS_OF = dt.timedelta(days=7)


def support(now: dt.datetime) -> Part:
    shop = Shop.load()
    counts = counted(
        overdue=Case.objects.overdue(now),
        unanswered=Case.objects.unanswered(),
        strangers=IncomingMail.objects.unplaced(),
        content=Case.objects.to_ask(now, dt.timedelta(days=shop.ask_content_days)),
        tasks=StaffTask.objects.open().filter(due_at__lt=start_of(day_of(now) + dt.timedelta(days=1))),
        pain=Customer.objects.filter(pk__in=in_pain(now).order_by().values("pk")[: MOST_COUNTED + 1]),
        refused=JobStage.objects.filter(refused_at__isnull=False, job__in=Job.objects.open()),
        late=JobStage.objects.overdue(now).filter(job__in=Job.objects.open()),
        ratings=Feedback.objects.filter(_low(shop.low_rating), left_at__gt=now - RATINGS_OF),
        reviews=Review.objects.undecided(),
    )
    return Part(_("Customers who wait"), [line for line in _lines(counts) if line])


def _low(low_rating: int) -> Q:
    return Q(kind=Feedback.Kind.RATING, score__lte=low_rating) | Q(kind=Feedback.Kind.NPS, score__in=DETRACTORS)


def _lines(counts: dict[str, int]) -> list[Line | None]:
    desk = reverse("desk")
    return [
        _line(
            ngettext(
                "%(count)d case is past the time promised",
                "%(count)d cases are past the time promised",
                counts["overdue"],
            ),
            counts["overdue"],
            f"{desk}?tab={Tab.OVERDUE}",
            is_urgent=True,
        ),
        _line(
            ngettext(
                "%(count)d customer wrote last and waits for an answer",
                "%(count)d customers wrote last and wait for an answer",
                counts["unanswered"],
            ),
            counts["unanswered"],
            desk,
        ),
        _line(
            ngettext(
                "%(count)d letter is from nobody known",
                "%(count)d letters are from nobody known",
                counts["strangers"],
            ),
            counts["strangers"],
            reverse("admin:chains_incomingmail_changelist") + "?state=unplaced",
        ),
        _line(
            ngettext("%(count)d task is due today", "%(count)d tasks are due today", counts["tasks"]),
            counts["tasks"],
            f"{desk}?tab={Tab.TASKS}",
        ),
        _line(
            ngettext(
                "%(count)d customer can be asked whether all is well now",
                "%(count)d customers can be asked whether all is well now",
                counts["content"],
            ),
            counts["content"],
            f"{desk}?tab={Tab.CONTENT}",
        ),
        _pained(counts["pain"]),
        _line(
            ngettext(
                "%(count)d stage of a job was not accepted",
                "%(count)d stages of jobs were not accepted",
                counts["refused"],
            ),
            counts["refused"],
            reverse("admin:crm_job_changelist") + "?state=refused",
            is_urgent=True,
        ),
        _line(
            ngettext("%(count)d stage of a job is late", "%(count)d stages of jobs are late", counts["late"]),
            counts["late"],
            reverse("admin:crm_job_changelist") + "?state=overdue",
        ),
        _line(
            ngettext(
                "%(count)d low rating was left in the last seven days",
                "%(count)d low ratings were left in the last seven days",
                counts["ratings"],
            ),
            counts["ratings"],
            reverse("admin:crm_feedback_changelist"),
        ),
        _line(
            ngettext("%(count)d review is to be looked at", "%(count)d reviews are to be looked at", counts["reviews"]),
            counts["reviews"],
            reverse("admin:crm_review_changelist") + "?status__exact=waiting",
        ),
    ]


def _pained(count: int) -> Line | None:
    """Counting goes no further than anybody reads."""
    url = reverse("admin:crm_customer_pain")
    if count > MOST_COUNTED:
        return Line(gettext("More than %(most)d customers may be unhappy in silence") % {"most": MOST_COUNTED}, url)
    words = ngettext(
        "%(count)d customer may be unhappy in silence", "%(count)d customers may be unhappy in silence", count
    )
    return _line(words, count, url)


def _line(words: str, count: int, url: str, *, is_urgent: bool = False) -> Line | None:
    return Line(words % {"count": count}, url, is_urgent) if count else None
