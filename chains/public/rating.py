"""A rating of 1 to 5 from a letter. The letter's link only fills the page in: scanners fetch links, people press."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chains.models import Touch
from chains.public.pages import shop_page, touch_view
from chains.reactions.rating import rate, rating_of
from crm.models import Feedback, Shop
from crm.service.feedback import is_low

SCORES = range(1, 6)
TEXT_LIMIT = 2_000


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("Your rating"),
        coerce=int,
        choices=[(score, str(score)) for score in SCORES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose from 1 to 5."), "invalid_choice": _("Choose from 1 to 5.")},
    )
    text = forms.CharField(
        label=_("What should we know?"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    may_publish = forms.BooleanField(label=_("You may show this on your site with my first name"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def rating_view(request: HttpRequest, touch: Touch) -> HttpResponse:
    if given := rating_of(touch):
        return _thanks(request, given)
    if request.method != "POST":
        return shop_page(request, "rate", form=RatingForm(initial={"score": _chosen(request)}), touch=touch)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return shop_page(request, "rate", form=form, touch=touch, status=400)
    return _thanks(request, rate(touch, **form.cleaned_data, at=timezone.now()))


def _thanks(request: HttpRequest, feedback: Feedback) -> HttpResponse:
    shop = Shop.load()
    return shop_page(request, "rated", is_low=is_low(feedback.kind, feedback.score, shop.low_rating))


def _chosen(request: HttpRequest) -> int | None:
    score = request.GET.get("score", "")
    return int(score) if score in {str(known) for known in SCORES} else None
