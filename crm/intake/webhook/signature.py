"""Whether what came is from who it says: a signature of Standard Webhooks, or a bearer key."""

from __future__ import annotations

import datetime as dt
import hmac

from django.http import HttpRequest
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from crm.intake.arrival import Untrusted
from crm.models import Source

BEARER = "bearer "


def check(request: HttpRequest, source: Source, now: dt.datetime) -> None:
    """Raise Untrusted unless one of the source's secrets signed these very bytes lately, or came as the key."""
    authorization = request.headers.get("Authorization", "")
    known = source.secrets_at(now)
    if authorization.lower().startswith(BEARER):
        given = authorization[len(BEARER) :].strip().encode()
        if not any(hmac.compare_digest(given, one.encode()) for one in known):
            raise Untrusted(_("The key is not this source's."))
        return
    reasons = [_failure(request, secret) for secret in known]
    if "" not in reasons:
        raise Untrusted(reasons[0] if reasons else _("This source has no secret."))


def _failure(request: HttpRequest, secret: str) -> str:
    try:
        Webhook(secret).verify(request.body, dict(request.headers), json_parse=False)
    except WebhookVerificationError as wrong:
        return _("The signature does not hold: %(why)s.") % {"why": wrong}
    except ValueError:
        return _("The signature cannot be read.")
    return ""
