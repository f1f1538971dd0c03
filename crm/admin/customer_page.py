"""The customer's page: who they are, what is open, and the whole story, on one screen."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.admin.complaint_form import ComplaintForm
from crm.admin.customer_sections import MAIN, SIDE, shown
from crm.customers.mood import note_mood
from crm.models import Case, Customer
from crm.privacy.suppression import erased_at_by_address
from crm.service.cases import open_case
from crm.story.customer_links import links_for
from crm.story.story import KINDS, story

STORY_PAGE = 40
STORY_DEPTH = 1000


def page_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    customers = Customer.objects.select_related("stats", "score", "prediction", "company").prefetch_related("contacts")
    customer = get_object_or_404(customers, pk=customer_id)
    if not request.user.has_perm("crm.view_customer"):
        raise PermissionDenied
    if customer.merged_into_id:
        messages.info(request, _("These were one person: you are on the page of the customer who was kept."))
        return HttpResponseRedirect(url_of(customer.merged_into_id))
    return _page(request, customer, ComplaintForm(customer=customer, initial={"token": uuid.uuid4().hex}))


def complaint_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    """Log a complaint or a question. The form's own token makes an impatient second click change nothing."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    agent = _agent(request)
    customer = get_object_or_404(Customer.objects.current().select_related("stats"), pk=customer_id)
    form = ComplaintForm(request.POST, customer=customer)
    if not form.is_valid():
        return _page(request, customer, form, status=400)
    facts = form.cleaned_data
    token = facts.pop("token")
    case = open_case(customer, at=timezone.now(), owner=agent, key=f"staff:{token}", **facts)
    if case.kind == Case.Kind.COMPLAINT:
        messages.success(request, _("The complaint is logged. Marketing to this customer stops until it is resolved."))
    else:
        messages.success(request, _("The question is logged."))
    return HttpResponseRedirect(url_of(customer.pk))


def mood_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    agent = _agent(request)
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    mood = request.POST.get("mood", "")
    if mood not in Customer.Mood.values:
        messages.error(request, _("Choose one of the moods."))
    else:
        note_mood(customer, mood, at=timezone.now(), by=agent)
        messages.success(
            request,
            _("A bad mood is noted. Marketing to this customer stops until you change it.")
            if mood == Customer.Mood.BAD
            else _("The mood is noted."),
        )
    return HttpResponseRedirect(url_of(customer.pk))


def url_of(customer_id: int) -> str:
    return reverse("admin:crm_customer_change", args=[customer_id])


def _page(request: HttpRequest, customer: Customer, form: ComplaintForm, *, status: int = 200) -> TemplateResponse:
    now = timezone.now()
    kind = request.GET.get("kind", "")
    newest = story(customer, STORY_DEPTH)
    entries = [entry for entry in newest if not kind or entry.kind == kind]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": str(customer),
        "subtitle": _("Customer"),
        "customer": customer,
        "main_sections": shown(MAIN, customer, now),
        "side_sections": shown(SIDE, customer, now),
        "may_see_products": request.user.has_perm("crm.view_product"),
        "may_see_points": request.user.has_perm("crm.view_pointsentry") and not customer.erased_at,
        "open_cases": _open_cases(customer),
        "addresses_erased_at": _addresses_erased_at(customer),
        "form": form,
        "kinds": KINDS,
        "kind": kind,
        "story": Paginator(entries, STORY_PAGE).get_page(request.GET.get("page")),
        "story_depth": STORY_DEPTH if len(newest) >= STORY_DEPTH else 0,
        "links": links_for(request.user, customer.pk),
        "now": now,
        "may_log": request.user.has_perm("crm.add_case") and not customer.erased_at,
        "may_order": request.user.has_perm("crm.change_order") and not customer.erased_at,
        "may_task": request.user.has_perm("crm.change_stafftask") and not customer.erased_at,
        "may_note_consent": request.user.has_perms(["crm.change_customer", "crm.add_contact"])
        and not customer.erased_at,
        "may_erase": request.user.has_perm("crm.delete_customer"),
        "may_edit": request.user.has_perm("crm.change_customer") and not customer.erased_at,
    }
    return TemplateResponse(request, "crm/admin/customer_page.html", context, status=status)


def _addresses_erased_at(customer: Customer) -> dt.datetime | None:
    """When somebody was last erased who had an address of theirs."""
    erased = erased_at_by_address([(contact.channel, contact.address) for contact in customer.contacts.all()])
    return max(erased.values(), default=None)


def _open_cases(customer: Customer) -> list[Case]:
    return list(customer.cases.open().select_related("owner", "order").order_by("kind", "opened_at"))


def _agent(request: HttpRequest) -> User:
    """Whoever may note what a customer said."""
    if not isinstance(request.user, User) or not request.user.has_perm("crm.add_case"):
        raise PermissionDenied
    return request.user
