from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from simple_history.models import HistoricalRecords

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order


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
    counts_at = models.CharField(_("it counts when"), max_length=16, choices=CountsAt.choices, default=CountsAt.KEPT)
    hold_days = models.PositiveSmallIntegerField(
        _("time to return, days after delivery"),
        default=17,
        validators=[MaxValueValidator(365)],
        help_text=_("14 to return, and 3 for what is on its way back."),
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
        return cls.objects.get_or_create(pk=1)[0]


class ReferralCode(models.Model):
    """What a customer passes on. Those of duplicates merged into them work on; one is the current one."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="referral_codes", db_index=False, verbose_name=_("customer")
    )
    code = models.CharField(_("code"), max_length=16, unique=True)
    is_current = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("code of recommendation")
        verbose_name_plural = _("codes of recommendation")
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="referral_code_not_empty"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_current=True), name="referral_code_one_current"
            ),
        ]
        indexes = [models.Index(fields=["customer"], name="referral_code_by_customer")]

    def __str__(self) -> str:
        return self.code


class ReferralQuerySet(models.QuerySet["Referral"]):
    def live(self) -> Self:
        """Those that stand: a friend has one of them at most."""
        return self.exclude(status=Referral.Status.VOID)

    def awaiting_order(self) -> Self:
        return self.filter(status=Referral.Status.JOINED)

    def held(self) -> Self:
        return self.filter(status=Referral.Status.HELD)

    def to_review(self) -> Self:
        return self.filter(status=Referral.Status.REVIEW)


@database_checks_choices
class Referral(models.Model):
    """One customer brought another. Nobody is rewarded before its order counts, and nothing in doubt unseen.

    `friend` is empty where it turned out that both are one person.
    """

    class Status(models.TextChoices):
        JOINED = "joined", _("has not ordered yet")
        HELD = "held", _("ordered, the reward is held")
        REVIEW = "review", _("to be looked at")
        REWARDED = "rewarded", _("rewarded")
        REVERSED = "reversed", _("reward taken back")
        VOID = "void", _("does not count")

    class CameBy(models.TextChoices):
        FORM = "form", _("form of the page of recommendation")
        CODE = "code", _("code in the order")
        COUPON = "coupon", _("coupon of a friend")
        LINK = "link", _("link to the shop's site")
        STAFF = "staff", _("noted by staff")

    class Doubt(models.TextChoices):
        NAME = "name", _("the names are alike")
        ADDRESS = "address", _("they live at one address")
        DEVICE = "device", _("more than three friends from one device")
        BURST = "burst", _("many friends within a day")
        MONTH = "month", _("more rewards than usual in a month")
        RETURNED = "returned", _("a part of the order came back")

    class Why(models.TextChoices):
        """Why it does not count, or was taken back."""

        NONE = "", "—"
        SELF = "self", _("both are one person")
        KNOWN = "known", _("the friend had ordered before")
        SMALL = "small", _("the first order was too small")
        CANCELLED = "cancelled", _("the order was cancelled")
        RETURNED = "returned", _("the order came back")
        LATE = "late", _("no order came in time")
        REFUSED = "refused", _("refused by staff")
        ERASED = "erased", _("one of them was erased")
        DOUBLE = "double", _("the friend was recommended by somebody else before")

    recommender = models.ForeignKey(
        Customer, models.CASCADE, related_name="referrals", db_index=False, verbose_name=_("who recommended")
    )
    friend = models.ForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="brought_by", verbose_name=_("friend")
    )
    came_by = models.CharField(_("how the friend came"), max_length=8, choices=CameBy.choices)
    status = models.CharField(_("state"), max_length=8, choices=Status.choices, default=Status.JOINED)
    why = models.CharField(_("why"), max_length=16, choices=Why.choices, blank=True, default=Why.NONE)
    doubts = ArrayField(
        models.CharField(max_length=8, choices=Doubt.choices), default=list, blank=True, verbose_name=_("doubts")
    )
    order = models.OneToOneField(
        Order, models.SET_NULL, null=True, blank=True, related_name="referral", verbose_name=_("first order")
    )
    device = models.CharField(max_length=64, blank=True, editable=False, help_text="A digest of network and browser.")
    joined_at = models.DateTimeField(_("recommended at"), default=timezone.now)
    rewarded_at = models.DateTimeField(_("rewarded at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked at by"),
    )
    reviewed_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("noted by")
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            models.CheckConstraint(condition=Q(friend=None) | ~Q(friend=F("recommender")), name="referral_of_two"),
            models.UniqueConstraint(
                fields=["friend"], condition=~Q(status="void"), name="referral_friend_brought_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["rewarded", "reversed"], rewarded_at__isnull=False)
                | Q(status__in=["joined", "held", "review", "void"], rewarded_at=None),
                name="referral_rewarded_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["void", "reversed"]) & ~Q(why="")
                | Q(status__in=["joined", "held", "review", "rewarded"]),
                name="referral_end_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["recommender", "-joined_at"], name="referral_by_recommender"),
            # What the next minute has to decide, and what waits for a person: few of all.
            models.Index(
                fields=["status", "joined_at"],
                condition=Q(status__in=["joined", "held", "review"]),
                name="referral_undecided",
            ),
            models.Index(fields=["device", "joined_at"], condition=~Q(device=""), name="referral_by_device"),
            models.Index(fields=["rewarded_at"], condition=Q(status="rewarded"), name="referral_rewarded"),
        ]

    def __str__(self) -> str:
        return f"{self.recommender} → {self.friend or '—'}"

    @property
    def doubt_words(self) -> list[str]:
        return [str(Referral.Doubt(doubt).label) for doubt in self.doubts]

    def is_late(self, at: dt.datetime, window_days: int) -> bool:
        return at > self.joined_at + dt.timedelta(days=window_days)
