"""Made-up customers to check and preview texts with: one of whom everything is known, one of whom nothing is."""

from __future__ import annotations

from typing import Any

from chains.messages.placeholders import PLACEHOLDERS
from crm.languages import content, spoken

SAMPLE_CODE = "KETT-LE26"
# What is the same in every language; the words are in sample.toml of each.
_EVERYWHERE: dict[str, dict[str, Any]] = {
    "order": {
        "number": "1042",
        "tracking_number": "RB123456785",
        "receipt_url": "https://shop.example/receipt/1042",
    },
    "product": {
        "picture_url": "https://shop.example/kettle.jpg",
        "instructions_url": "https://shop.example/kettle-instructions",
    },
    "coupon": {"code": SAMPLE_CODE},
    "points": {"balance": "320", "expiring": "120"},
    "shop": {"site_url": "https://shop.example", "review_url": "https://shop.example/reviews", "postal_address": ""},
}
_PAGES = {
    "rating_scale": "1 2 3 4 5",
    "rate_url": "https://shop.example/m/r/sample/",
    "question_url": "https://shop.example/m/q/sample/",
    "preferences_url": "https://shop.example/m/p/sample/",
    "unsubscribe_url": "https://shop.example/m/u/sample/",
    "telegram_url": "https://shop.example/m/t/sample/",
    "push_url": "https://shop.example/m/n/sample/",
    "click_url": "https://shop.example/m/c/sample/",
    "open_url": "https://shop.example/m/o/sample.gif",
}


def sample(language: str) -> dict[str, Any]:
    """A context with a believable value for every placeholder."""
    words = content(spoken(language), "sample")
    known = {name: {**fields, **_EVERYWHERE.get(name, {})} for name, fields in words.items()}
    # A made-up picture would only show as a broken one.
    lines = [{**line, "picture_url": ""} for line in known["order"]["lines"]]
    return {**known, **_PAGES, "order": {**known["order"], "lines": lines}}


def nothing_known() -> dict[str, Any]:
    """A context where every placeholder is empty, as for somebody without an order or a name."""
    context: dict[str, Any] = dict.fromkeys(_PAGES, "")
    for placeholder in PLACEHOLDERS:
        root, _dot, field = placeholder.path.partition(".")
        if field:
            context.setdefault(root, {})[field] = [] if field == "lines" else ""
    return context
