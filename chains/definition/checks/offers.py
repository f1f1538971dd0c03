"""A discount on everything must not be what a customer is offered first: it teaches to wait for the next."""

from __future__ import annotations

import re

from chains.models import MessageTemplate

SENTENCE = re.compile(r"[.!?]+\s+(?=[A-ZА-ЯЁ])|\n")
AMOUNT = re.compile(r"\d\s?(%|percent|процент|₽|руб|\$|€|usd|eur)", re.IGNORECASE)
DISCOUNT = re.compile(r"\b(off|discount|sale|save|cheaper|скидк\w*|дешевле|распродаж\w*)|[-−]\s?\d", re.IGNORECASE)  # noqa: RUF001
EVERYTHING = re.compile(
    r"\b(everything|store-?wide|site-?wide|(the )?(entire|whole) (store|shop|range|catalogue|order)"
    r"|(all|any) (products?|goods|items|orders?|purchases?)|на вс[её]|на весь (заказ|ассортимент|каталог)"
    r"|на (любой|любую|любые) (заказ|товар|товары|покупку|покупки)|на все товары)(?!\w)",
    re.IGNORECASE,
)


def storewide_discount(template: MessageTemplate) -> str:
    """The sentence that promises one, in any of the template's texts; empty when none does."""
    for text in template.texts.all():
        for sentence in SENTENCE.split(f"{text.subject}\n{text.body}\n{text.cta_label}\n"):
            if all(pattern.search(sentence) for pattern in (AMOUNT, DISCOUNT, EVERYTHING)):
                return sentence.strip()[:200]
    return ""
