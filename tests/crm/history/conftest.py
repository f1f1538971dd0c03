"""Shops that can be asked, served on loopback."""

import pytest

from crm.intake.history import history
from crm.models import Source
from crm.outbound_http import session
from tests.conftest import NOW
from tests.shop_server import SECRET, TOKEN, USER, ShopServer, serving

LONG_AGO = "2024-05-01T10:00:00"


@pytest.fixture
def server(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    shop = ShopServer()
    with serving(shop) as shop.address:
        yield shop


def row(number, /, *, zone="Z", **more):
    moments = {"created_at": f"{LONG_AGO}{zone}", "updated_at": f"{LONG_AGO}{zone}"}
    return {"id": number, **moments, "date_created_gmt": LONG_AGO, "date_modified_gmt": LONG_AGO} | more


def filled(server, customers=3, products=1, orders=5):
    for resource, count in (("customers", customers), ("products", products), ("orders", orders)):
        server.rows[resource] = [row(number) for number in range(1, count + 1)]
    return server


@pytest.fixture
def shopify_source(server):
    return Source.objects.create(kind="shopify", name="Kettles", site_address=server.address, api_secret=TOKEN)


@pytest.fixture
def woo_source(server):
    return Source.objects.create(
        kind="woocommerce", name="Cups", site_address=f"{server.address}/", api_user=USER, api_secret=SECRET
    )


@pytest.fixture(params=["shopify", "woocommerce"])
def source(request, server):
    return request.getfixturevalue("shopify_source" if request.param == "shopify" else "woo_source")


def step(now=NOW, answer_seconds=5):
    with session(answer_seconds) as http:
        return history.fetch_next(now, http)


def fetch_all(now=NOW):
    steps = 0
    while step(now):
        steps += 1
        assert steps < 100
    return steps
