"""What nobody needs any more, forgotten every night: it names people."""

from __future__ import annotations

import datetime as dt

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django_otp.plugins.otp_totp.models import TOTPDevice

from crm.intake.files import uploads
from crm.models import VisitorAllowance
from crm.service import answer_files

LOG_INS_KEPT = dt.timedelta(days=90)


def forget_what_is_old(now: dt.datetime) -> int:
    """How many rows and files went."""
    log_ins = now - LOG_INS_KEPT
    old = [
        Session.objects.filter(expire_date__lt=now),
        VisitorAllowance.objects.settled_before(now),
        *(kept.objects.filter(attempt_time__lt=log_ins) for kept in (AccessAttempt, AccessFailureLog, AccessLog)),
        # Begun and not confirmed.
        TOTPDevice.objects.filter(confirmed=False, created_at__lt=now - dt.timedelta(days=1)),
    ]
    rows = sum(int(each.delete()[0]) for each in old)
    return rows + uploads.delete_old() + answer_files.forget_unsent(now)
