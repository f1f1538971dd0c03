"""Ready answers, filled in for one case: what is known stands in its place, what is not stays marked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from crm import languages
from crm.locks import lock_starters
from crm.loyalty import balances
from crm.models import Case, Customer, Order, ReadyAnswer, ReadyAnswerText, Shop
from crm.timezones import zone_of

HOLE = re.compile(r"{{\s*([\w.]*)\s*}}")
MOST_OFFERED = 100
# What may stand between double braces, and what it is.
PLACEHOLDERS: Mapping[str, StrPromise] = {
    "first_name": _("the customer's first name"),
    "order_number": _("number of the order of the case, else of their last one"),
    "order_status": _("where that order is"),
    "order_total": _("what it came to"),
    "promised_date": _("the day it is promised for"),
    "tracking": _("its tracking number"),
    "points": _("how many points they have"),
    "support_contact": _("the support contact of the settings"),
    "shop_name": _("the name of the shop"),
    "my_name": _("your first name"),
}


@dataclass(frozen=True, slots=True)
class FilledAnswer:
    pk: int
    title: str
    text: str
    search: str
    """All its words in small letters."""
    is_whole: bool
    """No placeholder is left."""


def offered(case: Case, by: User, now: dt.datetime) -> list[FilledAnswer]:
    """In the customer's language, for whoever answers this case."""
    values = values_of(case, now, by)
    return [
        filled(answer, values, language_of(case.customer)) for answer in ReadyAnswer.objects.offered()[:MOST_OFFERED]
    ]


def filled(answer: ReadyAnswer, values: Mapping[str, str], language: str) -> FilledAnswer:
    text = fill(answer.text_in(language), values)
    search = " ".join((answer.title, answer.keywords, text)).casefold()
    return FilledAnswer(answer.pk, answer.title, text, search, not HOLE.search(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """What is unknown or empty stays as it is written."""
    return HOLE.sub(lambda hole: values.get(hole[1], "") or hole[0], text)


def values_of(case: Case, now: dt.datetime, by: User | None = None) -> dict[str, str]:
    """In the customer's language, days in their time zone."""
    customer, shop, order = case.customer, Shop.load(), _order(case)
    with translation.override(language_of(customer)):
        return {
            "first_name": customer.first_name,
            "points": number_format(balances([customer.pk], now)[customer.pk], force_grouping=True),
            "support_contact": shop.support_contact,
            "shop_name": shop.name,
            "my_name": by.first_name if by else "",
            **(_of_order(order, customer) if order else {}),
        }


def language_of(customer: Customer) -> str:
    """The customer's where Encore speaks it, otherwise the shop's."""
    return languages.spoken(customer.language.lower().split("-")[0])


def unknown_placeholders(text: str) -> list[str]:
    """Those that no case could fill in."""
    return sorted({hole[1] for hole in HOLE.finditer(text)} - PLACEHOLDERS.keys())


@transaction.atomic
def add_ready_answers(language: str) -> list[str]:
    """Those a new shop begins with, as far as they are missing, in all languages; their titles in this one."""
    lock_starters()
    missing = missing_ready_answers(language)
    for key, answer in missing.items():
        answer.save()
        ReadyAnswerText.objects.bulk_create(
            ReadyAnswerText(answer=answer, language=code, text=languages.content(code, "ready_answers")[key]["text"])
            for code in languages.codes()
        )
    return [answer.title for answer in missing.values()]


def missing_ready_answers(language: str) -> dict[str, ReadyAnswer]:
    known = set(ReadyAnswer.objects.values_list("title", flat=True))
    told = {code: languages.content(code, "ready_answers") for code in languages.codes()}
    return {
        key: ReadyAnswer(
            title=own["title"],
            keywords=" ".join(told[code][key]["keywords"] for code in told),
            triggers="\n".join(phrase for code in told for phrase in told[code][key]["triggers"]),
        )
        for key, own in told[languages.spoken(language)].items()
        if own["title"] not in known
    }


def _order(case: Case) -> Order | None:
    return case.order or case.customer.orders.order_by("-placed_at").first()


def _of_order(order: Order, customer: Customer) -> dict[str, str]:
    promised = order.promised_at and order.promised_at.astimezone(zone_of(customer.time_zone)).date()
    return {
        "order_number": order.number,
        "order_status": str(order.status.label),
        "order_total": f"{number_format(order.total, 2, force_grouping=True)} {order.currency}",
        "promised_date": date_format(promised, "DATE_FORMAT") if promised else "",
        "tracking": order.tracking_number,
    }
