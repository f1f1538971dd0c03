"""The letter that asks whether an address is really theirs: no marketing in it, one button."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from chains.messages.blocks.button import button
from chains.messages.blocks.words import words_mjml
from chains.messages.layout import letter_html, page_of
from chains.messages.mime import MimeLetter
from chains.messages.rendering import Rendered, compact, one_line
from chains.messages.sandbox import fill
from chains.messages.shop_letter import shop_letter
from chains.messages.wording import day
from chains.models import SignUp
from crm.models import Shop
from crm.timezones import zone_of


def render(sign_up: SignUp, shop: Shop) -> Rendered:
    """In the language of its form. Words of the shop come as values: nothing they hold is taken for a placeholder."""
    language = sign_up.form.language
    with translation.override(language):
        label = _("Yes, write to me")
        subject = one_line(_("Please confirm: %(title)s") % {"title": sign_up.form.title})
        link = confirmation_url(sign_up)
        context = {
            "subject": subject,
            "preheader": "",
            "links": [link],
            "open_url": "",
            "shop": {
                "name": shop.name,
                "postal_address": shop.postal_address,
                "support_contact": shop.support_contact,
            },
            "title": sign_up.form.title,
            "wording": sign_up.wording.splitlines(),
            "until": day(sign_up.expires_at, zone_of(""), language),
        }
        page = page_of(language, shop)
        html = letter_html(page, [words_mjml(_body(), page), button(label, "links[0]", page).mjml], _footer("<br>"))
        text = "\n\n".join([*_paragraphs("{{ line }}\n"), f"{label}:\n{{{{ links[0] }}}}", "-- \n" + _footer("\n")])
        return Rendered(
            subject=subject,
            html=fill(html, context, is_html=True),
            text=compact(fill(text, context)) + "\n",
            links=[link],
        )


def confirmation_url(sign_up: SignUp) -> str:
    return settings.SITE_URL + reverse("chains:confirm", args=[sign_up.token])


def as_mail(sign_up: SignUp, shop: Shop) -> MimeLetter:
    """Ready for the wire. ValueError for an address no server takes."""
    letter = render(sign_up, shop)
    return shop_letter(
        shop,
        to=sign_up.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        # The same when it is handed over again, so that a mail program shows it once.
        message_id=f"<sign-up-{sign_up.pk}-{sign_up.letters_sent + 1}@{settings.SITE_HOST}>",
        headers={"Auto-Submitted": "auto-generated"},
    )


def _paragraphs(line: str) -> list[str]:
    return [
        _("Somebody typed this address into the form “%(title)s” of %(shop)s.")
        % {"title": "{{ title }}", "shop": "{{ shop.name }}"},
        _("If it was you, press the button. You then agree to this:"),
        "{% for line in wording %}" + line + "{% endfor %}",
    ]


def _body() -> str:
    first, second, wording = _paragraphs("{{ line }}<br>")
    return f"<p>{first}</p><p>{second}</p><p><strong>{wording}</strong></p>"


def _footer(end: str) -> str:
    lines = [
        _("If it was not you, do nothing. We forget the address after %(day)s and write no more.")
        % {"day": "{{ until }}"},
        "{% if shop.support_contact != '' %}" + _("Contact us:") + " {{ shop.support_contact }}{% endif %}",
        "{{ shop.name }}{% if shop.postal_address != '' %}, {{ shop.postal_address }}{% endif %}",
    ]
    return end.join(lines)
