"""A form for the shop's own site and the page its letter leads to. Both work without JavaScript and cookies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from chains.messages.page_urls import PREVIEW
from chains.models import SignUp, SignUpForm
from chains.models.template import TOPICS
from chains.public.pages import preview_page, private, shop_page, too_many_changes_page, unknown_link_page
from chains.sign_ups.asking import Visitor, ask, is_flooding
from chains.sign_ups.confirming import confirm
from chains.sign_ups.recommended import welcome_coupon, welcome_friend
from crm.addresses import normalise_email
from crm.client_address import client_address, client_network
from crm.loyalty.coupon_wording import in_short
from crm.models import Channel, Shop
from crm.placeholders import check_address
from crm.referrals.codes import shop_link

# What people do not see and robots fill in.
TRAP = "website"


class SignUpPage(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("Your email"),
        max_length=320,
        error_messages={"required": gettext_lazy("Type your email address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    first_name = forms.CharField(
        label=gettext_lazy("Your first name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    topic = forms.MultipleChoiceField(
        label=gettext_lazy("What shall we write about?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, form: SignUpForm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [  # type: ignore[attr-defined]
            (topic.value, topic.label) for topic in TOPICS if topic in form.topics
        ]
        if not form.topics:
            del self.fields["topic"]
        if not form.asks_name:
            del self.fields["first_name"]

    def clean_email(self) -> str:
        try:
            email = normalise_email(self.cleaned_data["email"])
            check_address(Channel.EMAIL, email)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return email


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def form_view(request: HttpRequest, key: str) -> HttpResponse:
    """Other sites post here too, so there is no CSRF token; nothing is done in anybody's name."""
    found = SignUpForm.objects.filter(key=key).first()
    if found is None:
        return private(unknown_link_page(request))
    with translation.override(found.language):
        if not found.is_open:
            return shop_page(request, "notice", title=found.title, text=_("Sign-up is closed for now."))
        if request.method != "POST":
            topics = {"topic": found.topics}
            return shop_page(request, "sign_up", sign_up_form=found, form=SignUpPage(found, initial=topics))
        return _answer(request, found)


@require_safe
def sent_view(request: HttpRequest, key: str) -> HttpResponse:
    """The same for everybody: nothing here tells whether an address is known."""
    found = SignUpForm.objects.filter(key=key).first()
    if found is None:
        return private(unknown_link_page(request))
    with translation.override(found.language):
        return shop_page(request, "sign_up_sent", sign_up_form=found)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_view(request: HttpRequest, token: str) -> HttpResponse:
    """A GET, which scanners of mail send too, only asks."""
    if token == PREVIEW:
        return private(preview_page(request))
    found = SignUp.objects.select_related("form").filter(token=token).first()
    if found is None:
        return private(unknown_link_page(request))
    with translation.override(found.form.language):
        now = timezone.now()
        if found.confirmed_at is None and found.expires_at <= now:
            return private(_run_out(request, found))
        if request.method != "POST" and found.confirmed_at is None:
            return private(shop_page(request, "sign_up_confirm", sign_up=found))
        try:
            found = confirm(found, at=now, visitor=_visitor(request))
        except SignUp.DoesNotExist:
            return private(unknown_link_page(request))
        if found.referral_code and request.method == "POST":
            return private(_welcomed(request, found))
        return private(_confirmed(request, found))


def _answer(request: HttpRequest, found: SignUpForm) -> HttpResponse:
    form = SignUpPage(found, request.POST)
    sent = HttpResponseRedirect(reverse("chains:sign-up-sent", args=[found.key]))
    sent.status_code = 303
    if request.POST.get(TRAP):
        return sent
    if not form.is_valid():
        return shop_page(request, "sign_up", sign_up_form=found, form=form, status=400)
    visitor, now = _visitor(request), timezone.now()
    if is_flooding(client_network(request)):
        return too_many_changes_page(request)
    typed = form.cleaned_data
    ask(
        found,
        email=typed["email"],
        first_name=typed.get("first_name", ""),
        topics=typed.get("topic", []),
        at=now,
        visitor=visitor,
    )
    return sent


def _confirmed(request: HttpRequest, found: SignUp) -> HttpResponse:
    if found.form.landing_url:
        return HttpResponseRedirect(found.form.landing_url)
    return shop_page(
        request, "notice", title=_("Thank you, that is settled"), text=_("From now on we write to this address.")
    )


def _welcomed(request: HttpRequest, found: SignUp) -> HttpResponse:
    """What the friend got, and the way to the shop; or why nothing, which only the owner of the address reads."""
    referral, refusal = welcome_friend(found, timezone.now())
    coupon = welcome_coupon(referral) if referral else None
    link = shop_link(Shop.load().site_url, found.referral_code)
    words: dict[str, Any] = {
        "coupon": coupon,
        "offer": in_short(coupon) if coupon else "",
        "refusal": refusal,
        "shop_link": link,
    }
    return shop_page(request, "referral_welcome", referral=referral, **words)


def _run_out(request: HttpRequest, found: SignUp) -> HttpResponse:
    days = found.form.days_to_confirm
    text = ngettext("It worked for %(days)d day.", "It worked for %(days)d days.", days) % {"days": days}
    return shop_page(request, "sign_up_run_out", status=410, text=text, sign_up_form=found.form)


def _visitor(request: HttpRequest) -> Visitor:
    return Visitor(
        ip=client_address(request) or None,
        user_agent=request.headers.get("User-Agent", ""),
        page=request.headers.get("Referer", ""),
    )
