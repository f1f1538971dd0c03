"""An offer goes out with a link; what the customer presses on its page counts, and nothing that a program does."""

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from crm.loyalty import balances
from crm.models import Case, CaseMessage, CaseOffer, Coupon, Event, Goodwill
from crm.service import cases, goodwill, offers, sending
from crm.service.goodwill_limits import GoodwillDraft
from crm.story.story import story
from tests.conftest import make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

BONUS = {"bonus_kind": "points", "bonus_value": "10", "bonus_reason": "Late", "bonus_key": "1"}


@pytest.fixture
def agent(django_user_model):
    user = django_user_model.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    return user


@pytest.fixture
def case():
    ann = make_customer(email="ann@example.com", language="en")
    return make_case(ann, kind="complaint", order=make_order(customer=ann, number="R-1"), at=timezone.now())


def offer(case, agent, *, alternative="Your money back"):
    offers.send_offer(case, solution="A new lid", alternative=alternative, by=agent, at=timezone.now())
    return CaseOffer.objects.latest("pk")


def promise(case, agent, kind="points", **what):
    draft = GoodwillDraft(kind, "It leaked", f"{kind}", **what)
    return goodwill.promise(case, draft, by=agent, at=timezone.now())


def page_of(offer):
    return reverse("chains:case", args=[offer.message.token])


def press(client, offer, answer, words=""):
    return client.post(page_of(offer), {"answer": answer, "words": words})


def test_the_letter_says_both_ways_the_bonus_and_where_to_press(case, agent, mailoutbox):
    promise(case, agent, points=100)

    sent = offer(case, agent)

    (mail,) = mailoutbox
    assert mail.body == (
        "This is what we suggest:\n\nA new lid\n\nOr, if you like that better:\n\nYour money back\n\n"
        "And for your trouble: 100 points.\n\n"
        f"Please tell us with one press what you choose:\nhttp://127.0.0.1:8000/m/case/{sent.message.token}/"
    )
    case.refresh_from_db()
    assert (case.stage, case.solution, case.goodwill, case.waits_for_us) == (
        "answered",
        "A new lid",
        "100 points",
        False,
    )
    assert sent.message.kind == CaseMessage.Kind.OFFER


def test_a_russian_customer_gets_and_sees_it_in_russian(case, agent, client, mailoutbox):
    case.customer.language = "ru"
    case.customer.save()

    sent = offer(case, agent)

    assert "Вот что мы предлагаем:" in mailoutbox[0].body
    page = client.get(page_of(sent)).text
    assert '<html lang="ru">' in page
    assert "Ни то, ни другое" in page


@pytest.mark.parametrize("ask", ["get", "head"])
def test_who_only_looks_chooses_nothing(case, agent, client, ask):
    sent = offer(case, agent)

    for address in (page_of(sent), f"{page_of(sent)}?answer=solution", f"{page_of(sent)}?change"):
        answer = getattr(client, ask)(address)
        assert (answer.status_code, answer["Cache-Control"], answer["Referrer-Policy"]) == (
            200,
            "no-store",
            "no-referrer",
        )

    sent.refresh_from_db()
    assert (sent.choice, Event.objects.filter(kind="case.offer_chosen").count()) == ("", 0)


@pytest.mark.parametrize("choice", ["solution", "alternative"])
def test_what_is_accepted_gives_the_bonus_once_and_is_our_turn(case, agent, client, choice):
    promise(case, agent, points=100)
    promise(case, agent, "percent", percent=10)
    sent = offer(case, agent)

    for _time in range(2):
        page = press(client, sent, choice, "Thank you").text

    case.refresh_from_db()
    sent.refresh_from_db()
    coupon = Coupon.objects.get()
    assert (sent.choice, sent.words, case.waits_for_us) == (choice, "Thank you", True)
    assert balances([case.customer_id], timezone.now())[case.customer_id] == 100
    assert coupon.code in page
    assert "100 points" in page
    assert Event.objects.filter(kind="case.offer_chosen").count() == 1
    assert any(entry.title.startswith("The customer chose") for entry in story(case.customer))


def test_who_wants_neither_waits_for_words_and_cannot_wait_long(case, agent, client):
    promise(case, agent, points=100)
    sent = offer(case, agent)

    page = press(client, sent, "neither", "I want a new kettle").text

    case.refresh_from_db()
    assert (case.severity, case.unanswered_at is not None, case.waits_for_us) == ("high", True, True)
    assert balances([case.customer_id], timezone.now())[case.customer_id] == 0
    assert "One of us will read it and write to you." in page


def test_a_choice_may_be_changed_until_we_act(case, agent, client):
    sent = offer(case, agent)
    press(client, sent, "neither")
    assert "Change the answer" in client.get(page_of(sent)).text
    press(client, sent, "solution")

    sending.send_reply(case, text="It is on its way", at=timezone.now(), by=agent)
    page = press(client, sent, "neither").text

    sent.refresh_from_db()
    assert sent.choice == "solution"
    assert "You have chosen:" in page
    assert "Change the answer" not in page
    assert Event.objects.filter(kind="case.offer_chosen").count() == 2


def test_only_the_newest_offer_of_an_open_case_can_be_chosen_from(case, agent, client):
    first = offer(case, agent)
    second = offer(case, agent)

    assert "no longer open" in press(client, first, "solution").text
    cases.resolve(case, at=timezone.now())
    assert "no longer open" in press(client, second, "solution").text
    assert not CaseOffer.objects.exclude(choice="").exists()


@pytest.mark.parametrize("answer", ["alternative", "moon", ""])
def test_what_was_not_offered_cannot_be_chosen(case, agent, client, answer):
    sent = offer(case, agent, alternative="")

    page = press(client, sent, answer)

    assert page.status_code == 400
    assert "Choose one of the answers." in page.text
    assert 'value="alternative"' not in page.text


def test_words_of_strangers_are_no_markup_and_have_an_end(case, agent, client):
    offers.send_offer(case, solution="<script>alert(1)</script>", by=agent, at=timezone.now())
    sent = CaseOffer.objects.get()

    assert "<script>alert" not in client.get(page_of(sent)).text
    assert press(client, sent, "solution", "x" * 2001).status_code == 400


def test_a_token_that_is_none_and_that_of_another_letter_open_nothing(case, agent, client):
    letter = sending.send_reply(case, text="Hello", at=timezone.now(), by=agent)

    for token in ("nothing", "a\0b", letter.token):
        assert client.get(f"/m/case/{token}/").status_code == 404


def test_a_link_has_so_many_presses_an_hour(case, agent, client):
    sent = offer(case, agent)

    answers = [press(client, sent, "neither" if turn % 2 else "solution").status_code for turn in range(32)]

    assert (answers[:30], answers[-1]) == ([200] * 30, 429)


def test_an_offer_that_cannot_be_sent_offers_and_promises_nothing(client, agent):
    case = make_case(make_customer(email=""), at=timezone.now())
    client.force_login(agent)
    form = {"solution": "A new lid", **BONUS}

    page = client.post(reverse("admin:crm_case_do", args=[case.pk, "offer"]), form, follow=True).text

    assert "There is no address to write to." in page
    assert "A new lid</textarea>" in page
    assert 'value="Late"' in page
    case.refresh_from_db()
    assert (case.answered_at, Goodwill.objects.count(), CaseOffer.objects.count()) == (None, 0, 0)


def test_the_page_of_the_case_sends_an_offer_and_says_what_is_next(client, agent, case):
    client.force_login(agent)
    do = reverse("admin:crm_case_do", args=[case.pk, "offer"])
    form = {"solution": "A new lid", **BONUS}

    page = client.post(do, form, follow=True).text
    assert "The offer is sent to ann@example.com" in page
    assert "The customer has not chosen yet." in page
    press(client, CaseOffer.objects.get(), "solution")
    page = client.get(reverse("admin:crm_case_change", args=[case.pk])).text

    assert "accepted the solution" in page
    assert "Next: do what was accepted" in page
    assert re.search(r"10 points.*given", page, re.DOTALL)


def test_goodwill_is_given_and_taken_back_on_the_page(client, agent, case):
    client.force_login(agent)
    form = BONUS | {"bonus_when": "at_once"}

    def do(verb, data):
        return client.post(reverse("admin:crm_case_do", args=[case.pk, verb]), data, follow=True).text

    assert "Given: 10 points." in do("goodwill", form)
    bonus = Goodwill.objects.get()
    assert "There is no such goodwill." in do("take-back", {"bonus": "999"})
    assert "Taken back: 10 points." in do("take-back", {"bonus": bonus.pk})
    assert balances([case.customer_id], timezone.now())[case.customer_id] == 0
    assert "Say why you give it" in do("goodwill", form | {"bonus_reason": "", "bonus_key": "2"})
    assert "whole numbers" in do("goodwill", form | {"bonus_value": "1.5", "bonus_key": "3"})
    assert "Ask a manager" in do("goodwill", form | {"bonus_value": "501", "bonus_key": "4"})


def test_two_presses_at_once_count_as_one_choice_of_a_customer(case, agent):
    sent = offer(case, agent)
    stale = CaseOffer.objects.get(pk=sent.pk)
    offers.choose(sent, "solution", at=timezone.now())

    offers.choose(stale, "solution", at=timezone.now())

    assert Event.objects.filter(kind="case.offer_chosen").count() == 1
    assert Case.objects.get().offers.count() == 1
