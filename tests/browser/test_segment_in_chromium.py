"""Segment's own script for browsers, unchanged but for the address, and a server killed before it answered."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from config.database.cluster import free_port
from crm.intake import deliveries
from crm.intake.doors import read
from crm.intake.sources import new_secret
from crm.models import AnonymousEvent, Customer, Delivery, Source
from tests.browser.shop_site import ShopSite
from tests.clients import install
from tests.faults.celery_processes import Processes, address_of_database, wait_for
from tests.faults.test_tracking_clients import serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVENTS = 12
CALLS = EVENTS + 4
STANDALONE = install.HERE / "node_modules/@segment/analytics-next/dist/umd/index.js"
SHOP = """
const { AnalyticsBrowser } = window.AnalyticsNext;
const analytics = AnalyticsBrowser.load({
  writeKey: "%(key)s",
  cdnSettings: { integrations: { "Segment.io": { apiKey: "%(key)s", apiHost: "%(host)s/v1", protocol: "http" } } },
});
analytics.page("Home");
analytics.identify("7", { email: "eve@example.com", firstName: "Eve" });
analytics.group("g1", { name: "Initech" });
analytics.alias("8", "7");
for (let number = 0; number < %(events)d; number += 1) analytics.track(`Step ${number}`, { number });
"""


@pytest.fixture
def source(db):
    return Source.objects.create(kind="site", name="Site", secret=new_secret("site"))


@pytest.fixture
def encore(tmp_path, source):
    """A server that is killed when the browser has told it something, and started again."""
    processes = Processes(tmp_path, address_of_database(), ("127.0.0.1", 1))
    processes.environment |= {"SECRET_KEY": settings.SECRET_KEY, "ENCORE_RING": "false", "CLIENTS": "1"}
    processes.port = free_port()
    yield processes
    processes.kill()


def test_every_call_arrives_once_though_the_server_is_killed_in_the_middle(encore, source, visitors_chromium):
    install.installed()
    address = serve(encore)
    site = ShopSite(address)
    told = {"key": source.key, "host": urlsplit(address).netloc, "events": EVENTS}
    site.script("/shop.js", SHOP % told)
    site.script("/segment.js", STANDALONE.read_bytes())

    page = visitors_chromium.new_page()
    page.goto(site.url)

    wait_for((encore.folder / "died").exists, 60, encore.everything)
    wait_for(lambda: page.evaluate("true") and Delivery.objects.count() == CALLS, 90, lambda: str(topics()))
    assert topics() == Counter(["page", "identify", "group", "alias", *(f"track Step {n}" for n in range(EVENTS))])
    now = timezone.now()
    while deliveries.apply_due(now, read):
        """Until nothing is left to apply."""
    assert Counter(Delivery.objects.values_list("status", flat=True)) == {"applied": CALLS - 2, "ignored": 2}
    happened = ["page.viewed", "group_joined", *(f"step_{number}" for number in range(EVENTS))]
    assert sorted(AnonymousEvent.objects.values_list("kind", flat=True)) == sorted(happened)
    assert len(set(AnonymousEvent.objects.values_list("anonymous_id", flat=True))) == 1
    assert not Customer.objects.exists()
    site.close()


def topics():
    return Counter(Delivery.objects.values_list("topic", flat=True))
