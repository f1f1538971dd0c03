from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.case import Case
from crm.models.choices import database_checks_choices

MOST_QUESTIONS = 5


class SurveyQuerySet(models.QuerySet["Survey"]):
    def offered(self) -> Self:
        """Those that new messages may ask."""
        return self.filter(is_closed=False)


@database_checks_choices
class Survey(models.Model):
    """Up to five questions in a row. What was asked once is locked, so that answers stay comparable."""

    class Offer(models.TextChoices):
        NOTHING = "nothing", _("nothing more")
        REVIEW = "review", _("a review of what was bought")
        REFERRAL = "referral", _("words to recommend the shop with")
        LINK = "link", _("a link of your own")

    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("How staff call it."))
    thanks = models.JSONField(_("words of thanks"), default=dict, blank=True, editable=False)
    low_at_most = models.PositiveSmallIntegerField(
        _("low is, at most"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10)],
        help_text=_("Such an answer to the first question opens a case. Empty: none does."),
    )
    case_kind = models.CharField(_("kind"), max_length=16, choices=Case.Kind.choices, default=Case.Kind.QUESTION)
    case_severity = models.CharField(
        _("severity"), max_length=8, choices=Case.Severity.choices, default=Case.Severity.NORMAL
    )
    case_group = models.ForeignKey(
        Group,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whom to ask besides"),
        help_text=_("They get a task to look into it, beside the case that support gets."),
    )
    high_at_least = models.PositiveSmallIntegerField(
        _("high is, at least"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10)],
        help_text=_("Such an answer to the first question is thanked for with an offer. Empty: none is."),
    )
    offer = models.CharField(
        _("what is offered then"), max_length=16, choices=Offer.choices, default=Offer.NOTHING, db_default="nothing"
    )
    offer_url = models.URLField(_("where the link leads"), blank=True, max_length=500)
    revises = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="revisions",
        verbose_name=_("revises"),
    )
    is_closed = models.BooleanField(
        _("closed"),
        default=False,
        help_text=_("No new message can ask it; what is sent already goes on being answered."),
    )
    locked_at = models.DateTimeField(_("asked since"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="survey_has_name"),
            models.CheckConstraint(condition=~Q(offer="link") | ~Q(offer_url=""), name="survey_offer_leads_somewhere"),
            models.CheckConstraint(
                condition=Q(low_at_most=None) | Q(high_at_least=None) | Q(low_at_most__lt=models.F("high_at_least")),
                name="survey_low_below_high",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    def thanks_in(self, language: str) -> str:
        return str(in_language(self.thanks, language) or "")

    def level(self, score: int | None) -> str:
        """What an answer to the first question is by the survey's own limits."""
        if score is None:
            return ""
        if self.low_at_most is not None and score <= self.low_at_most:
            return "low"
        return "high" if self.high_at_least is not None and score >= self.high_at_least else ""


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """A question in one language; `low` and `high` say what the ends of its scale mean."""

    question: str = ""
    low: str = ""
    high: str = ""
    answers: tuple[str, ...] = ()


@database_checks_choices
class SurveyQuestion(models.Model):
    class Kind(models.TextChoices):
        NPS = "nps", _("how likely they are to recommend (0-10)")
        RATING = "rating", _("how satisfied they are (1-5)")
        EASE = "ease", _("how easy it was (1-7)")
        YES_NO = "yes_no", _("yes or no")
        REASONS = "exit", _("what stopped them (reasons, shuffled)")
        STAGE = "stage", _("which step they are at (in order)")
        LINE = "line", _("one line in their own words")
        TEXT = "text", _("longer words")

    class About(models.TextChoices):
        SHOP = "", _("the shop as a whole")
        DELIVERY = "delivery", _("delivery")
        PRODUCT = "product", _("the product")
        SERVICE = "service", _("the service")
        SUPPORT = "support", _("support")
        SITE = "site", _("the site")

    class AskedIf(models.TextChoices):
        ALWAYS = "", _("always")
        AT_MOST = "at_most", _("the last score before was at most")
        AT_LEAST = "at_least", _("the last score before was at least")
        YES = "yes", _("the last yes-or-no before was yes")
        NO = "no", _("the last yes-or-no before was no")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions", verbose_name=_("survey"))
    position = models.PositiveSmallIntegerField(_("place"), default=1)
    kind = models.CharField(_("asks"), max_length=8, choices=Kind.choices, default=Kind.NPS)
    about = models.CharField(_("about"), max_length=16, choices=About.choices, blank=True, default=About.SHOP)
    asked_if = models.CharField(_("asked if"), max_length=8, choices=AskedIf.choices, blank=True, default="")
    asked_if_score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, validators=[MaxValueValidator(10)]
    )
    words = models.JSONField(_("words"), default=dict, editable=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(asked_if__in=["at_most", "at_least"]) | Q(asked_if_score__isnull=False),
                name="survey_question_condition_has_score",
            ),
        ]

    SCALES = {Kind.NPS: range(11), Kind.RATING: range(1, 6), Kind.EASE: range(1, 8)}
    WRITTEN = frozenset({Kind.LINE, Kind.TEXT})
    CHOSEN = frozenset({Kind.REASONS, Kind.STAGE})

    def __str__(self) -> str:
        return self.in_language(settings.LANGUAGE_CODE).question

    @property
    def scale(self) -> range | None:
        return self.SCALES.get(self.Kind(self.kind))

    @property
    def is_written(self) -> bool:
        return self.kind in self.WRITTEN

    @property
    def is_chosen(self) -> bool:
        return self.kind in self.CHOSEN

    def in_language(self, language: str) -> QuestionWords:
        told: dict[str, Any] = in_language(self.words, language) or {}
        return QuestionWords(
            told.get("question", ""), told.get("low", ""), told.get("high", ""), tuple(told.get("answers", ()))
        )


def in_language(words: dict[str, Any], language: str) -> Any:
    """The words of a language, or the shop's, or whatever there is."""
    for code in (language, settings.LANGUAGE_CODE, *words):
        if words.get(code):
            return words[code]
    return None
