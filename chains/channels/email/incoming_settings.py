"""Turns what the environment says about what comes back into Django's settings: webhooks, the mailbox, bounces."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

from chains.channels.email.sending_settings import ANYMAIL_KEYS, check_library, usable
from chains.channels.provider_url import parsed

WEBHOOK_PROVIDERS = (set(ANYMAIL_KEYS) - {"scaleway"}) | {"mailtrap", "postal"}
LEAST_SECRET = 12
IMAP_SCHEMES = {"imap", "imap+tls", "imaps"}
INBOX_EXAMPLE = "imaps://user:password@imap.example.com/INBOX"


def webhook_providers(named: list[str], email_url: str) -> list[str]:
    """Whose webhooks are open: those named, or the one that letters are sent by."""
    if unknown := set(named) - WEBHOOK_PROVIDERS:
        raise ImproperlyConfigured(
            f"WEBHOOK_PROVIDERS names {', '.join(sorted(unknown))}, which Encore does not know. "
            f"Choose from {', '.join(usable(WEBHOOK_PROVIDERS))}."
        )
    for name in named:
        check_library("WEBHOOK_PROVIDERS", name)
    sending = urlparse(email_url).scheme.removeprefix("anymail+")
    return named or ([sending] if sending in WEBHOOK_PROVIDERS else [])


def webhook_secret(secret: str) -> str:
    user, _colon, password = secret.partition(":")
    if not user or len(password) < LEAST_SECRET:
        raise ImproperlyConfigured(
            f"WEBHOOK_SECRET must look like name:password with a random password of {LEAST_SECRET} characters or more, "
            "as in encore:f3Jx92mQk4vTz81p. Providers give it in the address: "
            "https://name:password@crm.example.com/hooks/mail/mailgun/tracking/"
        )
    return secret


def prefixed(prefix: str, environ: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in environ.items() if value and name.startswith(prefix)}


def inbox(url: str) -> str:
    """The mailbox that replies come to, `imaps://user:password@host/folder`; empty when there is none."""
    if not url:
        return ""
    parts = parsed("INBOX_URL", url, INBOX_EXAMPLE)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in IMAP_SCHEMES or not parts.hostname or not parts.username or not parts.password:
        raise ImproperlyConfigured(
            f"INBOX_URL must look like {INBOX_EXAMPLE}, with imap+tls:// for STARTTLS or imap:// for no encryption. "
            "Characters such as @ or / in a password are written as %40 and %2F."
        )
    if unknown := set(options) - {"done"}:
        raise ImproperlyConfigured(
            f"INBOX_URL has the option {', '.join(sorted(unknown))}; Encore knows only done, the folder for letters "
            "that were read."
        )
    if not unquote(parts.path).isascii() or not options.get("done", "").isascii():
        raise ImproperlyConfigured(
            "INBOX_URL names a folder with letters beyond English ones; rename it, e.g. replies."
        )
    return url


def bounce_address(address: str) -> str:
    if address and not re.fullmatch(r"[^@\s+]+@[^@\s]+", address):
        raise ImproperlyConfigured(
            f"BOUNCE_ADDRESS must be an address without a +, such as bounces@example.com, not {address!r}."
        )
    return address
