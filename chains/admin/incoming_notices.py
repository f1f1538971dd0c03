"""What the chains page says about what comes back: spam reports, the stop they lead to, and the mailbox."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from chains.channels.email.reputation import allow, is_at
from chains.models import Mailbox, Reputation
from crm.models import Shop

# A server may be away for some minutes; nobody has to run for that.
MAILBOX_GRACE = dt.timedelta(minutes=10)


def context(request: HttpRequest, now: dt.datetime) -> dict[str, Any]:
    shop, reputation = Shop.load(), Reputation.objects.first()
    return {
        "shop": shop,
        "reputation": reputation and {**vars(reputation), "warns": is_at(shop.spam_warn_percent, reputation)},
        "mailbox": Mailbox.objects.failing(now - MAILBOX_GRACE).first(),
        "may_allow": request.user.has_perm("chains.change_chain"),
    }


def allow_view(request: HttpRequest) -> HttpResponse:
    """Somebody looked into it and takes the stop away."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("chains.change_chain"):
        raise PermissionDenied
    allow(timezone.now(), request.user)  # type: ignore[arg-type]
    messages.success(request, gettext("Marketing letters go out again, and spam reports are counted anew."))
    return HttpResponseRedirect(reverse("admin:chains_chain_changelist"))
