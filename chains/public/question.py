"""The page of a question in a message. The message's link only fills it in: programs fetch links, people press.

With a script it confirms the answer chosen by itself, once somebody has had it before their eyes for some seconds.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chains.messages.blocks.question import RATING, REASONS
from chains.models import Touch
from chains.public.pages import shop_page, touch_view, unknown_link_page
from chains.public.survey import BY_ITSELF, is_doubtful, survey_page
from chains.reactions.answering import (
    Question,
    answer,
    answer_of,
    is_changeable,
    plain_rating,
    question_of,
)
from chains.reactions.surveys import asked_by, survey_of
from crm.models import Feedback, Shop
from crm.service.feedback import is_low
from crm.surveys.answering import TEXT_LIMIT


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers."), "invalid_choice": _("Choose one of the answers.")},
    )
    text = forms.CharField(
        label=_("What should we know?"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    may_publish = forms.BooleanField(label=_("You may show this on your site with my first name"), required=False)

    def __init__(self, question: Question, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answer"].choices = question.choices  # type: ignore[attr-defined]
        if question.asks != RATING:
            del self.fields["may_publish"]


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def question_view(request: HttpRequest, touch: Touch, key: str) -> HttpResponse:
    if survey := survey_of(touch, key):
        return survey_page(request, touch, asked_by(touch, survey))
    question = question_of(touch, key)
    return _asked(request, touch, question) if question else unknown_link_page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def rating_view(request: HttpRequest, touch: Touch) -> HttpResponse:
    return _asked(request, touch, plain_rating())


def _asked(request: HttpRequest, touch: Touch, question: Question) -> HttpResponse:
    now = timezone.now()
    given = answer_of(touch, question)
    if given and not is_changeable(given, now):
        return _thanks(request, touch, given)
    if request.method != "POST":
        chosen = _chosen(request, question)
        initial = {"answer": chosen or _value_of(given, question), "text": given.text if given else ""}
        return _page(request, touch, question, AnswerForm(question, initial=initial), is_chosen=bool(chosen))
    form = AnswerForm(question, request.POST)
    if not form.is_valid():
        return _page(request, touch, question, form, status=400)
    if BY_ITSELF in request.POST and is_doubtful(request, touch, has_answered=given is not None):
        return HttpResponse(status=204)
    told = form.cleaned_data
    given = answer(touch, question, told.pop("answer"), **told, at=now)
    return _thanks(request, touch, given, may_change=True)


def _page(request: HttpRequest, touch: Touch, question: Question, form: AnswerForm, **more: Any) -> HttpResponse:
    is_scale = question.asks != REASONS
    return shop_page(request, "question", form=form, touch=touch, question=question, is_scale=is_scale, **more)


def _thanks(request: HttpRequest, touch: Touch, given: Feedback, *, may_change: bool = False) -> HttpResponse:
    """Whoever rated may write a review, whatever they think: of the order, or where the shop gathers its own."""
    shop = Shop.load()
    review = ""
    if given.kind == Feedback.Kind.RATING:
        review = reverse("chains:review", args=[touch.token]) if touch.order_id else shop.review_url
    is_bad = is_low(given.kind, given.score, shop.low_rating)
    return shop_page(request, "answered", is_low=is_bad, given=given, may_change=may_change, review_page=review)


def _chosen(request: HttpRequest, question: Question) -> str:
    """Letters without blocks say `score`."""
    value = request.GET.get("answer", request.GET.get("score", ""))
    return value if value in dict(question.choices) else ""


def _value_of(given: Feedback | None, question: Question) -> str:
    if given is None:
        return ""
    if given.score is not None:
        return str(given.score)
    return next((value for value, words in question.choices if words == given.answer), "")
