from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from chains.models.template import MessageTemplate
from crm.models import Channel
from crm.models.choices import database_checks_choices

AS_IS = "A"
LETTERS = "BCD"


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    def running(self) -> Self:
        return self.filter(status=Experiment.Status.RUNNING)

    def open(self) -> Self:
        """Part of the draft, or of what runs."""
        return self.filter(status__in=[Experiment.Status.PLANNED, Experiment.Status.RUNNING])

    def told(self) -> Self:
        """Started once: what the shop has tried and learned."""
        return self.exclude(status=Experiment.Status.PLANNED)


@database_checks_choices
class Experiment(models.Model):
    """Several ways of one message, drawn among customers, that differ in one thing. What was planned stays."""

    class DiffersIn(models.TextChoices):
        SUBJECT = "subject", _("subject")
        PREHEADER = "preheader", _("preheader")
        OPENING = "opening", _("first words")
        BUTTON = "button", _("button")
        OFFER = "offer", _("offer")
        LENGTH = "length", _("length")
        HOUR = "hour", _("hour")
        WEEKDAY = "weekday", _("day of the week")
        CHANNEL = "channel", _("channel")

    # What is tried is how a template is written; otherwise it is when or over what it goes.
    IN_WORDS = frozenset(
        {
            DiffersIn.SUBJECT,
            DiffersIn.PREHEADER,
            DiffersIn.OPENING,
            DiffersIn.BUTTON,
            DiffersIn.OFFER,
            DiffersIn.LENGTH,
        }
    )

    class Status(models.TextChoices):
        PLANNED = "planned", _("being prepared")
        RUNNING = "running", _("running")
        DONE = "done", _("judged")
        STOPPED = "stopped", _("stopped, no verdict")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="experiments", verbose_name=_("chain"))
    step_key = models.CharField(max_length=32, editable=False)
    step_name = models.CharField(_("step"), max_length=200, blank=True)
    rest_step_key = models.CharField(
        max_length=32, blank=True, editable=False, help_text="The step that writes to the rest once it is judged."
    )
    differs_in = models.CharField(_("what differs"), max_length=16, choices=DiffersIn.choices)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PLANNED)
    base_percent = models.DecimalField(
        _("orders expected from a hundred customers"),
        max_digits=5,
        decimal_places=2,
        default=2,
        validators=[MinValueValidator(Decimal("0.05")), MaxValueValidator(60)],
        help_text=_("Within the days below, with the message as it is."),
    )
    smallest_lift = models.PositiveSmallIntegerField(
        _("smallest gain worth finding, %"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(200)],
        help_text=_("30 means: from 2 orders per hundred to 2.6. The smaller it is, the more people it takes."),
    )
    outcome_days = models.PositiveSmallIntegerField(
        _("orders count for, days"),
        default=14,
        validators=[MinValueValidator(3), MaxValueValidator(90)],
        help_text=_("From the moment somebody comes to the step."),
    )
    planned_size = models.PositiveIntegerField(_("customers needed"), null=True, blank=True, editable=False)
    content = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Digest of all that its variants said when it started."
    )
    figures = models.JSONField(default=dict, editable=False, help_text="Outcomes by variant when last counted.")
    figures_at = models.DateTimeField(_("counted at"), null=True, editable=False)
    adopted = models.CharField(_("adopted"), max_length=1, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by whom")
    )

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "step_key"],
                condition=Q(status__in=["planned", "running"]),
                name="experiment_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status="planned", started_at=None)
                | ~Q(status="planned") & Q(started_at__isnull=False, planned_size__isnull=False),
                name="experiment_started_has_plan",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "running"], ended_at=None)
                | Q(status__in=["done", "stopped"], ended_at__isnull=False),
                name="experiment_ended_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_name or self.chain}: {self.get_differs_in_display()}"

    @property
    def is_in_words(self) -> bool:
        return self.differs_in in self.IN_WORDS

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.PLANNED, self.Status.RUNNING)

    @property
    def shares(self) -> dict[str, int]:
        """Percent by letter; the step as it is has what the others leave."""
        others = {variant.letter: variant.share for variant in self.variants.all()}
        return {AS_IS: 100 - sum(others.values()), **others}

    def name_of(self, letter: str) -> str:
        """What a touch keeps: letters of other experiments on the same step are other variants."""
        return f"{self.pk}{letter}"

    @property
    def touch_names(self) -> dict[str, str]:
        """Letters by what touches keep."""
        return {self.name_of(letter): letter for letter in self.shares}

    def runs_since(self, now: dt.datetime) -> dt.timedelta:
        return now - self.started_at if self.started_at else dt.timedelta()


@database_checks_choices
class ExperimentVariant(models.Model):
    """B, C or D: what it has instead of what the step has. A is the step as it is."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="variants")
    letter = models.CharField(max_length=1)
    share = models.PositiveSmallIntegerField(_("share, %"), validators=[MinValueValidator(5), MaxValueValidator(95)])
    template = models.ForeignKey(
        MessageTemplate, models.PROTECT, null=True, blank=True, related_name="variants", verbose_name=_("template")
    )
    at_hour = models.PositiveSmallIntegerField(_("hour"), null=True, blank=True, validators=[MaxValueValidator(23)])
    at_weekday = models.PositiveSmallIntegerField(
        _("day of the week"), null=True, blank=True, validators=[MaxValueValidator(6)]
    )
    channels = ArrayField(
        models.CharField(max_length=16, choices=Channel.choices),
        default=list,
        blank=True,
        verbose_name=_("channels, the preferred first"),
    )

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["letter"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "letter"], name="experiment_variant_unique"),
        ]

    def __str__(self) -> str:
        return self.letter

    @property
    def instead(self) -> dict[str, Any]:
        """Columns of the step that it replaces, by name."""
        match self.experiment.differs_in:
            case Experiment.DiffersIn.HOUR:
                return {"at_hour": self.at_hour}
            case Experiment.DiffersIn.WEEKDAY:
                return {"at_weekday": self.at_weekday}
            case Experiment.DiffersIn.CHANNEL:
                return {"channels": self.channels}
        return {"template": self.template}


class ControlOutcome(models.Model):
    """What became of those a chain writes to and of its control group, when last counted."""

    chain = models.OneToOneField(Chain, models.CASCADE, related_name="control_outcome", primary_key=True)
    figures = models.JSONField(default=dict, help_text="Outcomes of `treated` and `control`.")
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("outcome of a control group")
        verbose_name_plural = _("outcomes of control groups")

    def __str__(self) -> str:
        return str(self.chain)
