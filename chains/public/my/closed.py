"""What stands before a page that is closed: whoever it belongs to has a fresh link sent."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from chains.public.pages import private, shop_page
from crm.addresses import normalise_email
from crm.languages import spoken


def guarded_page(response: HttpResponse) -> HttpResponse:
    """Django believes a form by the page it says it came from: no other site is told, our own is."""
    return private(response, referrers="same-origin")


class AddressForm(forms.Form):
    email = forms.CharField(
        label=_("Your email"),
        max_length=320,
        error_messages={"required": _("Type your email address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def clean_email(self) -> str:
        try:
            return normalise_email(self.cleaned_data["email"])
        except ValueError as error:
            raise ValidationError(str(error)) from error


def closed_page(request: HttpRequest, form: AddressForm | None = None) -> HttpResponse:
    """Nobody is known here, so it speaks the language of the browser where Encore does, else the shop's."""
    with translation.override(language_of_browser(request)):
        status = 400 if form else 403
        return guarded_page(shop_page(request, "my/closed", form=form or AddressForm(), status=status))


def language_of_browser(request: HttpRequest) -> str:
    asked = request.headers.get("Accept-Language", "")
    return spoken(asked.partition(",")[0].partition(";")[0].partition("-")[0].strip().lower())
