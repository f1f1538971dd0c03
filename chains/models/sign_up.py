from __future__ import annotations

import datetime as dt
import secrets
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Customer


def new_form_key() -> str:
    """Part of the form's address, which stands on the shop's own site."""
    return secrets.token_urlsafe(9)


def new_confirmation_token() -> str:
    return secrets.token_urlsafe(24)


class SignUpFormQuerySet(models.QuerySet["SignUpForm"]):
    def with_counts(self) -> Self:
        """`asked` and `confirmed`: how many signed up, and how many of them pressed the button of the letter."""
        confirmed = Count("sign_ups", filter=Q(sign_ups__confirmed_at__isnull=False))
        return self.annotate(asked=Count("sign_ups") + F("expired_count"), confirmed=confirmed)


class SignUpForm(models.Model):
    """A form of the shop's site by which people ask for letters. Its wording is kept with each consent it brings."""

    key = models.CharField(_("key"), max_length=32, unique=True, default=new_form_key, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("How staff call it."))
    title = models.CharField(_("heading"), max_length=200, help_text=_("What stands above the form and in its letter."))
    wording = models.TextField(
        _("wording of the consent"),
        max_length=2_000,
        help_text=_("What people agree to. It is kept with each consent as it stood when they were asked."),
    )
    asks_name = models.BooleanField(_("ask for the first name"), default=False)
    topics = ArrayField(
        models.CharField(max_length=16),
        default=list,
        blank=True,
        verbose_name=_("topics to choose from"),
        help_text=_("Without any, people agree to all of them."),
    )
    language = models.CharField(_("language"), max_length=10)
    landing_url = models.URLField(
        _("where people land after they confirmed"), blank=True, help_text=_("Empty: on a page of Encore's own.")
    )
    days_to_confirm = models.PositiveSmallIntegerField(
        _("days to confirm"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Then the link of the letter stops working and what was typed is forgotten."),
    )
    is_open = models.BooleanField(_("open"), default=True, help_text=_("A closed form takes no more sign-ups."))
    expired_count = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="Sign-ups that nobody confirmed in time, and are forgotten."
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = SignUpFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up form")
        verbose_name_plural = _("sign-up forms")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(wording=""), name="sign_up_form_has_words"),
            models.CheckConstraint(condition=Q(days_to_confirm__range=(1, 60)), name="sign_up_form_days_to_confirm"),
        ]

    def __str__(self) -> str:
        return self.name


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def pending(self) -> Self:
        return self.filter(confirmed_at=None)

    def letter_due(self, now: dt.datetime) -> Self:
        return self.pending().filter(letter_due_at__lte=now)

    def expired(self, now: dt.datetime) -> Self:
        return self.pending().filter(expires_at__lte=now)


class SignUp(models.Model):
    """Somebody typed an address into a form. Until its owner presses the button of our letter it is nobody's."""

    form = models.ForeignKey(SignUpForm, models.PROTECT, related_name="sign_ups", verbose_name=_("form"))
    token = models.CharField(max_length=64, unique=True, default=new_confirmation_token, editable=False)
    email = models.CharField(_("email"), max_length=320)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    topics = ArrayField(models.CharField(max_length=16), default=list, blank=True, verbose_name=_("topics"))
    referral_code = models.CharField(
        _("recommended by the code"), max_length=16, blank=True, default="", db_default="", editable=False
    )
    wording = models.TextField(_("wording of the consent"), help_text=_("As it was shown."))
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("expires at"))
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)
    page = models.CharField(_("page"), max_length=500, blank=True)
    letter_due_at = models.DateTimeField(_("letter due"), null=True, blank=True)
    letter_sent_at = models.DateTimeField(_("letter sent"), null=True, blank=True)
    letters_sent = models.PositiveSmallIntegerField(_("letters sent"), default=0)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often the letter that is due failed.")
    refusal = models.CharField(_("why no letter went out"), max_length=300, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="sign_ups", verbose_name=_("customer")
    )

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints = [
            models.UniqueConstraint(
                fields=["form", "email"], condition=Q(confirmed_at=None), name="sign_up_pending_once_in_form"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, customer=None) | Q(confirmed_at__isnull=False, customer__isnull=False),
                name="sign_up_customer_when_confirmed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["letter_due_at"],
                condition=Q(confirmed_at=None, letter_due_at__isnull=False),
                name="sign_up_letter_due",
            ),
            models.Index(fields=["expires_at"], condition=Q(confirmed_at=None), name="sign_up_expiring"),
            models.Index(fields=["email"], name="sign_up_by_email"),
            models.Index(fields=["ip", "asked_at"], name="sign_up_by_ip"),
        ]

    def __str__(self) -> str:
        return self.email
