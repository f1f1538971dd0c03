"""Delight goes to a person as trouble does: thanks for praise, and help before something is sent back."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Group
from django.db import transaction

from crm.locks import lock_current
from crm.models import Case, Customer, Feedback, Order, Shop, StaffTask
from crm.service.staff_tasks import open_task
from crm.service.task_scripts import SCRIPTS, TaskScript, filled_for_the_shop

Reason = StaffTask.Reason
ONCE_IN = {Reason.PRAISE: dt.timedelta(days=90), Reason.RETURN: dt.timedelta(days=14)}
DUE_IN = {Reason.PRAISE: dt.timedelta(days=1), Reason.RETURN: dt.timedelta(hours=4)}
BEST = {Feedback.Kind.RATING: range(5, 6), Feedback.Kind.NPS: range(9, 11)}
ROLE = "Support"


def thank_for_rating(feedback: Feedback, *, at: dt.datetime) -> StaffTask | None:
    """Of a high score with words, if the shop wants to."""
    is_best = feedback.score is not None and feedback.score in BEST.get(Feedback.Kind(feedback.kind), ())
    if not is_best or not feedback.text.strip() or not Shop.load().thanks_for_ratings:
        return None
    return thank_for_praise(feedback.customer, feedback.text, order=feedback.order, at=at)


def thank_for_praise(customer: Customer, said: str, *, at: dt.datetime, order: Order | None = None) -> StaffTask | None:
    """Not while a complaint is open: that is spoken about first."""
    if Case.objects.open().complaints().filter(customer=customer).exists():
        return None
    return _once(customer, SCRIPTS["thanks"], Reason.PRAISE, said, order, at)


def offer_help(customer: Customer, said: str, *, at: dt.datetime, order: Order | None = None) -> StaffTask | None:
    """Before they send it back."""
    return _once(customer, SCRIPTS["return"], Reason.RETURN, said, order, at)


@transaction.atomic
def _once(
    customer: Customer, script: TaskScript, reason: StaffTask.Reason, said: str, order: Order | None, at: dt.datetime
) -> StaffTask | None:
    """None where they had such a task not long ago; two letters at once make one."""
    customer = lock_current(customer)
    if customer.erased_at:
        return None
    customer = Customer.objects.locked([customer.pk]).get()
    if customer.staff_tasks.filter(reason=reason, created_at__gt=at - ONCE_IN[reason]).exists():
        return None
    task = filled_for_the_shop(script, customer, order)
    return open_task(
        customer,
        title=task.title[:200],
        script=f"“{said.strip()[:1000]}”\n\n{task.words}",
        kind=task.kind,
        reason=reason,
        order=order,
        owner_group=Group.objects.filter(name=ROLE).first(),
        due_at=at + DUE_IN[reason],
        at=at,
    )
