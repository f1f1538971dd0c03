"""Sign-ups that nobody confirmed in time are forgotten; their number stays."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F

from chains.models import SignUp, SignUpForm


def forget_expired(now: dt.datetime) -> int:
    return sum(_forget(form_id, now) for form_id in SignUpForm.objects.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _forget(form_id: int, now: dt.datetime) -> int:
    return forget(form_id, list(SignUp.objects.expired(now).filter(form=form_id).values_list("pk", flat=True)))


def forget(form_id: int, ids: list[int]) -> int:
    """Within a transaction of the caller's."""
    count = SignUp.objects.pending().filter(pk__in=ids).delete()[0]
    SignUpForm.objects.filter(pk=form_id).update(expired_count=F("expired_count") + count)
    return count
