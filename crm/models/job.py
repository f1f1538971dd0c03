from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case
from crm.models.choices import database_checks_choices
from crm.models.order import Order
from crm.models.product import Product
from crm.models.shop import Shop
from crm.timezones import day_of

MOST_DAYS = 3650


def new_job_token() -> str:
    return secrets.token_urlsafe(24)


def weekday_field(**options: Any) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(
        _("day of the status letter"),
        choices=Shop.Weekday.choices,
        null=True,
        blank=True,
        help_text=_("Every week on this day, while the job is open. Empty: none."),
        **options,
    )


def answer_hours_field() -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(
        _("questions are answered within, hours"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
    )


@database_checks_choices
class JobTemplate(models.Model):
    """How jobs of a kind go: what the customer is told at the start, the stages, and what is told at the end."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    products = models.ManyToManyField(
        Product,
        blank=True,
        related_name="job_templates",
        verbose_name=_("for these services"),
        help_text=_("It is proposed for orders of them."),
    )
    answer_hours = answer_hours_field()
    prepare = models.TextField(_("what the customer prepares"), blank=True, help_text=_("One thing a line."))
    faq = models.TextField(
        _("questions that are often asked"),
        blank=True,
        help_text=_("A question in a line, the answer in the lines below it, an empty line between two of them."),
    )
    status_weekday = weekday_field()
    report = models.TextField(_("closing report"), blank=True, help_text=_("What was done; staff fill it in."))
    next_words = models.TextField(_("what comes next"), blank=True, help_text=_("Care, a check, the next visit."))
    next_days = models.PositiveSmallIntegerField(
        _("and when, days after the end"), null=True, blank=True, validators=[MaxValueValidator(MOST_DAYS)]
    )
    is_active = models.BooleanField(_("may be chosen"), default=True)

    class Meta:
        verbose_name = _("job template")
        verbose_name_plural = _("job templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JobTemplateStage(models.Model):
    template = models.ForeignKey(
        JobTemplate, models.CASCADE, related_name="stages", db_index=False, verbose_name=_("job template")
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    name = models.CharField(_("stage"), max_length=200)
    days = models.PositiveSmallIntegerField(
        _("done after, days from the start"), default=0, validators=[MaxValueValidator(MOST_DAYS)]
    )
    needs_acceptance = models.BooleanField(_("the customer accepts it"), default=False)

    class Meta:
        verbose_name = _("stage of a template")
        verbose_name_plural = _("stages of a template")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["template", "name"], name="job_template_stage_unique")]

    def __str__(self) -> str:
        return self.name


class JobQuerySet(models.QuerySet["Job"]):
    def open(self) -> Self:
        return self.filter(closed_at=None, order__cancelled_at=None)


@database_checks_choices
class Job(models.Model):
    """A long piece of work for a customer, by the stages of its template, which may be edited for this one.

    Who is responsible stands in the order. A stage that is done is a milestone of the order, too.
    """

    order = models.OneToOneField(Order, models.CASCADE, related_name="job", verbose_name=_("order"))
    template = models.ForeignKey(
        JobTemplate, models.SET_NULL, null=True, blank=True, related_name="jobs", verbose_name=_("job template")
    )
    name = models.CharField(_("name"), max_length=200)
    token = models.CharField(max_length=64, unique=True, default=new_job_token, editable=False)
    answer_hours = answer_hours_field()
    prepare = models.TextField(_("what the customer prepares"), blank=True)
    faq = models.TextField(_("questions that are often asked"), blank=True)
    status_weekday = weekday_field()
    status_told_on = models.DateField(_("status told last"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("begun at"))
    closed_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    report = models.TextField(_("what was done"), blank=True)
    next_words = models.TextField(_("what comes next"), blank=True)
    next_on = models.DateField(_("when"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            # Whom a status is due today.
            models.Index(
                fields=["status_weekday"],
                condition=Q(closed_at=None, status_weekday__isnull=False),
                name="job_status_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JobStageQuerySet(models.QuerySet["JobStage"]):
    def waiting(self) -> Self:
        """Those the customer was asked to accept and has not answered."""
        return self.filter(asked_at__isnull=False, accepted_at=None, refused_at=None)

    def overdue(self, now: dt.datetime) -> Self:
        return self.filter(reached_at=None, due_on__lt=day_of(now), job__closed_at=None)


class JobStage(models.Model):
    """One stage; refused, it is done again, and then the customer is asked again."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="stages", db_index=False, verbose_name=_("job"))
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    name = models.CharField(_("stage"), max_length=200)
    due_on = models.DateField(_("planned for"))
    needs_acceptance = models.BooleanField(_("the customer accepts it"), default=False)
    reached_at = models.DateTimeField(_("done at"), null=True, blank=True)
    words = models.TextField(_("what was done"), blank=True)
    asked_at = models.DateTimeField(_("acceptance asked for at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    refused_at = models.DateTimeField(_("not accepted at"), null=True, blank=True)
    refusal = models.TextField(_("what is not right"), blank=True)
    case = models.ForeignKey(
        Case, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("case")
    )

    objects = JobStageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage of a job")
        verbose_name_plural = _("stages of jobs")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["job", "name"], name="job_stage_unique"),
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(refused_at=None), name="job_stage_one_answer"),
            models.CheckConstraint(
                condition=Q(asked_at=None) | Q(reached_at__isnull=False), name="job_stage_asked_when_done"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_waiting(self) -> bool:
        return bool(self.asked_at and not self.accepted_at and not self.refused_at)

    @property
    def is_settled(self) -> bool:
        """Done, and accepted where that is asked."""
        return bool(self.accepted_at) if self.needs_acceptance else bool(self.reached_at)


@database_checks_choices
class JobPicture(models.Model):
    """A photo of the work, made small. It is shown to whoever has the link of the job."""

    class When(models.TextChoices):
        BEFORE = "before", _("before the work")
        DURING = "during", _("during the work")
        AFTER = "after", _("after the work")

    job = models.ForeignKey(Job, models.CASCADE, related_name="pictures", verbose_name=_("job"))
    stage = models.ForeignKey(
        JobStage, models.SET_NULL, null=True, blank=True, related_name="pictures", verbose_name=_("stage")
    )
    taken = models.CharField(_("taken"), max_length=8, choices=When.choices, default=When.DURING)
    content = models.BinaryField(editable=False)
    extension = models.CharField(max_length=4, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    added_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("picture of a job")
        verbose_name_plural = _("pictures of jobs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.job}: {self.get_taken_display()}"
