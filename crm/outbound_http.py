"""Asking addresses that staff typed: a shop's REST API, a feed, a webhook of somebody else.

Whoever may type an address must not reach what only this machine reaches: private addresses are refused after the name
is resolved, redirects are not followed, and an answer is read no further than its limit.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress

CONNECT_SECONDS = 5
ANSWER_SECONDS = 20
USER_AGENT = "Encore"
CHUNK_BYTES = 65_536


class Unreachable(Exception):
    """No answer that can be used, in words."""


class AnswerTooLarge(Unreachable):
    """More came than was asked for."""


def session(answer_seconds: float = ANSWER_SECONDS) -> HTTPSession:
    """A session for several requests; close it, or use it in a `with`."""
    return HTTPSession(
        Config(
            ip_filter_enable=not settings.PRIVATE_ADDRESSES_ALLOWED,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(CONNECT_SECONDS, answer_seconds),
            user_agent_override=USER_AGENT,
        )
    )


def ask(
    method: str, url: str, *, most_bytes: int, within: HTTPSession | None = None, **options: Any
) -> requests.Response:
    """The answer with its body read, whatever its status. Unreachable says in words why there is none.

    `options` are those of requests: `json`, `data`, `headers`, `auth`, `params`.
    """
    if within is None:
        with session() as own:
            return ask(method, url, most_bytes=most_bytes, within=own, **options)
    try:
        response: requests.Response = within.request(method, url, stream=True, **options)
        with response:
            response._content = _body(response, most_bytes)
    except InvalidIPAddress as refused:
        raise Unreachable(_("%(url)s leads to a private address.") % {"url": url}) from refused
    except requests.RequestException as failed:
        raise Unreachable(
            _("%(url)s does not answer: %(why)s.") % {"url": url, "why": type(failed).__name__}
        ) from failed
    return response


def download(url: str, to: Path, *, most_bytes: int, **options: Any) -> None:
    """Write what is at an address to a file. Unreachable says in words why there is nothing to be had."""
    with session() as own, to.open("wb") as file:
        try:
            with own.request("GET", url, stream=True, **options) as response:
                if response.status_code != HTTPStatus.OK:
                    raise Unreachable(_("%(url)s answers %(status)s.") % {"url": url, "status": response.status_code})
                for chunk in response.iter_content(CHUNK_BYTES):
                    file.write(chunk)
                    if file.tell() > most_bytes:
                        raise _too_large(most_bytes)
        except InvalidIPAddress as refused:
            raise Unreachable(_("%(url)s leads to a private address.") % {"url": url}) from refused
        except requests.RequestException as failed:
            raise Unreachable(
                _("%(url)s does not answer: %(why)s.") % {"url": url, "why": type(failed).__name__}
            ) from failed


def _body(response: requests.Response, most_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > most_bytes:
            raise _too_large(most_bytes)
    return bytes(body)


def _too_large(most_bytes: int) -> AnswerTooLarge:
    return AnswerTooLarge(
        _("The answer is larger than %(most)s megabytes.") % {"most": round(most_bytes / 1_000_000, 1)}
    )
