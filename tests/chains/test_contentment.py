"""“Is all well now?” is asked once a resolution; a yes closes the loop and a no opens the case again."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from crm.models import Case, ContentmentCheck, Event
from crm.service import cases, sending
from crm.service.contentment import answer_if_content, ask_due, ask_if_content
from tests.conftest import NOW, make_case, make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

DAY = dt.timedelta(days=1)


@pytest.fixture
def case():
    case = make_case(make_customer(email="ann@example.com", language="en"), at=NOW - 5 * DAY)
    cases.resolve(case, at=NOW - 2 * DAY)
    return case


def asked(case, at=NOW):
    ask_if_content(case, by=None, at=at)
    return ContentmentCheck.objects.latest("pk")


def page_of(check):
    return reverse("chains:case", args=[check.message.token])


def test_a_yes_confirms_and_a_link_alone_says_nothing(case, client, mailoutbox):
    check = asked(case)
    assert mailoutbox[0].body.startswith("Is all well now with “The lid does not close”?")
    assert "/m/case/" in mailoutbox[0].body
    client.get(page_of(check))
    client.head(page_of(check))
    case.refresh_from_db()
    assert case.confirmed_at is None

    for _time in range(2):
        page = client.post(page_of(check), {"answer": "yes", "words": "Thanks"}).text

    case.refresh_from_db()
    assert "Good to hear" in page
    assert case.confirmed_at is not None
    assert Event.objects.filter(kind="case.confirmed").count() == 1


def test_a_no_opens_the_complaint_again_which_waits_for_us(case, client):
    check = asked(case)

    page = client.post(page_of(check), {"answer": "no", "words": "It still leaks"}).text

    case.refresh_from_db()
    assert "The matter is open again" in page
    assert (case.resolved_at, case.waits_for_us) == (None, True)
    assert Case.objects.open().complaints().filter(customer=case.customer).exists()


def test_a_no_may_become_a_yes(case):
    check = asked(case)

    answer_if_content(check, is_content=False, at=NOW + DAY)
    answer_if_content(check, is_content=True, at=NOW + 2 * DAY)

    case.refresh_from_db()
    assert case.stage == Case.Stage.CONFIRMED
    with pytest.raises(ValueError, match="settled already"):
        answer_if_content(check, is_content=False, at=NOW + 10 * DAY)


def test_what_somebody_else_opened_again_is_no_longer_asked(case, client):
    check = asked(case)
    cases.reopen(case, at=NOW)

    assert "We are on it" in client.get(page_of(check)).text
    assert "We are on it" in client.post(page_of(check), {"answer": "yes"}).text
    case.refresh_from_db()
    assert case.resolved_at is None


def test_is_asked_once_each_time_it_was_resolved(case):
    asked(case)
    with pytest.raises(ValueError, match="asked already"):
        asked(case)
    cases.reopen(case, at=NOW)
    with pytest.raises(ValueError, match="not resolved"):
        asked(case)
    cases.resolve(case, at=NOW + DAY)

    asked(case)

    assert ContentmentCheck.objects.count() == 2
    cases.confirm(case, at=NOW + DAY)
    with pytest.raises(ValueError, match="content already"):
        asked(case)


def test_asking_is_no_answer_to_what_was_written(case):
    asked(case)

    case.refresh_from_db()
    assert (case.acknowledged_at, Event.objects.filter(kind="case.acknowledged").count()) == (None, 0)


def test_the_page_of_the_case_asks_with_a_press(client, django_user_model, case):
    user = django_user_model.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)

    page = client.post(reverse("admin:crm_case_do", args=[case.pk, "ask"]), follow=True).text

    assert "Asked at ann@example.com whether all is well." in page
    assert "Ask whether all is well" not in page
    assert "The customer has not answered yet." in page


@pytest.fixture
def automatic(shop):
    shop.asks_if_content = True
    shop.save()
    return shop


@pytest.fixture
def answered(case, admin_user):
    sending.send_reply(case, text="Done", at=NOW - 3 * DAY, by=admin_user)
    return case


def test_nobody_is_asked_unless_the_shop_switched_it_on(answered):
    assert ask_due(NOW) == 0


def test_asks_by_itself_so_many_days_later_and_once(answered, automatic, mailoutbox):
    mailoutbox.clear()

    assert [ask_due(NOW - dt.timedelta(minutes=1)), ask_due(NOW), ask_due(NOW)] == [0, 1, 0]
    assert [mail.to for mail in mailoutbox] == [["ann@example.com"]]


def test_does_not_ask_at_night_but_in_the_morning(answered, automatic):
    night = NOW.replace(hour=22)

    assert ask_due(night) == 0
    assert ask_due(NOW + DAY) == 1


@pytest.mark.parametrize("why", ["nothing was written", "another complaint", "asked lately", "content", "long ago"])
def test_whom_it_does_not_ask(answered, automatic, why):
    at = NOW
    match why:
        case "nothing was written":
            answered.messages.all().delete()
        case "another complaint":
            make_case(answered.customer, subject="Another", at=NOW)
        case "asked lately":
            other = make_case(answered.customer, subject="Another", at=NOW - 60 * DAY)
            cases.resolve(other, at=NOW - 50 * DAY)
            asked(other, at=NOW - 49 * DAY)
        case "content":
            cases.confirm(answered, at=NOW)
        case "long ago":
            at = NOW + 10 * DAY

    assert ask_due(at) == 0


def test_looks_for_many_in_as_many_queries_as_for_one(automatic, django_assert_num_queries):
    with django_assert_num_queries(2):
        ask_due(NOW)
