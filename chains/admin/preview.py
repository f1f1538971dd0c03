"""A template previewed: under its form, for a real customer, and in the marketer's own mailbox."""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chains.messages.rendering import Rendered
from chains.messages.sandbox import TemplateError
from chains.messages.short_message import ShortMessage
from chains.messages.sms_parts import SmsSize
from chains.messages.written import WrittenText, written, written_texts
from chains.models import MessageTemplate, TemplateText
from chains.simulate import preview
from crm.customers.search import find_customers
from crm.models import Channel, Customer, Shop

# A letter shown in the admin may load pictures and nothing else, and its links open beside it.
SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline'"
)


@dataclass(frozen=True)
class TextPreview:
    """One text of a template as the page shows it: `letter` of an email, `note` of a short message."""

    language: str
    name: str
    channel: str
    letter: Rendered | None = None
    note: ShortMessage | None = None
    size: SmsSize | None = None
    problem: str = ""


def preview_context(request: HttpRequest, object_id: str | None) -> dict[str, Any]:
    """The context of the preview under a template's form."""
    template = MessageTemplate.objects.filter(pk=object_id).first() if object_id and object_id.isdecimal() else None
    if template is None:
        return {}
    asked = request.GET.get("as", "")
    customer = next(iter(find_customers(asked, limit=1)), None) if _may_see_customers(request) else None
    return {
        "sheets": text_previews(written_texts(template), customer, timezone.now(), Shop.load()),
        "asked": asked,
        "shown_customer": customer,
        "may_see_customers": _may_see_customers(request),
        "preview_query": f"?customer={customer.pk}" if customer else "",
    }


def letter_view(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The letter alone, for a frame."""
    _check_may_view(request)
    letters = TemplateText.objects.filter(channel=Channel.EMAIL).select_related("template")
    text = get_object_or_404(letters, template=pk, language=language)
    try:
        made = preview.rendered(
            written(text), _customer(request, request.GET.get("customer", "")), timezone.now(), Shop.load()
        )
    except TemplateError as error:
        return framed(HttpResponse(str(error), content_type="text/plain; charset=utf-8"))
    return framed(HttpResponse(made.letter.html if made.letter else ""))


def framed(response: HttpResponse) -> HttpResponse:
    """Fit for a frame inside our own page, where Django's middleware would forbid any."""
    response["Content-Security-Policy"] = SANDBOX
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def test_message_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the template to the marketer's own address."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _check_may_view(request)
    template = get_object_or_404(MessageTemplate, pk=pk)
    to = getattr(request.user, "email", "")
    if not to:
        messages.error(request, _("Your account has no email address: add it to your profile first."))
    else:
        _send(request, template, to)
    return HttpResponseRedirect(reverse("admin:chains_messagetemplate_change", args=[pk]))


def _send(request: HttpRequest, template: MessageTemplate, to: str) -> None:
    try:
        preview.send(
            written_texts(template), [to], _customer(request, request.POST.get("customer", "")), timezone.now()
        )
    except (TemplateError, ValueError, OSError, smtplib.SMTPException, AnymailError) as error:
        messages.error(request, _("It could not be sent: %(why)s") % {"why": error})
        return
    if settings.EMAIL_URL:
        messages.success(request, _("Sent to %(to)s, in every language.") % {"to": to})
    else:
        messages.success(request, _("Put into the outbox for %(to)s: no mail server is set up.") % {"to": to})


def text_previews(
    texts: Iterable[WrittenText], customer: Customer | None, now: dt.datetime, shop: Shop
) -> list[TextPreview]:
    """Each text as this customer gets it, or a made-up one."""
    names = dict(settings.LANGUAGES)
    return [_text_preview(text, f"{names.get(text.language, text.language)}", customer, now, shop) for text in texts]


def _text_preview(text: WrittenText, name: str, customer: Customer | None, now: dt.datetime, shop: Shop) -> TextPreview:
    title = name if text.channel == Channel.EMAIL else f"{Channel(text.channel).label}, {name}"
    try:
        made = preview.rendered(text, customer, now, shop)
    except TemplateError as error:
        return TextPreview(text.language, title, text.channel, problem=str(error))
    return TextPreview(text.language, title, text.channel, letter=made.letter, note=made.note, size=made.sms)


def _customer(request: HttpRequest, pk: str) -> Customer | None:
    if not pk.isdecimal() or len(pk) > 18 or not _may_see_customers(request):
        return None
    return Customer.objects.current().filter(pk=pk).first()


def _may_see_customers(request: HttpRequest) -> bool:
    return request.user.has_perm("crm.view_customer")


def _check_may_view(request: HttpRequest) -> None:
    if not request.user.has_perm("chains.view_messagetemplate"):
        raise PermissionDenied
