"""What colleagues see and do of a customer's own page: what stands there, a fresh link, and shutting every old one."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chains.models import PageLetter
from chains.page_letters.asking import ask
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.customers.page_link import revoke_links
from crm.models import Customer, Shop
from crm.subscriptions.wording import interval_in_words

SEEN_BY = ["crm.view_customer", "crm.view_subscription"]
DONE_BY = ["crm.change_customer", "crm.add_case"]
LETTERS_SHOWN = 5


@require_GET
@permission_required(SEEN_BY, raise_exception=True)
def own_page_view(request: HttpRequest, customer_id: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    subscriptions = customer.subscriptions.select_related("product").order_by("stopped_at", "next_on")
    context = {
        "title": _("Page of %(customer)s") % {"customer": customer},
        "customer": customer,
        "shop": Shop.load(),
        "subscriptions": [(one, interval_in_words(one.every, one.unit)) for one in subscriptions],
        "registrations": customer.registrations.select_related("product", "order").order_by("-registered_at"),
        "letters": customer.page_letters.order_by("-asked_at")[:LETTERS_SHOWN],
        "may_act": request.user.has_perms(DONE_BY),
        "may_subscribe": request.user.has_perm("crm.add_subscription"),
    }
    return TemplateResponse(request, "chains/admin/own_page.html", {**admin.site.each_context(request), **context})


@require_POST
@permission_required(DONE_BY, raise_exception=True)
def send_link_view(request: HttpRequest, customer_id: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    email = ask(customer, PageLetter.Kind.LINK, at=timezone.now())
    if email:
        messages.success(request, _("A fresh link goes to %(email)s.") % {"email": email})
    else:
        messages.error(request, _("No email address of theirs is known and works."))
    return HttpResponseRedirect(reverse("admin:chains_own_page", args=[customer_id]))


@require_POST
@permission_required(DONE_BY, raise_exception=True)
def revoke_links_view(request: HttpRequest, customer_id: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    revoke_links(customer, at=timezone.now())
    messages.success(request, _("No link sent so far opens the page any more, and wherever it was open it is closed."))
    return HttpResponseRedirect(reverse("admin:chains_own_page", args=[customer_id]))


@admin.register(PageLetter)
class PageLetterAdmin(ReadOnlyAdmin):
    """Also where the pages about a customer's own page have their addresses."""

    list_display = ("asked_at", "customer", "kind", "email", "sent_at", "refusal")
    list_select_related = ("customer",)
    ordering = ("-asked_at",)
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("of/<int:customer_id>/", wrap(own_page_view), name="chains_own_page"),
            path("of/<int:customer_id>/send/", wrap(send_link_view), name="chains_own_page_send"),
            path("of/<int:customer_id>/revoke/", wrap(revoke_links_view), name="chains_own_page_revoke"),
            *super().get_urls(),
        ]
