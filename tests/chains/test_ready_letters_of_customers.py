"""Every ready letter as real customers of each kind would get it: their facts, blocks and recommendations are read."""

import datetime as dt
import itertools
import os
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

OF_EACH_KIND = int(os.environ.get("ENCORE_READY_LETTERS_OF_EACH", "2"))
DAY = dt.timedelta(days=1)
PAGE = "https://kettle.example.com"
LETTERS = [(ready, letter) for ready in READY_CHAINS for letter in letters_of(ready)]


class Going(NamedTuple):
    """A letter on its way, as far as what is filled in goes by it."""

    pk: int
    customer_id: int
    order_id: int
    token: str
    enrolment__event_id: int | None = None


class Goods:
    def __init__(self):
        self.kettle = make_product(
            name="Kettle Aria",
            picture_url=f"{PAGE}/aria.jpg",
            url=f"{PAGE}/aria",
            instructions_url=f"{PAGE}/aria/start",
            warranty_months=24,
        )
        self.plain = make_product(name="Bowl")
        self.visit = make_product(name="Kitchen visit", kind="service", url=f"{PAGE}/visit")
        lid = make_product(name="Lid", url=f"{PAGE}/lid")
        gone = make_product(name="Sieve", url=f"{PAGE}/sieve", is_in_stock=False)
        ProductRelation.objects.create(product=self.kettle, related=lid, kind="accessory")
        ProductRelation.objects.create(product=self.plain, related=gone, kind="accessory")


def buyers(goods, now):
    """(kind, order) of the latest order of so many customers of each kind, in both languages."""
    for _number, language in zip(range(OF_EACH_KIND), itertools.cycle(("en", "ru")), strict=False):
        named = {"language": language, "first_name": ("Ann", "Анна")[language == "ru"]}
        yield "first-time", bought(goods.kettle, now, named)
        yield "repeat", bought(goods.kettle, now, named, before=goods.plain)
        yield "nameless", bought(goods.kettle, now, named | {"first_name": ""})
        yield "service", bought(goods.visit, now, named, appointment_at=now - 3 * DAY)
        several = [orders.LineData(one.sku, Decimal(2), one.price, one.cost) for one in (goods.kettle, goods.plain)]
        yield "several products", bought(None, now, named, lines=several, promised_at=now - DAY)
        yield "without picture", bought(goods.plain, now, named, delivered_at=None)
        yield "out of stock", bought(goods.plain, now, named, before=goods.plain)


def bought(product, now, named, *, before=None, delivered_at=..., **order):
    customer = make_customer(**named)
    if before:
        make_order(customer=customer, product=before, placed_at=now - 90 * DAY, delivered_at=now - 88 * DAY)
    delivered_at = now - 2 * DAY if delivered_at is ... else delivered_at
    return make_order(customer=customer, product=product, placed_at=now - 5 * DAY, delivered_at=delivered_at, **order)


def test_every_letter_reads_well_for_real_customers_of_each_kind(shop, now):
    people = [*buyers(Goods(), now)]
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
