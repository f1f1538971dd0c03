"""Telegram is told where this shop hears what customers tell the bot, and by what secret it is known there."""

from __future__ import annotations

import requests
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from chains.channels.description import SetUpError
from chains.channels.http import TIMEOUT
from chains.channels.telegram.sender import method_url

UPDATES = ["message", "edited_message", "my_chat_member", "callback_query"]


def webhook_secret() -> str:
    """What Telegram has to repeat with every update, so that nobody else can speak in its name."""
    return salted_hmac("chains.telegram", settings.TELEGRAM_TOKEN, algorithm="sha256").hexdigest()


def connect_bot() -> str:
    try:
        problem = register_webhook(settings.SITE_URL + reverse("channels:telegram_webhook"))
    except requests.RequestException as error:
        problem = type(error).__name__
    if problem:
        raise SetUpError(_("Telegram did not take it: %(why)s") % {"why": problem})
    return _("The bot is connected: customers can press Start.")


def register_webhook(address: str) -> str:
    """What is wrong, in words, or nothing."""
    known = requests.get(method_url("getMe"), timeout=TIMEOUT).json()
    name = known.get("result", {}).get("username", "")
    if known.get("ok") and name.lower() != settings.TELEGRAM_BOT.lower():
        words = _("the token belongs to the bot @%(name)s, not to @%(bot)s")
        return words % {"name": name, "bot": settings.TELEGRAM_BOT}
    wanted = {"url": address, "secret_token": webhook_secret(), "allowed_updates": UPDATES}
    answer = requests.post(method_url("setWebhook"), json=wanted, timeout=TIMEOUT).json()
    return "" if answer.get("ok") else str(answer.get("description", ""))
