"""Telling people from machines among those who fetch what a letter names. Never sure, so opens decide nothing."""

from __future__ import annotations

import datetime as dt
import re

from crm.robots import is_robot

# Security gateways fetch every link within seconds of delivery; people take longer.
NEAR_INSTANT_SECONDS = 5
# Apple's Mail Privacy Protection loads every picture under this bare name, read or not.
APPLE_PROXY = "Mozilla/5.0"
_MACHINE = re.compile(
    r"scan(?:ner|ning)?\b|proxy|curl/|wget|python|java/|go-http|okhttp|libwww|barracuda|proofpoint|mimecast|symantec|"
    r"safelinks|urldefense",
    re.IGNORECASE,
)


def is_machine(user_agent: str, *, sent_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a fetch most likely came from a program rather than from the one the letter was for."""
    agent = user_agent.strip()
    if not agent or agent == APPLE_PROXY:
        return True
    # Gmail's proxy fetches when a person opens the letter.
    if "GoogleImageProxy" not in agent and (is_robot(agent) or _MACHINE.search(agent)):
        return True
    return sent_at is not None and (at - sent_at).total_seconds() < NEAR_INSTANT_SECONDS
