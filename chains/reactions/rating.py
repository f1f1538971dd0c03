from __future__ import annotations

import datetime as dt

from chains.models import Touch
from chains.reactions.touch_events import SOURCE
from crm.models import Feedback
from crm.service.feedback import leave


def rate(touch: Touch, score: int, *, text: str, may_publish: bool, at: dt.datetime) -> Feedback:
    """Rate the order the message is about; a second rating of the same message leaves the first."""
    return leave(
        touch.customer,
        kind=Feedback.Kind.RATING,
        score=score,
        at=at,
        source=SOURCE,
        key=_key(touch),
        order=touch.order,
        text=text,
        may_publish=may_publish,
    )


def rating_of(touch: Touch) -> Feedback | None:
    return Feedback.objects.filter(source=SOURCE, key=_key(touch)).first()


def _key(touch: Touch) -> str:
    return f"rating:{touch.pk}"
