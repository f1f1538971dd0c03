"""A discount on everything must not be what a customer is offered first: it teaches to wait for the next."""

from __future__ import annotations

import re

from chains.messages.written import sources_of, written_texts
from chains.models import MessageTemplate
from crm.languages import pattern, words

SENTENCE = re.compile(rf"[.!?]+\s+(?=[{''.join(words('offers', 'capitals'))}])|\n")
AMOUNT = re.compile(rf"\d\s?(?:%|₽|\$|€|usd|eur|{pattern('offers', 'amount')})", re.IGNORECASE)
DISCOUNT = re.compile(rf"\b{pattern('offers', 'discount')}|[-−]\s?\d", re.IGNORECASE)  # noqa: RUF001
EVERYTHING = re.compile(rf"\b{pattern('offers', 'everything')}(?!\w)", re.IGNORECASE)


def storewide_discount(template: MessageTemplate) -> str:
    """The sentence that promises one, in any of the template's texts; empty when none does."""
    for text in written_texts(template):
        said = (text.subject, *(source for block in text.blocks for source in sources_of(block)))
        if sentence := discount_on_everything("\n".join(said)):
            return sentence
    return ""


def discount_on_everything(said: str) -> str:
    for sentence in SENTENCE.split(f"{said}\n"):
        if all(pattern.search(sentence) for pattern in (AMOUNT, DISCOUNT, EVERYTHING)):
            return sentence.strip()[:200]
    return ""
