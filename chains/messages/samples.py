"""Made-up customers to check and preview texts with: one of whom everything is known, one of whom nothing is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from chains.messages import wording
from chains.messages.placeholders import PLACEHOLDERS
from crm.languages import content, spoken
from crm.timezones import day_of, shop_zone

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
        "url": "https://shop.example/kettle",
        "instructions_url": "https://shop.example/kettle-instructions",
    },
    "coupon": {"code": SAMPLE_CODE},
    "points": {"balance": "320", "expiring": "120", "pending": "85", "earned": "85"},
    "referral": {"code": SAMPLE_CODE, "url": "https://shop.example/r/KETTLE26"},
    "shop": {"site_url": "https://shop.example", "review_url": "https://shop.example/reviews", "postal_address": ""},
}
# How many days from today, so that a preview never speaks of a day long past.
_DAYS = {
    "order": {"placed_on": -5, "promised_on": -2, "delivered_on": -2},
    "product": {"warranty_until": 728},
    "coupon": {"until": 10},
    "points": {"expiring_on": 14, "earned_on": 15},
    "tier": {"until": 30},
    "subscription": {"next_on": 3},
}
APPOINTMENT_IN, APPOINTMENT_HOUR = dt.timedelta(days=3), 10
_PAGES = {
    "rating_scale": "1 2 3 4 5",
    "my_page_url": "https://shop.example/m/my/in/sample/",
    "order_page_url": "https://shop.example/m/my/in/sample/order/",
    "rate_url": "https://shop.example/m/r/sample/",
    "review_url": "https://shop.example/m/review/sample/",
    "question_url": "https://shop.example/m/q/sample/",
    "preferences_url": "https://shop.example/m/p/sample/",
    "unsubscribe_url": "https://shop.example/m/u/sample/",
    "reply_url": "mailto:help@shop.example",
    "kit_url": "https://shop.example/m/k/sample/",
    "telegram_url": "https://shop.example/m/t/sample/",
    "push_url": "https://shop.example/m/n/sample/",
    "click_url": "https://shop.example/m/c/sample/",
    "open_url": "https://shop.example/m/o/sample.gif",
}


def sample(language: str) -> dict[str, Any]:
    """A context with a believable value for every placeholder."""
    words = content(spoken(language), "sample")
    dates = _dates(timezone.now(), spoken(language))
    known = {name: {**fields, **_EVERYWHERE.get(name, {}), **dates.get(name, {})} for name, fields in words.items()}
    # A made-up picture would only show as a broken one.
    lines = [{**line, "picture_url": ""} for line in known["order"]["lines"]]
    return {**known, **_PAGES, "order": {**known["order"], "lines": lines}}


def _dates(now: dt.datetime, language: str) -> dict[str, dict[str, str]]:
    zone = shop_zone()
    dates = {
        name: {field: wording.day(now + dt.timedelta(days=days), zone, language) for field, days in fields.items()}
        for name, fields in _DAYS.items()
    }
    appointment = dt.datetime.combine(day_of(now) + APPOINTMENT_IN, dt.time(APPOINTMENT_HOUR), zone)
    dates["order"]["appointment_at"] = wording.day_and_time(appointment, zone, language)
    return dates


def nothing_known() -> dict[str, Any]:
    """A context where every placeholder is empty, as for somebody without an order or a name."""
    context: dict[str, Any] = dict.fromkeys(_PAGES, "")
    for placeholder in PLACEHOLDERS:
        root, _dot, field = placeholder.path.partition(".")
        if field:
            context.setdefault(root, {})[field] = [] if field == "lines" else ""
    return context
