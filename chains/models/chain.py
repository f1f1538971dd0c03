from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.trigger import TRIGGER_MOMENT_EXISTS, TriggerFields
from crm.models.choices import database_checks_choices


class ChainQuerySet(models.QuerySet["Chain"]):
    def live(self) -> Self:
        return self.filter(status=Chain.Status.LIVE)

    def running(self) -> Self:
        """Live, or only paused: what happens concerns them."""
        return self.filter(status__in=[Chain.Status.LIVE, Chain.Status.PAUSED])

    def at_hand(self, pk: int) -> Chain | None:
        """Lock this chain unless another worker has it."""
        return self.filter(pk=pk).select_for_update(of=("self",), no_key=True, skip_locked=True).first()


@database_checks_choices
class Chain(TriggerFields):
    """What staff edit. The engine reads only the program that publishing freezes into a ChainVersion."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        ARCHIVED = "archived", _("archived")

    class Goal(models.TextChoices):
        NONE = "", _("no goal")
        ORDERED = "ordered", _("ordered again")
        RULE = "rule", _("a rule holds")

    class Span(models.TextChoices):
        HOUR = "hour", _("an hour")
        DAY = "day", _("a day")

    class ReEntry(models.TextChoices):
        ONCE = "once", _("once in a lifetime")
        PER_ORDER = "per_order", _("every time, for one order once")
        AFTER_DAYS = "after_days", _("again after some days")

    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("what it is for"), blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT, editable=False)
    audience_rule = models.JSONField(
        _("for whom"), null=True, blank=True, help_text=_("Without conditions: everybody to whom it happens.")
    )
    goal = models.CharField(_("goal"), max_length=8, choices=Goal.choices, blank=True, default=Goal.NONE)
    goal_rule = models.JSONField(_("the goal is reached when"), null=True, blank=True)
    exit_rule = models.JSONField(
        _("leaves when"), null=True, blank=True, help_text=_("Without conditions: nobody leaves because of a rule.")
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
    surge_limit = models.PositiveIntegerField(
        _("surge limit"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("When more want to enter, the others wait until you decide. Empty: no limit."),
    )
    surge_span = models.CharField(_("entries in"), max_length=8, choices=Span.choices, default=Span.HOUR)
    version = models.ForeignKey(
        "chains.ChainVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    draft_state = models.ForeignKey(
        "chains.ChainDraftState",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="How the draft stands now among all that it was; what lies behind it may be redone.",
    )
    watermark_at = models.DateTimeField(
        null=True, editable=False, help_text="What happened, or fell due, until this moment starts the chain no more."
    )
    surged_at = models.DateTimeField(
        null=True, editable=False, help_text="Since when the limit is exceeded and nobody enters by themselves."
    )
    calm_since = models.DateTimeField(
        null=True, editable=False, help_text="Entries count towards the limit since then: when staff last decided."
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ChainQuerySet.as_manager()

    class Meta:
        verbose_name = _("chain")
        verbose_name_plural = _("chains")
        ordering = ["priority", "name"]
        constraints = [
            TRIGGER_MOMENT_EXISTS,
            models.CheckConstraint(condition=Q(control_share__lte=50), name="chain_control_at_most_half"),
            models.CheckConstraint(
                condition=Q(surge_limit=None) | Q(surge_limit__gte=1), name="chain_surge_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "archived"]) | Q(version__isnull=False, watermark_at__isnull=False),
                name="chain_live_is_published",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.status == Chain.Status.LIVE
