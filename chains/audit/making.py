"""A template made of a letter that was pasted in: its words and its first link, nothing of its looks."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from chains.audit.audit import Kind
from chains.definition.checks.letter import Letter
from chains.definition.one_off import write
from chains.messages.text_problems import problems
from chains.messages.written import WrittenText, plain_blocks
from chains.models import MessageTemplate
from crm.models import Purpose

MOST_LETTERS = 20_000
_NAME = re.compile(
    r"\{\{[^{}]{0,40}name[^{}]{0,40}\}\}|\*\|f?name\|\*|%%?f?i?r?s?t?_?name%%?|\[(?:f?name|first[ _]name|имя)\]",
    re.IGNORECASE,
)
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\*\|[^|*\n]{1,60}\|\*", re.DOTALL)
NAME = "{{ customer.first_name }}"


def make_template(letter: Letter, kind: Kind) -> MessageTemplate:
    purpose = Purpose.MARKETING if kind == Kind.MARKETING else Purpose.SERVICE
    name = letter.subject.strip() or _("Pasted letter")
    return write(name, MessageTemplate(purpose=purpose), [_text(letter)])


def _text(letter: Letter) -> WrittenText:
    call = next((call for call in letter.calls if call.link.startswith("https://")), None)
    button = (_own(call.label)[:100], call.link[:1000]) if call else None
    text = _with_button(letter, button)
    # A link of another program may be none that Encore would send.
    return text if not button or not any(problems(text)) else _with_button(letter, None)


def _with_button(letter: Letter, button: tuple[str, str] | None) -> WrittenText:
    return WrittenText(
        language=letter.language,
        subject=_own(letter.subject)[:300] or _("Pasted letter"),
        preheader=_own(letter.preheader)[:300],
        blocks=plain_blocks(_own(_paragraphs(letter.words))[:MOST_LETTERS] or "…", button),
    )


def _paragraphs(words: str) -> str:
    return "\n\n".join(line.strip() for line in words.split("\n") if line.strip())


def _own(words: str) -> str:
    """Placeholders of other programs as Encore's own where they name the customer, and left out where they do not."""
    marked = _NAME.sub("\x01", words)
    bare = _BRACES.sub("…", marked).replace("{{", "").replace("{%", "").replace("}}", "").replace("%}", "")
    # What looks like a link of our own way of writing is none.
    return bare.replace("](", "] (").replace("\x01", NAME)
