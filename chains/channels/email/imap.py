"""Where the mailbox is, and a connection to it."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlparse

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class MailboxUrl:
    """`imaps://user:password@host:993/folder?done=folder`, as config.environment.environment has checked it."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    done_folder: str
    scheme: str

    @classmethod
    def parse(cls, url: str) -> MailboxUrl:
        parts = urlparse(url)
        return cls(
            host=parts.hostname or "",
            port=parts.port or (993 if parts.scheme == "imaps" else 143),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.lstrip("/")) or "INBOX",
            done_folder=next(iter(parse_qs(parts.query).get("done", [])), ""),
            scheme=parts.scheme,
        )

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:200]


@contextmanager
def connect(address: MailboxUrl) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    server: imaplib.IMAP4
    if address.scheme == "imaps":
        server = imaplib.IMAP4_SSL(address.host, address.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    else:
        server = imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT_SECONDS)
    try:
        if address.scheme == "imap+tls":
            server.starttls(context)
        server.login(address.user, address.password)
        # Many servers say what they can do only to those they know.
        server.capabilities = tuple(server.capability()[1][0].decode("ascii", "replace").upper().split())
        yield server
    finally:
        _leave(server)


def _leave(server: imaplib.IMAP4) -> None:
    """After the connection broke there is nobody to say goodbye to."""
    try:
        server.logout()
    except (OSError, imaplib.IMAP4.error):
        server.shutdown()
