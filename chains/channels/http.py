"""What an answer over HTTP, or none, says about a message that was handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import requests
from django.utils import timezone
from urllib3.exceptions import NewConnectionError

from chains.channels.sender import Outcome, Result

TIMEOUT = (5, 20)  # seconds to connect, seconds to answer
DEFAULT_PAUSE = dt.timedelta(seconds=30)
LONGEST_PAUSE_SECONDS = 3600
DETAIL_LENGTH = 300
# The account, the key or the address of the provider is wrong: no recipient's fault, and it may be put right.
MISCONFIGURED = frozenset({401, 402, 403, 404, 405})


def attempt(
    touch_id: int, send: Callable[[], requests.Response], judge: Callable[[int, requests.Response], Outcome]
) -> Outcome:
    """Send, and judge the answer; a connection that broke is told apart by whether anything was handed over."""
    try:
        answer = send()
    except requests.RequestException as error:
        return unanswered(touch_id, error)
    if answer.status_code == 429:
        return Outcome(touch_id, Result.TEMPORARY, _words(answer), pause=pause_of(answer))
    if answer.status_code >= 500:
        asked = _pause(answer.headers.get("Retry-After", ""))
        return Outcome(touch_id, Result.TEMPORARY, _words(answer), is_providers_fault=True, pause=asked)
    return judge(touch_id, answer)


def unanswered(touch_id: int, error: BaseException) -> Outcome:
    """No connection: surely not sent. Broken off later: perhaps."""
    result = Result.TEMPORARY if never_connected(error) else Result.UNKNOWN
    return Outcome(touch_id, result, without_secrets(error), is_providers_fault=True)


def refused(touch_id: int, answer: requests.Response, *, contact_state: str = "") -> Outcome:
    """An answer below 500 that is no success: the provider's or the account's fault, or this message's for good."""
    if not contact_state and answer.status_code in MISCONFIGURED:
        return Outcome(touch_id, Result.TEMPORARY, _words(answer), is_providers_fault=True)
    return Outcome(touch_id, Result.PERMANENT, _words(answer), contact_state)


def never_connected(error: BaseException | None) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error and error.args else None
    return isinstance(reason, NewConnectionError)


def pause_of(answer: requests.Response | None) -> dt.timedelta | None:
    """How long a 429 asks to be left alone, in a header or, as Telegram says it, in its body."""
    if answer is None or answer.status_code != 429:
        return None
    written = answer.headers.get("Retry-After", "")
    if not written and "json" in answer.headers.get("Content-Type", ""):
        body = answer.json()
        parameters = body.get("parameters") if isinstance(body, dict) else None
        written = str(parameters.get("retry_after", "")) if isinstance(parameters, dict) else ""
    return asked_pause(written)


def asked_pause(written: str) -> dt.timedelta:
    """Retry-After of a 429; half a minute where it does not say."""
    return _pause(written) or DEFAULT_PAUSE


def _pause(written: str) -> dt.timedelta | None:
    """Retry-After: seconds or a date (RFC 9110, 10.2.3)."""
    if written.isdecimal():
        return dt.timedelta(seconds=min(int(written[:9]), LONGEST_PAUSE_SECONDS))
    try:
        until = parsedate_to_datetime(written)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max(until - timezone.now(), dt.timedelta()), dt.timedelta(seconds=LONGEST_PAUSE_SECONDS))


def _words(answer: requests.Response) -> str:
    return f"{answer.status_code} {answer.text.strip()}"[:DETAIL_LENGTH]


def without_secrets(error: BaseException) -> str:
    """What went wrong, without the address: that of a bot or a gateway holds its key."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    name = type(error).__name__
    return f"{name}: {type(cause).__name__}" if cause is not None else name
