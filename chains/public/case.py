"""The pages behind letters about a case: which solution the customer chooses, and whether all is well now.

Opening one records nothing: programs fetch links, people press.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chains.public.pages import case_view, shop_page, unknown_link_page
from crm.loyalty.coupon_wording import coupon_state
from crm.models import CaseMessage, CaseOffer, ContentmentCheck, Goodwill
from crm.service import contentment, offers
from crm.service.goodwill_gifts import in_words

CHOOSE = _("Choose one of the answers.")
YES, NO = "yes", "no"


class CaseAnswerForm(forms.Form):
    answer = forms.ChoiceField(error_messages={"required": CHOOSE, "invalid_choice": CHOOSE})
    words = forms.CharField(
        label=_("What should we know?"),
        required=False,
        max_length=offers.WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@case_view
def case_page(request: HttpRequest, message: CaseMessage) -> HttpResponse:
    if message.kind == CaseMessage.Kind.OFFER:
        return _offer(request, message.offer)
    if message.kind == CaseMessage.Kind.CHECK:
        return _check(request, message.contentment_check)
    return unknown_link_page(request)


def _offer(request: HttpRequest, offer: CaseOffer) -> HttpResponse:
    chosen = (CaseOffer.Choice.SOLUTION, CaseOffer.Choice.ALTERNATIVE, CaseOffer.Choice.NEITHER)
    choices = [(each.value, "") for each in chosen if offer.alternative or each != CaseOffer.Choice.ALTERNATIVE]
    wants_change = "change" in request.GET
    is_open = offers.is_open(offer)
    if request.method != "POST":
        if not is_open or (offer.choice and not wants_change):
            return _offer_page(request, offer, is_open=is_open)
        form = CaseAnswerForm(choices, initial={"answer": offer.choice, "words": offer.words})
        return _offer_page(request, offer, form)
    form = CaseAnswerForm(choices, request.POST)
    if not form.is_valid():
        return _offer_page(request, offer, form, status=400)
    try:
        offers.choose(offer, form.cleaned_data["answer"], words=form.cleaned_data["words"], at=timezone.now())
    except ValueError:
        return _offer_page(request, offer, is_open=False)
    return _offer_page(request, offer, is_open=True)


def _offer_page(
    request: HttpRequest, offer: CaseOffer, form: CaseAnswerForm | None = None, **more: Any
) -> HttpResponse:
    bonus = [_gift(goodwill) for goodwill in offer.case.goodwills.standing().select_related("coupon__product")]
    return shop_page(request, "case_offer", offer=offer, case=offer.case, form=form, bonus=bonus, **more)


def _gift(goodwill: Goodwill) -> dict[str, str]:
    words = {"words": in_words(goodwill)}
    if coupon := goodwill.coupon:
        words |= {"code": coupon.code, "until": coupon_state(coupon, timezone.now())[1]}
    return words


def _check(request: HttpRequest, check: ContentmentCheck) -> HttpResponse:
    now, choices = timezone.now(), [(YES, ""), (NO, "")]
    wants_change = "change" in request.GET
    is_open = contentment.is_open(check, now)
    given = {True: YES, False: NO, None: ""}[check.is_content]
    if request.method != "POST":
        if not is_open or (given and not wants_change):
            return _check_page(request, check, is_open=is_open)
        form = CaseAnswerForm(choices, initial={"answer": given, "words": check.words})
        return _check_page(request, check, form)
    form = CaseAnswerForm(choices, request.POST)
    if not form.is_valid():
        return _check_page(request, check, form, status=400)
    told = form.cleaned_data
    try:
        contentment.answer_if_content(check, is_content=told["answer"] == YES, words=told["words"], at=now)
    except ValueError:
        return _check_page(request, check, is_open=False)
    return _check_page(request, check, is_open=True)


def _check_page(
    request: HttpRequest, check: ContentmentCheck, form: CaseAnswerForm | None = None, **more: Any
) -> HttpResponse:
    return shop_page(request, "case_check", check=check, case=check.case, form=form, **more)
