"""What chains add to a customer's story: every touch that was or was not sent, and why."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from chains.explain.reasons import sentence
from chains.models import Touch
from crm.models import Customer
from crm.story.story import StoryEntry, StoryKind

ICONS = {Touch.Channel.EMAIL: "mail", Touch.Channel.STAFF_TASK: "call"}
TONES = {
    Touch.Status.SENT: "good",
    Touch.Status.FAILED: "bad",
    Touch.Status.UNKNOWN: "warning",
    Touch.Status.SKIPPED: "warning",
    Touch.Status.MISSED: "warning",
}


def touches(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    newest = Touch.objects.filter(customer=customer).select_related("chain").order_by("-created_at")[:limit]
    for touch in newest:
        yield StoryEntry(
            at=touch.sent_at or touch.due_at,
            icon=ICONS.get(Touch.Channel(touch.channel), "chat"),
            title=str(touch),
            detail=", ".join([f"{touch.chain}: {sentence(touch)}", *_variant(touch), *_responses(touch)]),
            url=reverse("admin:chains_touch_change", args=[touch.pk]),
            tone="bad" if touch.bounced_at or touch.complained_at else TONES.get(Touch.Status(touch.status), ""),
            kind=StoryKind.TOUCH,
        )


def _variant(touch: Touch) -> list[str]:
    return [_("variant %(letter)s") % {"letter": touch.variant_letter}] if touch.variant else []


def _responses(touch: Touch) -> list[str]:
    responses = (
        (touch.bounced_at, _("came back")),
        (touch.replied_at, _("replied")),
        (touch.unsubscribed_at, _("unsubscribed")),
        (touch.complained_at, _("reported as spam")),
    )
    return [words for at, words in responses if at]
