"""Rewards of a tier that somebody has to see to: a task of support for each customer who reaches it."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from crm.models import Customer, StaffTask, TierReward
from crm.service.staff_tasks import open_task

DONE_WITHIN = dt.timedelta(days=3)
ROLE = "Support"


def open_for(customer_id: int, reward: TierReward, key: str, at: dt.datetime) -> None:
    open_task(
        Customer.objects.get(pk=customer_id),
        title=_("%(tier)s: %(reward)s") % {"tier": reward.tier, "reward": reward.get_kind_display()},
        script=reward.words,
        kind=StaffTask.Kind.OTHER,
        at=at,
        due_at=at + DONE_WITHIN,
        owner_group=Group.objects.filter(name=ROLE).first(),
        key=key,
    )
