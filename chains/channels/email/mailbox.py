"""Reading a mailbox over IMAP: every letter once, none left out, whoever reads it and whenever they die.

How far it was read is kept beside what was read: a letter and the new mark are committed together, and only then is
the letter marked as seen. The mark is a UID, which a mailbox gives out in rising order; people may read and mark
letters in the same mailbox meanwhile. When a mailbox is made anew (another UIDVALIDITY) it is read again from the
start of the week, and letters taken before are known by their Message-ID.
"""

from __future__ import annotations

import datetime as dt
import imaplib
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from chains.channels.email.imap import MailboxUrl, connect
from chains.channels.email.mail_headers import clean
from chains.channels.email.received_mail import read
from chains.channels.email.record_mail import record_mail
from chains.models import IncomingMail, Mailbox

logger = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
LEASE = dt.timedelta(minutes=5)
FIRST_READ = dt.timedelta(days=7)
# A letter with large pictures; of a larger one the beginning is read, where the words are.
WHOLE_BYTES = 26_000_000
BEGINNING_BYTES = 256_000


def poll(url: str, clock: Clock, most: int = 500) -> Counter[str]:
    """Take up to `most` new letters; counts by what they were. Nothing while another worker reads the mailbox."""
    counts: Counter[str] = Counter()
    address = MailboxUrl.parse(url)
    with _leased(address.name, clock) as mailbox:
        if mailbox is None:
            return counts
        with _failures_noted(mailbox, clock), connect(address) as server:
            first = _open_folder(server, address, mailbox, clock())
            for uid in _new_uids(server, first)[:most]:
                if not _renew(mailbox, clock()):
                    logger.warning("Another worker reads %s: this one was too slow.", address.name)
                    break
                counts[_record_next(server, mailbox, uid, clock())] += 1
                _mark_read(server, uid, address.done_folder)
    return counts


@contextmanager
def _leased(name: str, clock: Clock) -> Iterator[Mailbox | None]:
    """Be the only reader: a row leased for minutes at a time, so that nothing has to be cleared after a crash."""
    Mailbox.objects.get_or_create(name=name)
    now, lease = clock(), uuid4()
    free = Mailbox.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), name=name)
    if not free.update(lease=lease, lease_until=now + LEASE):
        yield None
        return
    try:
        yield Mailbox.objects.get(name=name)
    finally:
        Mailbox.objects.filter(name=name, lease=lease).update(lease=None, lease_until=None)


def _renew(mailbox: Mailbox, now: dt.datetime) -> bool:
    return bool(Mailbox.objects.filter(pk=mailbox.pk, lease=mailbox.lease).update(lease_until=now + LEASE))


@contextmanager
def _failures_noted(mailbox: Mailbox, clock: Clock) -> Iterator[None]:
    """Note on the mailbox whether it could be read; a server that is away is no reason to raise an alarm at once."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error) as error:
        detail = clean(str(error) or type(error).__name__)[:300]
        logger.warning("The mailbox %s cannot be read: %s", mailbox.name, detail)
        since = mailbox.failing_since or clock()
        Mailbox.objects.filter(pk=mailbox.pk).update(error=detail, failing_since=since)
    else:
        Mailbox.objects.filter(pk=mailbox.pk).update(error="", failing_since=None, read_at=clock())


def _open_folder(server: imaplib.IMAP4, address: MailboxUrl, mailbox: Mailbox, now: dt.datetime) -> int:
    """Open the folder; the UID to begin at. The first time that is where last week's letters begin."""
    _checked(server.select(_quoted(address.folder)))
    if address.done_folder:
        server.create(_quoted(address.done_folder))  # most of the time it is there, and the server says no
    validity = int(_number(server.response("UIDVALIDITY")[1]))
    if mailbox.uid_validity != validity:
        since = f"{now - FIRST_READ:%d}-{_MONTHS[(now - FIRST_READ).month - 1]}-{now - FIRST_READ:%Y}"
        recent = _uids(server.uid("SEARCH", "SINCE", since))
        mailbox.last_uid = min(recent) - 1 if recent else max(_uids(server.uid("SEARCH", "ALL")), default=0)
        mailbox.uid_validity = validity
        Mailbox.objects.filter(pk=mailbox.pk).update(uid_validity=validity, last_uid=mailbox.last_uid)
    return mailbox.last_uid + 1


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _new_uids(server: imaplib.IMAP4, first: int) -> list[int]:
    # `n:*` names the last letter even when it comes before n.
    return sorted(uid for uid in _uids(server.uid("SEARCH", "UID", f"{first}:*")) if uid >= first)


def _record_next(server: imaplib.IMAP4, mailbox: Mailbox, uid: int, now: dt.datetime) -> str:
    """One letter and the mark behind it, committed together."""
    raw = _fetch(server, uid)
    with transaction.atomic():
        kind = _recorded(raw, mailbox, uid, now) if raw else "gone"
        leased = Mailbox.objects.filter(pk=mailbox.pk, lease=mailbox.lease)
        if not leased.update(last_uid=uid):
            raise imaplib.IMAP4.error("another worker took the mailbox over")
    return kind


def _recorded(raw: bytes, mailbox: Mailbox, uid: int, now: dt.datetime) -> str:
    try:
        with transaction.atomic():
            recorded = record_mail(read(raw), now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the letter waits
    except Exception:
        # One letter that cannot be taken must not keep back all that come after it.
        logger.exception("A letter in %s could not be taken (UID %d); it is still there.", mailbox.name, uid)
        key = f"uid:{mailbox.name}:{mailbox.uid_validity}:{uid}"[:500]
        broken = {"kind": IncomingMail.Kind.UNREADABLE, "received_at": now, "detail": f"UID {uid}"}
        recorded = IncomingMail.objects.get_or_create(key=key, defaults=broken)[0]
    return str(recorded.kind) if recorded else "known"


def _fetch(server: imaplib.IMAP4, uid: int) -> bytes:
    """The letter, or its beginning when it is enormous; nothing when somebody has just deleted it."""
    size = int(_number(_checked(server.uid("FETCH", str(uid), "(RFC822.SIZE)")), b"RFC822.SIZE"))
    if not size:
        return b""
    part = "BODY.PEEK[]" if size <= WHOLE_BYTES else f"BODY.PEEK[]<0.{BEGINNING_BYTES}>"
    answer = _checked(server.uid("FETCH", str(uid), f"({part})"))
    return next((item[1] for item in answer if isinstance(item, tuple)), b"")


def _mark_read(server: imaplib.IMAP4, uid: int, folder: str) -> None:
    """Say in the mailbox that the letter was taken, for people who look into it."""
    _checked(server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)"))
    if folder:
        _checked(server.uid("COPY", str(uid), _quoted(folder)))
        _checked(server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in server.capabilities:
            _checked(server.uid("EXPUNGE", str(uid)))


def _checked(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    status, data = answer
    if status != "OK":
        words = b" ".join(item for item in data if isinstance(item, bytes))
        raise imaplib.IMAP4.error(words.decode("utf-8", "replace") or status)
    return data


def _uids(answer: tuple[str, Sequence[object]]) -> list[int]:
    return [int(uid) for line in _checked(answer) if isinstance(line, bytes) for uid in line.split()]


def _number(data: Sequence[object], name: bytes = b"") -> str:
    text = b" ".join(item if isinstance(item, bytes) else b"" for item in data)
    found = re.search(re.escape(name) + rb"\s*(\d+)", text)
    return found.group(1).decode() if found else "0"


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
