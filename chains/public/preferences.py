"""What a customer may decide from any letter: to get no more marketing, and about what they want to hear."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chains.messages.page_urls import pages
from chains.models import MessageTemplate, Touch
from chains.public.pages import of_touch, page
from chains.public.tracking import record_about
from crm.consent import grant, withdraw
from crm.models import Channel, Contact, Customer, EventKind, Purpose

Topic = MessageTemplate.Topic
TOPICS = [topic for topic in Topic if topic != Topic.NONE]


@require_http_methods(["GET", "HEAD", "POST"])
@of_touch
def unsubscribe(request: HttpRequest, touch: Touch) -> HttpResponse:
    """RFC 8058: a POST alone unsubscribes, whoever sends it; a GET, which scanners send too, only asks."""
    if request.method != "POST":
        return page(request, "unsubscribe", touch=touch, addresses=_addresses(touch))
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    unsubscribe_from(touch, at=timezone.now(), evidence=_evidence(request, touch, one_click=is_one_click))
    return page(request, "unsubscribed", touch=touch)


@require_http_methods(["GET", "HEAD", "POST"])
@of_touch
def preferences(request: HttpRequest, touch: Touch) -> HttpResponse:
    # The button names itself: a body that cannot be read must not pass for a form with nothing ticked.
    is_saved = request.method == "POST" and "save" in request.POST
    if is_saved:
        wanted = {topic.value for topic in TOPICS if topic.value in request.POST.getlist("topic")}
        channels = {int(pk) for pk in request.POST.getlist("contact") if pk.isdecimal() and len(pk) < 19}
        frequency = request.POST.get("frequency", touch.customer.frequency)
        choose(touch, wanted, channels, frequency, at=timezone.now(), evidence=_evidence(request, touch))
    return page(
        request,
        "preferences",
        touch=touch,
        is_saved=is_saved,
        topics=[(topic, topic.value not in touch.customer.muted_topics) for topic in TOPICS],
        frequencies=[(frequency, frequency == touch.customer.frequency) for frequency in Customer.Frequency],
        telegram_url=pages(touch.token)["telegram_url"] if settings.TELEGRAM_TOKEN else "",
        push_url=pages(touch.token)["push_url"] if settings.PUSH_CONTACT else "",
        contacts=[
            (contact, masked(contact), contact.marketing_consent == Contact.Consent.GRANTED)
            for contact in _contacts(touch)
        ],
    )


@transaction.atomic
def unsubscribe_from(
    touch: Touch, *, at: dt.datetime, evidence: dict[str, Any], source: str = "unsubscribe page"
) -> None:
    """This very message made them say no."""
    end_marketing(touch, at=at, evidence=evidence, source=source)
    record_about(touch, EventKind.MESSAGE_UNSUBSCRIBED, at, f"unsubscribed:{touch.pk}", source="receipts")
    Touch.objects.filter(pk=touch.pk, unsubscribed_at=None).update(unsubscribed_at=at)


@transaction.atomic
def end_marketing(touch: Touch, *, at: dt.datetime, evidence: dict[str, Any], source: str) -> None:
    """Withdraw consent to marketing for the address the letter went to, for everybody who shares it."""
    for channel, address in _addresses(touch):
        sharing = Contact.objects.select_related("customer").filter(channel=channel, address=address)
        for contact in sharing.filter(customer__in=Customer.objects.current()):
            if contact.marketing_consent != Contact.Consent.WITHDRAWN:
                _note_no(contact, at, source, evidence)


@transaction.atomic
def choose(
    touch: Touch, wanted: set[str], contact_ids: set[int], frequency: str, *, at: dt.datetime, evidence: dict[str, Any]
) -> None:
    """Keep what was ticked on the preference page; of consent only what changed goes into the ledger."""
    customer = touch.customer
    known = {topic.value for topic in TOPICS}
    others = [topic for topic in customer.muted_topics if topic not in known]
    customer.muted_topics = [*others, *(topic.value for topic in TOPICS if topic.value not in wanted)]
    if frequency in Customer.Frequency.values:
        customer.frequency = frequency
    customer.save(update_fields=["muted_topics", "frequency"])
    for contact in _contacts(touch):
        is_on = contact.marketing_consent == Contact.Consent.GRANTED
        if is_on and contact.pk not in contact_ids:
            _note_no(contact, at, "preference page", evidence)
        elif not is_on and contact.pk in contact_ids:
            _note_yes(contact, at, evidence)


def _note_no(contact: Contact, at: dt.datetime, source: str, evidence: dict[str, Any]) -> None:
    withdraw(
        contact.customer,
        channel=contact.channel,
        address=contact.address,
        purpose=Purpose.MARKETING,
        at=at,
        source=source,
        evidence=evidence,
    )


def _note_yes(contact: Contact, at: dt.datetime, evidence: dict[str, Any]) -> None:
    grant(
        contact.customer,
        channel=contact.channel,
        address=contact.address,
        purpose=Purpose.MARKETING,
        at=at,
        source="preference page",
        wording=consent_wording(),
        evidence=evidence,
    )


def consent_wording() -> str:
    """What a tick on the preference page agrees to."""
    return _("Send me ideas, tips and offers here. I can stop this at any time.")


def masked(contact: Contact) -> str:
    """Enough of an address to know it by, too little for somebody the letter was forwarded to."""
    if contact.channel == Channel.EMAIL:
        local, _at, domain = contact.address.partition("@")
        return f"{local[:2]}•••@{domain}"
    return f"•••{contact.address[-4:]}"


def _contacts(touch: Touch) -> list[Contact]:
    live = Contact.objects.select_related("customer").filter(customer=touch.customer_id, state=Contact.State.ACTIVE)
    return list(live.order_by("channel", "pk"))


def _addresses(touch: Touch) -> list[tuple[str, str]]:
    """Where the letter went; every address of the customer when that one is no longer kept."""
    contacts = [touch.contact] if touch.contact else Contact.objects.filter(customer=touch.customer_id)
    return [(contact.channel, contact.address) for contact in contacts]


def _evidence(request: HttpRequest, touch: Touch, **more: Any) -> dict[str, Any]:
    return {
        "touch": touch.pk,
        "ip": request.META.get("REMOTE_ADDR", ""),
        "user_agent": request.headers.get("User-Agent", "")[:200],
        **more,
    }
