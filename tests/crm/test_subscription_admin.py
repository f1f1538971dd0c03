import datetime as dt
import io
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from chains.models import PageLetter
from crm.models import PrivacyRequest, Shop, Subscription
from crm.privacy.asking import ask_for_erasure
from crm.story.story import story
from crm.subscriptions.figures import figures_now
from crm.subscriptions.subscriptions import pause, stop, subscribe
from segments.compile import matching
from tests.conftest import NOW, make_customer, make_order, make_product, settings_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    return log_in(client, "Support")


def log_in(client, role):
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def filter_of(customer=None, **terms):
    product = make_product(name="Filter", price=Decimal(10))
    return subscribe(customer or make_customer(), product, at=timezone.now(), every=30, **terms)


def test_an_agent_adds_one_and_is_named(client, agent):
    customer, product = make_customer(), make_product()
    next_on = timezone.now().date() + dt.timedelta(days=9)
    told = {"customer": customer.pk, "product": product.pk, "quantity": 2, "every": 1, "unit": "month"}

    client.post(reverse("admin:crm_subscription_add"), told | {"next_on": next_on.isoformat()})

    one = Subscription.objects.get()
    assert (one.customer, one.quantity, one.unit, one.next_on, one.made_by) == (customer, 2, "month", next_on, agent)


def test_a_second_to_one_product_is_refused_in_words(client, agent):
    one = filter_of()
    told = {"customer": one.customer_id, "product": one.product_id, "quantity": 1, "every": 30, "unit": "day"}

    answer = client.post(reverse("admin:crm_subscription_add"), told | {"next_on": "2099-01-01"})

    assert "already" in answer.text
    assert Subscription.objects.count() == 1


def test_an_agent_presses_what_the_customer_could(client, agent):
    one = filter_of()

    def press(verb, **typed):
        return client.post(reverse("admin:crm_subscription_do", args=[one.pk, verb]), typed, follow=True)

    assert "Skipped." in press("skip", date=one.next_on.isoformat()).text
    assert "The subscription rests." in press("pause").text
    assert "The subscription goes on." in press("resume").text
    assert "The subscription is changed." in press("change", quantity=4).text
    assert "Choose one of the reasons." in press("stop", reason="erased").text
    assert "The subscription has ended." in press("stop", reason="other").text
    one.refresh_from_db()
    assert (one.quantity, one.stop_reason) == (4, "other")


def test_figures_say_what_runs_what_it_is_worth_and_why_others_ended(client, agent):
    product = make_product(price=Decimal("30.4375"))
    for _one in range(2):
        subscribe(make_customer(), product, at=timezone.now(), every=10)
    subscribe(make_customer(), product, at=timezone.now(), every=2, unit="month", quantity=2)
    pause(filter_of(), at=timezone.now())
    for reason in ("too_much", "too_much", "elsewhere", "erased"):
        stop(filter_of(), at=timezone.now(), reason=reason)

    figures = figures_now(timezone.now())

    assert (figures.active, figures.paused, figures.stopped) == (3, 1, 3)
    # Twice 30.4375 every ten days, and twice 30.4375 every second month.
    assert figures.monthly == Decimal("215.73")
    assert figures.reasons == [("too much of it at home", 2), ("bought elsewhere", 1)]
    assert "215.73" in client.get(reverse("admin:crm_subscription_changelist")).text


def test_the_story_tells_of_it(now):
    customer = make_customer()
    one = filter_of(customer)
    stop(one, at=timezone.now(), reason="too_dear", words="Elsewhere it is cheaper")

    entries = story(customer)

    assert entries[0].title == "Subscription to Filter stopped"
    assert entries[0].detail == "too expensive · Elsewhere it is cheaper"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"field": "subscription", "operator": "has", "value": ["active"]}, {"active"}),
        ({"field": "subscription", "operator": "has", "value": ["paused", "stopped"]}, {"paused", "stopped"}),
        ({"field": "subscription_stopped", "operator": "has", "value": ["too_dear"]}, {"stopped"}),
    ],
)
def test_segments_ask_for_it(rule, expected):
    active, paused, stopped = (make_customer(first_name=name) for name in ("active", "paused", "stopped"))
    filter_of(active)
    pause(filter_of(paused), at=timezone.now())
    stop(filter_of(stopped), at=timezone.now(), reason="too_dear")
    make_customer(first_name="nothing")

    found = matching({"all": [rule]}, timezone.now())

    assert set(found.values_list("first_name", flat=True)) == expected


def test_an_agent_sends_a_link_and_shuts_out_old_ones(client, agent):
    customer = make_customer(email="ann@example.com")
    make_order(customer=customer, placed_at=NOW)

    assert client.get(reverse("admin:chains_own_page", args=[customer.pk])).status_code == 200
    client.post(reverse("admin:chains_own_page_send", args=[customer.pk]))
    client.post(reverse("admin:chains_own_page_revoke", args=[customer.pk]))

    assert PageLetter.objects.get().email == "ann@example.com"
    customer.refresh_from_db()
    assert customer.links_revoked_at is not None


def test_what_a_customer_asked_for_is_closed_when_they_change_their_mind(client):
    log_in(client, "Managers")
    asked = ask_for_erasure(make_customer(), at=timezone.now(), key="1")
    assert "They no longer want it" in client.get(reverse("admin:crm_privacyrequest_change", args=[asked.pk])).text

    client.post(reverse("admin:crm_privacyrequest_do", args=[asked.pk, "done"]))

    assert PrivacyRequest.objects.get().outcome == "Closed without erasing."


def picture():
    made = io.BytesIO()
    Image.new("RGB", (1600, 400), "#2f6f4f").save(made, "PNG")
    return SimpleUploadedFile("logo.png", made.getvalue(), "image/png")


@pytest.mark.usefixtures("shop")
def test_a_logo_is_made_small_and_shown_on_pages_and_in_letters(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    log_in(client, "Marketing")
    address = reverse("admin:crm_shop_change", args=[1])
    form = settings_form(client.get(address))

    refused = client.post(address, form | {"logo_file": SimpleUploadedFile("logo.png", b"<svg/>", "image/png")})
    assert "This is no picture that can be read" in refused.text
    client.post(address, form | {"logo_file": picture()})

    shop = Shop.load()
    shown = client.get(reverse("chains:picture", args=[shop.logo]))
    with Image.open(io.BytesIO(b"".join(shown.streaming_content))) as kept:
        assert kept.size == (480, 120)
    assert shop.logo in client.get(reverse("chains:my-link")).text


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("name", "typed"),
    [("cart_url", "https://shop.example/cart"), ("carrier_links", "DHL https://dhl.example"), ("page_link_days", "0")],
)
def test_settings_that_lead_nowhere_are_refused(client, name, typed):
    log_in(client, "Marketing")
    address = reverse("admin:crm_shop_change", args=[1])

    answer = client.post(address, settings_form(client.get(address)) | {name: typed})

    assert answer.status_code == 200
    assert name in answer.context["adminform"].form.errors
