"""In by the link of a letter; where that is too old, a fresh one is sent to the address the letter went to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chains.messages.context import language_of
from chains.messages.page_urls import PREVIEW
from chains.models import Touch
from chains.page_letters import asking
from chains.public.my.closed import AddressForm, closed_page, guarded_page
from chains.public.my.door import Visit, close_door, is_old, linked, my_view, open_door
from chains.public.pages import preview_page, shop_page, too_many_changes_page, unknown_link_page
from crm.client_address import client_network
from crm.customers.page_link import PageLink, customer_of, revoke_links


@require_safe
def enter_view(request: HttpRequest, token: str) -> HttpResponse:
    return _enter(request, token, reverse("chains:my"))


@require_safe
def enter_order_view(request: HttpRequest, token: str) -> HttpResponse:
    """To the order that the letter is about."""
    touch = None if "\0" in token else Touch.objects.filter(token=token).only("order").first()
    order = touch and touch.order_id
    return _enter(request, token, reverse("chains:my-order", args=[order]) if order else reverse("chains:my"))


def _enter(request: HttpRequest, token: str, leads_to: str) -> HttpResponse:
    """A program that fetches the link gets a cookie and changes nothing."""
    if token == PREVIEW:
        return guarded_page(preview_page(request))
    link, now = linked(token), timezone.now()
    customer = customer_of(link) if link else None
    if link is None or customer is None:
        return guarded_page(unknown_link_page(request))
    if is_old(link, now):
        return _old_page(request, token, link)
    return guarded_page(open_door(HttpResponseRedirect(leads_to), link, now))


def _old_page(request: HttpRequest, token: str, link: PageLink) -> HttpResponse:
    customer = customer_of(link)
    if customer is None:
        return guarded_page(unknown_link_page(request))
    with translation.override(language_of(customer)):
        email = asking.known_email(customer, link.contact_id)
        return guarded_page(shop_page(request, "my/old_link", status=410, token=token, email=masked_email(email)))


@require_POST
def fresh_view(request: HttpRequest, token: str) -> HttpResponse:
    """A fresh link instead of this one. The same is said whether or not one can be sent."""
    if asking.is_flooding(client_network(request)):
        return guarded_page(too_many_changes_page(request))
    if link := linked(token):
        asking.ask_by_link(link, at=timezone.now())
    return _sent()


@require_http_methods(["GET", "HEAD", "POST"])
def link_view(request: HttpRequest) -> HttpResponse:
    """For whoever has no letter at hand: they type their address."""
    if request.method != "POST":
        return closed_page(request)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return closed_page(request, form)
    if asking.is_flooding(client_network(request)):
        return guarded_page(too_many_changes_page(request))
    asking.ask_by_email(form.cleaned_data["email"], at=timezone.now())
    return _sent()


@require_safe
def link_sent_view(request: HttpRequest) -> HttpResponse:
    title = _("Look into your mailbox")
    text = _(
        "If we know the address, a letter with a fresh link is on its way to it. Nothing came? Look among the spam."
    )
    return guarded_page(shop_page(request, "notice", title=title, text=text))


@require_POST
@my_view
def leave_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Out of this browser, or with every link that was ever sent, out of all of them."""
    if "everywhere" in request.POST:
        revoke_links(visit.customer, at=timezone.now())
    title, text = _("Your page is closed"), _("A link from a letter, or a fresh one, opens it again.")
    return close_door(shop_page(request, "notice", title=title, text=text))


def masked_email(email: str) -> str:
    """Enough to know it by, too little for somebody the letter was forwarded to."""
    local, _at, domain = email.partition("@")
    return f"{local[:2]}•••@{domain}" if email else ""


def _sent() -> HttpResponse:
    response = HttpResponseRedirect(reverse("chains:my-link-sent"))
    response.status_code = 303
    return response
