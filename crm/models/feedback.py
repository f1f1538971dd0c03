from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order
from crm.models.product import Product
from crm.models.survey import Survey, SurveyQuestion


@database_checks_choices
class Feedback(models.Model):
    """What a customer answered to one question: a score, one of the answers offered, or words of their own.

    Of a survey each question has its row; `choice` is the place of the answer among those offered, in any language.
    """

    class Kind(models.TextChoices):
        RATING = "rating", _("rating (1-5)")
        NPS = "nps", _("would recommend (0-10)")
        EXIT = "exit", _("reason for leaving")
        EASE = "ease", _("how easy it was (1-7)")
        YES_NO = "yes_no", _("yes or no")
        STAGE = "stage", _("step they are at")
        WORDS = "words", _("in their own words")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="feedback", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("order")
    )
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.RATING)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    answer = models.CharField(
        _("answer chosen"), max_length=200, blank=True, db_default="", help_text=_("Of those that the shop offered.")
    )
    choice = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    survey = models.ForeignKey(
        Survey, models.PROTECT, null=True, blank=True, related_name="answers", db_index=False, verbose_name=_("survey")
    )
    question = models.ForeignKey(
        SurveyQuestion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="feedback",
        db_index=False,
        verbose_name=_("question"),
    )
    text = models.TextField(_("text"), blank=True)
    may_publish = models.BooleanField(_("may be published"), default=False)
    source = models.CharField(_("source"), max_length=50)
    key = models.CharField(max_length=200, editable=False)
    left_at = models.DateTimeField(_("left at"), default=timezone.now)

    class Meta:
        verbose_name = _("rating or review")
        verbose_name_plural = _("ratings and reviews")
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="feedback_once_per_source"),
            models.CheckConstraint(
                condition=Q(survey=None, question=None) | Q(survey__isnull=False, question__isnull=False),
                name="feedback_question_of_survey",
            ),
            models.CheckConstraint(
                condition=Q(kind="rating", score__range=(1, 5))
                | Q(kind="nps", score__range=(0, 10))
                | Q(kind="ease", score__range=(1, 7))
                | Q(kind="yes_no", score__range=(0, 1))
                | Q(kind__in=["exit", "stage", "words"]),
                name="feedback_score_in_scale",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-left_at"], name="feedback_by_customer"),
            models.Index(
                fields=["question", "left_at"], condition=Q(question__isnull=False), name="feedback_by_question"
            ),
            models.Index(fields=["survey"], condition=Q(survey__isnull=False), name="feedback_by_survey"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.score}"
