import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from crm.models import Case, CaseMessage, Event
from crm.service import case_pauses, cases
from crm.service.case_corrections import correct
from crm.story.story import story
from tests.conftest import make_case, make_customer

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


def again(case):
    return Case.objects.get(pk=case.pk)


def kinds():
    return list(
        Event.objects.filter(kind__startswith="case.").order_by("occurred_at", "pk").values_list("kind", flat=True)
    )


@pytest.mark.parametrize("rest", [case_pauses.hold, case_pauses.await_customer])
def test_a_case_that_rests_is_neither_waiting_for_us_nor_late(rest, now):
    case = make_case(at=now, promised_at=now + 2 * HOUR)

    rest(case, at=now + HOUR)
    rest(case, at=now + 2 * HOUR)

    assert not Case.objects.waiting().exists()
    assert not Case.objects.overdue(now + 9 * HOUR).exists()
    assert Case.objects.open().get() == case
    assert len(kinds()) == 2


def test_what_is_taken_up_again_has_the_time_left_that_it_had(now):
    case = make_case(at=now, promised_at=now + 3 * HOUR)

    case_pauses.hold(case, at=now + HOUR, whom=" the supplier ")
    assert (case.held_at, case.held_for) == (now + HOUR, "the supplier")
    case_pauses.await_customer(case, at=now + 5 * HOUR)
    case_pauses.take_up(case, at=now + 10 * HOUR)
    case_pauses.take_up(case, at=now + 11 * HOUR)

    assert again(case).promised_at == now + 12 * HOUR
    assert (case.held_at, case.held_for, case.awaits_customer_at) == (None, "", None)
    assert kinds() == ["case.opened", "case.held", "case.awaits_customer", "case.taken_up"]


def test_what_was_late_when_it_came_to_rest_is_late_still(now):
    case = make_case(at=now - DAY, promised_at=now - HOUR)

    case_pauses.hold(case, at=now)
    case_pauses.take_up(case, at=now + DAY)

    assert again(case).promised_at == now - HOUR


def test_time_left_counts_in_working_hours_and_over_a_night(now, shop):
    shop.keeps_working_hours = True
    shop.save()
    tuesday = now.replace(hour=16)
    case = make_case(at=tuesday, promised_at=tuesday + HOUR)

    case_pauses.hold(case, at=tuesday + dt.timedelta(minutes=30))
    case_pauses.take_up(case, at=tuesday.replace(hour=17, minute=45))

    assert again(case).promised_at == tuesday.replace(hour=9, minute=15) + DAY


def test_the_customers_word_ends_every_rest(now):
    held, said = (make_case(at=now, kind="question", promised_at=now + 2 * HOUR) for _case in range(2))
    case_pauses.hold(held, at=now + HOUR)
    case_pauses.await_customer(said, at=now + HOUR)

    for case in (held, said):
        cases.note_unanswered(case, since=now + DAY, at=now + DAY)

    assert [again(case).promised_at for case in (held, said)] == [now + DAY + HOUR, now + 2 * DAY]
    assert Case.objects.waiting().count() == Case.objects.unanswered().count() == 2


def test_whoever_answers_first_has_it(now):
    ada, bob = (User.objects.create_user(name, is_staff=True) for name in ("ada", "bob"))
    case = make_case(at=now)

    cases.acknowledge(case, at=now, by=ada)
    cases.answer(case, at=now, solution="A lid", by=bob)

    assert again(case).owner == ada


def test_our_word_answers_a_question_and_not_a_complaint(now):
    ada = User.objects.create_user("ada", is_staff=True)
    question, complaint = make_case(at=now, kind="question"), make_case(at=now)
    for case in (question, complaint):
        cases.note_unanswered(case, since=now, at=now)
        case_pauses.note_our_word(case, at=now + HOUR, by=ada)

    assert list(Case.objects.waiting()) == [complaint]
    assert again(question).awaits_customer_at == now + HOUR
    assert not Case.objects.unanswered().exists()
    assert {case.owner for case in Case.objects.all()} == {ada}


def test_a_silent_customers_case_closes_by_itself_and_their_word_opens_it(now, shop):
    case, other = make_case(at=now), make_case(at=now)
    cases.answer(case, at=now, solution="A lid")
    case_pauses.hold(other, at=now)

    assert case_pauses.close_silent(now + 14 * DAY - HOUR) == 0
    assert case_pauses.close_silent(now + 14 * DAY) == 1
    assert case_pauses.close_silent(now + 15 * DAY) == 0

    case = again(case)
    assert (case.ending, case.resolved_at) == ("no_word", now + 14 * DAY)
    assert not Case.objects.to_ask(now + 20 * DAY, DAY).exists()
    assert "Closed, as no word came" in story(case.customer)[0].title
    cases.reopen(case, at=now + 16 * DAY)
    assert (again(case).ending, again(case).resolved_at) == ("", None)
    assert kinds()[-2:] == ["case.lapsed", "case.reopened"]


def test_no_case_closes_by_itself_where_the_shop_wants_none(now, shop):
    shop.silent_days = 0
    shop.save()
    case_pauses.await_customer(make_case(at=now), at=now)

    assert case_pauses.close_silent(now + 400 * DAY) == 0


def test_a_customer_is_asked_once_and_not_about_what_is_long_ago(now):
    case = make_case(at=now)
    cases.resolve(case, at=now)

    assert list(Case.objects.to_ask(now + 2 * DAY, 2 * DAY)) == [case]
    assert not Case.objects.to_ask(now + DAY, 2 * DAY).exists()
    assert not Case.objects.to_ask(now + 31 * DAY, 2 * DAY).exists()
    Case.objects.update(content_asked_at=now)
    assert not Case.objects.to_ask(now + 2 * DAY, 2 * DAY).exists()
    cases.reopen(case, at=now + 3 * DAY)
    cases.resolve(case, at=now + 4 * DAY)
    assert list(Case.objects.to_ask(now + 6 * DAY, 2 * DAY)) == [case]


def test_what_is_resolved_can_neither_rest_nor_be_taken_up(now):
    case = make_case(at=now)
    case_pauses.hold(case, at=now)
    cases.resolve(case, at=now)

    for verb in (case_pauses.hold, case_pauses.await_customer, case_pauses.take_up):
        with pytest.raises(ValueError, match="resolved"):
            verb(case, at=now)
    with pytest.raises(IntegrityError, match="case_rests_while_open"):
        Case.objects.update(held_at=now)


def test_changing_the_hours_moves_nothing_that_was_promised(now, shop):
    case = make_case(make_customer(), at=now)
    CaseMessage.objects.create(case=case, direction="received")

    shop.keeps_working_hours = True
    shop.save()

    assert again(case).promised_at == now + DAY
    assert make_case(at=now).promised_at == now + 2 * DAY + 6 * HOUR
    correct(case, kind="complaint", severity="normal", order=None, at=now + HOUR)
    assert again(case).promised_at == now + DAY
