import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm.models import Case, Event
from crm.service import cases
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


def save(client, case, **changes):
    """What a browser sends back of the case's own fields, with these changes."""
    address = reverse("admin:crm_case_change", args=[case.pk])
    form = client.get(address).context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, dt.datetime):
            local = timezone.localtime(value)
            data |= {f"{bound.name}_0": local.date().isoformat(), f"{bound.name}_1": f"{local:%H:%M:%S}"}
        else:
            data[bound.html_name] = "" if value is None else value
    return client.post(address, data | changes, follow=True)


def test_staff_correct_kind_and_order_on_the_page_and_stay_there(client, agent):
    ann = make_customer()
    orders = [make_order(customer=ann, number=f"R-{number}", placed_at=timezone.now()) for number in range(30)]
    case = make_case(ann, kind="question", at=timezone.now())

    page = save(client, case, kind="complaint", order=orders[0].pk)

    case.refresh_from_db()
    assert (case.kind, case.order.number) == ("complaint", "R-0")
    assert page.redirect_chain == [(reverse("admin:crm_case_change", args=[case.pk]), 302)]
    assert "It is a complaint now: marketing to this customer stops" in page.content.decode()
    assert set(Event.objects.filter(kind__startswith="case.").values_list("kind", flat=True)) == {
        "case.opened",
        "case.escalated",
        "case.corrected",
    }
    assert "It is a question now" in save(client, case, kind="question").content.decode()


def test_only_orders_of_the_customer_can_be_chosen(client, agent):
    case, theirs = make_case(at=timezone.now()), make_order(number="R-9", placed_at=timezone.now())

    page = save(client, case, order=theirs.pk)

    case.refresh_from_db()
    assert case.order is None
    assert "Select a valid choice" in page.content.decode()
    assert "R-9" not in page.content.decode()


def test_saving_the_owner_alone_tells_no_correction(client, agent):
    case = make_case(at=timezone.now())
    promised_at = case.promised_at

    save(client, case, owner=agent.pk)

    case.refresh_from_db()
    assert (case.owner, case.promised_at) == (agent, promised_at)
    assert not Event.objects.filter(kind__in=["case.corrected", "case.escalated"]).exists()


def test_a_promise_that_is_emptied_is_the_one_of_the_settings(client, agent):
    now = timezone.now()
    case = make_case(at=now, promised_at=now + dt.timedelta(hours=1))

    save(client, case, promised_at_0="", promised_at_1="")

    case.refresh_from_db()
    assert case.promised_at == now + dt.timedelta(hours=24)


def test_a_case_opened_again_says_so(client, agent):
    case = make_case(at=timezone.now())
    cases.resolve(case, at=timezone.now())
    cases.reopen(case, at=timezone.now())

    page = client.get(reverse("admin:crm_case_change", args=[case.pk])).content.decode()

    assert "it was opened again" in page
    assert Case.objects.open().get() == case


def test_an_urgent_complaint_says_what_it_is_and_what_it_stops_until_it_is_resolved(client, agent):
    case = make_case(at=timezone.now(), severity="high")
    address, marks = (
        reverse("admin:crm_case_change", args=[case.pk]),
        (">urgent<", "Marketing to this customer is stopped"),
    )

    page = client.get(address).text
    assert [mark in page for mark in marks] == [True, True]
    cases.resolve(case, at=timezone.now())

    page = client.get(address).text
    assert [mark in page for mark in marks] == [False, False]


def test_who_was_asked_whether_all_is_well_is_not_to_be_asked_again(client, agent):
    case = make_case(at=timezone.now())
    cases.resolve(case, at=timezone.now())
    address = reverse("admin:crm_case_change", args=[case.pk])
    assert "Ask once more after a day or two" in client.get(address).text

    cases.note_asked(case, at=timezone.now())

    page = client.get(address).text
    assert f"Asked on {timezone.localdate():%m/%d/%Y}." in page
    assert "Ask once more after a day or two" not in page
