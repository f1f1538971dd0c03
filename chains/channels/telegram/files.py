"""Files that customers sent to the bot are fetched by a worker: Telegram tells of them only where they can be had."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from chains.channels.http import TIMEOUT, without_secrets
from chains.channels.telegram.sender import method_url
from crm.events import wake
from crm.models import CaseAttachment, Channel
from crm.service.conversations import KEPT_BYTES

logger = logging.getLogger(__name__)

FETCH = "chains.tasks.fetch_telegram_files"
MOST_AT_ONCE = 20
MOST_SECONDS = 60
CHUNK_BYTES = 65_536
FIRST_PAUSE, GIVEN_UP_AFTER = dt.timedelta(minutes=1), dt.timedelta(days=1)


class NotFetched(Exception):
    """Why there is no file; for good when trying again would change nothing."""

    def __init__(self, why: str, *, is_lasting: bool = False) -> None:
        super().__init__(why)
        self.is_lasting = is_lasting


def ring_files() -> None:
    wake(FETCH)


def fetch_due(now: dt.datetime) -> int:
    """Fetch what waits; returns how many files are kept now. A file that two workers fetch is kept once."""
    waiting = CaseAttachment.objects.to_fetch(now).filter(message__channel=Channel.TELEGRAM)
    files = list(waiting.select_related("message").defer("content")[:MOST_AT_ONCE])
    return sum(_keep(file, now) for file in files if _claim(file, now))


def _claim(file: CaseAttachment, now: dt.datetime) -> bool:
    """Put off the next attempt, each time about as long as was waited already, and be the only one to make this one."""
    waited = now - file.message.occurred_at
    again = now + max(FIRST_PAUSE, waited) if waited < GIVEN_UP_AFTER else None
    claimed = CaseAttachment.objects.filter(pk=file.pk, fetch_due_at=file.fetch_due_at)
    return bool(claimed.update(fetch_due_at=again))


def _keep(file: CaseAttachment, now: dt.datetime) -> bool:
    kept = CaseAttachment.objects.filter(pk=file.pk)
    try:
        content = _fetched(file.remote_id)
    except NotFetched as failure:
        logger.warning("A file of a customer could not be fetched from Telegram: %s", failure)
        if failure.is_lasting:
            kept.update(fetch_due_at=None)
        return False
    return bool(kept.update(content=content, size=len(content), fetch_due_at=None))


def _fetched(remote_id: str) -> bytes:
    """https://core.telegram.org/bots/api#getfile"""
    with requests.Session() as session:
        try:
            return _content(session, _path(session, remote_id))
        except (requests.RequestException, HTTPError) as error:
            raise NotFetched(without_secrets(error)) from error


def _path(session: requests.Session, remote_id: str) -> str:
    answer = session.post(method_url("getFile"), json={"file_id": remote_id}, timeout=TIMEOUT, allow_redirects=False)
    told: dict[str, Any] = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    if answer.status_code != requests.codes.ok or not told.get("ok"):
        # A file too large for bots, or one that is gone.
        is_lasting = answer.status_code == requests.codes.bad_request
        raise NotFetched(f"{answer.status_code} {told.get('description', '')}", is_lasting=is_lasting)
    return str(told["result"]["file_path"])


def _content(session: requests.Session, path: str) -> bytes:
    address = f"{settings.TELEGRAM_API_URL}/file/bot{settings.TELEGRAM_TOKEN}/{path}"
    with session.get(address, timeout=TIMEOUT, stream=True, allow_redirects=False) as answer:
        if answer.status_code != requests.codes.ok:
            raise NotFetched(str(answer.status_code))
        return b"".join(_pieces(answer))


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    """No more than is kept, and not from somebody who sends a byte a second."""
    end, count = time.monotonic() + MOST_SECONDS, 0
    for piece in answer.iter_content(CHUNK_BYTES):
        count += len(piece)
        if count > KEPT_BYTES:
            raise NotFetched("larger than what is kept", is_lasting=True)
        if time.monotonic() > end:
            raise NotFetched("too slow")
        yield piece
