import datetime as dt
import itertools
import os
import threading
from decimal import Decimal

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone, translation
from pytest_django.plugin import blocking_manager_key

from tests import order_files, seeds

# What decides whether a change is taken does not gamble, nor asks how busy the machine is. `make soak` does, by
# --hypothesis-profile=default.
hypothesis.settings.register_profile(
    "fixed", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("fixed")


def pytest_configure() -> None:
    """Tests neither ring a real worker nor spend their time on hashing passwords."""
    from config.celery import app

    if "CELERY_BROKER_URL" not in os.environ:
        app.conf.update(broker_url="memory://", broker_transport_options={})
    settings.ENCORE_RING = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_runtest_setup(item):
    if item.get_closest_marker("real_data") and not order_files.is_everything_here():
        pytest.skip(f"no order files in {order_files.NOT_SHIPPED}")


def pytest_terminal_summary(terminalreporter):
    """Counted from reports, as these alone come back from the processes of xdist."""
    left_out = sum("real_data" in report.keywords for report in terminalreporter.stats.get("skipped", ()))
    if left_out:
        terminalreporter.write_line(
            f"WITHOUT REAL DATA: {left_out} left out, as there are no order files in {order_files.NOT_SHIPPED}."
            " ENCORE_TEST_DATA names another folder."
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database as a new shop has it after its first start, with all rows remembered."""
    from chains.ready.install import add_ready_chains
    from segments.starters import add_starter_segments

    with django_db_blocker.unblock():
        add_starter_segments(settings.LANGUAGE_CODE, timezone.now())
        add_ready_chains(settings.LANGUAGE_CODE, timezone.now())
        seeds.remember()
    yield
    with django_db_blocker.unblock():
        end_other_sessions()


def end_other_sessions():
    """A live server may still hold a session for a browser that keeps its connection, and the database would stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def no_database_ahead():
    """The thread that puts letters into words would see other rows than its batch, over a session nobody closes."""
    connect = BaseDatabaseWrapper.connect

    def connected(self):
        assert not threading.current_thread().name.startswith("ahead"), "The database was asked ahead."
        return connect(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "connect", connected)
        yield


@pytest.fixture(autouse=True)
def language_of_the_shop():
    """A request leaves its language to whatever its thread does next."""
    yield
    translation.deactivate()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with real transactions ends by emptying every table; the next one finds what a new shop has.

    After the last the database is gone, and the connection would be to the one that tests must not touch.
    """
    ended = yield
    if nextitem is None:
        return ended
    marker = item.get_closest_marker("django_db")
    is_transactional = bool(marker and marker.kwargs.get("transaction"))
    if is_transactional or {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())):
        with item.config.stash[blocking_manager_key].unblock():
            seeds.bring_back()
    return ended


NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
_serial = itertools.count(1)


@pytest.fixture
def now():
    """A Tuesday noon."""
    return NOW


@pytest.fixture
def channels_connected(settings):
    """As far as publishing asks; nothing answers there."""
    settings.SMS = {"kind": "twilio", "secret": "secret"}
    settings.TELEGRAM_TOKEN, settings.TELEGRAM_BOT = "1:token", "kettle_bot"
    settings.PUSH_CONTACT = "it@kettle.example.com"


@pytest.fixture
def shop(db):
    """The settings page as an installed shop has it."""
    from crm.models import Shop

    shop = Shop.load()
    shop.name = "Kettle & Co"
    shop.site_url = "https://kettle.example.com"
    shop.sender_address = "shop@kettle.example.com"
    shop.reply_address = "help@kettle.example.com"
    shop.support_contact = "+44 20 7946 0000, 9-18"
    shop.save()
    return shop


@pytest.fixture(autouse=True)
def channels_as_set_up():
    """A process keeps which channels are set up; a test that sets up others must not leave them to the next."""
    yield
    from chains.channels.registry import senders

    senders.cache_clear()


@pytest.fixture(autouse=True)
def kept_by_a_process():
    """A process keeps programs read, what its shop counts in, and for a while how its predictions fare.

    Forgotten after each test: how many queries the next one counts must not depend on those before it.
    """
    yield
    from chains.program.program import _known
    from crm.shop_currency import remembered
    from segments.vocabulary.predictions import last_answer

    _known.clear()
    remembered.clear()
    last_answer.cache_clear()


def make_customer(*, email=None, phone="", consent=True, created_at=NOW - dt.timedelta(days=400), **fields):
    """A customer with an email address who said yes to marketing there, unless told otherwise."""
    from crm import consent as ledger
    from crm.models import Channel, Contact, Customer, Purpose

    number = next(_serial)
    fields.setdefault("first_name", "Ann")
    customer = Customer.objects.create(created_at=created_at, **fields)
    address = f"customer{number}@example.com" if email is None else email
    for channel, known in ((Channel.EMAIL, address), (Channel.SMS, phone)):
        if not known:
            continue
        Contact.objects.create(customer=customer, channel=channel, address=known, created_at=created_at)
        if consent:
            ledger.grant(
                customer,
                channel=channel,
                address=known,
                purpose=Purpose.MARKETING,
                at=created_at,
                source="checkout",
                wording="Yes, write to me",
            )
    return customer


def make_category(path="Kitchen / Kettles"):
    from crm.orders.catalogue import category_at

    return category_at(path)


def make_product(*, sku=None, category="", **fields):
    from crm.models import Product

    number = next(_serial)
    fields.setdefault("name", f"Product {number}")
    fields.setdefault("price", Decimal(100))
    return Product.objects.create(
        sku=sku or f"SKU-{number}", category=make_category(category) if category else None, **fields
    )


def make_order(*, customer=None, number=None, placed_at=NOW, product=None, quantity=1, price=None, lines=None, **more):
    """An order through `orders.place`; `paid_at`, `shipped_at`, `delivered_at`, `cancelled_at` happen too."""
    from crm.orders import orders

    moments = {
        verb: more.pop(moment, None)
        for verb, moment in (
            (orders.pay, "paid_at"),
            (orders.ship, "shipped_at"),
            (orders.deliver, "delivered_at"),
            (orders.cancel, "cancelled_at"),
        )
    }
    if lines is None and "total" not in more:
        product = product or make_product()
        each = product.price if price is None else price
        lines = [orders.LineData(product.sku, Decimal(quantity), Decimal(each), product.cost)]
    order = orders.place(
        number or f"A-{next(_serial)}",
        customer=customer or make_customer(),
        placed_at=placed_at,
        lines=lines or (),
        **more,
    )
    for verb, at in moments.items():
        if at is not None:
            verb(order, at=at)
    return order


def make_case(customer=None, *, kind="complaint", subject="The lid does not close", at=NOW, **fields):
    from crm.service import cases

    return cases.open_case(customer or make_customer(), kind=kind, subject=subject, at=at, **fields)


def settings_form(page, **changes):
    """What a browser would send back of the page of the shop's settings, with these changes."""
    form = page.context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        if bound.name == "channel_order":
            data |= {f"{bound.name}_{place}": channel for place, channel in enumerate(value)}
        elif value is not None and value is not False:
            data[bound.html_name] = value
    for formset in page.context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return data | changes
