import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm import consent
from crm.admin.order_lines import product_typed
from crm.intake import order_recording
from crm.intake.facts import OrderFact
from crm.models import Contact, Customer, CustomerStats, Event, EventKind, MergeProposal, Milestone, Order
from crm.orders import orders
from crm.orders.catalogue import LineData
from crm.orders.correcting import correct_figures, take_back
from crm.orders.returns import returns_of, undo_return
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, shop):
    def as_role(role):
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return as_role


@pytest.fixture
def agent(sign_in):
    return sign_in("Support")


def do(client, order, verb, **posted):
    return client.post(reverse("admin:crm_order_do", args=[order.pk, verb]), posted, follow=True)


def test_what_happens_again_after_an_undo_is_told_again(shop):
    order = make_order(total=100)
    for day in (1, 3, 5):
        orders.cancel(order, at=NOW + dt.timedelta(days=1))
        take_back(order, "cancelled_at", at=NOW + dt.timedelta(days=day + 1))
    orders.cancel(order, at=NOW + dt.timedelta(days=1))

    assert Event.objects.filter(kind=EventKind.ORDER_CANCELLED).count() == 4
    assert Event.objects.filter(kind=EventKind.ORDER_MOMENT_UNDONE).count() == 3


def test_a_moment_is_noted_with_its_time(client, agent):
    order = make_order()
    day = timezone.now() - dt.timedelta(days=1)

    do(client, order, "pay", at=timezone.localtime(day).strftime("%Y-%m-%dT%H:%M"))

    order.refresh_from_db()
    assert order.paid_at == day.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("typed", "words"), [("2150-01-01T10:00", "still ahead"), ("soon", "not a day"), ("2026-02-31T10:00", "not a day")]
)
def test_a_moment_that_cannot_be_is_refused_in_words(client, agent, typed, words):
    order = make_order()

    response = do(client, order, "deliver", at=typed)

    order.refresh_from_db()
    assert order.delivered_at is None
    assert words in response.text


def test_a_mistake_is_undone(client, agent):
    order = make_order()
    do(client, order, "cancel")

    response = do(client, order, "mistake", moment="cancelled_at")

    order.refresh_from_db()
    assert order.cancelled_at is None
    assert Event.objects.filter(kind=EventKind.ORDER_MOMENT_UNDONE).exists()
    assert "Undone" in response.text


def test_only_what_may_be_undone_is(client, agent):
    order = make_order()

    assert "Choose what did not happen" in do(client, order, "mistake", moment="placed_at").text


def test_another_promise_and_a_stage_are_noted(client, agent):
    order = make_order()

    do(client, order, "promise", to="2150-01-01T10:00")
    do(client, order, "milestone", name="Frame up")

    order.refresh_from_db()
    assert timezone.localtime(order.promised_at).year == 2150
    assert Milestone.objects.get().name == "Frame up"
    assert "which day" in do(client, order, "promise").text
    assert "Name the stage" in do(client, order, "milestone", name=" ").text


def test_an_old_report_does_not_bring_back_what_was_undone(shop):
    order = make_order(total=100)
    orders.cancel(order, at=NOW)
    take_back(order, "cancelled_at", at=NOW + dt.timedelta(days=2))

    fact = OrderFact(number=order.number, moments={"cancelled_at": NOW})
    order_recording._happen(order, fact, NOW + dt.timedelta(days=1))

    assert Order.objects.get().cancelled_at is None


def test_a_customer_is_added(client, agent):
    response = client.post(
        reverse("admin:crm_customer_new"),
        {"first_name": "Ann", "email": "Ann@Example.com", "born_on": "1990-05-01", "notes": "Called"},
        follow=True,
    )

    customer = Customer.objects.get()
    assert (customer.name, customer.notes, customer.source) == ("Ann", "Called", "staff")
    assert Contact.objects.get().address == "ann@example.com"
    assert "The customer is added." in response.text


def test_a_known_person_is_opened_instead_of_doubled(client, agent):
    ann = make_customer(email="ann@example.com", first_name="Ann", notes="Likes tea")

    response = client.post(
        reverse("admin:crm_customer_new"),
        {"first_name": "Anna", "email": "ANN@example.com", "city": "Tula", "notes": "Called"},
        follow=True,
    )

    ann.refresh_from_db()
    assert (ann.first_name, ann.city, ann.notes) == ("Ann", "Tula", "Likes tea\nCalled")
    assert "known already" in response.text
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Type an email address or a phone number"),
        ({"email": "nobody"}, "is not an email address"),
        ({"phone": "12"}, "12"),
        ({"email": "a@example.com", "born_on": "2150-01-01"}, "still ahead"),
    ],
)
def test_what_is_wrong_with_a_customer_is_said_and_nothing_typed_is_lost(client, agent, typed, words):
    response = client.post(reverse("admin:crm_customer_new"), {"city": "Tula", **typed})

    assert response.status_code == 400
    assert words in response.text
    assert 'value="Tula"' in response.text
    assert not Customer.objects.exists()


def order_form(*lines, **changes):
    posted = {"number": "H-1", "kind": "goods", "lines-TOTAL_FORMS": "6", "lines-INITIAL_FORMS": "0", **changes}
    for position, line in enumerate(lines):
        posted |= {f"lines-{position}-{name}": value for name, value in line.items()}
    return posted


def test_an_order_is_placed_with_its_event(client, agent):
    ann = make_customer()
    kettle = make_product(name="Kettle", price=40)

    response = client.post(
        reverse("admin:crm_customer_order", args=[ann.pk]),
        order_form(
            {"sku": "kettle", "quantity": "2"},
            {"sku": "NEW-1", "name": "Lid", "quantity": "1", "price": "5.50"},
            discount="1.50",
            responsible=agent.pk,
        ),
        follow=True,
    )

    order = Order.objects.get()
    assert (order.total, order.customer, order.responsible, order.source) == (84, ann, agent, "staff")
    assert {line.product.sku for line in order.lines.all()} == {kettle.sku, "NEW-1"}
    assert Event.objects.filter(kind=EventKind.ORDER_PLACED, order=order).exists()
    assert "The order is placed." in response.text


@pytest.mark.parametrize(
    ("line", "changes", "words"),
    [
        ({"sku": "X"}, {}, "This field is required"),
        ({"sku": "X", "quantity": "1", "price": "3"}, {}, "This product is new: type its name"),
        ({"sku": "X", "name": "Lid", "quantity": "1"}, {}, "has no price for it"),
        ({"sku": "X", "name": "Lid", "quantity": "0", "price": "3"}, {}, "greater than or equal to 0.001"),
        ({"sku": "X", "name": "Lid", "quantity": "1", "price": "3"}, {"discount": "9"}, "larger than the goods"),
        ({"sku": "X", "name": "Lid", "quantity": "1", "price": "3"}, {"number": "R-1"}, "exists already"),
        ({"sku": "X", "name": "Lid", "quantity": "1", "price": "3"}, {"placed_at": "2150-01-01T10:00"}, "still ahead"),
        ({}, {}, "at least 1 form"),
    ],
)
def test_what_is_wrong_with_an_order_is_said_and_nothing_typed_is_lost(client, agent, line, changes, words):
    ann = make_order(number="R-1").customer

    response = client.post(
        reverse("admin:crm_customer_order", args=[ann.pk]), order_form(line, coupon_code="KEEP", **changes)
    )

    assert response.status_code == 400
    assert words in response.text
    assert "KEEP" in response.text
    assert Order.objects.count() == 1


def test_a_number_is_proposed_that_is_free(client, agent):
    year = timezone.localdate().year
    ann = make_order(number=f"H-{year}-2").customer

    page = client.get(reverse("admin:crm_customer_order", args=[ann.pk]))

    assert f'value="H-{year}-3"' in page.text


def test_a_consent_is_noted_with_its_evidence(client, agent):
    ann = make_customer(consent=False)
    address = reverse("admin:crm_customer_consent", args=[ann.pk])
    posted = {"contact": ann.contacts.get().pk, "purpose": "marketing", "action": "granted", "how": "phone"}

    assert "A yes is worth only its words" in client.post(address, posted).text
    client.post(address, {**posted, "wording": "May we write?", "note": "Sure"})

    record = ann.consent_records.get()
    assert (record.wording, record.recorded_by) == ("May we write?", agent)
    assert record.evidence == {"how": "phone", "note": "Sure"}
    assert ann.contacts.get().marketing_consent == "granted"
    client.post(address, {**posted, "action": "withdrawn"})
    assert ann.contacts.get().marketing_consent == "withdrawn"


@pytest.mark.parametrize(("role", "status"), [("Support", 200), ("Managers", 200), ("Marketing", 403)])
def test_who_may_work_by_hand(client, sign_in, role, status):
    ann = make_customer()
    sign_in(role)

    addresses = [
        reverse("admin:crm_customer_new"),
        *(reverse(f"admin:crm_customer_{page}", args=[ann.pk]) for page in ("order", "consent")),
    ]

    assert [client.get(address).status_code for address in addresses] == [status] * 3
    page = client.get(reverse("admin:crm_customer_change", args=[ann.pk])).text
    assert ("New order" in page) == (status == 200)
    assert ("Add a customer" in client.get(reverse("admin:crm_customer_find")).text) == (status == 200)


@pytest.fixture
def delivered(shop):
    kettle, lid = make_product(sku="KET", name="Kettle"), make_product(sku="LID", name="Lid")
    lines = [LineData(kettle.sku, Decimal(3), Decimal(10)), LineData(lid.sku, Decimal(1), Decimal(5))]
    return make_order(lines=lines, delivered_at=NOW)


def return_form(order, **posted):
    return {"token": "a" * 32, f"line_{order.lines.first().pk}": "2", **posted}


def test_a_return_by_line_is_shown_and_then_booked_once(client, agent, delivered):
    address = reverse("admin:crm_order_return", args=[delivered.pk])

    shown = client.post(address, return_form(delivered))
    delivered.refresh_from_db()
    assert delivered.refunded == 0
    summary = shown.context["summary"]
    assert summary.splitlines() == [
        "Comes back: 2 × Kettle.",
        "Money given back: 20.00 EUR.",
        "The customer keeps: 1 × Kettle, 1 × Lid.",
        "Of the money, the shop keeps 15.00 EUR of 35.00 EUR.",
    ]
    changed = client.post(address, return_form(delivered, amount="7", shown=summary))
    assert "7.00" in changed.context["summary"]
    client.post(address, return_form(delivered, shown=summary))

    delivered.refresh_from_db()
    assert delivered.refunded == 20
    assert delivered.lines.get(product__sku="KET").returned_quantity == 2
    assert client.post(address, return_form(delivered, shown=summary)).status_code == 400


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"KET": "4"}, "less than or equal to 3"),
        ({"amount": "35.01"}, "35.01 EUR is more than is left to give back: 35.00 EUR."),
        ({"KET": ""}, "Say which goods come back"),
    ],
)
def test_more_than_is_left_cannot_come_back(client, agent, delivered, posted, words):
    line = f"line_{delivered.lines.first().pk}"
    data = {line if name == "KET" else name: value for name, value in posted.items()}

    response = client.post(reverse("admin:crm_order_return", args=[delivered.pk]), return_form(delivered, **data))

    delivered.refresh_from_db()
    assert (response.status_code, delivered.refunded) == (400, 0)
    assert words in response.text


def undo_latest(client, order, name="not-returned"):
    page = client.get(reverse("admin:crm_order_change", args=[order.pk]))
    mistake = next(found for found in page.context["mistakes"] if found.verb == name)
    return do(client, order, name, **mistake.posted)


def give_back(client, order, token="a" * 32, **posted):
    address = reverse("admin:crm_order_return", args=[order.pk])
    shown = client.post(address, return_form(order, token=token, **posted)).context["summary"]
    client.post(address, return_form(order, token=token, **posted, shown=shown))


def test_a_return_that_was_a_mistake_is_undone(client, agent, delivered):
    give_back(client, delivered)
    lid = delivered.lines.get(product__sku="LID")
    give_back(client, delivered, "b" * 32, **{f"line_{lid.pk}": "1", f"line_{delivered.lines.first().pk}": "1"})
    assert CustomerStats.objects.get().revenue == 0

    answer = undo_latest(client, delivered)

    delivered.refresh_from_db()
    assert delivered.refunded == 20
    assert [line.returned_quantity for line in delivered.lines.order_by("pk")] == [2, 0]
    assert CustomerStats.objects.get().revenue == 15
    assert "count as kept" in answer.text
    undone = Event.objects.get(kind=EventKind.ORDER_MOMENT_UNDONE)
    assert (undone.properties["moment"], undone.properties["amount"]) == ("returned", "15.00")
    undo_latest(client, delivered)
    delivered.refresh_from_db()
    assert (delivered.refunded, delivered.returned_at) == (0, None)
    assert "does not stand any more" in do(client, delivered, "not-returned", key=undone.properties["return"]).text


def test_a_door_that_repeats_an_undone_return_does_not_bring_it_back(shop, delivered):
    for key, at in (("r-1", NOW), ("", NOW)):
        orders.return_goods(delivered, at=at, key=key)
        undo_return(delivered, returns_of(delivered)[0].key, at=NOW + dt.timedelta(days=1))

        orders.return_goods(delivered, at=at, key=key)

        assert Order.objects.get().refunded == 0
    orders.return_goods(delivered, at=NOW + dt.timedelta(days=2))
    orders.return_goods(delivered, at=NOW + dt.timedelta(days=2))
    assert Order.objects.get().refunded == 35
    assert len(returns_of(delivered)) == 1


def test_a_return_told_without_its_lines_is_undone_as_a_whole(shop, delivered):
    orders.return_goods(delivered, at=NOW)
    Event.objects.filter(kind=EventKind.ORDER_RETURNED).update(properties={"number": delivered.number})

    undo_return(delivered, returns_of(delivered)[0].key, at=NOW)

    assert Order.objects.get().refunded == 0
    assert not delivered.lines.exclude(returned_quantity=0).exists()


def test_one_of_two_returns_told_without_lines_is_left(shop, delivered):
    for key, sku in (("a", "KET"), ("b", "LID")):
        orders.return_goods(delivered, at=NOW, lines={sku: Decimal(1)}, key=key)
    Event.objects.filter(kind=EventKind.ORDER_RETURNED).update(properties={})

    with pytest.raises(ValueError, match="cannot be undone alone"):
        undo_return(delivered, returns_of(delivered)[0].key, at=NOW)

    assert Order.objects.get().refunded == 15


def test_a_stage_that_was_a_mistake_is_undone_and_may_be_reached_again(client, agent):
    order = make_order()
    do(client, order, "milestone", name="Frame up", at="2026-03-10T10:00")

    undo_latest(client, order, "not-reached")

    assert not Milestone.objects.exists()
    order.refresh_from_db()
    fact = OrderFact(number=order.number, milestones=(("Frame up", NOW),))
    order_recording._happen(order, fact, NOW)
    assert not Milestone.objects.exists()
    do(client, order, "milestone", name="Frame up", at="2026-03-11T10:00")
    assert Event.objects.filter(kind=EventKind.MILESTONE_REACHED).count() == 2
    assert "not among those" in do(client, order, "not-reached", name="Roof").text


def test_what_was_typed_beside_a_refused_button_is_kept(client, agent):
    order = make_order()

    page = do(client, order, "ship", at="2150-01-01T10:00", tracking_number="TR-7").text

    assert 'value="TR-7"' in page
    assert 'value="2150-01-01T10:00"' in page
    assert "still ahead" in page
    assert "TR-7" not in client.get(reverse("admin:crm_order_change", args=[order.pk])).text


def corrected(client, order, *lines, **changes):
    """What a browser would post of the page, with these changes, and the answer."""
    address = reverse("admin:crm_order_correct", args=[order.pk])
    shown = client.get(address).context
    posted = {name: shown["form"][name].value() or "" for name in shown["form"].fields}
    for name in ("placed_at", "promised_at", "appointment_at", "payment_due_at"):
        moment = posted[name]
        posted[name] = moment.strftime("%Y-%m-%dT%H:%M") if moment else ""
    initial = shown["lines"].initial
    rows = lines or initial
    posted |= {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": min(len(initial), len(rows))}
    for position, row in enumerate(rows):
        posted |= {f"lines-{position}-{name}": value for name, value in row.items()}
    posted |= changes
    return client.post(address, posted), posted


def test_an_order_typed_wrong_is_put_right_after_a_look(client, agent, delivered):
    lines = (
        {"sku": "Kettle (KET)", "quantity": "2", "price": "11"},
        {"sku": "Lid (LID)", "quantity": "1", "price": "5", "DELETE": "on"},
        {"sku": "NEW", "name": "Cup", "quantity": "1", "price": "4"},
    )

    shown, posted = corrected(client, delivered, *lines, discount="1")

    delivered.refresh_from_db()
    assert delivered.total == 35
    summary = shown.context["summary"]
    assert summary.splitlines() == [
        "Kettle: 3 × 10 → 2 × 11",
        "Lid: 1 × 5 → —",
        "Cup: — → 1 × 4",
        "Discount: 0.00 EUR → 1.00 EUR",
        "Total: 35.00 EUR → 25.00 EUR",
    ]
    answer = client.post(
        reverse("admin:crm_order_correct", args=[delivered.pk]), posted | {"shown": summary}, follow=True
    )
    delivered.refresh_from_db()
    assert (delivered.total, delivered.discount) == (25, 1)
    assert CustomerStats.objects.get().revenue == 25
    event = Event.objects.get(kind=EventKind.ORDER_CORRECTED)
    assert (event.properties["from"], event.properties["to"]) == ("35.00", "25.00")
    assert "put right" in answer.text


def test_details_are_put_right_at_once_with_their_events(client, agent, delivered):
    answer, _posted = corrected(
        client,
        delivered,
        tracking_number="TR-7",
        receipt_url="https://r.example.com/1",
        responsible=agent.pk,
        promised_at="2026-04-01T10:00",
        appointment_at="2026-04-02T10:00",
    )

    assert answer.status_code == 302
    delivered.refresh_from_db()
    assert (delivered.tracking_number, delivered.responsible, delivered.total) == ("TR-7", agent, 35)
    kinds = {EventKind.PROMISE_MOVED, EventKind.APPOINTMENT_MOVED}
    assert set(Event.objects.filter(kind__in=kinds).values_list("kind", flat=True)) == kinds
    assert not Event.objects.filter(kind=EventKind.ORDER_CORRECTED).exists()
    corrected(client, delivered, promised_at="")
    delivered.refresh_from_db()
    assert delivered.promised_at is None


def test_another_moment_and_kind_count_from_then_on(client, agent, delivered):
    shown, posted = corrected(client, delivered, kind="service", placed_at="2026-01-05T10:00")
    assert "Kind: goods → service" in shown.context["summary"]

    client.post(reverse("admin:crm_order_correct", args=[delivered.pk]), posted | {"shown": shown.context["summary"]})

    delivered.refresh_from_db()
    assert (delivered.kind, timezone.localtime(delivered.placed_at).month) == ("service", 1)
    assert CustomerStats.objects.get().first_order_at == delivered.placed_at
    what = Event.objects.filter(kind=EventKind.ORDER_CORRECTED).values_list("properties__what", flat=True)
    assert set(what) == {"kind", "placed_at"}


def test_nothing_typed_anew_changes_nothing(client, agent, delivered):
    before = Event.objects.count()

    answer, _posted = corrected(client, delivered)

    assert answer.status_code == 302
    assert Event.objects.count() == before
    assert Order.objects.get().placed_at == delivered.placed_at


def test_what_was_changed_meanwhile_is_shown_again(client, agent, delivered):
    shown, posted = corrected(client, delivered, discount="1")
    correct_figures(delivered, told_at=timezone.now(), discount=Decimal(5))

    again = client.post(
        reverse("admin:crm_order_correct", args=[delivered.pk]), posted | {"shown": shown.context["summary"]}
    )

    assert again.context["summary"] == "Discount: 5.00 EUR → 1.00 EUR\nTotal: 30.00 EUR → 34.00 EUR"
    assert Order.objects.get().discount == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"discount": "99"}, "larger than the goods"),
        ({"placed_at": "2150-01-01T10:00"}, "still ahead"),
        ({"receipt_url": "no link"}, "valid URL"),
        ({"lines-0-quantity": "0"}, "greater than or equal"),
        ({"total": "10", "shown": "Total: 35.00 EUR → 10.00 EUR"}, "already refunded"),
    ],
)
def test_what_is_wrong_with_a_correction_is_said_and_nothing_typed_is_lost(client, agent, delivered, changes, words):
    orders.return_goods(delivered, at=NOW, amount=Decimal(20), key="r")

    answer, _posted = corrected(client, delivered, tracking_number="KEEP", **changes)

    delivered.refresh_from_db()
    assert (answer.status_code, delivered.total, delivered.tracking_number) == (400, 35, "")
    assert words in answer.text
    assert "KEEP" in answer.text


def test_products_are_found_by_parts_of_their_name_or_sku(client, agent):
    make_product(sku="KET-1", name="Kettle, steel", price=40)
    make_product(sku="LID-1", name="Lid (steel)")
    find = reverse("admin:crm_customer_products")

    assert (
        'value="Kettle, steel (KET-1)" data-sku="KET-1" data-price="40.0000"'
        in client.get(find, {"lines-0-sku": "ste ket"}).text
    )
    assert "Lid" not in client.get(find, {"lines-3-sku": "kettle"}).text
    assert product_typed("Lid (steel) (LID-1)").sku == "LID-1"
    assert product_typed("lid (STEEL)").sku == "LID-1"
    assert product_typed("LID-1").sku == "LID-1"
    assert product_typed("Cup (LID-1)") is None


def contacts_form(customer, *rows):
    posted = {
        "first_name": "Ann",
        "contacts-TOTAL_FORMS": len(rows),
        "contacts-INITIAL_FORMS": customer.contacts.count(),
    }
    known = list(customer.contacts.order_by("pk"))
    for position, row in enumerate(rows):
        own = {"id": known[position].pk if position < len(known) else "", "customer": customer.pk, "state": "active"}
        posted |= {f"contacts-{position}-{name}": value for name, value in (own | row).items()}
    return posted


def test_addresses_typed_in_are_stored_in_one_form(client, agent):
    ann = make_customer(email="ann@example.com")

    client.post(
        reverse("admin:crm_customer_edit", args=[ann.pk]),
        contacts_form(
            ann,
            {"channel": "email", "address": "ann@example.com"},
            {"channel": "sms", "address": "+7 (999) 123-45-67"},
            {"channel": "email", "address": " Ann.P@Example.com"},
        ),
    )

    assert set(ann.contacts.values_list("address", flat=True)) == {
        "ann@example.com",
        "+79991234567",
        "ann.p@example.com",
    }
    assert ann.contacts.get(address="ann@example.com").marketing_consent == "granted"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"channel": "email", "address": "nobody"}, "is not an email address"),
        ({"channel": "sms", "address": "12"}, "“12”"),
        ({"channel": "email", "address": "ANN@example.com"}, "stands here twice"),
    ],
)
def test_addresses_that_cannot_be_are_refused_in_words(client, agent, row, words):
    ann = make_customer(email="ann@example.com")

    answer = client.post(
        reverse("admin:crm_customer_edit", args=[ann.pk]),
        contacts_form(ann, {"channel": "email", "address": "ann@example.com"}, row),
    )

    assert answer.status_code == 200
    assert words in answer.text
    assert ann.contacts.count() == 1


def test_consent_does_not_pass_to_another_address(client, agent):
    ann = make_customer(email="ann@example.com")
    Contact.objects.update(state="bounced", state_reason="550")

    client.post(
        reverse("admin:crm_customer_edit", args=[ann.pk]),
        contacts_form(ann, {"channel": "email", "address": "new@example.com", "state": "bounced"}),
    )

    old, new = ann.contacts.order_by("pk")
    assert (new.address, new.marketing_consent, new.state) == ("new@example.com", "unknown", "active")
    assert (old.address, old.marketing_consent, old.state) == ("ann@example.com", "granted", "bounced")


def test_an_address_typed_over_another_is_a_new_contact_and_both_stand_in_the_story(client, agent):
    ann = make_customer(email="ann@example.com")

    client.post(
        reverse("admin:crm_customer_edit", args=[ann.pk]),
        contacts_form(ann, {"channel": "email", "address": "Ann.New@Example.com"}),
    )

    old, new = ann.contacts.order_by("pk")
    assert (old.state, old.state_reason) == ("stale", "another address was told instead")
    assert list(ann.contacts.told_last_first()) == [new, old]
    page = client.get(reverse("admin:crm_customer_change", args=[ann.pk])).text
    assert "Another address told: ann.new@example.com (Email)" in page
    assert f"instead of ann@example.com · {agent.username}" in page


def test_an_address_that_withdrew_stays_withdrawn_when_it_is_typed_again(client, agent, now):
    ann = make_customer(email="ann@example.com")
    told = {"channel": "email", "address": "new@example.com", "purpose": "marketing", "at": now, "source": "page"}
    consent.withdraw(ann, **told)
    ann.contacts.get(address="new@example.com").delete()

    client.post(
        reverse("admin:crm_customer_edit", args=[ann.pk]),
        contacts_form(ann, {"channel": "email", "address": "new@example.com"}),
    )

    assert ann.contacts.get(address="new@example.com").marketing_consent == "withdrawn"


def test_an_address_said_to_be_in_use_again_is_used_before_others(client, agent, now):
    ann = make_customer(email="ann@example.com")
    Contact.objects.update(state="stale", told_at=now - dt.timedelta(days=9))
    Contact.objects.create(customer=ann, channel="email", address="new@example.com", told_at=now)

    client.post(
        reverse("admin:crm_customer_edit", args=[ann.pk]),
        contacts_form(
            ann,
            {"channel": "email", "address": "ann@example.com", "state": "active"},
            {"channel": "email", "address": "new@example.com", "state": "stale"},
        ),
    )

    assert [contact.address for contact in ann.contacts.told_last_first()] == ["ann@example.com", "new@example.com"]


def test_an_address_of_somebody_else_is_said_and_proposed_as_a_duplicate(client, agent):
    make_customer(email="shared@example.com", first_name="Bob")
    ann = make_customer(email="ann@example.com")

    answer = client.post(
        reverse("admin:crm_customer_edit", args=[ann.pk]),
        contacts_form(
            ann,
            {"channel": "email", "address": "ann@example.com"},
            {"channel": "email", "address": "shared@example.com"},
        ),
        follow=True,
    )

    assert "Bob</a> has this address too" in answer.text
    assert MergeProposal.objects.get().duplicate == ann


def test_a_consent_is_withdrawn_with_two_clicks(client, agent):
    ann = make_customer()
    page = client.get(reverse("admin:crm_customer_change", args=[ann.pk])).text
    address = reverse("admin:crm_customer_consent", args=[ann.pk])
    asked = f"?contact={ann.contacts.get().pk}&amp;action=withdrawn"
    assert f"{address}{asked}" in page

    form = client.get(address + asked.replace("&amp;", "&")).context["form"]

    assert form["action"].value() == "withdrawn"
