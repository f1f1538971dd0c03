import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from analytics.rollups import rebuild
from chains.definition.pausing import pause
from chains.models import IncomingMail
from crm.models import Source
from tests.chains.factories import live_chain, message
from tests.config.test_roles import sign_in
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_day(shop):
    """Something for everybody to do."""
    make_order(placed_at=timezone.now())
    rebuild(timezone.now())
    make_case(make_customer(), promised_at=timezone.now() - dt.timedelta(hours=2))
    pause(live_chain(message(), name="Welcome"), timezone.now())
    Source.objects.create(
        kind=Source.Kind.WEBHOOK,
        name="Till",
        silent_after_hours=1,
        last_heard_at=timezone.now() - dt.timedelta(days=2),
    )
    return shop


@pytest.mark.parametrize(
    ("role", "told", "not_told"),
    [
        ("Support", ["1 case is past the time promised"], ["1 chain is paused", "In the last 30 days", "Till"]),
        ("Marketing", ["1 chain is paused"], ["1 case is past", "Till"]),
        ("Managers", ["In the last 30 days", "“Till”"], ["1 chain is paused", "1 case is past", "backup"]),
    ],
)
def test_each_role_sees_what_needs_it(client, a_day, role, told, not_told):
    sign_in(client, role)

    page = client.get("/admin/").text

    assert all(words in page for words in told)
    assert not any(words in page for words in not_told)


def test_the_page_takes_the_same_queries_whatever_there_is(client, a_day, django_assert_max_num_queries):
    client.force_login(User.objects.create_superuser("root"))
    client.get("/admin/")

    with django_assert_max_num_queries(25):
        page = client.get("/admin/").text

    assert "There is no backup" in page or "backup is" in page or "schedule" in page


def test_who_has_nothing_to_do_is_told_so(client, shop):
    sign_in(client, "Support")

    page = client.get("/admin/").text

    assert not IncomingMail.objects.exists()
    assert "Nothing needs you right now" in page


def test_every_link_of_the_day_opens(client, a_day):
    client.force_login(User.objects.create_superuser("root"))
    page = client.get("/admin/").text

    for link in ("crm_case_changelist", "chains_chain_changelist", "analytics_dashboard"):
        assert reverse(f"admin:{link}") in page
    assert client.get(reverse("admin:crm_case_changelist"), {"state": "overdue"}).status_code == 200
