"""Made-up customers to check and preview texts with: one of whom everything is known, one of whom nothing is."""

from __future__ import annotations

from typing import Any

from chains.messages.placeholders import PLACEHOLDERS

SAMPLE_CODE = "KETT-LE26"
_SAMPLES: dict[str, dict[str, Any]] = {
    "en": {
        "customer": {"first_name": "Anna", "last_name": "Brown", "name": "Anna Brown", "city": "Leeds"},
        "order": {
            "number": "1042",
            "total": "€89.90",
            "placed_on": "2 March 2026",
            "promised_on": "5 March 2026",
            "delivered_on": "5 March 2026",
            "appointment_at": "6 March 2026, 10:00",
            "tracking_number": "RB123456785",
            "products": "Kettle Aria 1.7 l, descaler",
            "receipt_url": "https://shop.example/receipt/1042",
            "lines": [
                {"name": "Kettle Aria 1.7 l", "quantity": "1", "price": "€79.90", "sum": "€79.90"},
                {"name": "Descaler", "quantity": "2", "price": "€5.00", "sum": "€10.00"},
            ],
        },
        "product": {"name": "Kettle Aria 1.7 l", "warranty_until": "5 March 2028"},
        "coupon": {
            "code": SAMPLE_CODE,
            "offer": "10\xa0%",
            "until": "17 March 2026",
            "scope": "Accessories",
            "minimum": "€50",
        },
        "points": {"balance": "320", "expiring": "120", "expiring_on": "20 March 2026"},
        "shop": {"name": "Home & Hearth", "support_contact": "+44 20 7946 0000, 9 to 18"},
    },
    "ru": {
        "customer": {"first_name": "Анна", "last_name": "Белова", "name": "Анна Белова", "city": "Казань"},
        "order": {
            "number": "1042",
            "total": "8 990 ₽",
            "placed_on": "2 марта 2026",
            "promised_on": "5 марта 2026",
            "delivered_on": "5 марта 2026",
            "appointment_at": "6 марта 2026, 10:00",
            "tracking_number": "RB123456785",
            "products": "Чайник Aria 1,7 л, средство от накипи",
            "receipt_url": "https://shop.example/receipt/1042",
            "lines": [
                {"name": "Чайник Aria 1,7 л", "quantity": "1", "price": "7 990 ₽", "sum": "7 990 ₽"},
                {"name": "Средство от накипи", "quantity": "2", "price": "500 ₽", "sum": "1 000 ₽"},
            ],
        },
        "product": {"name": "Чайник Aria 1,7 л", "warranty_until": "5 марта 2028"},
        "coupon": {
            "code": SAMPLE_CODE,
            "offer": "10\xa0%",
            "until": "17 марта 2026",
            "scope": "Аксессуары",
            "minimum": "500 ₽",
        },
        "points": {"balance": "320", "expiring": "120", "expiring_on": "20 марта 2026"},
        "shop": {"name": "Дом и очаг", "support_contact": "8 800 000-00-00, с 9 до 18"},
    },
}
_LINKS = {
    "product": {
        "picture_url": "https://shop.example/kettle.jpg",
        "instructions_url": "https://shop.example/kettle-instructions",
    },
    "shop": {"site_url": "https://shop.example", "review_url": "https://shop.example/reviews", "postal_address": ""},
}
_PAGES = {
    "rating_scale": "1 2 3 4 5",
    "rate_url": "https://shop.example/m/r/sample/",
    "preferences_url": "https://shop.example/m/p/sample/",
    "unsubscribe_url": "https://shop.example/m/u/sample/",
    "telegram_url": "https://shop.example/m/t/sample/",
    "push_url": "https://shop.example/m/n/sample/",
    "click_url": "https://shop.example/m/c/sample/",
    "open_url": "https://shop.example/m/o/sample.gif",
}


def sample(language: str) -> dict[str, Any]:
    """A context with a believable value for every placeholder."""
    words = _SAMPLES.get(language, _SAMPLES["en"])
    linked = {name: {**words[name], **links} for name, links in _LINKS.items()}
    return {**words, **linked, **_PAGES}


def nothing_known() -> dict[str, Any]:
    """A context where every placeholder is empty, as for somebody without an order or a name."""
    context: dict[str, Any] = dict.fromkeys(_PAGES, "")
    for placeholder in PLACEHOLDERS:
        root, _dot, field = placeholder.path.partition(".")
        if field:
            context.setdefault(root, {})[field] = [] if field == "lines" else ""
    return context
