"""Where no system of the shop makes orders of subscriptions, colleagues do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import Shop, StaffTask, SubscriptionRenewal
from crm.service.staff_tasks import close_task


def give_to_staff(renewals: Iterable[SubscriptionRenewal], now: dt.datetime) -> None:
    """A task for each that was asked for, once, all in one statement. Their customers are locked by the caller."""
    shop = Shop.load()
    if shop.repeat_by != Shop.RepeatBy.TASK:
        return
    due_at = shop.answer_due("normal", now)
    asked = [renewal for renewal in renewals if renewal.status == SubscriptionRenewal.Status.ASKED]
    with translation.override(settings.LANGUAGE_CODE):
        StaffTask.objects.bulk_create([_task(renewal, now, due_at) for renewal in asked], ignore_conflicts=True)


def close_done(renewals: Iterable[SubscriptionRenewal], now: dt.datetime) -> None:
    """The order is here, whoever made it, so nobody has to any more."""
    tasks = StaffTask.objects.open().filter(key__in=[_key(renewal) for renewal in renewals])
    for task in tasks.select_related("customer").order_by("pk"):
        close_task(task, status=StaffTask.Status.DONE, outcome="", at=now, by=None)


def _key(renewal: SubscriptionRenewal) -> str:
    return f"subscription:{renewal.subscription_id}:due:{renewal.due_on}"


def _task(renewal: SubscriptionRenewal, now: dt.datetime, due_at: dt.datetime) -> StaffTask:
    goods = f"{renewal.quantity} × {renewal.product}"
    return StaffTask(
        customer_id=renewal.subscription.customer_id,
        title=(_("Subscription: make the order of %(goods)s") % {"goods": goods})[:200],
        script=_("SKU %(sku)s, due on %(day)s. When the order is here, the subscription is renewed by itself.")
        % {"sku": renewal.product.sku, "day": renewal.due_on.isoformat()},
        created_at=now,
        due_at=due_at,
        key=_key(renewal),
    )
