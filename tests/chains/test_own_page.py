"""A customer's own page: who comes in, what stands there, and what a press does."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from chains.engine.deliver.page_letters import send_due
from chains.models import PageLetter
from chains.page_letters.letter import page_url
from crm.customers.merge import merge
from crm.customers.page_link import PageLink, revoke_links, token_of
from crm.models import (
    Case,
    Contact,
    Customer,
    Event,
    PrivacyRequest,
    ProductRegistration,
    ProductRelation,
    ReferralProgramme,
    Shop,
    StaffTask,
    Subscription,
)
from crm.privacy.erase import erase
from crm.service import cases
from crm.subscriptions.subscriptions import subscribe
from tests.conftest import make_case, make_customer, make_order, make_product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

DAY = dt.timedelta(days=1)


def enter(client, customer):
    """As a letter's link does."""
    answer = client.get(page_url(customer, timezone.now()))
    assert answer.status_code == 302
    return answer


@pytest.fixture
def ann(client):
    customer = make_customer(email="ann@example.com", first_name="Ann")
    enter(client, customer)
    return customer


def press(client, name, *args, **typed):
    return client.post(reverse(f"chains:{name}", args=args), typed)


def page(client, name="my", *args, **query):
    answer = client.get(reverse(f"chains:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.text


def delivered(customer, **facts):
    now = timezone.now()
    moments = {"placed_at": now - 9 * DAY, "paid_at": now - 9 * DAY, "delivered_at": now - 5 * DAY}
    return make_order(customer=customer, **(moments | facts))


# The door


def test_the_link_leaves_the_address_bar_for_a_cookie_no_script_reads(client):
    answer = enter(client, make_customer())

    assert answer.url == "/m/my/"
    cookie = answer.cookies["encore_page"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/m/my/", "Lax")
    assert answer["Cache-Control"] == "no-store"
    # With none at all, browsers would not say where a form comes from, and Django would not believe it.
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_month_old_link_offers_a_fresh_one_to_where_the_letter_went(client):
    customer = make_customer(email="ann@example.com")
    old = token_of(PageLink(customer.pk, timezone.now() - 31 * DAY))

    answer = client.get(reverse("chains:my-enter", args=[old]))
    assert (answer.status_code, "an•••@example.com" in answer.text, "ann@" in answer.text) == (410, True, False)
    press(client, "my-fresh", old)
    send_due(timezone.now())

    assert mail.outbox[0].to == ["ann@example.com"]
    fresh = re.search(r"http\S+/m/my/in/\S+", mail.outbox[0].body)[0]
    assert client.get(fresh).status_code == 302


def test_whoever_types_an_address_learns_nothing_from_the_page(client):
    make_customer(email="ann@example.com")

    answers = [press(client, "my-link", email=email) for email in ("ann@example.com", "nobody@example.com")]
    send_due(timezone.now())

    assert [answer.url for answer in answers] == ["/m/my/link/sent/"] * 2
    assert [letter.to for letter in mail.outbox] == [["ann@example.com"]]


def test_a_mailbox_is_not_filled_by_who_asks_again_and_again(client):
    make_customer(email="ann@example.com")

    for _press in range(8):
        press(client, "my-link", email="ann@example.com")

    assert PageLetter.objects.count() == 4


@pytest.mark.parametrize("token", ["x", "a.b.c", "\x00", "\udcff", "WzEsMV0.signature", "9" * 2000])
def test_a_made_up_token_opens_nothing(client, token):
    assert client.get(f"/m/my/in/{token.encode(errors='ignore').decode()}/").status_code in (404, 400)
    assert client.get("/m/my/").status_code == 403


def test_a_link_of_another_purpose_opens_nothing(client, settings):
    from django.core.signing import Signer

    customer = make_customer()
    told = [customer.pk, int(timezone.now().timestamp() * 1000), None]
    for salt in ("chains.public.my.door", "django.core.signing.Signer", "crm.customers"):
        token = Signer(salt=salt, sep=".").sign_object(told)
        assert client.get(reverse("chains:my-enter", args=[token])).status_code == 404


def test_a_link_to_the_page_is_no_cookie(client):
    customer = make_customer()
    client.cookies["encore_page"] = token_of(PageLink(customer.pk, timezone.now()))

    assert client.get("/m/my/").status_code == 403


def test_revoked_links_and_open_pages_are_dead_at_once(client, ann):
    link = page_url(ann, timezone.now())

    revoke_links(ann, at=timezone.now())

    assert client.get(link).status_code == 404
    assert client.get("/m/my/").status_code == 403
    assert enter(client, Customer.objects.get(pk=ann.pk)).url == "/m/my/"


def test_the_customer_closes_it_everywhere(client, ann):
    press(client, "my-leave", everywhere="yes")

    ann.refresh_from_db()
    assert ann.links_revoked_at is not None
    assert client.get("/m/my/").status_code == 403


def test_a_link_follows_who_was_merged_and_dies_with_who_was_erased(client, ann):
    keeper = make_customer(first_name="Anna")
    merge(keeper, ann, at=timezone.now())
    assert "Anna" in page(client)

    erase(keeper, at=timezone.now())
    assert client.get("/m/my/").status_code == 403


def test_open_for_some_hours_only(client, ann, monkeypatch):
    from chains.public.my import door

    later = timezone.now() + 7 * dt.timedelta(hours=1)
    monkeypatch.setattr(door.timezone, "now", lambda: later)

    assert client.get("/m/my/").status_code == 403


def test_forms_ask_for_djangos_own_token(ann):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    enter(strict, ann)

    answer = strict.post(reverse("chains:my-leave"), {"everywhere": "yes"})

    assert answer.status_code == 403
    assert "Your browser has to allow cookies" in answer.text
    ann.refresh_from_db()
    assert ann.links_revoked_at is None


# What stands there


def test_a_customer_without_anything_has_a_page(client, ann):
    text = page(client)

    assert "Hello, Ann" in text
    assert "Your orders" not in text


def test_an_order_with_all_that_belongs_to_it(client, ann):
    Shop.objects.update(carrier_links="DHL: https://dhl.example/?n={number}")
    product = make_product(
        name="Kettle",
        warranty_months=24,
        instructions_url="https://shop.example/manual",
        video_url="https://shop.example/video",
    )
    order = delivered(
        ann, product=product, shipped_at=timezone.now() - 6 * DAY, receipt_url="https://shop.example/receipt"
    )
    order.tracking_number = "1Z 9"
    order.save()

    text = page(client, "my-order", order.pk)

    for shown in (
        "https://dhl.example/?n=1Z%209",
        "https://shop.example/manual",
        "https://shop.example/video",
        "https://shop.example/receipt",
        "Warranty until",
        "Register the product",
        "Delivered",
    ):
        assert shown in text


def test_many_orders_come_as_they_are_asked_for(client, ann):
    orders = [delivered(ann, number=f"N-{number}") for number in range(8)]

    text = page(client)
    assert [order.number in text for order in orders].count(True) == 5
    more = page(client, "my-orders", count=10)
    assert all(order.number in more for order in orders)
    assert "count=" not in more


def test_what_others_wrote_is_text_and_no_markup(client, ann):
    order = delivered(ann, product=make_product(name="<script>alert(1)</script>", url="javascript:alert(1)"))

    text = page(client, "my-order", order.pk) + page(client)

    assert "<script>alert" not in text
    assert "javascript:" not in text


def test_as_many_queries_for_many_as_for_few(client, ann, django_assert_max_num_queries):
    for _order in range(6):
        order = delivered(ann, product=make_product(repurchase_days=30))
        subscribe(ann, order.lines.get().product, at=timezone.now(), every=30)
    order = delivered(ann, lines=None)

    with django_assert_max_num_queries(20):
        page(client)
    with django_assert_max_num_queries(14):
        page(client, "my-order", order.pk)


def test_a_page_is_light(client, ann):
    for _order in range(6):
        order = delivered(ann, product=make_product(repurchase_days=30))
        subscribe(ann, order.lines.get().product, at=timezone.now(), every=30)

    assert len(page(client)) + len(client.get(reverse("chains:look")).text) < 100_000


# Orders


def test_the_same_again_is_asked_for_once_a_form(client, ann):
    kettle = make_product(sku="KETTLE", price=Decimal(120))
    order = delivered(ann, product=kettle, price=100)
    assert "dearer than then" in page(client, "my-order", order.pk)

    for _press in range(2):
        answer = press(client, "my-repeat", order.pk, once="abcdefgh")

    assert answer.url == f"/m/my/orders/{order.pk}/?did=repeated#done"
    told = Event.objects.get(kind="order.repeat_requested")
    assert told.properties["lines"] == {"KETTLE": 1.0}
    assert told.properties["total"] == "120.00"
    assert StaffTask.objects.get().order == order
    assert "You asked for it on" in page(client, "my-order", order.pk)


def test_the_same_again_leads_to_the_filled_cart(client, ann):
    Shop.objects.update(repeat_by="cart", cart_url="https://shop.example/cart/{items}")
    order = delivered(ann, product=make_product(cart_id="77"), quantity=2)

    answer = press(client, "my-repeat", order.pk, once="abcdefgh")

    assert answer.url == "https://shop.example/cart/77:2"
    assert StaffTask.objects.count() == 0


def test_what_is_gone_is_replaced_by_what_the_customer_picks(client, ann):
    gone, other = make_product(sku="OLD", is_in_stock=False), make_product(sku="NEW", name="The new one")
    ProductRelation.objects.create(product=gone, related=other, kind="upgrade")
    order = delivered(ann, product=gone)
    assert "The new one" in page(client, "my-order", order.pk)

    assert press(client, "my-repeat", order.pk, once="abcdefgh").status_code == 400
    press(client, "my-repeat", order.pk, once="abcdefgi", instead=other.pk)

    assert Event.objects.get(kind="order.repeat_requested").properties["lines"] == {"NEW": 1.0}


def test_late_is_reported_once_a_promise_and_opens_a_complaint(client, ann):
    order = make_order(customer=ann, placed_at=timezone.now() - 9 * DAY, promised_at=timezone.now() - DAY)
    assert "It is late" in page(client, "my-order", order.pk)

    for _press in range(2):
        press(client, "my-late", order.pk, text="Where is it?")

    case = Case.objects.get()
    assert (case.kind, case.order, case.messages.get().text) == ("complaint", order, "Where is it?")


def test_who_complains_is_asked_for_nothing_more_until_it_is_put_right(client, ann):
    ReferralProgramme.objects.create(pk=1, is_on=True)
    assert "Recommend us" in page(client)

    case = make_case(ann)
    assert "Recommend us" not in page(client)
    cases.resolve(case, at=timezone.now())

    assert "Recommend us" in page(client)


def test_a_product_is_registered_and_taken_back(client, ann):
    order = delivered(ann)
    product = order.lines.get().product

    for serial in ("A1", "B2"):
        press(client, "my-register", order.pk, product=product.pk, serial=serial, bought_on="2026-01-02", place="Fair")

    one = ProductRegistration.objects.get()
    assert (one.customer, one.serial, str(one.bought_on), one.place) == (ann, "B2", "2026-01-02", "Fair")
    press(client, "my-unregister", one.pk)
    assert ProductRegistration.objects.count() == 0
    kinds = Event.objects.filter(kind__startswith="product.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["product.registered", "product.unregistered"]


def test_what_was_given_back_is_not_registered(client, ann):
    from crm.orders.orders import return_goods

    order = delivered(ann)
    return_goods(order, at=timezone.now(), key="1", lines={order.lines.get().product.sku: Decimal(1)})

    answer = press(client, "my-register", order.pk, product=order.lines.get().product_id)

    assert (answer.status_code, ProductRegistration.objects.count()) == (400, 0)


def test_a_day_to_come_is_no_day_of_buying(client, ann):
    order = delivered(ann)

    answer = press(client, "my-register", order.pk, product=order.lines.get().product_id, bought_on="2999-01-01")

    assert answer.status_code == 400
    assert "Choose a day that is past." in answer.text


# Subscriptions


def test_subscribes_to_what_is_needed_again(client, ann):
    product = make_product(name="Filter", repurchase_days=60)
    delivered(ann, product=product)
    assert "Have it come by itself" in page(client)

    for _press in range(2):
        answer = press(client, "my-subscribe", product=product.pk, quantity=2, every=60, unit="day")

    assert answer.status_code == 303
    one = Subscription.objects.get()
    assert (one.customer, one.quantity, one.every) == (ann, 2, 60)


def test_nobody_subscribes_to_what_they_were_not_offered(client, ann):
    answer = press(client, "my-subscribe", product=make_product().pk)

    assert (answer.status_code, Subscription.objects.count()) == (404, 0)


def test_a_subscription_is_skipped_paused_changed_and_stopped(client, ann):
    one = subscribe(ann, make_product(name="Filter"), at=timezone.now(), every=30)
    date = one.next_on

    for _press in range(2):
        press(client, "my-subscription", one.pk, "skip", date=date.isoformat())
    one.refresh_from_db()
    assert one.next_on == date + 30 * DAY
    press(client, "my-subscription", one.pk, "unskip", date=date.isoformat())
    press(client, "my-subscription", one.pk, "pause", until=(date + DAY).isoformat())
    assert "It rests until" in page(client)
    press(client, "my-subscription", one.pk, "resume")
    press(client, "my-subscription", one.pk, "change", quantity=3, every=2, unit="month")
    one.refresh_from_db()
    assert (one.next_on, one.quantity, one.every, one.unit) == (date, 3, 2, "month")
    assert press(client, "my-subscription", one.pk, "stop").status_code == 400
    assert press(client, "my-subscription", one.pk, "stop", reason="merged").status_code == 400
    press(client, "my-subscription", one.pk, "stop", reason="too_much")

    one.refresh_from_db()
    assert one.stop_reason == "too_much"


@pytest.mark.parametrize(
    ("verb", "typed"),
    [
        ("skip", {"date": "never"}),
        ("change", {"quantity": "0"}),
        ("change", {"every": "9999"}),
        ("change", {"next_on": "2001-01-01"}),
        ("pause", {"until": "2999-01-01"}),
        ("change", {"product": "1"}),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, ann, verb, typed):
    one = subscribe(ann, make_product(), at=timezone.now(), every=30)

    answer = press(client, "my-subscription", one.pk, verb, **typed)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


# Questions, letters, data


def test_a_question_is_asked_once_and_answered_on_the_page(client, ann):
    order = delivered(ann)

    for _press in range(2):
        answer = press(client, "my-ask", text="Does it fit?", order=order.pk, once="abcdefgh")

    case = Case.objects.get()
    assert (case.kind, case.order) == ("question", order)
    assert case.messages.get().address == "ann@example.com"
    case.messages.create(direction="sent", text="It does.")
    assert "It does." in client.get(answer.url).text
    press(client, "my-question", case.pk, text="Thank you", once="abcdefgi")
    assert case.messages.count() == 3


def test_what_staff_note_for_themselves_is_not_shown(client, ann):
    Case.objects.create(customer=ann, kind="question", subject="Difficult customer", body="Beware")

    assert "Difficult" not in page(client)


def test_preferences_are_those_of_the_letters(client, ann):
    press(client, "my-letters", save="yes", frequency="less", topic=[])

    ann.refresh_from_db()
    assert ann.frequency == "less"
    assert Contact.objects.get(customer=ann).marketing_consent == "withdrawn"


def code_of_letter():
    send_due(timezone.now())
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def test_personal_things_ask_for_a_code_sent_to_the_known_address(client, ann):
    ann.address = "Elm Street 1"
    ann.save()
    assert "Elm Street" not in page(client, "my-data")
    for name in ("my-copy", "my-erase", "my-details"):
        assert press(client, name, address="Thief Lane 2").status_code == 403

    press(client, "my-code")
    press(client, "my-prove", code=code_of_letter())

    assert mail.outbox[-1].to == ["ann@example.com"]
    assert "Elm Street 1" in page(client, "my-data")
    press(client, "my-details", first_name="Ann", address="Oak Road 3", city="Leeds")
    copy = press(client, "my-copy")
    assert copy["Content-Disposition"].startswith("attachment")
    assert copy.json()["customer"][0]["address"] == "Oak Road 3"
    for once in ("abcdefgh", "abcdefgi"):
        press(client, "my-erase", once=once)
    assert PrivacyRequest.objects.get().customer == ann


def test_erasing_answers_what_the_customer_asked_for(client, ann):
    from crm.privacy.asking import ask_for_erasure

    asked = ask_for_erasure(ann, at=timezone.now(), key="1")

    erase(ann, at=timezone.now())

    asked.refresh_from_db()
    assert asked.done_at is not None
    assert ask_for_erasure(ann, at=timezone.now(), key="2") is None


def test_a_code_is_guessed_few_times_only_and_used_once(client, ann):
    press(client, "my-code")
    code = code_of_letter()
    for _guess in range(5):
        assert press(client, "my-prove", code="000000" if code != "000000" else "111111").status_code == 400

    assert press(client, "my-prove", code=code).status_code == 400


def test_a_code_is_anothers_key_to_nothing(client, ann):
    press(client, "my-code")
    code = code_of_letter()

    enter(client, make_customer())

    assert press(client, "my-prove", code=code).status_code == 400


def test_a_code_that_opened_something_opens_nothing_more(client, ann):
    press(client, "my-code")
    code = code_of_letter()

    assert press(client, "my-prove", code=code).status_code == 303
    assert press(client, "my-prove", code=code).status_code == 400


# Others


def test_nothing_of_anybody_else_is_reached_by_its_id(client, ann):
    other = make_customer()
    order = delivered(other)
    one = subscribe(other, make_product(), at=timezone.now(), every=30)
    registration = ProductRegistration.objects.create(
        customer=other, order=order, product=order.lines.get().product, serial="S"
    )
    case = Case.objects.create(customer=other, kind="question", subject="Mine")
    case.messages.create(direction="received", text="Secret")
    own = delivered(ann)
    before = Event.objects.count()

    answers = [
        client.get(reverse("chains:my-order", args=[order.pk])),
        client.get(reverse("chains:my-question", args=[case.pk])),
        press(client, "my-question", case.pk, text="x"),
        press(client, "my-repeat", order.pk, once="abcdefgh"),
        press(client, "my-late", order.pk),
        press(client, "my-register", order.pk, product=registration.product_id),
        press(client, "my-register", own.pk, product=registration.product_id),
        press(client, "my-unregister", registration.pk),
        press(client, "my-ask", text="x", order=order.pk),
        *(press(client, "my-subscription", one.pk, verb, reason="other") for verb in ("skip", "pause", "stop")),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert Event.objects.count() == before


def test_no_address_writes_anything_when_it_is_only_fetched(client, ann, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from chains.public.my.urls import urlpatterns

    order = delivered(ann)
    filled = {"token": token_of(PageLink(ann.pk, timezone.now())), "name": "skip"}
    with CaptureQueriesContext(connection) as told:
        for pattern in urlpatterns:
            args = [filled.get(name, order.pk) for name in pattern.pattern.converters]
            for method in (client.get, client.head):
                method(reverse(f"chains:{pattern.name}", args=args))

    written = [query["sql"] for query in told if re.match(r"(?i)\s*(insert|update|delete)", query["sql"])]
    assert written == []


def test_thirty_posts_an_hour_are_enough(client, ann):
    answers = [press(client, "my-question", 1, text="x").status_code for _press in range(31)]

    assert answers == [404] * 30 + [429]
