"""Where a friend lands who was recommended the shop: what they get, the way to the shop, and a form for their address.

Looking changes nothing. That a person looked is told by a script once the page was before their eyes for some seconds.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from chains.messages.context import language_of
from chains.models import SignUpForm
from chains.public.machine_opens import is_machine
from chains.public.pages import private, shop_page, too_many_changes_page
from chains.public.sign_up import TRAP
from chains.sign_ups.asking import Visitor, ask, is_flooding
from chains.sign_ups.recommended import form_for
from crm.addresses import normalise_email
from crm.client_address import client_address, client_network
from crm.loyalty.coupon_codes import normalise
from crm.models import Channel, Customer, ReferralProgramme, Shop
from crm.placeholders import check_address
from crm.referrals.codes import owner_of, shop_link
from crm.referrals.happenings import device_of, note_visit
from crm.referrals.wording import friend_gets, smallest_order
from crm.turns import visitors_turn

VISITS_AN_HOUR = 60


class FriendForm(forms.Form):
    first_name = forms.CharField(
        label=gettext_lazy("Your first name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Your email"),
        max_length=320,
        error_messages={"required": gettext_lazy("Type your email address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def clean_email(self) -> str:
        try:
            email = normalise_email(self.cleaned_data["email"])
            check_address(Channel.EMAIL, email)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return email


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def landing_view(request: HttpRequest, code: str) -> HttpResponse:
    recommender, programme = owner_of(code), ReferralProgramme.load()
    if recommender is None or not programme.is_on:
        return private(_over(request))
    with translation.override(language_of(recommender)):
        found = form_for(language_of(recommender))
        if request.method != "POST":
            return private(_page(request, recommender, programme, code, found, FriendForm()))
        return private(_answer(request, recommender, programme, code, found))


@csrf_exempt
@require_POST
def seen_view(request: HttpRequest, code: str) -> HttpResponse:
    """Told by the page's script. Programs that say what they are do not count, nor the same visitor twice a day."""
    recommender, agent = owner_of(code), request.headers.get("User-Agent", "")
    network = client_network(request)
    if recommender is None or is_machine(agent, sent_at=None, at=timezone.now()):
        return private(HttpResponse(status=204))
    if visitors_turn("referral visits", network, most=VISITS_AN_HOUR, seconds=3600).wait == 0:
        note_visit(recommender, device_of(network, agent), at=timezone.now())
    return private(HttpResponse(status=204))


def _answer(
    request: HttpRequest, recommender: Customer, programme: ReferralProgramme, code: str, found: SignUpForm
) -> HttpResponse:
    form = FriendForm(request.POST)
    sent = HttpResponseRedirect(reverse("chains:sign-up-sent", args=[found.key]))
    sent.status_code = 303
    if request.POST.get(TRAP) or not found.is_open:
        return sent
    if not form.is_valid():
        return _page(request, recommender, programme, code, found, form, status=400)
    if is_flooding(client_network(request)):
        return too_many_changes_page(request)
    agent, page = request.headers.get("User-Agent", ""), request.headers.get("Referer", "")
    visitor = Visitor(ip=client_address(request) or None, user_agent=agent, page=page)
    ask(found, at=timezone.now(), visitor=visitor, referral_code=normalise(code), **form.cleaned_data)
    return sent


def _page(
    request: HttpRequest,
    recommender: Customer,
    programme: ReferralProgramme,
    code: str,
    found: SignUpForm,
    form: FriendForm,
    *,
    status: int = 200,
) -> HttpResponse:
    language, shop = language_of(recommender), Shop.load()
    context: dict[str, Any] = {
        "name": recommender.first_name,
        "gets": friend_gets(programme, language),
        "is_welcomed": programme.is_friend_welcomed,
        "condition": smallest_order(programme, language),
        "code": normalise(code),
        "shop_link": shop_link(shop.site_url, code),
        "examples_url": programme.examples_url,
        "contact": programme.contact,
        "sign_up_form": found if found.is_open else None,
        "form": form,
        "seen_url": reverse("referral_seen", args=[code]),
    }
    return shop_page(request, "referral", status=status, **context)


def _over(request: HttpRequest) -> HttpResponse:
    title, text = _("This recommendation is over"), _("You are welcome all the same.")
    return shop_page(request, "notice", status=404, title=title, text=text)
