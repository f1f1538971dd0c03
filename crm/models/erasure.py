from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.channel import Channel
from crm.models.choices import database_checks_choices
from crm.models.customer import Customer


@database_checks_choices
class ErasedAddress(models.Model):
    """A keyed hash of an address whose owner was erased: an old list imported again must not bring back their yes."""

    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices, editable=False)
    digest = models.CharField(_("hash"), max_length=64, editable=False)
    erased_at = models.DateTimeField(_("erased at"), editable=False)

    class Meta:
        verbose_name = _("erased address")
        verbose_name_plural = _("erased addresses")
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="erased_address_unique"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class ErasureCertificate(models.Model):
    """Proof that one person's data was erased: when, by whom, and how much of what. Holds nothing personal.

    Of somebody who was no customer it names the hash of their address.
    """

    customer = models.OneToOneField(
        Customer, models.PROTECT, null=True, related_name="erasure", verbose_name=_("customer"), editable=False
    )
    address = models.OneToOneField(
        ErasedAddress,
        models.PROTECT,
        null=True,
        related_name="certificate",
        verbose_name=_("address that was no customer's"),
        editable=False,
    )
    erased_at = models.DateTimeField(_("erased at"), default=timezone.now, editable=False)
    repeated_at = models.DateTimeField(_("erased again at"), null=True, editable=False)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("erased by"),
        editable=False,
    )
    erased = models.JSONField(_("what was erased"), default=dict, editable=False)

    class Meta:
        verbose_name = _("certificate of erasure")
        verbose_name_plural = _("certificates of erasure")
        ordering = ["-erased_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer=None, address__isnull=False) | Q(customer__isnull=False, address=None),
                name="certificate_of_one_person",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Certificate %(id)s") % {"id": self.pk})
