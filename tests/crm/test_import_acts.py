import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from chains.engine.enrol.enrol import enrol
from chains.models import Chain, Enrolment
from crm.intake.files.import_file import ImportOptions, import_file
from crm.models import Event, EventInbox, Order
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

HEAD = "order_number,customer_id,placed_at,delivered_at,total"
FILE = f"{HEAD}\nOLD,1,2026-03-01,2026-03-02,30\nYOUNG,2,2026-03-09,2026-03-10,40\nYOUNG-2,3,2026-03-09,,40\n"
LONG_AGO = NOW - dt.timedelta(days=30)


@pytest.fixture
def load(tmp_path):
    def load(text=FILE, *, kind="orders", **options):
        path = tmp_path / "file.csv"
        path.write_text(text)
        return import_file(kind, path, now=NOW, options=ImportOptions(**options))

    return load


def test_a_file_is_history_unless_said_otherwise(load):
    live_chain(message(), event="order.placed", at=LONG_AGO)

    assert load().would_enter == {}
    assert not EventInbox.objects.exists()
    assert not Event.objects.filter(is_historic=False).exists()


def test_the_preview_counts_who_would_enter_and_leaves_nothing(load):
    live_chain(message(), event="order.placed", at=LONG_AGO, name="Thanks")
    live_chain(message(), event="order.delivered", at=LONG_AGO, name="Arrived")
    live_chain(message(), event="order.cancelled", at=LONG_AGO, name="Sorry")

    report = load(acts_on_days=3, is_dry_run=True)

    assert report.would_enter == {"Arrived": 1, "Thanks": 2}
    assert (EventInbox.objects.count(), Event.objects.count(), Order.objects.count()) == (0, 0, 0)


def test_chains_act_on_young_orders_as_they_were_counted(load):
    chain = live_chain(message(), event="order.placed", at=LONG_AGO)

    load(acts_on_days=3)

    assert set(EventInbox.objects.values_list("event__order__number", "event__kind")) == {
        ("YOUNG", "order.placed"),
        ("YOUNG", "order.delivered"),
        ("YOUNG-2", "order.placed"),
    }
    assert Event.objects.filter(order__number="OLD", is_historic=True).count() == 2
    enrol(NOW)
    assert sorted(Enrolment.objects.filter(chain=chain).values_list("order__number", flat=True)) == ["YOUNG", "YOUNG-2"]


def test_the_same_file_twice_rings_once(load):
    live_chain(message(), event="order.placed", at=LONG_AGO)
    load(acts_on_days=3)
    EventInbox.objects.all().delete()

    assert load(acts_on_days=3, is_dry_run=True).would_enter == {}
    load(acts_on_days=3)

    assert not EventInbox.objects.exists()


def test_what_was_history_stays_so(load):
    load()
    load(acts_on_days=3)

    assert not EventInbox.objects.exists()


def test_one_customer_with_two_orders_enters_a_chain_once(load):
    live_chain(message(), event="order.placed", at=LONG_AGO, name="Thanks", re_entry=Chain.ReEntry.ONCE)
    text = f"{HEAD}\nA,1,2026-03-09,,30\nB,1,2026-03-09,,40\n"

    assert load(text, acts_on_days=3, is_dry_run=True).would_enter == {"Thanks": 1}


def test_other_news_of_the_customer_is_not_counted(load):
    live_chain(message(), event="order.placed", at=LONG_AGO, name="Thanks")
    customer = make_customer(external_id="2")
    make_order(customer=customer, number="LIVE", total=5, placed_at=NOW)

    report = load(f"{HEAD}\nYOUNG,9,2026-03-09,,40\n", acts_on_days=3, is_dry_run=True)

    assert report.would_enter == {"Thanks": 1}


def test_only_orders_let_chains_act(load):
    text = "customer_id,email_consent,email_consent_wording,email_consent_at,email\n1,yes,Yes,2026-03-09,a@b.cc\n"

    assert load(text, kind="customers", acts_on_days=3).would_enter == {}
    assert not EventInbox.objects.exists()


def test_the_command_line_asks_before_customers_enter(tmp_path, capsys):
    live_chain(message(), event="order.placed", at=timezone.now() - dt.timedelta(days=9), name="Thanks")
    path = tmp_path / "file.csv"
    placed = timezone.now() - dt.timedelta(hours=3)
    path.write_text(f"{HEAD}\nA,1,{placed.isoformat()},,30\n")

    with pytest.raises(CommandError, match=r"Customers would enter chains: Thanks \(1\). With --yes they do."):
        call_command("import_data", "orders", str(path), "--let-chains-act", "3")
    assert not Order.objects.exists()

    call_command("import_data", "orders", str(path), "--let-chains-act", "3", "--dry-run")
    assert "Customers would enter: Thanks (1)" in capsys.readouterr().out
    call_command("import_data", "orders", str(path), "--let-chains-act", "3", "--yes")
    assert list(EventInbox.objects.order_by("consumer").values_list("consumer", flat=True)) == [
        "chains",
        "referrals",
        "results",
    ]
    with pytest.raises(CommandError, match="is for orders"):
        call_command("import_data", "products", str(path), "--let-chains-act", "3")
