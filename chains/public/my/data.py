"""What the law gives a customer, and what a forwarded link must not do: each asks for a code sent to their address."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chains.models import PageLetter
from chains.page_letters import asking, codes
from chains.public.my.acting import back, once_of
from chains.public.my.door import Visit, my_view, prove
from chains.public.my.entering import masked_email
from chains.public.my.pages import my_page
from crm.customers.own_details import COLUMNS, change_own_details
from crm.models import Customer, PrivacyRequest
from crm.privacy.asking import ask_for_erasure, open_erasure_request
from crm.privacy.export import export_person

FORBIDDEN = 403


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Customer
        fields = COLUMNS


@require_safe
@my_view
def data_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _page(request, visit)


@require_POST
@my_view
def code_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Have a code sent, to the address we know: never to one that is typed here."""
    email = asking.ask(visit.customer, PageLetter.Kind.CODE, at=timezone.now(), contact_id=visit.link.contact_id)
    if not email:
        return _page(request, visit, refused=_("We know no email address of yours. Please ask us."), status=400)
    return back(reverse("chains:my-data"), "code")


@require_POST
@my_view
def prove_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    now = timezone.now()
    if not codes.is_right(visit.customer, request.POST.get("code", "")[:40], at=now):
        refused = _("This is not the code, or it has run out. Look into the last letter, or have a new one sent.")
        return _page(request, visit, refused=refused, status=400)
    return prove(back(reverse("chains:my-data"), "proven"), visit, now)


@require_POST
@my_view
def copy_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not visit.is_proven(timezone.now()):
        return _unproven(request, visit)
    told = export_person(visit.customer)
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_POST
@my_view
def erase_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Staff carry it out: an order may be on its way, or a matter open."""
    if not visit.is_proven(timezone.now()):
        return _unproven(request, visit)
    ask_for_erasure(visit.customer, at=timezone.now(), key=once_of(request))
    return back(reverse("chains:my-data"), "erasure")


@require_POST
@my_view
def details_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not visit.is_proven(timezone.now()):
        return _unproven(request, visit)
    form = DetailsForm(request.POST, instance=Customer.objects.get(pk=visit.customer.pk))
    if not form.is_valid():
        return _page(request, visit, form=form, status=400)
    change_own_details(visit.customer, form.cleaned_data, at=timezone.now())
    return back(reverse("chains:my-data"), "address")


def _page(
    request: HttpRequest, visit: Visit, *, refused: str = "", form: DetailsForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    email = asking.known_email(visit.customer, visit.link.contact_id)
    sent = PageLetter.objects.codes_at(now).filter(customer=visit.customer).exists()
    asked: PrivacyRequest | None = open_erasure_request(visit.customer)
    is_proven = visit.is_proven(now)
    return my_page(
        request,
        visit,
        "data",
        status=status,
        refused=refused,
        email=masked_email(email),
        is_code_sent=sent,
        is_proven=is_proven,
        erasure=asked,
        # Nobody reads an address by a link that somebody passed on.
        form=(form or DetailsForm(instance=visit.customer)) if is_proven else None,
    )


def _unproven(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _page(request, visit, refused=str(NOT_PROVEN), status=FORBIDDEN)


NOT_PROVEN = gettext_lazy("First make sure that it is you: have a code sent to your address.")
