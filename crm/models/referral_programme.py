from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from simple_history.models import HistoricalRecords

from crm.models.choices import database_checks_choices


class ReferralReward(models.TextChoices):
    """What somebody gets for a recommendation."""

    NOTHING = "nothing", _("nothing")
    POINTS = "points", _("points")
    PERCENT = "percent", _("coupon: percent off")
    AMOUNT = "amount", _("coupon: amount off")
    FREE_DELIVERY = "free_delivery", _("coupon: free delivery")
    GIFT = "gift", _("a gift that a colleague hands over")


def reward_kind(label: StrPromise) -> models.CharField[str, str]:
    return models.CharField(label, max_length=16, choices=ReferralReward.choices, default=ReferralReward.NOTHING)


def reward_value(label: StrPromise) -> models.DecimalField[Decimal | None, Decimal | None]:
    return models.DecimalField(label, max_digits=12, decimal_places=2, null=True, blank=True)


def _whole(name: str) -> Q:
    """Each kind of reward has what it needs, and a percentage is one."""
    kind, value, gift = f"{name}_kind", f"{name}_value", f"{name}_gift"
    return (
        Q(**{f"{kind}__in": ["nothing", "free_delivery"]})
        | Q(**{f"{kind}__in": ["points", "amount"], f"{value}__gt": 0})
        | Q(**{kind: "percent", f"{value}__gt": 0, f"{value}__lte": 100})
        | Q(**{kind: "gift"}) & ~Q(**{gift: ""})
    )


@database_checks_choices
class ReferralProgramme(models.Model):
    """The one row of the page about recommendations. Read it once a batch with `ReferralProgramme.load()`."""

    class CountsAt(models.TextChoices):
        PAID = "paid", _("the first order is paid")
        DELIVERED = "delivered", _("the first order is delivered or performed")
        KEPT = "kept", _("the time to return it is over")

    is_on = models.BooleanField(_("recommendations are rewarded"), default=False)
    recommender_kind = reward_kind(_("who recommends gets"))
    recommender_value = reward_value(_("percent, amount or points"))
    recommender_gift = models.CharField(_("gift"), max_length=200, blank=True)
    friend_kind = reward_kind(_("the friend gets"))
    friend_value = reward_value(_("percent, amount or points"))
    friend_gift = models.CharField(_("gift"), max_length=200, blank=True)
    is_friend_welcomed = models.BooleanField(
        _("the friend gets it at once, as a welcome"),
        default=True,
        help_text=_("After they confirmed their address. Otherwise when the first order counts."),
    )
    coupon_days = models.PositiveSmallIntegerField(
        _("coupons are good for, days"), default=90, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    counts_at = models.CharField(
        _("it counts when"),
        max_length=16,
        choices=CountsAt.choices,
        default=CountsAt.KEPT,
        help_text=_("How long goods may be returned stands among the settings of points."),
    )
    minimum = models.DecimalField(
        _("first order of at least"),
        max_digits=12,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("In the shop's currency, less what came back."),
    )
    window_days = models.PositiveSmallIntegerField(
        _("the friend orders within, days"), default=90, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    most_a_month = models.PositiveSmallIntegerField(
        _("rewards a month to one person"),
        default=10,
        validators=[MinValueValidator(1)],
        help_text=_("What goes beyond waits for a person to look at it."),
    )
    words = models.TextField(
        _("words to forward"),
        max_length=600,
        blank=True,
        help_text=_("Customers may change them before they send them. Empty: Encore's own, in their language."),
    )
    examples_url = models.URLField(
        _("examples of your work"),
        blank=True,
        help_text=_("Cases, reviews or pictures, to be forwarded with the words."),
    )
    contact = models.CharField(
        _("whom to ask, and when"),
        max_length=300,
        blank=True,
        help_text=_("Phone and hours for those who are recommended. Empty: the support contact of the shop."),
    )

    history = HistoricalRecords(
        verbose_name=_("change of the recommendations"), verbose_name_plural=_("changes of the recommendations")
    )

    class Meta:
        verbose_name = _("programme of recommendations")
        verbose_name_plural = _("programme of recommendations")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="referral_programme_is_one"),
            models.CheckConstraint(condition=_whole("recommender"), name="referral_recommender_reward_whole"),
            models.CheckConstraint(condition=_whole("friend"), name="referral_friend_reward_whole"),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> ReferralProgramme:
        """As saved, or as installed: whoever only looks writes nothing."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
