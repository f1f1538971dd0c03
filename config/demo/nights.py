"""What the schedule does by itself, done at the moments that are replayed."""

from __future__ import annotations

import datetime as dt

from crm.jobs.status import tell_due
from crm.loyalty import tiers
from crm.loyalty.expiry import expire_points
from crm.loyalty.order_points import approve_due
from crm.loyalty.reminders import record_expiring
from crm.referrals.attributing import attribute_waiting
from crm.referrals.settling import settle_all
from crm.service.case_pauses import close_silent
from crm.subscriptions import renewals


def do_by_day(now: dt.datetime) -> None:
    """Many times a day."""
    renewals.tend(now)
    attribute_waiting(now)
    settle_all(now)


def do_by_night(now: dt.datetime) -> None:
    approve_due(now)
    expire_points(now)
    record_expiring(now)
    tiers.review_tiers(now)
    tell_due(now)
    close_silent(now)
