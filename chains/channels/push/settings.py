"""Whom a push service may write to about what this shop sends; naming one switches push on."""

from typing import Any

from environs import Env

# Those of Chrome, Firefox, Edge and Safari: a subscription that names another server is refused.
PUSH_SERVICES = [
    "fcm.googleapis.com", "updates.push.services.mozilla.com", "notify.windows.com", "push.apple.com",
]  # fmt: skip


def read(env: Env) -> dict[str, Any]:
    return {"PUSH_CONTACT": env.str("PUSH_CONTACT", ""), "PUSH_SERVICES": env.list("PUSH_SERVICES", PUSH_SERVICES)}
