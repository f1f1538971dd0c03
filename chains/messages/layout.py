"""The look of a letter: MJML around its blocks, turned into HTML that mail programs and phones lay out alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from mjml import mjml2html

from chains.messages.page import Page
from chains.messages.shop_logo import logo_url
from crm.models import Purpose, Shop

FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
DEFAULT_COLOR = "#2f6f4f"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_STYLES = Path(__file__).with_name("letter.css").read_text(encoding="utf-8")
_DOCUMENT = """<mjml lang="{language}" dir="{direction}"><mj-head>
<mj-title>{subject}</mj-title><mj-preview>{preheader}</mj-preview>
<mj-raw><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
</mj-raw><mj-attributes><mj-all font-family="{font}"/>
<mj-text css-class="ink" padding="0 25px 14px" font-size="16px" line-height="1.55" color="#26312c"/>
<mj-image padding="0 25px 14px"/><mj-button padding="8px 25px 14px"/></mj-attributes>
<mj-style>{styles}</mj-style>
</mj-head><mj-body css-class="page" background-color="#f3f4f2" width="600px">
<mj-section padding="30px 0 4px"><mj-column>{sender}</mj-column></mj-section>
<mj-section css-class="card" background-color="#ffffff" border-radius="10px" padding="28px 0 14px">
<mj-column>{blocks}</mj-column></mj-section>
<mj-section padding="20px 0 24px"><mj-column><mj-text css-class="footer" font-size="13px" line-height="1.7"
 color="#5d6862">{footer}</mj-text></mj-column></mj-section>
</mj-body></mjml>"""
_PIXEL = (
    '{% if open_url != \'\' %}<img src="{{ open_url }}" width="1" height="1" alt="" style="display:block">{% endif %}'
)


def page_of(language: str, shop: Shop) -> Page:
    """For a letter in the shop's colours, with its logo."""
    color = brand_color(shop)
    return Page(language, color, text_color_on(color), logo_url(shop))


def letter_html(page: Page, blocks: Sequence[str], footer: str) -> str:
    """The HTML of a letter with Liquid in it. `blocks` are MJML drawn on this page, `footer` is HTML."""
    document = _DOCUMENT.format(
        language=page.language,
        font=FONT,
        direction="rtl" if get_language_info(page.language)["bidi"] else "ltr",
        styles=_STYLES,
        sender=_sender(page),
        subject=page.value("subject"),
        preheader=page.value("preheader"),
        blocks="\n".join(blocks),
        footer=page.hide(footer),
    )
    # No fonts: MJML would have every reader's mail program fetch them from Google.
    html = mjml2html(document, fonts={})
    # MJML writes one long line; with short ones a letter in plain ASCII needs no transfer encoding.
    return page.put_back(html.replace("><", ">\n<")).replace("</body>", _PIXEL + "</body>")


def _sender(page: Page) -> str:
    if page.logo_url:
        # Who shows no pictures reads the name.
        return (
            f'<mj-image src="{page.logo_url}" alt="{page.value("shop.name")}" align="left" width="180px"'
            f' font-size="15px" color="{page.color}"/>'
        )
    return (
        f'<mj-text css-class="shop" font-size="15px" font-weight="600" color="{page.color}">'
        f"{page.value('shop.name')}</mj-text>"
    )


def brand_color(shop: Shop) -> str:
    """The shop's colour, or Encore's when the shop has none that is valid."""
    return shop.brand_color if _COLOR.fullmatch(shop.brand_color) else DEFAULT_COLOR


def text_color_on(color: str) -> str:
    """White or near-black, whichever reads better on the colour (perceived brightness, ITU-R BT.601)."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 150 else "#1c2420"


def footer_lines(purpose: str, shop: Shop) -> list[str]:
    """What closes every letter, line by line, with Liquid and [words](placeholder) for links."""
    is_service = purpose == Purpose.SERVICE
    first = _("Any questions? Just reply to this email: a person reads every reply.")
    if not is_service:
        first = _("You are receiving this email because you agreed to hear from us.")
    return [
        *([first] if shop.reply_address or not is_service else []),
        "{% if shop.support_contact != '' %}" + _("Contact us:") + " {{ shop.support_contact }}{% endif %}",
        "[" + _("Your page: orders, warranty, questions") + "](my_page_url)",
        "[" + _("Choose what we write to you about") + "](preferences_url)",
        *([] if is_service else ["[" + _("Unsubscribe") + "](unsubscribe_url)"]),
        "{{ shop.name }}{% if shop.postal_address != '' %}, {{ shop.postal_address }}{% endif %}",
    ]
