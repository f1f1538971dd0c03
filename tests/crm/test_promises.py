"""The register of promises: what was kept, what was broken, and what customers said of it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.messages.written import Block
from chains.simulate.preview import rendered
from crm.models import Case, Promise, PromiseBreach
from crm.service import cases
from crm.service.promises import PromiseCount, kept_and_broken, note_breach, suggested_for
from crm.service.ready_promises import add_ready_promises
from tests.chains.factories import written_text
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = pytest.mark.django_db

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def promise(**fields):
    return Promise.objects.create(**{"words": "We answer within four hours"} | fields)


def staff(client, role):
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def test_answers_count_against_the_time_promised_and_silence_is_broken(django_assert_num_queries):
    answering = promise(measure="answered")
    in_time, late, silent, to_come = (make_case(at=NOW, promised_at=NOW + 4 * HOUR) for _number in range(4))
    Case.objects.filter(pk=to_come.pk).update(promised_at=NOW + 3 * DAY)
    cases.answer(in_time, at=NOW + 3 * HOUR, solution="A new lid")
    cases.answer(late, at=NOW + 5 * HOUR, solution="A new lid")

    with django_assert_num_queries(4):
        counts = kept_and_broken(NOW, NOW + 10 * DAY, NOW + DAY)

    assert counts == {answering.pk: PromiseCount(kept=1, broken=2)}
    assert silent.answered_at is None


def test_deliveries_count_by_the_day_promised():
    delivering = promise(measure="delivered")
    for days in (1, 2, 5):
        make_order(promised_at=NOW + 2 * DAY, delivered_at=NOW + days * DAY)
    make_order(promised_at=NOW + 2 * DAY)
    make_order(promised_at=NOW + 2 * DAY, cancelled_at=NOW)

    counts = kept_and_broken(NOW, NOW + 10 * DAY, NOW + 9 * DAY)

    assert counts[delivering.pk] == PromiseCount(kept=2, broken=2)


def test_a_share_is_told_from_twenty_on():
    assert PromiseCount(kept=18, broken=1).share is None
    assert PromiseCount(kept=19, broken=1).share == Decimal("0.95")


def test_words_of_a_case_suggest_what_it_breaks():
    late = promise(complaint_words="late\ndelay")
    promise(words="Only originals", complaint_words="fake")

    assert suggested_for(make_case(subject="It came DELAYED again"), Promise.objects.all()) == [late]
    assert suggested_for(make_case(subject="I relate to it"), Promise.objects.all()) == []
    assert suggested_for(make_case(subject="late"), [promise(words="Nothing", complaint_words="\n")]) == []


def test_support_notes_a_broken_promise_on_the_page_of_the_case(client):
    agent = staff(client, "Support")
    late = promise(complaint_words="late")
    case = make_case(subject="It is late")
    page = client.get(reverse("admin:crm_case_change", args=[case.pk]))
    act = reverse("admin:crm_promise_breach", args=[case.pk])

    for _time in range(2):
        client.post(act, {"promise": late.pk})

    assert "Its words speak of:" in page.text
    breach = PromiseBreach.objects.get()
    assert (breach.case, breach.promise, breach.noted_by) == (case, late, agent)
    assert "Noted by mistake" in client.get(reverse("admin:crm_case_change", args=[case.pk])).text
    client.post(act, {"promise": late.pk, "action": "take_back"})
    assert not PromiseBreach.objects.exists()
    assert client.post(act, {"promise": "x"}, follow=True).status_code == 200


def test_the_register_tells_what_was_kept_and_which_cases_broke_it(client):
    boss = staff(client, "Managers")
    late = promise(measure="delivered", owner=boss)
    now = timezone.now()
    for number in range(20):
        when = now - dt.timedelta(days=10)
        make_order(placed_at=when - DAY, promised_at=when, delivered_at=when if number else now - dt.timedelta(days=3))
    note_breach(make_case(subject="Too late"), late, by=boss, at=now)

    page = client.get(reverse("admin:crm_promise_register"))
    own = client.get(reverse("admin:crm_promise_change", args=[late.pk]))

    assert "95.0%" in page.text
    assert "1 case" in page.text
    assert "Too late" in own.text


def test_ten_promises_are_there_to_begin_with_and_none_is_given_by_itself():
    assert len(add_ready_promises("ru")) == 10
    assert add_ready_promises("ru") == []
    assert not Promise.objects.given().exists()
    assert Promise.objects.filter(measure="").count() == 8


def test_a_case_that_is_merged_or_erased_keeps_what_it_broke():
    from crm.privacy.erase import erase

    case = make_case()
    note_breach(case, promise(), by=User.objects.create_user("agent"), at=NOW)

    erase(case.customer, at=NOW)

    assert PromiseBreach.objects.count() == 1


def test_a_letter_shows_promises_with_their_proof(shop):
    promise(proof="See our page", place=1)
    promise(words="Only originals", is_active=False)
    block = Block("promises", {"title": "We promise", "count": 2}, key="a1b2c3d4")

    letter = rendered(written_text(blocks=[block]), make_customer(), NOW, shop).letter

    for told in ("We promise", "We answer within four hours", "See our page"):
        assert told in letter.html
        assert told in letter.text
    assert "Only originals" not in letter.html
