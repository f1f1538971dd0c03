from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.channel import Channel
from crm.models.choices import database_checks_choices
from crm.models.customer import Customer


@database_checks_choices
class ConsentRecord(models.Model):
    """One line of the consent ledger: append-only. A withdrawal is a new line, never a change of an old one."""

    class Action(models.TextChoices):
        REQUESTED = "requested", _("asked")
        GRANTED = "granted", _("given")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Purpose(models.TextChoices):
        SERVICE = "service", _("Service")
        MARKETING = "marketing", _("Marketing")
        PROFILING = "profiling", _("Profiling")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="consent_records", db_index=False, verbose_name=_("customer")
    )
    channel = models.CharField(
        _("channel"),
        max_length=16,
        choices=Channel.choices,
        blank=True,
        help_text=_("Empty: not about one channel (profiling)."),
    )
    address = models.CharField(_("address"), max_length=320, blank=True)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    action = models.CharField(_("action"), max_length=16, choices=Action.choices)
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    wording = models.TextField(_("wording"), blank=True, help_text=_("The text the customer agreed to."))
    source = models.CharField(
        _("source"), max_length=100, help_text=_("Where it happened: checkout, import, preference page, staff.")
    )
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent ledger")
        ordering = ["-occurred_at", "-pk"]
        indexes = [models.Index(fields=["customer", "-occurred_at"], name="consent_by_customer")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_action_display()}"
