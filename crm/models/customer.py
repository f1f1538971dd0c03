from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from crm.models.channel import Channel, Purpose
from crm.models.choices import database_checks_choices
from crm.models.company import Company
from crm.models.search_keys import address_parts, folded, mailbox, name_keys
from crm.timezones import is_time_zone


def validate_time_zone(name: str) -> None:
    if not is_time_zone(name):
        raise ValidationError(_("“%(name)s” is not a time zone, e.g. Europe/Moscow."), params={"name": name})


class CustomerQuerySet(models.QuerySet["Customer"]):
    def current(self) -> Self:
        """Customers that stand for themselves: neither merged away nor erased."""
        return self.filter(merged_into=None, erased_at=None)

    def reachable(self, channel: str, purpose: str = Purpose.MARKETING) -> Self:
        return self.filter(
            models.Exists(Contact.objects.usable(purpose).filter(channel=channel, customer=models.OuterRef("pk")))
        )

    def by_address(self, channel: str, address: str) -> Self:
        return self.current().filter(contacts__channel=channel, contacts__address=address)

    def locked(self, ids: Iterable[int]) -> Self:
        """Lock these customers, in id order so that two callers cannot deadlock.

        `NO KEY`: a plain FOR UPDATE would wait for every insert that references the customer.
        """
        return self.filter(pk__in=list(ids)).order_by("pk").select_for_update(no_key=True)


@database_checks_choices
class Customer(models.Model):
    class Mood(models.TextChoices):
        UNKNOWN = "", _("not noted")
        GOOD = "good", _("good")
        BAD = "bad", _("bad")

    class Frequency(models.TextChoices):
        LESS = "less", _("less often")
        USUAL = "", _("as usual")
        MORE = "more", _("more often")

    external_id = models.CharField(
        _("customer id in the shop"),
        max_length=200,
        null=True,
        blank=True,
        unique=True,
        help_text=_("How your shop or till names this customer."),
    )
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    born_on = models.DateField(_("birth date"), null=True, blank=True)
    city = models.CharField(_("city"), max_length=150, blank=True)
    address = models.CharField(_("street, house, flat"), max_length=300, blank=True, default="", db_default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, default="", db_default="")
    region = models.CharField(_("region"), max_length=150, blank=True, default="", db_default="")
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator("^[A-Z]{2}$", _("Two capital letters, e.g. RU."))],
        help_text=_("Two capital letters, e.g. RU."),
    )
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("company")
    )
    job_title = models.CharField(_("job title"), max_length=150, blank=True, default="", db_default="")
    language = models.CharField(
        _("language"), max_length=8, blank=True, help_text=_("Empty: the language of the shop.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the time zone of the shop."),
    )
    source = models.CharField(_("acquisition source"), max_length=100, blank=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("tags"))
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    mood = models.CharField(
        _("mood"),
        max_length=8,
        choices=Mood.choices,
        default=Mood.UNKNOWN,
        blank=True,
        help_text=_("A bad mood stops marketing to this customer until you change it."),
    )
    mood_noted_at = models.DateTimeField(_("mood noted at"), null=True, blank=True)
    frequency = models.CharField(
        _("how often they want to hear from the shop"),
        max_length=8,
        choices=Frequency.choices,
        default=Frequency.USUAL,
        db_default="",
        blank=True,
        help_text=_("How many touches a week that means is in the settings of the shop."),
    )
    channel_order = ArrayField(
        models.CharField(max_length=16, choices=Channel.choices),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("channels, the preferred first"),
        help_text=_("Empty: as the message or the shop prefers."),
    )
    muted_topics = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, verbose_name=_("topics not wanted")
    )
    notes = models.TextField(_("notes"), blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("merged into"),
        editable=False,
    )
    told = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="When each field was last told, by its name."
    )
    links_revoked_at = models.DateTimeField(
        _("links to their own page revoked at"),
        null=True,
        blank=True,
        editable=False,
        help_text="What was made before opens nothing any more.",
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = CustomerQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["told"], verbose_name=_("change of a customer"), verbose_name_plural=_("changes of customers")
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [("import_customer", "Can import files of customers")]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customer_not_merged_into_itself"),
            models.CheckConstraint(condition=~Q(external_id=""), name="customer_external_id_not_empty"),
        ]
        indexes = [
            # Support's search by the beginning of a name; LIKE 'x%' needs the pattern operators outside the C locale.
            models.Index(OpClass(folded("first_name"), name="text_pattern_ops"), name="customer_first_name_folded"),
            models.Index(OpClass(folded("last_name"), name="text_pattern_ops"), name="customer_last_name_folded"),
            # And by a name typed wrong. What waits to be sorted in is read by every search, so little may wait.
            GinIndex(name_keys("first_name", "last_name"), name="customer_name_keys", gin_pending_list_limit=512),
            models.Index(fields=["city"], name="customer_city"),
            models.Index(fields=["mood_noted_at"], condition=Q(mood="bad"), name="customer_in_a_bad_mood"),
            GinIndex(fields=["tags"], name="customer_tags"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id or str(_("Customer %(id)s") % {"id": self.pk})

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ContactQuerySet(models.QuerySet["Contact"]):
    def told_last_first(self) -> Self:
        """Of several addresses of a channel the one told last is used."""
        return self.order_by("-told_at", "-pk")

    def usable(self, purpose: str) -> Self:
        """Contacts that may be written to for this purpose: marketing needs a yes, service only the absence of a no."""
        live = self.filter(state=Contact.State.ACTIVE)
        if purpose == Purpose.MARKETING:
            return live.filter(marketing_consent=Contact.Consent.GRANTED)
        return live.exclude(service_consent=Contact.Consent.WITHDRAWN)


@database_checks_choices
class Contact(models.Model):
    """One address of one customer. A family may share an address, so it is unique only within a customer."""

    class State(models.TextChoices):
        ACTIVE = "active", _("in use")
        STALE = "stale", _("stale")
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("reported as spam")
        INVALID = "invalid", _("invalid")

    class Consent(models.TextChoices):
        UNKNOWN = "unknown", _("not asked")
        REQUESTED = "requested", _("asked, not confirmed")
        GRANTED = "granted", _("given")
        WITHDRAWN = "withdrawn", _("withdrawn")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="contacts", db_index=False, verbose_name=_("customer")
    )
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices)
    address = models.CharField(
        _("address"), max_length=320, help_text=_("Normalised: lower-case email, phone as +79991234567.")
    )
    state = models.CharField(_("deliverability"), max_length=16, choices=State.choices, default=State.ACTIVE)
    state_reason = models.CharField(_("why"), max_length=300, blank=True)
    marketing_consent = models.CharField(
        _("marketing consent"), max_length=16, choices=Consent.choices, default=Consent.UNKNOWN, editable=False
    )
    service_consent = models.CharField(
        _("service consent"), max_length=16, choices=Consent.choices, default=Consent.UNKNOWN, editable=False
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    told_at = models.DateTimeField(_("told last"), default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(fields=["customer", "channel", "address"], name="contact_unique_in_customer"),
            models.CheckConstraint(condition=~Q(address=""), name="contact_address_not_empty"),
        ]
        indexes = [
            models.Index(fields=["channel", "address"], name="contact_by_address"),
            models.Index(OpClass("address", name="text_pattern_ops"), name="contact_address_prefix"),
            # Support's search by the middle or the end of an address.
            GinIndex(address_parts("address"), name="contact_address_parts", gin_pending_list_limit=512),
            # Whether somebody who is recommended is a customer already, however they write their address.
            models.Index(mailbox("address"), condition=Q(channel="email"), name="contact_mailbox"),
        ]

    def __str__(self) -> str:
        return self.address


@database_checks_choices
class MergeProposal(models.Model):
    """Two customers that look like one person, for staff to decide: an identity conflicts, so it is not done alone."""

    class Status(models.TextChoices):
        OPEN = "open", _("to decide")
        MERGED = "merged", _("merged")
        REJECTED = "rejected", _("different people")

    keeper = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("customer to keep"))
    duplicate = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("possible duplicate"))
    reason = models.CharField(_("why they look alike"), max_length=300)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["keeper", "duplicate"], name="merge_proposal_unique"),
            models.CheckConstraint(condition=~Q(keeper=F("duplicate")), name="merge_proposal_two_customers"),
        ]

    def __str__(self) -> str:
        return f"{self.keeper} ~ {self.duplicate}"
