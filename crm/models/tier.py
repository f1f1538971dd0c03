from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer


class Tier(models.Model):
    """A level that customers reach by what they bought or earned in twelve months."""

    name = models.CharField(_("name"), max_length=60, unique=True, help_text=_("Customers see it."))
    threshold = models.DecimalField(
        _("from"),
        max_digits=14,
        decimal_places=2,
        unique=True,
        validators=[MinValueValidator(0)],
        help_text=_("Money or points of the last 12 months, as the settings of loyalty say."),
    )
    times = models.DecimalField(
        _("points for orders, times"),
        max_digits=4,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("1.5: half as many again."),
    )

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["threshold"]
        constraints = [models.CheckConstraint(condition=Q(threshold__gte=0, times__gte=1), name="tier_gives_no_less")]

    def __str__(self) -> str:
        return self.name


@database_checks_choices
class TierReward(models.Model):
    """What a tier gives: words that its customers read, and where somebody has to do it, a task."""

    class Kind(models.TextChoices):
        PRIORITY = "priority", _("priority slot")
        WARRANTY = "warranty", _("longer warranty")
        SET_UP = "set_up", _("free set-up")
        DELIVERY = "delivery", _("free delivery")
        WEBINAR = "webinar", _("closed webinar")
        COMMUNITY = "community", _("community")
        EARLY_ACCESS = "early_access", _("early access")
        MANAGER = "manager", _("personal manager")
        OTHER = "other", _("something else")

    tier = models.ForeignKey(Tier, models.CASCADE, related_name="rewards", verbose_name=_("tier"))
    kind = models.CharField(_("reward"), max_length=16, choices=Kind.choices)
    words = models.CharField(
        _("in words"), max_length=300, help_text=_("As customers read it: set-up at home, free of charge.")
    )
    opens_task = models.BooleanField(
        _("a task for staff"), default=False, help_text=_("Opened for each customer who reaches the tier.")
    )

    class Meta:
        verbose_name = _("reward of a tier")
        verbose_name_plural = _("rewards of a tier")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["tier", "kind", "words"], name="tier_reward_once"),
            models.CheckConstraint(condition=~Q(words=""), name="tier_reward_in_words"),
        ]

    def __str__(self) -> str:
        return self.words


class CustomerTier(models.Model):
    """The tier somebody is in. `ends_at` is when they leave it, as they were told; `is_kept` that they do not."""

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="tier", verbose_name=_("customer"))
    tier = models.ForeignKey(Tier, models.CASCADE, related_name="members", verbose_name=_("tier"))
    since = models.DateTimeField(_("since"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    is_kept = models.BooleanField(_("kept by a manager"), default=False)
    changes = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("tier of a customer")
        verbose_name_plural = _("tiers of customers")
        indexes = [models.Index(fields=["ends_at"], condition=Q(ends_at__isnull=False), name="customer_tier_ending")]

    def __str__(self) -> str:
        return str(self.tier)
