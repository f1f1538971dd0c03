"""Asking addresses that staff typed: a shop's REST API, a feed, a webhook of somebody else.

Whoever may type an address must not reach what only this machine reaches: private addresses are refused after the name
is resolved, redirects are not followed, and an answer is read no further than its limit, in bytes and in time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from crm.outbound_patience import limit_beginnings

CONNECT_SECONDS = 5
ANSWER_SECONDS = 20
MOST_SECONDS = 60
DOWNLOAD_SECONDS = 600
USER_AGENT = "Encore"
CHUNK_BYTES = 65_536


class Unreachable(Exception):
    """No answer that can be used, in words."""


class AnswerTooLarge(Unreachable):
    """More came than was asked for. The status is known all the same."""

    status = 0


def session(answer_seconds: float = ANSWER_SECONDS) -> HTTPSession:
    """A session for several requests; close it, or use it in a `with`."""
    opened = HTTPSession(
        Config(
            ip_filter_enable=not settings.PRIVATE_ADDRESSES_ALLOWED,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(CONNECT_SECONDS, answer_seconds),
            user_agent_override=USER_AGENT,
        )
    )
    limit_beginnings(opened)
    return opened


def ask(
    method: str,
    url: str,
    *,
    most_bytes: int,
    most_seconds: float = MOST_SECONDS,
    within: HTTPSession | None = None,
    **options: Any,
) -> requests.Response:
    """The answer with its body read, whatever its status. Unreachable says in words why there is none.

    The session's time is for each piece of the answer; `most_seconds` is for all of it together.
    `options` are those of requests: `json`, `data`, `headers`, `auth`, `params`.
    """
    if within is None:
        with session() as own:
            return ask(method, url, most_bytes=most_bytes, most_seconds=most_seconds, within=own, **options)
    end = time.monotonic() + most_seconds
    with _failures_in_words(url):
        response: requests.Response = within.request(method, url, stream=True, **options)
        with response:
            response._content = b"".join(_pieces(response, most_bytes, end))
    return response


def download(url: str, to: Path, *, most_bytes: int, most_seconds: float = DOWNLOAD_SECONDS) -> None:
    """Write what is at an address to a file. Unreachable says in words why there is nothing to be had."""
    end = time.monotonic() + most_seconds
    with session() as own, _failures_in_words(url), own.request("GET", url, stream=True) as response:
        if response.status_code != HTTPStatus.OK:
            raise Unreachable(_("%(url)s answers %(status)s.") % {"url": url, "status": response.status_code})
        with to.open("wb") as file:
            file.writelines(_pieces(response, most_bytes, end))


@contextmanager
def _failures_in_words(url: str) -> Iterator[None]:
    try:
        yield
    except InvalidIPAddress as refused:
        raise Unreachable(_("%(url)s leads to a private address.") % {"url": url}) from refused
    except (requests.RequestException, HTTPError) as failed:
        raise Unreachable(
            _("%(url)s does not answer: %(why)s.") % {"url": url, "why": type(failed).__name__}
        ) from failed


def _pieces(response: requests.Response, most_bytes: int, end: float) -> Iterator[bytes]:
    """The body as it comes, so that somebody who sends a byte a second is given up on as well."""
    count = 0
    while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
        count += len(piece)
        if count > most_bytes:
            raise _too_large(response, most_bytes)
        if time.monotonic() > end:
            raise requests.ReadTimeout
        yield piece


def _too_large(response: requests.Response, most_bytes: int) -> AnswerTooLarge:
    most = round(most_bytes / 1_000_000, 1)
    refusal = AnswerTooLarge(_("The answer is larger than %(most)s megabytes.") % {"most": most})
    refusal.status = response.status_code
    return refusal
