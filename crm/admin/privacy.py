"""What the law lets a person ask for: everything kept about them, and that it be erased."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.models import Customer
from crm.privacy.erase import erase
from crm.privacy.export import export_person


@require_POST
def export_view(request: HttpRequest, customer_id: int) -> JsonResponse:
    if not request.user.has_perm("crm.change_customer"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=customer_id)
    response = JsonResponse(export_person(customer), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="customer-{customer.pk}.json"'
    return response


def erase_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    """Asks first; the typed number of the customer is the answer."""
    if not isinstance(request.user, User) or not request.user.has_perm("crm.delete_customer"):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    if request.method == "POST" and request.POST.get("customer") == str(customer.pk):
        certificate = erase(customer, at=timezone.now(), by=request.user)
        messages.success(
            request, _("Erased. The certificate has the number %(id)d.") % {"id": certificate["certificate"]}
        )
        return HttpResponseRedirect(reverse("admin:crm_customer_change", args=[customer.pk]))
    if request.method == "POST":
        messages.error(request, _("Nothing was erased: the number is another one."))
    context = {**admin.site.each_context(request), "title": _("Erase a person"), "customer": customer}
    return TemplateResponse(request, "crm/admin/erase.html", context)
