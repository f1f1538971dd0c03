from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from crm.models.case import Case
from crm.models.choices import database_checks_choices


class PromiseQuerySet(models.QuerySet["Promise"]):
    def given(self) -> Self:
        """Those that the shop gives today, in their order."""
        return self.filter(is_active=True).order_by("place", "pk")


@database_checks_choices
class Promise(models.Model):
    """What the shop promises before the sale, how that is proved, and who answers for it."""

    class Measure(models.TextChoices):
        """What Encore counts by itself."""

        NONE = "", _("nothing: the proof is below")
        ANSWERED = "answered", _("questions and complaints answered in the promised time")
        DELIVERED = "delivered", _("orders delivered by the promised day")

    words = models.CharField(_("promise"), max_length=200, help_text=_("As customers read it."))
    proof = models.TextField(_("how it is proved"), max_length=1_000, blank=True)
    proof_url = models.URLField(
        _("link to the proof"), blank=True, help_text=_("A page, a document or a picture that customers may open.")
    )
    measure = models.CharField(
        _("counted by Encore"), max_length=16, choices=Measure.choices, blank=True, default=Measure.NONE
    )
    complaint_words = models.TextField(
        _("words of complaints about it"),
        blank=True,
        help_text=_("One a line; the beginning of a word is enough. A case with one of them is suggested to break it."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who answers for it"),
    )
    place = models.PositiveSmallIntegerField(_("place"), default=0, help_text=_("The smallest comes first."))
    is_active = models.BooleanField(_("is given"), default=True)
    ready_key = models.CharField(max_length=32, null=True, blank=True, unique=True, editable=False)

    objects = PromiseQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["ready_key"],
        verbose_name=_("change of a promise"),
        verbose_name_plural=_("changes of promises"),
    )

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ["place", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="promise_has_words")]

    def __str__(self) -> str:
        return self.words


class PromiseBreach(models.Model):
    """A complaint, or a question, said that a promise was not kept."""

    promise = models.ForeignKey(Promise, models.PROTECT, related_name="breaches", verbose_name=_("promise"))
    case = models.ForeignKey(Case, models.CASCADE, related_name="breaches", verbose_name=_("case"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("noted by")
    )
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now)

    class Meta:
        verbose_name = _("broken promise")
        verbose_name_plural = _("broken promises")
        constraints = [models.UniqueConstraint(fields=["promise", "case"], name="promise_broken_once_by_case")]

    def __str__(self) -> str:
        return f"{self.promise}: {self.case}"
