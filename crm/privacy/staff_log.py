"""Django's log of what staff did names whom they did it to, and quotes what they typed."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from crm.privacy.holding import holds
from crm.privacy.kept import Kept, blank, columns, everything_kept
from crm.privacy.person import Person


def _entries(person: Person) -> QuerySet[LogEntry]:
    """About their rows, while these are there, or with one of their addresses in it."""
    emails_and_numbers = [address for _channel, address in person.addresses]
    about = holds("object_repr", emails_and_numbers) | holds("change_message", emails_and_numbers)
    about |= _about(Customer.objects.filter(pk__in=person.ids))
    for kept in everything_kept():
        found = kept.find(person) if kept is not STAFF_LOG else None
        if isinstance(found, QuerySet):
            about |= _about(found)
    ids = list(LogEntry.objects.filter(about).values_list("pk", flat=True))
    return LogEntry.objects.filter(pk__in=ids).order_by("action_time", "pk")


def _about(found: QuerySet[Customer]) -> Q:
    ids = found.order_by().annotate(as_text=Cast("pk", CharField())).values("as_text")
    return Q(content_type=ContentType.objects.get_for_model(found.model), object_id__in=ids)


STAFF_LOG = Kept(
    "staff_log",
    _entries,
    columns("action_time", "object_repr", "change_message"),
    blank(object_repr="", change_message=""),
    _("log of what staff did"),
)
