from __future__ import annotations

import datetime as dt
import hashlib
from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import MD5, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.touch import Touch
from crm.models import Case, CaseMessage, Customer
from crm.models.choices import database_checks_choices

STAR = "*"


def forgotten(key: str) -> str:
    return f"{STAR}{hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()}"


class IncomingMailQuerySet(models.QuerySet["IncomingMail"]):
    def taken(self, key: str) -> Self:
        """The letter of this key, be its sender erased since."""
        return self.filter(key__in=[key, forgotten(key)])

    def forget_keys(self) -> int:
        """A Message-ID may be an address; and yet no letter is taken twice."""
        return self.exclude(key__startswith=STAR).update(key=Concat(Value(STAR), MD5("key")))

    def unplaced(self) -> Self:
        """Letters of which nobody knows yet whom they are from, and that nobody set aside."""
        return self.filter(UNPLACED)

    def most_urgent_first(self) -> Self:
        is_less_urgent = models.Case(models.When(severity=Case.Severity.HIGH, then=0), default=1)
        return self.order_by(is_less_urgent, "received_at", "pk")


# By value: the index is made of it, and the class that names them comes later.
UNPLACED = Q(customer=None, kind__in=["stranger", "unreadable"])


@database_checks_choices
class IncomingMail(models.Model):
    """A letter that came in, once, and what was made of it. The words of a reply lie with its case."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("reply")
        STOP = "stop", _("asks for no more letters")
        STRANGER = "stranger", _("from nobody known")
        AUTOMATIC = "automatic", _("automatic answer")
        REPORT = "report", _("delivery or spam report")
        OWN = "own", _("our own letter")
        FLOOD = "flood", _("too many from one sender")
        UNREADABLE = "unreadable", _("could not be read")
        SET_ASIDE = "set_aside", _("needs no answer")

    key = models.CharField(max_length=500, unique=True, editable=False, help_text="Message-ID, or a digest.")
    kind = models.CharField(_("what it is"), max_length=16, choices=Kind.choices)
    severity = models.CharField(
        _("severity"), max_length=8, choices=Case.Severity.choices, default=Case.Severity.NORMAL, editable=False
    )
    sender = models.CharField(_("from"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    touch = models.ForeignKey(
        Touch, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("answers")
    )
    message = models.ForeignKey(
        CaseMessage, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("kept with the case as")
    )
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)

    objects = IncomingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter received")
        verbose_name_plural = _("letters received")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["-received_at"], name="incoming_newest"),
            # Whether a sender has written too often.
            models.Index(fields=["sender", "-received_at"], name="incoming_by_sender"),
            models.Index(fields=["received_at"], condition=UNPLACED, name="incoming_unplaced"),
        ]

    def __str__(self) -> str:
        return self.subject or self.sender or self.key

    @property
    def waits_for_a_person(self) -> bool:
        """Nobody knows yet whom it is from."""
        return self.customer_id is None and self.kind in {self.Kind.STRANGER, self.Kind.UNREADABLE}


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def failing(self, since: dt.datetime) -> Self:
        """Those that could not be read since then or longer."""
        return self.filter(failing_since__lte=since)


class Mailbox(models.Model):
    """How far a mailbox has been read, and who is reading it."""

    name = models.CharField(_("mailbox"), max_length=200, unique=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    read_at = models.DateTimeField(_("last read at"), null=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        constraints = [
            models.CheckConstraint(
                condition=Q(lease=None, lease_until=None) | Q(lease__isnull=False, lease_until__isnull=False),
                name="mailbox_leased_until",
            ),
        ]

    def __str__(self) -> str:
        return self.name
