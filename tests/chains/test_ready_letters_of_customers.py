"""Every ready letter as real customers of each kind would get it: their facts, blocks and recommendations are read."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

import pytest

from chains.engine.deliver.blocks_shown import BlocksShown
from chains.messages.compiling import compile_text
from chains.messages.context import contexts
from chains.messages.rendering import render
from chains.ready.chains import READY_CHAINS
from chains.ready.install import ready_texts
from chains.ready.steps import letters_of
from crm.models import ProductRelation
from crm.orders import orders
from tests.chains.reading_letters import assert_reads_well
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

OF_EACH_KIND = 40
DAY = dt.timedelta(days=1)
PAGE = "https://kettle.example.com"
NAMES = (
    "Kettle Aria",
    "Чайник Aria 1,7 л",
    'Pan "Chef" 24 cm & lid <new>',
    "Электрический чайник с терморегулятором PWK-1725CGLD Professional 1,7 л, стекло и нержавеющая сталь, с фильтром",
    "Tea “Evening”, 48 × 2 g",
)
PEOPLE = {
    "en": ("Ann", "Mary-Jane", "Zoë", "Bartholomew Maximilian Featherstonehaugh", "D’Arcy", "anna"),
    "ru": ("Анна", "Анна-Мария", "Фёдор Константинович", "Ян", "Зейнеп"),
}
LETTERS = [(ready, letter) for ready in READY_CHAINS for letter in letters_of(ready)]


class Going(NamedTuple):
    """A letter on its way, as far as what is filled in goes by it."""

    pk: int
    customer_id: int
    order_id: int
    token: str
    enrolment__event_id: int | None = None
    asks: str = ""


class Goods:
    """Of every number others: their names, and what is known of them."""

    def __init__(self, number):
        name, known = NAMES[number % len(NAMES)], {"url": f"{PAGE}/{number}"} if number % 3 else {}
        self.kettle = make_product(
            name=name,
            picture_url=f"{PAGE}/{number}.jpg",
            price=Decimal("79.90") * (number + 1),
            warranty_months=(24, None)[number % 2],
            **known,
            **({"instructions_url": f"{PAGE}/{number}/start"} if number % 4 else {}),
        )
        self.plain = make_product(name="Bowl")
        self.visit = make_product(name="Kitchen visit", kind="service", **known)
        lid = make_product(name="Lid", url=f"{PAGE}/lid")
        gone = make_product(name="Sieve", url=f"{PAGE}/sieve", is_in_stock=False)
        ProductRelation.objects.create(product=self.kettle, related=lid, kind="accessory")
        ProductRelation.objects.create(product=self.plain, related=gone, kind="accessory")


def buyers(now):
    """(kind, order) of the latest order of so many customers of each kind, in both languages, no two alike."""
    for number in range(OF_EACH_KIND):
        goods, language = Goods(number), ("en", "ru")[number % 2]
        person = {"language": language, "first_name": PEOPLE[language][number % len(PEOPLE[language])]}
        told = {"receipt_url": f"{PAGE}/receipt/{number}"} if number % 2 else {"tracking_number": f"RB{number}"}
        promised = told | {"promised_at": now + DAY * number}
        yield "first-time", bought(goods.kettle, now, person, **promised)
        yield "repeat", bought(goods.kettle, now, person, before=goods.plain, **told)
        yield "nameless", bought(goods.kettle, now, person | {"first_name": ""}, **told)
        yield "service", bought(goods.visit, now, person, appointment_at=now + DAY * number, **told)
        lines = [orders.LineData(one.sku, Decimal(number + 1) / 2, one.price) for one in (goods.kettle, goods.plain)]
        yield "several products", bought(None, now, person, lines=lines, **promised)
        yield "without picture", bought(goods.plain, now, person, delivered_at=None, **told)
        yield "out of stock", bought(goods.plain, now, person, before=goods.plain, **told)


def bought(product, now, person, *, before=None, delivered_at=..., **order):
    customer = make_customer(**person)
    if before:
        make_order(customer=customer, product=before, placed_at=now - 90 * DAY, delivered_at=now - 88 * DAY)
    delivered_at = now - 2 * DAY if delivered_at is ... else delivered_at
    return make_order(customer=customer, product=product, placed_at=now - 5 * DAY, delivered_at=delivered_at, **order)


def test_every_letter_reads_well_for_real_customers_of_each_kind(shop, now):
    people = [*buyers(now)]
    going = [Going(place, order.customer_id, order.pk, f"token{place}") for place, (_kind, order) in enumerate(people)]
    filled = contexts(going, now)
    languages = [order.customer.language for _kind, order in people]
    sent = 0

    for ready, letter in LETTERS:
        compiled = {language: compile_text(ready_texts(ready, letter, language)[0], shop) for language in ("en", "ru")}
        texts = {one.pk: compiled[languages[one.pk]] for one in going}
        shown = BlocksShown(going, texts, now)
        for one in going:
            if not shown.is_pointless(one.pk):
                made = render(texts[one.pk], {**filled[one.pk], **shown.context(one.pk)})
                assert_reads_well(made, (ready.key, letter.key, people[one.pk][0]))
                assert "Sieve" not in made.text
                sent += 1

    assert sent > len(LETTERS) * len(going) * 3 / 4
