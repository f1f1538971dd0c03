"""The bot that writes to customers, as the environment names it."""

import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env


def read(env: Env) -> dict[str, Any]:
    token, bot = telegram(env.str("TELEGRAM_TOKEN", ""), env.str("TELEGRAM_BOT", ""))
    api_url = env.str("TELEGRAM_API_URL", "https://api.telegram.org").rstrip("/")
    return {"TELEGRAM_TOKEN": token, "TELEGRAM_BOT": bot, "TELEGRAM_API_URL": api_url}


def telegram(token: str, bot: str) -> tuple[str, str]:
    """The bot's token and its name without @."""
    bot = bot.removeprefix("@")
    if bool(token) != bool(bot):
        raise ImproperlyConfigured("TELEGRAM_TOKEN and TELEGRAM_BOT (the bot's name) belong together: name both.")
    if token and not re.fullmatch(r"\d+:[\w-]+", token):
        raise ImproperlyConfigured("TELEGRAM_TOKEN does not look like one of BotFather's, such as 123456:ABC-def.")
    return token, bot
