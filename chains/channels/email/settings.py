"""What email has to be told: by what letters leave, and where what is said about them comes in."""

import os
from typing import Any

from environs import Env

from chains.channels.email import incoming_settings as incoming
from chains.channels.email.sending_settings import check_provider, email

OUTBOX = {"EMAIL_BACKEND": "chains.channels.email.outbox.EmailBackend"}


def read(env: Env) -> dict[str, Any]:
    url = env.str("EMAIL_URL", "")
    sending: dict[str, Any] = email(url) if url else OUTBOX
    # Further settings of a provider go by Anymail's names: ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY and such.
    anymail = {**sending.get("ANYMAIL", {}), **incoming.prefixed("ANYMAIL_", os.environ)}
    check_provider(url, anymail)
    return {
        "EMAIL_URL": url,
        **sending,
        **_webhooks(env.str("WEBHOOK_SECRET", ""), anymail),
        "WEBHOOK_PROVIDERS": incoming.webhook_providers(env.list("WEBHOOK_PROVIDERS", []), url),
        "INBOX_URL": incoming.inbox(env.str("INBOX_URL", "")),
        "BOUNCE_ADDRESS": incoming.bounce_address(env.str("BOUNCE_ADDRESS", "")),
    }


def _webhooks(secret: str, anymail: dict[str, Any]) -> dict[str, Any]:
    if not secret:
        return {"ANYMAIL": anymail}
    return {
        "ANYMAIL": {**anymail, "WEBHOOK_SECRET": incoming.webhook_secret(secret)},
        # A letter with pictures comes as one request.
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 30_000_000,
    }
