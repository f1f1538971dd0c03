"""Somebody wants what goes with what counted now, not tonight."""

from __future__ import annotations

import datetime as dt

from celery import current_app
from django.db import transaction

from analytics.models import GoodsCount

TASK = "analytics.tasks.count_goods"


def ask_for_count(now: dt.datetime) -> None:
    """Have a worker do it. Robust: with a dead broker it stays asked for, and can be asked for again."""
    with transaction.atomic():
        GoodsCount.objects.update_or_create(pk=1, defaults={"asked_at": now})
        transaction.on_commit(_send, robust=True)


def _send() -> None:
    current_app.send_task(TASK, retry=False, ignore_result=True)
