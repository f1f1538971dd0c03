"""What an endpoint's answer means for the message. Values in, values out: no queries, no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext as _

from crm.models import WebhookMessage

Status = WebhookMessage.Status

# After the first, the second … attempt that failed: the schedule of Standard Webhooks. There is none after the last.
WAITS = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
)
# So that what failed at one moment does not all come back at one moment.
JITTER = 0.2
LONGEST_RETRY_AFTER = dt.timedelta(days=1)
GONE = 410
# Of those who refuse, these say that it may be otherwise later.
FOR_NOW = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 where nobody answered, and `problem` says why."""

    status: int = 0
    text: str = ""
    problem: str = ""
    retry_after: dt.timedelta | None = None

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == GONE

    @property
    def is_refusal(self) -> bool:
        return 400 <= self.status < 500 and self.status not in FOR_NOW and not self.is_gone

    @property
    def words(self) -> str:
        """Why it was not taken."""
        if self.problem or self.is_taken:
            return self.problem
        if self.is_gone:
            return _("It answered 410: this address is no longer in use.")
        if 300 <= self.status < 400:
            return _("It answered %(status)d; Encore follows no redirects.") % {"status": self.status}
        return _("It answered %(status)d.") % {"status": self.status}


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of the message; it is tried again at `due_at` where there is one."""

    status: str
    due_at: dt.datetime | None = None


def next_wait(attempts: int, chance: float) -> dt.timedelta | None:
    """After so many attempts, with a chance between 0 and 1; None after the last."""
    return WAITS[attempts - 1] * (1 + JITTER * chance) if attempts <= len(WAITS) else None


def settlement(answer: Answer, wait: dt.timedelta | None, *, is_call: bool, now: dt.datetime) -> Settlement:
    """Whoever calls from a chain wants the answer, and a refusal is one."""
    if answer.is_taken:
        return Settlement(Status.TAKEN)
    if answer.is_refusal and is_call:
        return Settlement(Status.REFUSED)
    if answer.is_gone or wait is None:
        return Settlement(Status.FAILED)
    return Settlement(Status.WAITING, now + max(wait, answer.retry_after or wait))


def retry_after(header: str | None, now: dt.datetime) -> dt.timedelta | None:
    """In seconds or as a date of HTTP; what is neither is no wish. A day is the longest it may ask for."""
    if not header:
        return None
    if header.strip().isascii() and header.strip().isdecimal():
        return min(dt.timedelta(seconds=min(int(header.strip()), 10**6)), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return min(max(moment - now, dt.timedelta()), LONGEST_RETRY_AFTER)
