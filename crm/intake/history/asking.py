"""One question to a shop's REST API: its answer, or in words why there is none, and whether to ask again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from requests import Response
from requests_hardened import HTTPSession

from crm.intake.history.storable import storable
from crm.outbound_http import AnswerTooLarge, Unreachable, ask

MOST_BYTES = 30_000_000
MOST_QUOTED = 200
LONGEST_RETRY_AFTER = dt.timedelta(days=1)


@dataclass(frozen=True)
class Question:
    """`about` says in words what is asked for."""

    url: str
    about: str
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None


@dataclass(frozen=True)
class Answer:
    """`headers` are found in any case of letters."""

    body: Any
    headers: Mapping[str, str]


class NoAnswer(Exception):
    """Why, in words."""


class Refused(NoAnswer):
    """It will be no other until somebody changes something."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class TryLater(NoAnswer):
    """It may be there later: after `wait`, where the shop says so."""

    def __init__(self, reason: str, wait: dt.timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def ask_shop(question: Question, http: HTTPSession, now: dt.datetime) -> Answer:
    _only_readable_keys(question)
    try:
        response = ask(
            "GET",
            question.url,
            most_bytes=MOST_BYTES,
            within=http,
            params=question.params,
            headers=question.headers,
            auth=question.auth,
        )
    except AnswerTooLarge as large:
        raise Refused(str(large)) from large
    except Unreachable as nobody:
        raise TryLater(str(nobody)) from nobody
    if response.status_code != 200:
        raise _refusal(response, question, now)
    return Answer(_json(response, question), response.headers)


def _only_readable_keys(question: Question) -> None:
    """HTTP has no place for other characters."""
    for secret in (*question.headers.values(), *(question.auth or ())):
        if not (secret.isascii() and secret.isprintable()):
            raise Refused(_("The key of its API holds characters that no key has. Copy it again."))


def _refusal(response: Response, question: Question, now: dt.datetime) -> NoAnswer:
    status, told = response.status_code, _told(response)
    if status == 429 or status >= 500:
        words = _("The shop is busy") if status == 429 else _("The shop fails")
        return TryLater(f"{words}: {status}{told}.", retry_after(response.headers.get("Retry-After", ""), now))
    if 300 <= status < 400:
        place = response.headers.get("Location", "")[:MOST_QUOTED]
        return Refused(_("The shop sends us on to %(place)s. Enter that address instead.") % {"place": place}, status)
    return Refused(_advice(status, question) + told, status)


def _advice(status: int, question: Question) -> str:
    if status == 401:
        return _("The shop does not know the key of its API: copy it again (401).")
    if status == 403:
        return _("The key of its API may not read %(what)s: give it that right in the shop (403).") % {
            "what": question.about
        }
    if status == 404:
        return _("Nothing is at %(url)s: check the address of the shop (404).") % {"url": question.url}
    return _("The shop refuses to tell %(what)s (%(status)s).") % {"what": question.about, "status": status}


def _told(response: Response) -> str:
    """What the shop says itself, where it says it as WooCommerce or Shopify do."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    told = body.get("message") or body.get("errors") if isinstance(body, dict) else None
    return f" “{storable(told)[:MOST_QUOTED]}”" if isinstance(told, str) and told else ""


def _json(response: Response, question: Question) -> Any:
    try:
        return storable(json.loads(response.content))
    except (ValueError, RecursionError) as wrong:
        site = urlsplit(question.url).netloc
        raise TryLater(
            _("%(site)s answers with something else than data: is it the address of the shop?") % {"site": site}
        ) from wrong


def retry_after(said: str, now: dt.datetime) -> dt.timedelta | None:
    """Seconds, also broken ones as Shopify says them, or a moment; None where it says nothing that can be read."""
    try:
        wait = dt.timedelta(seconds=float(said))
    except (ValueError, OverflowError):
        try:
            moment = parsedate_to_datetime(said)
        except (ValueError, OverflowError):
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) - now
    return min(max(wait, dt.timedelta()), LONGEST_RETRY_AFTER)
