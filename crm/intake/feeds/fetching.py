"""Fetching feeds: every night, when somebody presses the button, or from a file they uploaded."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import translation
from django.utils.translation import gettext as _

from crm import outbound_http
from crm.intake.feeds.offer import FeedError
from crm.intake.feeds.reading import MOST_BYTES
from crm.intake.feeds.taking import take
from crm.models import Source

logger = logging.getLogger(__name__)

LOCK = "crm.feed"


class AlreadyFetching(FeedError):
    """Another worker is at it."""


def fetch_all(now: dt.datetime) -> int:
    """Every feed that has an address, one after the other; how many were taken."""
    sources = Source.objects.open().filter(kind=Source.Kind.FEED).exclude(site_address="")
    return sum(fetch(source, now) for source in sources)


def fetch(source: Source, now: dt.datetime, *, is_trusted: bool = False) -> bool:
    """Whether the feed was taken; if not, its page says why."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed"
        try:
            with _alone(source):
                _note(source, fetching_since=now.isoformat())
                outbound_http.download(source.site_address, path, most_bytes=MOST_BYTES)
                take(source, path, now, is_trusted=is_trusted)
        except AlreadyFetching:
            return False
        except (outbound_http.Unreachable, FeedError) as failed:
            return _failed(source, failed, now)
        except DatabaseError:
            raise
        except Exception:
            # A fault of ours with one feed must not keep the others from being fetched.
            logger.exception("Feed %s", source.pk)
            return _failed(source, FeedError(_("Encore failed at it: the log says how. It is tried again.")), now)
    return True


def take_upload(source: Source, path: Path, now: dt.datetime) -> bool:
    """Whether the uploaded feed was taken; if not, its page says why."""
    try:
        with _alone(source):
            take(source, path, now, is_trusted=True)
    except FeedError as failed:
        return _failed(source, failed, now)
    return True


def _failed(source: Source, why: Exception, now: dt.datetime) -> bool:
    logger.warning("Feed %s: %s", source.pk, why)
    _note(source, error=str(why), failed_at=now.isoformat(), fetching_since=None)
    return False


def _note(source: Source, **told: str | None) -> None:
    """Beside what the feed held last, which stays as it was."""
    source.refresh_from_db(fields=["report"])
    report = {**source.report, **told}
    source.report = {name: value for name, value in report.items() if value is not None}
    source.save(update_fields=["report"])


@contextmanager
def _alone(source: Source) -> Iterator[None]:
    """The words of a failure are for staff, so in the shop's language; a second worker at the same feed is refused."""
    with translation.override(settings.LANGUAGE_CODE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, %s))", [LOCK, source.pk])
        if not cursor.fetchone()[0]:
            raise AlreadyFetching(_("It is being fetched already."))
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, %s))", [LOCK, source.pk])
