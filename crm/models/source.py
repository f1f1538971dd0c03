"""Where facts come from, and what arrived there before it was applied."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.secret_field import SecretField

KEY_BYTES = 16


def new_key() -> str:
    """Part of the source's address: hard to guess, safe in a path."""
    return secrets.token_urlsafe(KEY_BYTES)


class SourceQuerySet(models.QuerySet["Source"]):
    def open(self) -> Self:
        """Sources whose doors take what arrives."""
        return self.filter(is_paused=False)

    def with_key(self, key: str) -> Source | None:
        """Every call at a door asks this: the query is written out, as putting it together would cost more than it."""
        return next(iter(self.raw("SELECT * FROM crm_source WHERE key = %s", [key])), None)


@database_checks_choices
class Source(models.Model):
    """One connected place. What it may tell follows from its kind; an API key has its rights."""

    class Kind(models.TextChoices):
        API = "api", _("API key")
        WEBHOOK = "webhook", _("webhook of your own")
        SHOPIFY = "shopify", _("Shopify")
        WOOCOMMERCE = "woocommerce", _("WooCommerce")
        TRACKING = "tracking", _("Segment's tracking API")
        SITE = "site", _("script on your site")
        FORM = "form", _("any shape of JSON or form")
        FEED = "feed", _("catalogue feed")

    class Rights(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("read and write")
        COUPONS = "coupons", _("coupons only")
        TILL = "till", _("coupons and points")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("How staff call it."))
    key = models.CharField(_("key"), max_length=64, unique=True, default=new_key, editable=False)
    secret = SecretField(_("secret"), blank=True, editable=False)
    previous_secret = SecretField(_("secret before"), blank=True, editable=False)
    previous_secret_until = models.DateTimeField(_("the one before is good until"), null=True, editable=False)
    rights = models.CharField(_("rights"), max_length=16, choices=Rights.choices, default=Rights.WRITE)
    id_prefix = models.CharField(
        _("before its numbers"),
        max_length=20,
        blank=True,
        help_text=_("Where two shops number alike: put before customer ids and order numbers of this one."),
    )
    site_address = models.URLField(_("address of the shop or feed"), blank=True)
    api_user = models.CharField(_("user or key of its API"), max_length=200, blank=True)
    api_secret = SecretField(_("secret or token of its API"), blank=True)
    mapping = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="Which field of what comes is what, for any shape."
    )
    report = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="What its catalogue held when it was fetched last."
    )
    is_consent_asked = models.BooleanField(
        _("remember visitors only after they agree"),
        default=True,
        help_text=_("Without it the script on the site sets its cookie at once."),
    )
    are_readers_recognised = models.BooleanField(
        _("recognise who comes from a letter"),
        default=True,
        help_text=_("Links of letters to this site then say, for an hour, whose letter it was."),
    )
    requests_a_minute = models.PositiveIntegerField(
        _("requests a minute"),
        default=600,
        validators=[MinValueValidator(1)],
        help_text=_("More are asked to come again later."),
    )
    is_paused = models.BooleanField(_("paused"), default=False, help_text=_("What arrives is refused."))
    silent_after_hours = models.PositiveSmallIntegerField(
        _("silent after, hours"),
        default=48,
        help_text=_("When nothing was heard for so long from a source that used to speak, its light turns."),
    )
    last_heard_at = models.DateTimeField(_("last heard"), null=True, editable=False)
    created_at = models.DateTimeField(_("connected at"), default=timezone.now, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of facts")
        verbose_name_plural = _("where facts come from")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="source_name_not_empty")]

    def __str__(self) -> str:
        return self.name

    def prefixed(self, name: str) -> str:
        """A number or id of this source as it is kept; empty for none."""
        return f"{self.id_prefix}{name}" if name else ""

    def secrets_at(self, now: dt.datetime) -> list[str]:
        """The secrets that sign at this moment: after a change the one before is good for a while."""
        is_before_good = self.previous_secret_until is not None and now < self.previous_secret_until
        return [one for one in (self.secret, self.previous_secret if is_before_good else "") if one]

    def is_silent(self, now: dt.datetime) -> bool:
        return self.last_heard_at is not None and now - self.last_heard_at > dt.timedelta(hours=self.silent_after_hours)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unapplied(self) -> Self:
        return self.filter(status__in=[Delivery.Status.WAITING, Delivery.Status.HELD, Delivery.Status.FAILED])

    def held(self) -> Self:
        """Nobody has said yet what to make of them."""
        return self.filter(status=Delivery.Status.HELD)

    def failed(self) -> Self:
        return self.filter(status=Delivery.Status.FAILED)

    def settled_before(self, moment: dt.datetime) -> Self:
        """Nothing is left to do about them."""
        return self.filter(status__in=[Delivery.Status.APPLIED, Delivery.Status.IGNORED], applied_at__lt=moment)

    def due(self, now: dt.datetime) -> Self:
        return self.filter(status=Delivery.Status.WAITING, due_at__lte=now)

    def waiting_for(self, source: Source, anonymous_ids: Iterable[str], now: dt.datetime) -> Self:
        """What these devices told that was tried, and is to be tried again later only."""
        later = self.filter(source=source, status=Delivery.Status.WAITING, attempts__gt=0, due_at__gt=now)
        return later.filter(payload__anonymousId__in=list(anonymous_ids))

    def try_at(self, moment: dt.datetime) -> int:
        """Those that nobody is trying right now; how many."""
        free = list(self.select_for_update(skip_locked=True).values_list("pk", flat=True))
        return Delivery.objects.filter(pk__in=free).update(due_at=moment)


@database_checks_choices
class Delivery(models.Model):
    """What arrived through a door, verified and kept as it came, and what became of it.

    `subject` is the order or customer it is about, as its source names it: deliveries of one subject are applied in
    the order in which they arrived.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        HELD = "held", _("waits for staff")
        APPLIED = "applied", _("applied")
        IGNORED = "ignored", _("nothing in it for Encore")
        FAILED = "failed", _("could not be applied")

    source = models.ForeignKey(Source, models.CASCADE, related_name="deliveries", verbose_name=_("source"))
    key = models.CharField(_("key"), max_length=200)
    topic = models.CharField(_("topic"), max_length=100)
    subject = models.CharField(_("about"), max_length=200, blank=True)
    payload = models.JSONField(_("what came"))
    is_historic = models.BooleanField(_("historic"), default=False, db_default=False)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField(_("why"), max_length=500, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    due_at = models.DateTimeField(_("tried again at"), default=timezone.now)
    applied_at = models.DateTimeField(_("applied at"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-received_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="delivery_once_per_source")]
        indexes = [
            # What happens now goes before the past of a shop that was just connected.
            models.Index(fields=["is_historic", "due_at", "id"], condition=Q(status="waiting"), name="delivery_due"),
            # What came before about the same subject has to be applied first.
            models.Index(
                fields=["source", "subject", "id"], condition=Q(status="waiting"), name="delivery_waiting_subject"
            ),
            models.Index(fields=["source", "-received_at"], name="delivery_by_source"),
            models.Index(fields=["source"], condition=Q(status="failed"), name="delivery_failed"),
            # What came about an order or a person, applied or not: it is looked at again when they ask to be erased.
            models.Index(fields=["source", "subject"], condition=~Q(subject=""), name="delivery_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}".strip()
