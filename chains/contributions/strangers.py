"""Letters of which nobody knows whom they are from, in the queue of support."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.translation import gettext as _

from chains.models import IncomingMail
from crm.models import Case
from crm.service.queue import Share, Waiting

URGENT, USUAL = 0, 2


def strangers(user: User | AnonymousUser, limit: int) -> Share | None:
    if not user.has_perm("chains.change_incomingmail"):
        return None
    letters = IncomingMail.objects.unplaced()
    url = f"{reverse('admin:chains_incomingmail_changelist')}?state=unplaced"
    first = [_waiting(mail) for mail in letters.most_urgent_first().defer("text")[:limit]]
    return Share(first, letters.count(), _("All letters from nobody known"), url)


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
    )
