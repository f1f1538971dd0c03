"""Who may call: `Authorization: Bearer KEY`, where the key names its source and proves to know its secret."""

from __future__ import annotations

import hmac

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from crm.intake import rate_limit, wrong_keys
from crm.intake.api.problems import Refused, answer
from crm.intake.sources import note_heard
from crm.models import Source

READS = frozenset({Source.Rights.READ, Source.Rights.WRITE})
WRITES = frozenset({Source.Rights.WRITE})
COUPONS = frozenset({Source.Rights.WRITE, Source.Rights.COUPONS, Source.Rights.TILL})
POINTS = frozenset({Source.Rights.WRITE, Source.Rights.TILL})
COUPON_READS = frozenset(Source.Rights)


def key_of(source: Source) -> str:
    """The whole key, as it is shown once."""
    return f"{source.key}.{source.secret}"


def source_of(key: str) -> Source | None:
    """The open source whose key this is; a key changed lately is good for a while."""
    name, _dot, secret = key.partition(".")
    if "\0" in name:
        return None
    source = Source.objects.with_key(name)
    if source is None or source.is_paused or source.kind != Source.Kind.API:
        return None
    known = source.secrets_at(timezone.now())
    return source if any(hmac.compare_digest(one.encode(), secret.encode()) for one in known) else None


class ApiKey(HttpBearer):
    """Lets a key in that has one of these rights, as often as its source may call."""

    def __init__(self, rights: frozenset[Source.Rights]) -> None:
        super().__init__()
        self.rights = rights

    def authenticate(self, request: HttpRequest, token: str) -> Source | None:
        source = source_of(token)
        if source is None:
            if refusal := wrong_keys.refusal(request):
                raise Refused(refusal)
            return None
        if source.rights not in self.rights:
            raise Refused(answer(403, _("This key has no right to do this."), source.get_rights_display()))
        allowance = rate_limit.take_turn(source)
        if allowance.is_used_up:
            raise Refused(rate_limit.refusal(allowance))
        request.allowance = allowance  # type: ignore[attr-defined]
        note_heard(source, timezone.now())
        return source
