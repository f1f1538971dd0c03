"""Pages where a customer decides, from any letter: to get no more marketing, and about what they want to hear."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chains.messages.page_urls import page_urls
from chains.models import Touch
from chains.models.template import TOPICS
from chains.public.pages import shop_page, touch_view
from chains.reactions.preferences import offered_contacts, save_preferences
from chains.reactions.unsubscribe import unsubscribe, written_addresses
from crm.client_address import client_address
from crm.models import Channel, Contact, Customer


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def unsubscribe_view(request: HttpRequest, touch: Touch) -> HttpResponse:
    """RFC 8058: a POST alone unsubscribes, whoever sends it; a GET, which scanners send too, only asks."""
    if request.method != "POST":
        return shop_page(request, "unsubscribe", touch=touch, addresses=written_addresses(touch))
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    evidence = evidence_of(request, touch=touch.pk, one_click=is_one_click)
    unsubscribe(touch, at=timezone.now(), evidence=evidence, source="unsubscribe page")
    return shop_page(request, "unsubscribed", touch=touch)


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def preferences_view(request: HttpRequest, touch: Touch) -> HttpResponse:
    # The button names itself: a body that cannot be read must not pass for a form with nothing ticked.
    is_saved = request.method == "POST" and "save" in request.POST
    customer = touch.customer
    if is_saved:
        save_chosen(request, customer, evidence_of(request, touch=touch.pk))
    return shop_page(
        request,
        "preferences",
        is_saved=is_saved,
        telegram_url=page_urls(touch.token)["telegram_url"] if settings.TELEGRAM_TOKEN else "",
        push_url=page_urls(touch.token)["push_url"] if settings.PUSH_CONTACT else "",
        **choices_of(customer),
    )


def save_chosen(request: HttpRequest, customer: Customer, evidence: dict[str, Any]) -> None:
    save_preferences(
        customer,
        topics=set(request.POST.getlist("topic")),
        contact_ids={int(pk) for pk in request.POST.getlist("contact") if pk.isdecimal() and len(pk) < 19},
        frequency=request.POST.get("frequency", customer.frequency),
        at=timezone.now(),
        evidence=evidence,
    )


def choices_of(customer: Customer) -> dict[str, Any]:
    return {
        "topics": [(topic, topic.value not in customer.muted_topics) for topic in TOPICS],
        "frequencies": [(frequency, frequency == customer.frequency) for frequency in Customer.Frequency],
        "contacts": [
            (contact, masked(contact), contact.marketing_consent == Contact.Consent.GRANTED)
            for contact in offered_contacts(customer)
        ],
    }


def masked(contact: Contact) -> str:
    """Enough of an address to know it by, too little for somebody the letter was forwarded to."""
    if contact.channel == Channel.EMAIL:
        local, _at, domain = contact.address.partition("@")
        return f"{local[:2]}•••@{domain}"
    return f"•••{contact.address[-4:]}"


def evidence_of(request: HttpRequest, **more: Any) -> dict[str, Any]:
    return {
        "ip": client_address(request),
        "user_agent": request.headers.get("User-Agent", "")[:200],
        **more,
    }
