"""What a customer is asked about their case by a link in a letter, and what they pressed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case
from crm.models.choices import database_checks_choices
from crm.models.conversation import CaseMessage


@database_checks_choices
class CaseOffer(models.Model):
    """A solution as the customer read it, perhaps with an alternative, and which of them they chose."""

    class Choice(models.TextChoices):
        SOLUTION = "solution", _("the solution")
        ALTERNATIVE = "alternative", _("the alternative")
        NEITHER = "neither", _("neither")

    case = models.ForeignKey(Case, models.CASCADE, related_name="offers", verbose_name=_("case"))
    message = models.OneToOneField(
        CaseMessage, models.CASCADE, related_name="offer", verbose_name=_("letter it went out by")
    )
    solution = models.TextField(_("solution offered"))
    alternative = models.TextField(_("alternative"), blank=True)
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    choice = models.CharField(_("customer's choice"), max_length=12, choices=Choice.choices, blank=True)
    words = models.TextField(_("customer's words"), blank=True)
    chosen_at = models.DateTimeField(_("chosen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer of a solution")
        verbose_name_plural = _("offers of solutions")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(choice="", chosen_at=None) | ~Q(choice="") & Q(chosen_at__isnull=False),
                name="case_offer_choice_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(choice="alternative") | ~Q(alternative=""), name="case_offer_alternative_was_offered"
            ),
        ]

    def __str__(self) -> str:
        return self.solution[:60]

    @property
    def is_accepted(self) -> bool:
        return self.choice in {self.Choice.SOLUTION, self.Choice.ALTERNATIVE}


class ContentmentCheck(models.Model):
    """“Is all well now?”, asked once after a case was resolved, and the answer."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="contentment_checks", verbose_name=_("case"))
    message = models.OneToOneField(
        CaseMessage, models.CASCADE, related_name="contentment_check", verbose_name=_("letter it went out by")
    )
    resolved_at = models.DateTimeField(_("case resolved at"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    is_content = models.BooleanField(_("all is well"), null=True, blank=True)
    words = models.TextField(_("customer's words"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("question whether all is well")
        verbose_name_plural = _("questions whether all is well")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "resolved_at"], name="contentment_asked_once_a_resolution"),
            models.CheckConstraint(
                condition=Q(is_content=None, answered_at=None) | Q(is_content__isnull=False, answered_at__isnull=False),
                name="contentment_answer_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)
