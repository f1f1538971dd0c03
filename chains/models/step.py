from __future__ import annotations

import secrets
from decimal import Decimal

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from crm.models import Category, Channel, Coupon, Product, Purpose, Shop

LONGEST_WAIT = 3650
MOST_POINTS = 10_000_000
CUSTOM_EVENT = Chain.CUSTOM_EVENT


# What the database knows, written out: a class cannot see the choices of the one around it.
CHANGES = ("add_tag", "remove_tag", "attribute", "points", "coupon")
KINDS = ("message", "wait", "branch", "split", "staff_task", "change", "leave")
WAITS = ("time", "event", "offset", "hour", "date", "monthday")
ANCHORS = (
    "arrival",
    "trigger",
    "placed",
    "payment_due",
    "paid",
    "shipped",
    "delivered",
    "promised",
    "appointment",
    "warranty_end",
    "repurchase",
    "birthday",
    "attribute",
)


def new_step_key() -> str:
    return secrets.token_hex(4)


class Step(models.Model):
    """One step of the draft. `key` stays the same through every version, so that people keep their place."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        WAIT = "wait", _("wait")
        BRANCH = "branch", _("branch")
        SPLIT = "split", _("random split")
        STAFF_TASK = "staff_task", _("staff task")
        CHANGE = "change", _("change of the customer")
        LEAVE = "leave", _("end of the way")

    class Wait(models.TextChoices):
        TIME = "time", _("for a time")
        EVENT = "event", _("until something happens, or the time is up")
        OFFSET = "offset", _("until a moment before or after a date")
        HOUR = "hour", _("until an hour or weekday")
        DATE = "date", _("until a date")
        MONTH_DAY = "monthday", _("until a day of the month")

    class Unit(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")
        WEEKS = "weeks", _("weeks")

    class Anchor(models.TextChoices):
        ARRIVAL = "arrival", _("coming to this step")
        TRIGGER = "trigger", _("the start of the chain")
        PLACED = "placed", _("the order")
        PAYMENT_DUE = "payment_due", _("the day the payment is due")
        PAID = "paid", _("the payment")
        SHIPPED = "shipped", _("the shipping")
        DELIVERED = "delivered", _("the delivery")
        PROMISED = "promised", _("the promised date")
        APPOINTMENT = "appointment", _("the appointment")
        WARRANTY_END = "warranty_end", _("the end of the warranty")
        REPURCHASE = "repurchase", _("the time to buy again")
        BIRTHDAY = "birthday", _("the birthday")
        ATTRIBUTE = "attribute", _("a date of the customer")

    class IfUnknown(models.TextChoices):
        WAIT = "wait", _("wait until it is known")
        GO_ON = "go_on", _("go on at once")
        LEAVE = "leave", _("leave the chain")

    class Change(models.TextChoices):
        ADD_TAG = "add_tag", _("add a tag")
        REMOVE_TAG = "remove_tag", _("take a tag away")
        SET_ATTRIBUTE = "attribute", _("set an attribute")
        GIVE_POINTS = "points", _("give points")
        ISSUE_COUPON = "coupon", _("issue a coupon")

    # The steps whose arms hold steps of their own; a wait for an event has two arms, it happened and time ran out.
    PARTING = (Kind.BRANCH, Kind.SPLIT)
    COUPONS_WITH_VALUE = (Coupon.Kind.PERCENT, Coupon.Kind.AMOUNT, Coupon.Kind.POINTS)

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="steps", verbose_name=_("chain"))
    arm = models.ForeignKey(
        "chains.StepArm",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("lies in"),
        help_text=_("Empty: in the chain itself."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    key = models.CharField(max_length=32, default=new_step_key, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.MESSAGE)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices, default=Purpose.SERVICE)

    template = models.ForeignKey(
        "chains.MessageTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("template"),
    )
    channels = ArrayField(
        models.CharField(max_length=16, choices=Channel.choices),
        default=list,
        blank=True,
        verbose_name=_("channels, the preferred first"),
        help_text=_("Empty: in the shop's order, as far as the template has a text for them."),
    )
    at_hour = models.PositiveSmallIntegerField(
        _("exactly at the hour"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(23)],
        help_text=_("Of the customer's day. Empty: as soon as it is its turn."),
    )
    late_after_hours = models.PositiveSmallIntegerField(
        _("useless after, hours"),
        default=72,
        validators=[MinValueValidator(1)],
        help_text=_("A message that could not go out by then is dropped."),
    )

    wait = models.CharField(_("waits"), max_length=8, choices=Wait.choices, default=Wait.TIME)
    wait_amount = models.SmallIntegerField(
        _("how long"),
        default=1,
        validators=[MinValueValidator(-LONGEST_WAIT), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("For an event: at most. Before or after a date: below zero is before it."),
    )
    wait_unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices, default=Unit.DAYS)
    wait_from = models.CharField(_("counted from"), max_length=16, choices=Anchor.choices, default=Anchor.TRIGGER)
    wait_attribute = models.CharField(
        _("attribute with the date"), max_length=100, blank=True, help_text=_("As your shop sends it: departure_on.")
    )
    if_unknown = models.CharField(
        _("when that date is not known"), max_length=8, choices=IfUnknown.choices, default=IfUnknown.WAIT
    )
    wait_hour = models.PositiveSmallIntegerField(
        _("hour"), default=10, validators=[MaxValueValidator(23)], help_text=_("Of the customer's day.")
    )
    wait_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Shop.Weekday.choices),
        default=list,
        blank=True,
        verbose_name=_("only on"),
    )
    wait_on = models.DateField(_("date"), null=True, blank=True)
    wait_month_day = models.PositiveSmallIntegerField(
        _("day of the month"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("31 is the last day of a shorter month."),
    )
    wait_event = models.CharField(_("until"), max_length=100, blank=True)
    wait_custom_event = models.CharField(
        _("name of the other event"), max_length=100, blank=True, help_text=_("As your shop sends it.")
    )
    wait_rule = models.JSONField(_("only when"), null=True, blank=True)
    wait_this_order = models.BooleanField(_("only about the order of the chain"), default=False)

    change = models.CharField(_("what changes"), max_length=16, choices=Change.choices, default=Change.ADD_TAG)
    tag = models.CharField(_("tag"), max_length=100, blank=True)
    attribute = models.CharField(_("attribute"), max_length=100, blank=True)
    attribute_value = models.CharField(_("value"), max_length=300, blank=True)
    points = models.PositiveIntegerField(
        _("points"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_POINTS)]
    )
    points_days = models.PositiveSmallIntegerField(
        _("they expire after, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("Empty: never."),
    )
    coupon_kind = models.CharField(
        _("a coupon for"), max_length=16, choices=Coupon.Kind.choices, default=Coupon.Kind.PERCENT
    )
    coupon_value = models.DecimalField(
        _("percent, amount or points"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    coupon_gift = models.CharField(_("gift"), max_length=200, blank=True)
    coupon_category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for category"),
    )
    coupon_product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only for product")
    )
    coupon_minimum = models.DecimalField(
        _("from an order of"), max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    coupon_days = models.PositiveSmallIntegerField(
        _("term, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("Counted from the day its message is sent. Empty: no end."),
    )

    script = models.TextField(_("what to do or say"), blank=True)
    due_days = models.PositiveSmallIntegerField(_("to be done within, days"), default=1)
    owner_group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who does it")
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "key"], name="step_key_unique_in_chain"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="step_kind_known"),
            models.CheckConstraint(condition=Q(purpose__in=["service", "marketing"]), name="step_purpose_known"),
            models.CheckConstraint(condition=Q(wait__in=WAITS), name="step_wait_known"),
            models.CheckConstraint(
                condition=Q(wait_unit__in=["minutes", "hours", "days", "weeks"]), name="step_unit_known"
            ),
            models.CheckConstraint(condition=Q(wait_from__in=ANCHORS), name="step_anchor_known"),
            models.CheckConstraint(
                condition=Q(if_unknown__in=["wait", "go_on", "leave"]), name="step_if_unknown_known"
            ),
            models.CheckConstraint(condition=Q(change__in=CHANGES), name="step_change_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()

    @property
    def event_kind(self) -> str:
        """What a wait for an event waits for."""
        return self.wait_custom_event if self.wait_event == CUSTOM_EVENT else self.wait_event

    @property
    def is_touch(self) -> bool:
        return self.kind in (Step.Kind.MESSAGE, Step.Kind.STAFF_TASK)

    @property
    def coupon_takes_value(self) -> bool:
        return self.coupon_kind in Step.COUPONS_WITH_VALUE

    @property
    def is_storewide_discount(self) -> bool:
        """Whether it issues a coupon that takes something off whatever is bought."""
        return (
            self.kind == Step.Kind.CHANGE
            and self.change == Step.Change.ISSUE_COUPON
            and self.coupon_kind in (Coupon.Kind.PERCENT, Coupon.Kind.AMOUNT)
            and self.coupon_category_id is None
            and self.coupon_product_id is None
        )

    @property
    def lacks_change(self) -> bool:
        """Whether a step that changes something does not yet say what."""
        needed: dict[str, object] = {
            Step.Change.ADD_TAG: self.tag,
            Step.Change.REMOVE_TAG: self.tag,
            Step.Change.SET_ATTRIBUTE: self.attribute,
            Step.Change.GIVE_POINTS: self.points,
            Step.Change.ISSUE_COUPON: self.coupon_value if self.coupon_takes_value else True,
        }
        return not needed[self.change]

    @property
    def parts(self) -> bool:
        """Whether the way parts here into arms."""
        return self.kind in self.PARTING or (self.kind == Step.Kind.WAIT and self.wait == Step.Wait.EVENT)


class StepArm(models.Model):
    """One of the ways out of a step; after its last step the way goes on behind the step that parted.

    Of a branch the first whose rule holds is taken, and the one without a rule when none does; of a split one by
    weight; of a wait for an event the first when it happened and the second when time ran out.
    """

    step = models.ForeignKey(Step, models.CASCADE, related_name="arms", verbose_name=_("step"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    key = models.CharField(max_length=32, default=new_step_key, editable=False)
    name = models.CharField(_("name"), max_length=100)
    rule = models.JSONField(_("for whom"), null=True, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Two arms of weights 1 and 3 get a quarter and three quarters."),
    )

    class Meta:
        verbose_name = _("arm of a step")
        verbose_name_plural = _("arms of a step")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["step", "key"], name="step_arm_key_unique"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="step_arm_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.name
