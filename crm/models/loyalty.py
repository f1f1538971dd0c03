from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.product import Category, Product


class PointsEntryQuerySet(models.QuerySet["PointsEntry"]):
    def unspent(self, at: dt.datetime) -> Self:
        """What customers may still spend at this moment."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), unspent__gt=0)


@database_checks_choices
class PointsEntry(models.Model):
    """One line of the ledger of points. Append-only, but for what is open of it.

    Of points that came, `unspent` is what is left; of points that went, `owed` is what there was nothing to take from:
    a debt, which the next points pay. The sum of the ledger is what is left less what is owed, and the database keeps
    either from falling below nothing.
    """

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", _("given")
        REFUND = "refund", _("given back")
        SPENDING = "spending", _("spent")
        REVERSAL = "reversal", _("taken back")
        EXPIRY = "expiry", _("expired")

    CAME = (Kind.ACCRUAL, Kind.REFUND)
    WENT = (Kind.SPENDING, Kind.REVERSAL)

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="points", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="points", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    points = models.IntegerField(_("points"), help_text=_("Less than nothing when spent or expired."))
    unspent = models.PositiveIntegerField(_("left of them"), default=0)
    owed = models.PositiveIntegerField(_("owed of them"), default=0, db_default=0, editable=False)
    taken = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="How many came from which entry, by its id."
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    key = models.CharField(max_length=200, unique=True, editable=False)
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    expires_at = models.DateTimeField(_("expire at"), null=True, blank=True)
    is_end_by_settings = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="The end follows from the settings of the shop."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by whom"),
    )
    undoes = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="undone_by",
        verbose_name=_("undoes"),
    )

    objects = PointsEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["accrual", "refund"], points__gt=0, unspent__lte=F("points"), owed=0)
                | Q(kind__in=["spending", "reversal"], points__lt=0, unspent=0, owed__lte=-F("points"), expires_at=None)
                | Q(kind="expiry", points__lt=0, unspent=0, owed=0, expires_at=None),
                name="points_never_below_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-occurred_at"], name="points_by_customer"),
            # The balance of one customer, and what the nightly task finds expiring.
            models.Index(fields=["customer", "expires_at"], condition=Q(unspent__gt=0), name="points_unspent"),
            models.Index(fields=["expires_at"], condition=Q(unspent__gt=0), name="points_expiring"),
            models.Index(fields=["customer"], condition=Q(owed__gt=0), name="points_owed"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}"


class CouponTerms(models.Model):
    """What a coupon, or each of a batch, is good for."""

    class Kind(models.TextChoices):
        PERCENT = "percent", _("percent off")
        AMOUNT = "amount", _("amount off")
        FREE_DELIVERY = "free_delivery", _("free delivery")
        POINTS = "points", _("points")
        GIFT = "gift", _("gift")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    value = models.DecimalField(_("percent, amount or points"), max_digits=12, decimal_places=2, null=True, blank=True)
    gift = models.CharField(_("gift"), max_length=200, blank=True)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for category"),
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only for product")
    )
    minimum = models.DecimalField(_("from an order of"), max_digits=12, decimal_places=2, default=0)
    is_for_first_order = models.BooleanField(_("only for a first order"), default=False, db_default=False)
    is_alone = models.BooleanField(
        _("not together with points"),
        default=False,
        db_default=False,
        help_text=_("An order takes one coupon in any case."),
    )
    starts_at = models.DateTimeField(_("good from"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        abstract = True


VALUE_FITS_KIND = (
    Q(kind="percent", value__gt=0, value__lte=100)
    | Q(kind__in=["amount", "points"], value__gt=0)
    | Q(kind="free_delivery", value=None)
    | Q(kind="gift", value=None) & ~Q(gift="")
)


@database_checks_choices
class CouponBatch(CouponTerms):
    """Many coupons of the same terms: printed codes that belong to whoever brings them, or one code for everybody."""

    name = models.CharField(_("name"), max_length=100, help_text=_("For staff: where they are given out."))
    code = models.CharField(
        _("one code for everybody"),
        max_length=16,
        null=True,
        blank=True,
        unique=True,
        help_text=_("For example SUMMER. Empty: a code of its own on each coupon, to be printed."),
    )
    most = models.PositiveIntegerField(_("how many"), help_text=_("Coupons to print; or uses of the one code in all."))
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("batch of coupons")
        verbose_name_plural = _("batches of coupons")
        constraints = [
            models.CheckConstraint(condition=VALUE_FITS_KIND, name="coupon_batch_value_fits_kind"),
            models.CheckConstraint(condition=Q(category=None) | Q(product=None), name="coupon_batch_one_scope"),
            models.CheckConstraint(condition=~Q(code=""), name="coupon_batch_code_not_empty"),
            models.CheckConstraint(condition=Q(most__gt=0), name="coupon_batch_of_some"),
        ]

    def __str__(self) -> str:
        return self.name


class CouponQuerySet(models.QuerySet["Coupon"]):
    def usable(self, at: dt.datetime) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), redeemed_at=None)

    def held_for(self, sale: str, at: dt.datetime) -> Self:
        """What a till holds for this sale."""
        return self.filter(held_for=sale, held_until__gt=at, redeemed_at=None)

    def unsent(self) -> Self:
        """Their term waits for the message that shows them."""
        return self.filter(sent_at=None, expires_at=None, redeemed_at=None, term_days__isnull=False)


@database_checks_choices
class Coupon(CouponTerms):
    """A promise to one person under a code of their own, kept once. One of a batch has no owner until it is brought.

    Its term counts from the first message that shows it. `sendings` counts the messages that were, or perhaps were,
    sent with it: when the only one surely did not leave, the term has not begun. A till may hold it for a sale whose
    order is not known yet. `releases` counts how often a redemption was undone.
    """

    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="coupons",
        db_index=False,
        verbose_name=_("customer"),
    )
    batch = models.ForeignKey(
        CouponBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coupons",
        db_index=False,
        verbose_name=_("batch"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given by"),
    )
    code = models.CharField(_("code"), max_length=16, unique=True)
    term_days = models.PositiveSmallIntegerField(
        _("term, days"), null=True, blank=True, help_text=_("Counted from the day its message was sent.")
    )
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sendings = models.PositiveIntegerField(default=0, editable=False)
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True, blank=True)
    order = models.OneToOneField(
        Order, models.SET_NULL, null=True, blank=True, related_name="coupon", verbose_name=_("redeemed by order")
    )
    held_for = models.CharField(
        _("held for the sale"),
        max_length=100,
        blank=True,
        db_default="",
        editable=False,
        help_text=_("A till took it before the order was known here."),
    )
    held_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    releases = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    key = models.CharField(max_length=200, unique=True, editable=False)

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(condition=VALUE_FITS_KIND, name="coupon_value_fits_kind"),
            models.CheckConstraint(
                condition=~Q(customer=None) | Q(batch__isnull=False, redeemed_at=None), name="coupon_redeemed_has_owner"
            ),
            models.CheckConstraint(condition=Q(category=None) | Q(product=None), name="coupon_one_scope"),
            models.CheckConstraint(condition=Q(order=None) | ~Q(redeemed_at=None), name="coupon_order_redeems"),
            models.CheckConstraint(condition=~Q(code=""), name="coupon_code_not_empty"),
            models.CheckConstraint(
                condition=Q(held_for="", held_until=None)
                | ~Q(held_for="") & Q(held_until__isnull=False, redeemed_at=None),
                name="coupon_held_whole",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, sendings=0) | Q(sent_at__isnull=False, sendings__gt=0),
                name="coupon_sent_with_a_message",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-issued_at"], name="coupon_by_customer"),
            models.Index(fields=["expires_at"], condition=Q(redeemed_at=None), name="coupon_expiring"),
            # Each uses one of a batch, which redeeming sees to: two who did may turn out to be one person.
            models.Index(fields=["batch", "customer"], condition=Q(batch__isnull=False), name="coupon_of_batch"),
            models.Index(fields=["held_for"], condition=~Q(held_for=""), name="coupon_held"),
        ]

    def __str__(self) -> str:
        return self.shown_code

    @property
    def shown_code(self) -> str:
        """What people know it by: the one code for everybody, where it is of such a batch."""
        return (self.batch.code if self.batch else None) or self.code
