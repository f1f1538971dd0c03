from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Category, EventKind, Product


class ChainQuerySet(models.QuerySet["Chain"]):
    def live(self) -> Self:
        return self.filter(status=Chain.Status.LIVE)


class Chain(models.Model):
    """What staff edit. The engine reads only the program that publishing freezes into a ChainVersion."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        ARCHIVED = "archived", _("archived")

    class Trigger(models.TextChoices):
        EVENT = "event", _("something happens")
        LAST_ORDER = "last_order", _("days have passed since the last order")
        BIRTHDAY = "birthday", _("birthday")
        ANNIVERSARY = "anniversary", _("anniversary of an order")
        WARRANTY_END = "warranty_end", _("end of the warranty")
        REPURCHASE = "repurchase", _("time to buy the product again")
        APPOINTMENT = "appointment", _("appointment or departure")

    class Goal(models.TextChoices):
        NONE = "", _("no goal")
        ORDERED = "ordered", _("ordered again")
        SEGMENT = "segment", _("joined a segment")

    class ReEntry(models.TextChoices):
        ONCE = "once", _("once in a lifetime")
        PER_ORDER = "per_order", _("once for every order")
        AFTER_DAYS = "after_days", _("again after some days")

    CUSTOM_EVENT = "custom"

    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("what it is for"), blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT, editable=False)
    trigger = models.CharField(_("starts when"), max_length=16, choices=Trigger.choices, default=Trigger.EVENT)
    trigger_event = models.CharField(
        _("event"),
        max_length=100,
        blank=True,
        choices=[*EventKind.choices, (CUSTOM_EVENT, _("another event"))],
        default=EventKind.ORDER_PLACED,
    )
    custom_event = models.CharField(
        _("name of the other event"), max_length=100, blank=True, help_text=_("As your shop sends it.")
    )
    trigger_days = models.SmallIntegerField(
        _("days"),
        default=0,
        validators=[MinValueValidator(-3650), MaxValueValidator(3650)],
        help_text=_("After the last order, or after the date; below zero: before the date."),
    )
    trigger_hour = models.PositiveSmallIntegerField(
        _("hour of the customer's day"),
        default=10,
        validators=[MaxValueValidator(23)],
        help_text=_("For chains that start by a date."),
    )
    order_kind = models.CharField(
        _("only orders of"),
        max_length=8,
        blank=True,
        choices=[("", _("goods and services")), *Product.Kind.choices],
        default="",
    )
    categories = models.ManyToManyField(
        Category,
        blank=True,
        related_name="+",
        verbose_name=_("only orders with goods of"),
        help_text=_("Parts of a category count too. Empty: any order."),
    )
    audience = models.ForeignKey(
        "segments.Segment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only customers of the segment"),
    )
    goal = models.CharField(_("goal"), max_length=8, choices=Goal.choices, blank=True, default=Goal.NONE)
    goal_segment = models.ForeignKey(
        "segments.Segment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("segment of the goal"),
    )
    exit_segment = models.ForeignKey(
        "segments.Segment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("leaves when in the segment"),
    )
    exit_on_cancel = models.BooleanField(_("leaves when the order is cancelled or returned"), default=True)
    exit_on_reply = models.BooleanField(
        _("leaves when they reply to a letter of it"),
        default=False,
        help_text=_("A person answers them from then on, not the chain."),
    )
    re_entry = models.CharField(
        _("how often a customer may enter"), max_length=16, choices=ReEntry.choices, default=ReEntry.PER_ORDER
    )
    re_entry_days = models.PositiveSmallIntegerField(
        _("again after, days"), default=365, validators=[MinValueValidator(1)]
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("1 goes first when there is room for one message only."),
    )
    control_share = models.PositiveSmallIntegerField(
        _("control group, %"),
        default=0,
        validators=[MaxValueValidator(50)],
        help_text=_(
            "So many of a hundred customers get the service messages but none of the marketing, to see what the chain "
            "causes. Whoever was drawn stays in the group. 0: no control group."
        ),
    )
    version = models.ForeignKey(
        "chains.ChainVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    watermark_at = models.DateTimeField(
        null=True, editable=False, help_text="What happened, or fell due, until this moment starts the chain no more."
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ChainQuerySet.as_manager()

    class Meta:
        verbose_name = _("chain")
        verbose_name_plural = _("chains")
        ordering = ["priority", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "live", "paused", "archived"]), name="chain_status_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    trigger__in=[
                        "event",
                        "last_order",
                        "birthday",
                        "anniversary",
                        "warranty_end",
                        "repurchase",
                        "appointment",
                    ]
                ),
                name="chain_trigger_known",
            ),
            models.CheckConstraint(condition=Q(goal__in=["", "ordered", "segment"]), name="chain_goal_known"),
            models.CheckConstraint(condition=Q(control_share__lte=50), name="chain_control_at_most_half"),
            models.CheckConstraint(
                condition=Q(re_entry__in=["once", "per_order", "after_days"]), name="chain_re_entry_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "archived"]) | Q(version__isnull=False, watermark_at__isnull=False),
                name="chain_live_is_published",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event_kind(self) -> str:
        return self.custom_event if self.trigger_event == self.CUSTOM_EVENT else self.trigger_event

    @property
    def is_live(self) -> bool:
        return self.status == Chain.Status.LIVE
