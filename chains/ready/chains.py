"""The chains Encore brings, ready to switch on. Words are in texts/, one file a letter and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SHOP = "{{ shop.site_url }}"
RECEIPT = "{{ order.receipt_url }}"
INSTRUCTIONS = "{{ product.instructions_url }}"
TOPICS = "{{ preferences_url }}"
RATING = "{{ rate_url }}"
PICTURE = "{{ product.picture_url }}"


@dataclass(frozen=True)
class Letter:
    """A message step; `key` names its file of words, `leads_to` its button."""

    key: str
    purpose: str = "service"
    topic: str = ""
    tags: tuple[str, ...] = ()
    leads_to: str = ""
    picture: str = ""
    late_after_hours: int = 72


@dataclass(frozen=True)
class Wait:
    """Until `amount` units after (below zero: before) the order, the delivery or the appointment; or for that time."""

    amount: int
    unit: str = "days"
    since: str = ""


@dataclass(frozen=True)
class ReadyChain:
    """`names`: name and description by language. `rules`: fields of Chain."""

    key: str
    names: dict[str, tuple[str, str]]
    rules: dict[str, Any]
    steps: tuple[Letter | Wait, ...]


WEEK_HOURS = 168
GOODS = {"all": [{"field": "order_kind", "operator": "is", "value": ["goods"]}]}
SERVICES = {"all": [{"field": "order_kind", "operator": "is", "value": ["service"]}]}
ON_ORDER: dict[str, Any] = {
    "trigger": "event",
    "trigger_event": "order.placed",
    "re_entry": "per_order",
    "goal": "ordered",
}

SMALL_APPLIANCE = ReadyChain(
    key="small_appliance",
    names={
        "en": (
            "Small appliance",
            "From the confirmation to the next purchase. Choose under “For whom” the categories of small appliances. "
            "Letter 4 offers 10 % on accessories for 7 days to whoever names the order number: tell your staff, "
            "or take the sentence out.",
        ),
        "ru": (
            "Мелкая техника",
            "От подтверждения заказа до следующей покупки. Выберите в поле «Для кого» категории мелкой техники. "
            "Письмо 4 даёт 10 % на аксессуары на 7 дней тому, кто назовёт номер заказа: предупредите сотрудников "
            "или уберите эту фразу.",
        ),
    },
    rules=ON_ORDER | {"audience_rule": GOODS, "priority": 3},
    steps=(
        Letter("order_confirmed", tags=("order",), leads_to=RECEIPT, picture=PICTURE, late_after_hours=24),
        Wait(0, since="delivered"),
        Letter("first_start", tags=("start",), leads_to=INSTRUCTIONS),
        Wait(3, since="delivered"),
        Letter("care", topic="tips", tags=("care", "recipes"), leads_to=SHOP),
        Wait(10, since="delivered"),
        Letter("accessories", "marketing", "offers", ("accessories",), SHOP, PICTURE, WEEK_HOURS),
        Wait(30, since="placed"),
        Letter("topics", "marketing", "recipes", ("recipes", "care"), TOPICS, late_after_hours=WEEK_HOURS),
        Wait(90, since="placed"),
        Letter("related", "marketing", "offers", ("related",), SHOP, late_after_hours=2 * WEEK_HOURS),
    ),
)
LARGE_APPLIANCE = ReadyChain(
    key="large_appliance",
    names={
        "en": (
            "Large appliance",
            "Delivery, installation, care, service before the warranty ends. Choose under “For whom” the "
            "categories of large appliances it is for.",
        ),
        "ru": (
            "Крупная техника",
            "Доставка, установка, уход, сервис до конца гарантии. "
            "Категории крупной техники выберите в поле «Для кого».",
        ),
    },
    rules=ON_ORDER | {"audience_rule": GOODS, "priority": 2},
    steps=(
        Letter("order_confirmed", tags=("order",), leads_to=RECEIPT, picture=PICTURE, late_after_hours=24),
        Wait(0, since="delivered"),
        Letter("installation", tags=("start",), leads_to=INSTRUCTIONS),
        Wait(14, since="delivered"),
        Letter("energy", topic="tips", tags=("care",), leads_to=INSTRUCTIONS, late_after_hours=WEEK_HOURS),
        Wait(335, since="placed"),
        Letter("extended_service", "marketing", "offers", ("service",), SHOP, late_after_hours=2 * WEEK_HOURS),
        Wait(540, since="placed"),
        Letter("accessories", "marketing", "offers", ("accessories",), SHOP, PICTURE, 2 * WEEK_HOURS),
    ),
)
SERVICE = ReadyChain(
    key="service",
    names={
        "en": (
            "Service",
            "Booking, reminder, visit, what was done, time again. Orders need the time of the appointment; "
            "set the last wait to when your service is usually due again.",
        ),
        "ru": (
            "Услуга",
            "Запись, напоминание, визит, что сделано, пора повторить. В заказах нужно время записи; "
            "последнее ожидание поставьте на срок, когда вашу услугу обычно повторяют.",
        ),
    },
    rules=ON_ORDER | {"audience_rule": SERVICES, "priority": 2},
    steps=(
        Letter("booking_confirmed", tags=("order",), leads_to=RECEIPT, late_after_hours=24),
        Wait(-1, since="appointment"),
        Letter("reminder", tags=("order",), late_after_hours=12),
        Wait(0, since="delivered"),
        Wait(3, "hours"),
        Letter("after_visit", tags=("rating",), late_after_hours=48),
        Wait(3, since="delivered"),
        Letter("what_next", topic="tips", tags=("care",)),
        Wait(26, "weeks", since="delivered"),
        Letter("repeat", "marketing", "offers", ("repeat",), SHOP, late_after_hours=2 * WEEK_HOURS),
    ),
)
REVIEW_REQUEST = ReadyChain(
    key="review_request",
    names={
        "en": (
            "Review request",
            "Ten days after the delivery, a rating with one press. A low one opens a case, a high one leads to where "
            "reviews are left (shop settings).",
        ),
        "ru": (
            "Просьба об отзыве",
            "Через десять дней после доставки — оценка одним нажатием. Низкая открывает обращение, высокая ведёт туда, "
            "где оставляют отзывы (настройки магазина).",
        ),
    },
    rules={
        "trigger": "event",
        "trigger_event": "order.delivered",
        "re_entry": "per_order",
        "audience_rule": GOODS,
        "priority": 4,
    },
    steps=(
        Wait(10, since="delivered"),
        Letter("rating", tags=("rating",), picture=PICTURE, late_after_hours=4 * 24),
    ),
)
WIN_BACK_6 = ReadyChain(
    key="win_back_6",
    names={
        "en": (
            "Win-back, 6 months",
            "Half a year without an order: help with what was bought, then one question. Ends with an order.",
        ),
        "ru": (
            "Возвращение, 6 месяцев",
            "Полгода без заказа: помощь с тем, что куплено, потом один вопрос. Заканчивается заказом.",
        ),
    },
    rules={
        "trigger": "last_order",
        "trigger_days": 180,
        "trigger_hour": 11,
        "re_entry": "after_days",
        "re_entry_days": 180,
        "goal": "ordered",
        "priority": 6,
    },
    steps=(
        Letter("still_good", "marketing", "offers", ("win-back",), SHOP, late_after_hours=WEEK_HOURS),
        Wait(14),
        Letter("what_was_missing", "marketing", "", ("win-back",), RATING, late_after_hours=WEEK_HOURS),
    ),
)
WIN_BACK_12 = ReadyChain(
    key="win_back_12",
    names={
        "en": (
            "Win-back, 12 months",
            "A year without an order: what is new, then whether to go on writing at all. Ends with an order.",
        ),
        "ru": (
            "Возвращение, 12 месяцев",
            "Год без заказа: что нового, потом — писать ли дальше. Заканчивается заказом.",
        ),
    },
    rules={
        "trigger": "last_order",
        "trigger_days": 365,
        "trigger_hour": 11,
        "re_entry": "after_days",
        "re_entry_days": 365,
        "goal": "ordered",
        "priority": 7,
    },
    steps=(
        Letter("a_year", "marketing", "offers", ("win-back",), SHOP, late_after_hours=WEEK_HOURS),
        Wait(21),
        Letter("stay_or_go", "marketing", "", ("win-back",), TOPICS, late_after_hours=WEEK_HOURS),
    ),
)
READY_CHAINS = (SMALL_APPLIANCE, LARGE_APPLIANCE, SERVICE, REVIEW_REQUEST, WIN_BACK_6, WIN_BACK_12)
