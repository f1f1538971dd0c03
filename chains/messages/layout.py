"""The look of a letter: MJML around the words, turned into HTML that mail programs and phones lay out alike."""

from __future__ import annotations

import re
from html import escape

from django.utils.translation import gettext as _
from mjml import mjml2html

from crm.models import Purpose, Shop

FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
DEFAULT_COLOR = "#2f6f4f"
SCALE = re.compile(r"{{-?\s*rating_scale\s*-?}}")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PAGE = """<mjml lang="{language}"><mj-head>
<mj-title>mark-subject</mj-title><mj-preview>mark-preheader</mj-preview>
<mj-attributes><mj-all font-family="{font}"/>
<mj-text font-size="16px" line-height="1.55" color="#26312c"/></mj-attributes>
</mj-head><mj-body background-color="#f3f4f2" width="600px">
<mj-section padding="20px 0 8px"><mj-column>
<mj-text font-size="15px" font-weight="600" color="{color}">mark-shop</mj-text></mj-column></mj-section>
<mj-section background-color="#ffffff" border-radius="10px" padding="18px 6px 22px"><mj-column>
<mj-raw>{{% if picture != '' %}}</mj-raw><mj-image src="mark-picture" alt="mark-alt" border-radius="8px"/>
<mj-raw>{{% endif %}}</mj-raw><mj-text>mark-body</mj-text>{button}</mj-column></mj-section>
<mj-section padding="10px 0 28px"><mj-column>
<mj-text font-size="13px" line-height="1.5" color="#5d6862">mark-footer</mj-text></mj-column></mj-section>
</mj-body></mjml>"""
_BUTTON = """<mj-raw>{{% if links[{index}] != '' %}}</mj-raw><mj-button href="mark-link" align="left" font-size="16px"
 font-weight="600" background-color="{color}" color="{ink}" border-radius="8px" inner-padding="13px 24px">mark-label
</mj-button><mj-raw>{{% endif %}}</mj-raw>"""
_PIXEL = (
    '{% if open_url != \'\' %}<img src="{{ open_url }}" width="1" height="1" alt="" style="display:block">{% endif %}'
)


def letter_html(
    *, language: str, shop: Shop, body: str, footer: str, label: str = "", button: int | None = None
) -> str:
    """The HTML of a letter with Liquid in it. `body` and `footer` are HTML, `button` the index of its link."""
    color = brand_color(shop)
    drawn = "" if button is None else _BUTTON.format(index=button, color=color, ink=text_color_on(color))
    # No fonts: MJML would have every reader's mail program fetch them from Google.
    html = mjml2html(_PAGE.format(language=language, font=FONT, color=color, button=drawn), fonts={})
    # MJML writes one long line; with short ones a letter in plain ASCII needs no transfer encoding.
    html = html.replace("><", ">\n<")
    words = {
        "mark-subject": "{{ subject }}",
        "mark-preheader": "{{ preheader }}",
        "mark-shop": "{{ shop.name }}",
        "mark-picture": "{{ picture }}",
        "mark-alt": "{{ product.name }}",
        "mark-body": with_scale(_spaced(body), color),
        "mark-link": f"{{{{ links[{button}] }}}}",
        "mark-label": escaped_words(label),
        "mark-footer": footer,
        "</body>": _PIXEL + "</body>",
    }
    pattern = re.compile("|".join(re.escape(mark) for mark in words))
    return pattern.sub(lambda found: words[found[0]], html)


def brand_color(shop: Shop) -> str:
    """The shop's colour, or Encore's when the shop has none that is valid."""
    return shop.brand_color if _COLOR.fullmatch(shop.brand_color) else DEFAULT_COLOR


def with_scale(html: str, color: str) -> str:
    """The rating scale as five squares to press; without styles it stays five links in a row."""
    style = (
        f"display:inline-block;width:44px;line-height:44px;margin:0 6px 6px 0;border:1px solid {color};"
        f"border-radius:8px;text-align:center;font-weight:600;text-decoration:none;color:{color}"
    )
    squares = " ".join(
        f'<a href="{{{{ rate_url }}}}?score={score}" style="{style}">{score}</a>' for score in range(1, 6)
    )
    return SCALE.sub(lambda _found: squares, html)


def _spaced(html: str) -> str:
    """Margins of paragraphs written on each: some mail programs drop the style sheet."""
    return html.replace("<p>", '<p style="margin:0 0 14px">').replace("<li>", '<li style="margin:0 0 6px">')


def text_color_on(color: str) -> str:
    """White or near-black, whichever reads better on the colour (perceived brightness, ITU-R BT.601)."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 150 else "#1c2420"


def escaped_words(words: str) -> str:
    """Staff's words as HTML, their Liquid left as it is."""
    pieces = re.split(r"({{.*?}}|{%.*?%})", words)
    return "".join(piece if index % 2 else escape(piece, quote=False) for index, piece in enumerate(pieces))


def footer_lines(purpose: str, shop: Shop) -> list[str]:
    """What closes every letter, line by line, with Liquid and [words](placeholder) for links."""
    is_service = purpose == Purpose.SERVICE
    first = _("Any question? Just answer this letter, a person reads it.")
    if not is_service:
        first = _("You get this letter because you agreed to hear from us.")
    links = "[" + _("Choose what we write to you about") + "](preferences_url)"
    if not is_service:
        links += " · [" + _("Unsubscribe") + "](unsubscribe_url)"
    return [
        *([first] if shop.reply_address or not is_service else []),
        "{% if shop.support_contact != '' %}" + _("We are here:") + " {{ shop.support_contact }}{% endif %}",
        links,
        "{{ shop.name }}{% if shop.postal_address != '' %}, {{ shop.postal_address }}{% endif %}",
    ]
