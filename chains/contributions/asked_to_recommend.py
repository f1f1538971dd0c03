"""Letters that asked for a recommendation: those sent with a link to the customer's own kit."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from django.db.models import Count, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from chains.models import Touch


def asked_by_letters(customer_ids: Collection[int], start: dt.datetime, end: dt.datetime) -> Counter[int]:
    sent = Touch.objects.sent().filter(customer__in=customer_ids, sent_at__gte=start, sent_at__lt=end)
    with_kit = sent.annotate(led_to=Cast("links", TextField())).filter(led_to__contains=kit_path())
    return Counter(dict(with_kit.order_by().values_list("customer").annotate(times=Count("pk"))))


def kit_path() -> str:
    return reverse("chains:kit", args=["-"]).removesuffix("-/")
