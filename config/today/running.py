"""Whether facts come in and Encore keeps up with its work."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chains.stats.lateness import overdue
from config.health import LATE_AFTER, beat, is_ok
from config.today.line import Line, Part, counted
from crm.models import Delivery, Source, WebhookMessage

BACKUP_AGE = dt.timedelta(days=2)
DISK_ALMOST_FULL = 0.1


def running(now: dt.datetime, *, is_administrator: bool) -> Part:
    """Managers see where facts come from; how the machine fares only who runs it."""
    lines = [*_sources(now), *(_machine(now) if is_administrator else [])]
    return Part(gettext_lazy("Encore itself"), lines)


def _sources(now: dt.datetime) -> Iterator[Line]:
    for source in Source.objects.open():
        if source.is_silent(now):
            words = _("Nothing has come from “%(source)s” for longer than usual") % {"source": source}
            yield Line(words, reverse("admin:crm_source_change", args=[source.pk]), is_urgent=True)
    counts = counted(deliveries=Delivery.objects.failed(), webhooks=WebhookMessage.objects.failed())
    if counts["deliveries"]:
        words = ngettext(
            "%(count)d message of a source could not be applied",
            "%(count)d messages of sources could not be applied",
            counts["deliveries"],
        )
        yield Line(words % {"count": counts["deliveries"]}, reverse("admin:crm_source_changelist"))
    if counts["webhooks"]:
        words = ngettext(
            "%(count)d message to another system could not be delivered",
            "%(count)d messages to other systems could not be delivered",
            counts["webhooks"],
        )
        yield Line(words % {"count": counts["webhooks"]}, reverse("admin:crm_webhookendpoint_changelist"))


def _machine(now: dt.datetime) -> Iterator[Line]:
    late = overdue(now)
    if late.oldest_due_at and now - late.oldest_due_at > LATE_AFTER:
        words = ngettext(
            "%(count)d message is late: is a worker running?",
            "%(count)d messages are late: is a worker running?",
            late.count,
        )
        yield Line(words % {"count": late.count}, reverse("admin:chains_touch_changelist"), is_urgent=True)
    if not is_ok(beat(now)):
        schedule = reverse("admin:django_celery_beat_periodictask_changelist")
        yield Line(_("The schedule does not run: is celery beat started?"), schedule, is_urgent=True)
    yield from _backup(now)
    disk = shutil.disk_usage(settings.VAR_DIR)
    if disk.free < DISK_ALMOST_FULL * disk.total:
        sizes = {"free": filesizeformat(disk.free), "total": filesizeformat(disk.total)}
        yield Line(_("The disk is almost full: %(free)s of %(total)s are free") % sizes, is_urgent=True)


def _backup(now: dt.datetime) -> Iterator[Line]:
    made = [file.stat().st_mtime for file in (settings.VAR_DIR / "backup").glob("encore-*.dump")]
    if not made:
        yield Line(_("There is no backup in the usual folder yet: manage.py backup makes one"))
        return
    age = now - dt.datetime.fromtimestamp(max(made), dt.UTC)
    if age > BACKUP_AGE:
        words = ngettext("The last backup is %(days)d day old", "The last backup is %(days)d days old", age.days)
        yield Line(words % {"days": age.days}, is_urgent=True)
