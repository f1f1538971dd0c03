"""Letters of which nobody knows whom they are from, in the queue of support."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chains.models import IncomingMail
from chains.models.incoming import IncomingMailQuerySet
from crm.models import Case, Channel
from crm.service.queue import Ask, Source, Tab, Waiting

URGENT, USUAL = 0, 2


def _asked(ask: Ask) -> IncomingMailQuerySet:
    """They are nobody's yet."""
    letters = IncomingMail.objects.unplaced()
    if ask.is_mine:
        return letters.none()
    return letters.filter(Q(subject__icontains=ask.text) | Q(sender__icontains=ask.text)) if ask.text else letters


def _first(ask: Ask, limit: int) -> list[Waiting]:
    if ask.tab != Tab.ANSWER:
        return []
    return [_waiting(mail) for mail in _asked(ask).most_urgent_first().defer("text")[:limit]]


def _count(ask: Ask) -> int | None:
    return _asked(ask).count() if ask.tab == Tab.ANSWER else None


def _waiting(mail: IncomingMail) -> Waiting:
    is_urgent = mail.severity == Case.Severity.HIGH
    return Waiting(
        title=mail.subject or _("A letter without a subject"),
        whom=mail.sender,
        kind=mail.get_kind_display(),
        url=reverse("admin:chains_incomingmail_change", args=[mail.pk]),
        rank=URGENT if is_urgent else USUAL,
        since=mail.received_at,
        is_urgent=is_urgent,
        is_reply=True,
        channel=str(Channel.EMAIL.label),
    )


STRANGERS = Source(
    "chains.change_incomingmail",
    gettext_lazy("All letters from nobody known"),
    "admin:chains_incomingmail_changelist",
    _first,
    _count,
    "?state=unplaced",
)
