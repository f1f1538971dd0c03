"""Certificates: what was erased, and the page on which an address is erased that is no customer's."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from crm.addresses import normalise
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.models import Channel, ErasureCertificate, Shop
from crm.privacy.erase import erase_address
from crm.privacy.export import export_address
from crm.privacy.kept import labels

SEEN_BY = "crm.view_privacyrequest"


class AddressForm(forms.Form):
    """The channel and the address; typed once more, it is erased."""

    channel = forms.ChoiceField(label=gettext_lazy("channel"), choices=Channel.choices)
    address = forms.CharField(label=gettext_lazy("address"), max_length=320)
    again = forms.CharField(label=gettext_lazy("Type it once more to erase it"), max_length=320, required=False)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = self.cleaned_data
        if "channel" in told and "address" in told:
            try:
                told["address"] = normalise(told["channel"], told["address"], Shop.load().phone_country)
            except ValueError as error:
                self.add_error("address", str(error))
        return told

    def is_confirmed(self) -> bool:
        again, channel = self.cleaned_data["again"], self.cleaned_data["channel"]
        if not again:
            return False
        try:
            typed = normalise(channel, again, Shop.load().phone_country)
        except ValueError:
            typed = ""
        if typed != self.cleaned_data["address"]:
            self.add_error("again", _("Nothing was erased: the address is another one."))
        return self.is_valid()


@admin.register(ErasureCertificate)
class ErasureCertificateAdmin(ReadOnlyAdmin):
    list_display = ("number", "whose", "erased_at", "erased_by", "repeated_at")
    list_select_related = ("customer", "erased_by")
    fields = ("number", "whose", "erased_at", "erased_by", "repeated_at")
    list_before_template = "crm/admin/certificates.html"
    change_form_outer_after_template = "crm/admin/certificate.html"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(SEEN_BY)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(address_view)
        return [path("address/", view, name="crm_erasurecertificate_address"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        certificate = self.get_object(request, object_id)
        counts = certificate.erased if certificate else {}
        extra = {"erased": counted(counts)}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    @display(description=gettext_lazy("certificate"))
    def number(self, certificate: ErasureCertificate) -> str:
        return str(certificate)

    @display(description=gettext_lazy("whose"))
    def whose(self, certificate: ErasureCertificate) -> str:
        return str(certificate.customer or _("of an address that was no customer's"))


def counted(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What of it there was, as staff call it."""
    words = labels()
    return [(str(words.get(name, name)), count) for name, count in counts.items() if count]


def address_view(request: HttpRequest) -> HttpResponseBase:
    """Looks first at what is kept; the address typed once more is the answer."""
    if not isinstance(request.user, User) or not request.user.has_perm("crm.delete_customer"):
        raise PermissionDenied
    form = AddressForm(request.POST or None)
    if not form.is_bound or not form.is_valid():
        return _page(request, form)
    if form.is_confirmed():
        return _erased(request, form)
    return _page(request, form, found=_found(form))


def _erased(request: HttpRequest, form: AddressForm) -> HttpResponseBase:
    channel, address = form.cleaned_data["channel"], form.cleaned_data["address"]
    try:
        told = erase_address(channel, address, at=timezone.now(), by=cast(User, request.user))
    except ValueError as error:
        form.add_error("address", str(error))
        return _page(request, form)
    number = told["certificate"]
    messages.success(request, _("Erased. The certificate has the number %(id)d.") % {"id": number})
    return HttpResponseRedirect(reverse("admin:crm_erasurecertificate_change", args=[number]))


def _found(form: AddressForm) -> list[tuple[str, int]]:
    told = export_address(form.cleaned_data["channel"], form.cleaned_data["address"])
    told["payloads"] = told.pop("told_by_sources")
    return counted({name: len(kept) for name, kept in told.items()})


def _page(request: HttpRequest, form: AddressForm, **more: Any) -> TemplateResponse:
    context = {**admin.site.each_context(request), "title": _("Erase an address"), "form": form, **more}
    return TemplateResponse(request, "crm/admin/erase_address.html", context)
