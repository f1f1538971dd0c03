import datetime as dt
import stat

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django_celery_beat.models import PeriodicTask

from chains.engine.run import tick
from chains.models import Chain, Touch
from config.demo.load import load
from config.demo.logins import ensure_logins
from config.demo.ongoing import record_next_fact
from crm.models import (
    Case,
    Coupon,
    CouponBatch,
    Customer,
    CustomerStats,
    CustomerTier,
    Earning,
    Event,
    Feedback,
    Goodwill,
    Job,
    JobPicture,
    Order,
    PointsEntry,
    Promise,
    ReadyAnswer,
    Referral,
    Review,
    StaffTask,
    Subscription,
    SubscriptionRenewal,
)
from crm.service.hidden_pain import in_pain
from crm.service.queue import Ask, counts
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db

LIVED_THROUGH = dt.timedelta(days=3)
NOW = dt.datetime(2026, 6, 10, 12, 0, tzinfo=dt.UTC)


def quietly(text):
    """Nobody reads along."""


@pytest.fixture
def outbox(settings, tmp_path):
    settings.OUTBOX_DIR = settings.EMAIL_FILE_PATH = tmp_path / "outbox"
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def demo(outbox):
    load(NOW, say=quietly, customers=150, lived_through=LIVED_THROUGH)


def test_the_demo_shop_looks_alive(demo):
    buyers = CustomerStats.objects.filter(orders_count__gt=0).count()
    repeat = CustomerStats.objects.filter(orders_count__gt=1).count()

    assert 130 <= buyers <= 150
    assert 0.25 < repeat / buyers < 0.5
    assert Customer.objects.filter(language="ru").count() > Customer.objects.filter(language="en").count() > 30
    assert Chain.objects.live().exists()
    assert Touch.objects.filter(status=Touch.Status.SENT).exists()


def test_every_page_of_service_and_loyalty_has_something_to_show(outbox):
    load(NOW, say=quietly, customers=250, lived_through=dt.timedelta(days=6))

    status = Referral.Status
    states = set(Referral.objects.values_list("status", flat=True))
    assert {status.JOINED, status.HELD, status.REVIEW, status.REWARDED} <= states
    assert {one.status for one in Subscription.objects.all()} == set(Subscription.Status)
    assert SubscriptionRenewal.objects.filter(status=SubscriptionRenewal.Status.FULFILLED).exists()
    assert PointsEntry.objects.filter(kind=PointsEntry.Kind.SPENDING).exists()
    assert Earning.objects.pending().exists()
    assert CustomerTier.objects.values("tier").distinct().count() == 3
    assert CouponBatch.objects.count() == 2
    assert Coupon.objects.filter(batch__isnull=False, redeemed_at__isnull=False).exists()
    assert Touch.objects.sent().filter(survey__isnull=False).exists()
    assert Feedback.objects.filter(survey__isnull=False).exists()
    assert Review.objects.filter(status=Review.Status.PUBLISHED).exists()
    assert Job.objects.open().count() == 2
    assert JobPicture.objects.values("taken").distinct().count() == 3
    assert Promise.objects.given().exclude(proof="").count() == 6
    assert Goodwill.objects.filter(given_at=None).count() == 1
    assert Goodwill.objects.exclude(given_at=None).count() == 2
    assert StaffTask.objects.open().filter(touch_id=None, asked_by__username="manager").count() == 4
    assert ReadyAnswer.objects.filter(uses__gt=0).count() == 6
    assert in_pain(NOW).exists()
    assert all(counts(Ask(user=User.objects.get(username="support"), now=NOW)).values())


def test_balances_of_the_demo_follow_from_its_orders(demo):
    given = PointsEntry.objects.filter(key__startswith="earning:rule:", kind=PointsEntry.Kind.ACCRUAL)

    assert given.filter(order__isnull=False).exists()
    for entry in given.filter(order__isnull=False).select_related("order"):
        assert 0 < entry.points <= entry.order.total - entry.order.refunded
        assert entry.order.delivered_at + dt.timedelta(days=17) <= entry.occurred_at <= NOW


def test_nothing_in_the_demo_shop_lies_ahead(demo):
    assert not Order.objects.filter(placed_at__gt=NOW).exists()
    assert not Event.objects.filter(occurred_at__gt=NOW).exists()
    assert not Case.objects.filter(resolved_at__gt=NOW).exists()
    assert not Touch.objects.filter(sent_at__gt=NOW).exists()


def test_only_what_was_lived_through_woke_the_engine(demo):
    fresh = Event.objects.filter(kind__startswith="order.", is_historic=False)

    assert fresh.exists()
    assert not fresh.filter(occurred_at__lt=NOW - LIVED_THROUGH).exists()


def test_the_demo_goes_on_and_letters_with_it(demo):
    before = Touch.objects.filter(status=Touch.Status.SENT).count()

    for minute in range(1, 6):
        record_next_fact(NOW + dt.timedelta(minutes=minute))
        tick(NOW + dt.timedelta(minutes=minute))

    assert Touch.objects.filter(status=Touch.Status.SENT).count() > before


def test_a_second_demo_changes_nothing(demo, capsys):
    orders = Order.objects.count()

    call_command("demo")
    call_command("demo")

    assert Order.objects.count() == orders
    assert PeriodicTask.objects.filter(task="config.tasks.live_in_demo").count() == 1
    assert "The demo shop is here already." in capsys.readouterr().out


def test_the_demo_leaves_real_customers_alone(outbox):
    make_customer()

    with pytest.raises(CommandError, match="already holds customers"):
        call_command("demo")

    assert not Order.objects.exists()


def test_demo_logins_keep_their_passwords_from_strangers(outbox, client):
    passwords = ensure_logins()

    assert ensure_logins() == passwords
    assert all(client.login(username=name, password=password) for name, password in passwords.items())
    assert not User.objects.filter(is_superuser=True).exists()
    kept = outbox / "demo-logins.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_demo_clock_stands_where_the_demo_is_not(db):
    assert not PeriodicTask.objects.filter(task="config.tasks.live_in_demo").exists()
