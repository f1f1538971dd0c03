"""The page where a customer connects Telegram, reached from any letter."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chains.channels import connecting
from chains.models import Touch
from chains.public.pages import shop_page, touch_view, unknown_link_page


@require_safe
@touch_view
def telegram(request: HttpRequest, touch: Touch) -> HttpResponse:
    """The wording first, then on to the bot, which learns by the token who came."""
    if not settings.TELEGRAM_TOKEN or touch.customer.erased_at:
        return unknown_link_page(request)
    link = f"https://t.me/{settings.TELEGRAM_BOT}?start={touch.token}"
    return shop_page(request, "telegram", link=link, wording=connecting.consent_wording())
