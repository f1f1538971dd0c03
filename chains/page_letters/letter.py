"""The letter with a fresh link to a customer's own page, or with a code: nothing else is in it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.messages.blocks.button import button
from chains.messages.blocks.words import words_mjml
from chains.messages.context import language_of
from chains.messages.layout import letter_html, page_of
from chains.messages.mime import MimeLetter
from chains.messages.rendering import Rendered, compact, one_line
from chains.messages.sandbox import fill
from chains.messages.shop_letter import shop_letter
from chains.models import PageLetter
from chains.models.page_letter import CODE_MINUTES
from chains.page_letters.codes import code_of
from crm.customers.page_link import PageLink, token_of
from crm.models import Customer, Shop


def page_url(customer: Customer, now: dt.datetime) -> str:
    """The signed address of their own page, for whoever they are sent it by."""
    return settings.SITE_URL + reverse("chains:my-enter", args=[token_of(PageLink(customer.pk, now))])


def as_mail(letter: PageLetter, shop: Shop, now: dt.datetime) -> MimeLetter:
    """Ready for the wire. ValueError for an address no server takes."""
    rendered = render(letter, shop, now)
    return shop_letter(
        shop,
        to=letter.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        # The same when it is handed over again, so that a mail program shows it once.
        message_id=f"<page-{letter.pk}@{settings.SITE_HOST}>",
        headers={"Auto-Submitted": "auto-generated"},
    )


def render(letter: PageLetter, shop: Shop, now: dt.datetime) -> Rendered:
    """In the customer's language. Words of the shop come as values: none is taken for a placeholder."""
    language = language_of(letter.customer)
    with translation.override(language):
        is_code = letter.kind == PageLetter.Kind.CODE
        code = code_of(letter) if is_code else ""
        links = [] if is_code else [page_url(letter.customer, now)]
        title = _("Your code: %(code)s") % {"code": code} if is_code else _("Your page at %(shop)s")
        subject = one_line(title % {"shop": shop.name} if not is_code else title)
        context = {
            "subject": subject,
            "preheader": "",
            "links": links,
            "open_url": "",
            "shop": {
                "name": shop.name,
                "postal_address": shop.postal_address,
                "support_contact": shop.support_contact,
            },
            "code": code,
        }
        lines = _code_lines() if is_code else _link_lines(shop)
        label, page = _("Open your page"), page_of(language, shop)
        html_lines = "".join(f"<p>{line}</p>" for line in lines).replace("{{ code }}", "<strong>{{ code }}</strong>")
        blocks = [words_mjml(html_lines, page)]
        text = lines
        if links:
            blocks.append(button(label, "links[0]", page).mjml)
            text = [*lines, f"{label}:\n{{{{ links[0] }}}}"]
        html = letter_html(page, blocks, _footer("<br>"))
        return Rendered(
            subject=subject,
            html=fill(html, context, is_html=True),
            text=compact(fill("\n\n".join([*text, "-- \n" + _footer("\n")]), context)) + "\n",
            links=links,
        )


def _code_lines() -> list[str]:
    minutes = ngettext("It works for %(minutes)d minute.", "It works for %(minutes)d minutes.", CODE_MINUTES)
    return [
        _("Type this code on the page where you were asked for it: %(code)s") % {"code": "{{ code }}"},
        minutes % {"minutes": CODE_MINUTES} + " " + _("Tell it to nobody, us included."),
    ]


def _link_lines(shop: Shop) -> list[str]:
    days = ngettext("The link works for %(days)d day.", "The link works for %(days)d days.", shop.page_link_days)
    return [
        _("Here is the fresh link to your page: your orders, what belongs to them, and how to reach us."),
        days % {"days": shop.page_link_days} + " " + _("Whoever has it sees your page, so keep it to yourself."),
    ]


def _footer(end: str) -> str:
    lines = [
        _("You did not ask for this? Then do nothing: nobody came any further."),
        "{% if shop.support_contact != '' %}" + _("Contact us:") + " {{ shop.support_contact }}{% endif %}",
        "{{ shop.name }}{% if shop.postal_address != '' %}, {{ shop.postal_address }}{% endif %}",
    ]
    return end.join(lines)
