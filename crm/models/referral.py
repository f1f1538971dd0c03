from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order


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
