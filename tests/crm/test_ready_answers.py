import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm import languages
from crm.loyalty import PointsGift, give_points
from crm.models import ReadyAnswer, ReadyAnswerText
from crm.service.ready_answers import (
    PLACEHOLDERS,
    add_ready_answers,
    fill,
    offered,
    unknown_placeholders,
    values_of,
)
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def agent(client, django_user_model):
    user = django_user_model.objects.create_user("ada", is_staff=True, first_name="Ada")
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


def ready(title="When", **texts):
    answer = ReadyAnswer.objects.create(title=title)
    for language, text in texts.items():
        ReadyAnswerText.objects.create(answer=answer, language=language, text=text)
    return answer


def test_what_is_known_of_the_case_is_filled_in(agent):
    ann = make_customer(language="en")
    give_points([PointsGift(ann.pk, 1200, "1", NOW)])
    order = make_order(customer=ann, number="R-1", shipped_at=NOW, tracking_number="T1", promised_at=NOW)
    case = make_case(ann, order=order)

    values = values_of(case, NOW, agent)

    assert values == {
        "first_name": "Ann",
        "points": "1,200",
        "support_contact": "+44 20 7946 0000, 9-18",
        "shop_name": "Kettle & Co",
        "my_name": "Ada",
        "order_number": "R-1",
        "order_status": "shipped",
        "order_total": "100.00 EUR",
        "promised_date": "March 10, 2026",
        "tracking": "T1",
    }
    assert values.keys() == PLACEHOLDERS.keys()


def test_a_russian_customer_reads_russian_and_their_last_order(agent):
    ann = make_customer(language="ru-RU")
    make_order(customer=ann, number="R-1", placed_at=NOW - dt.timedelta(days=9))
    make_order(customer=ann, number="R-2", promised_at=NOW)
    ready(en="Order {{ order_number }}", ru="Заказ {{order_number}} к {{ promised_date }}: {{ tracking }}")

    found = next(each for each in offered(make_case(ann), agent, NOW) if each.title == "When")

    assert found.text == "Заказ R-2 к 10 марта 2026 г.: {{ tracking }}"
    assert not found.is_whole


def test_unknown_and_empty_placeholders_stay_marked():
    assert (
        fill("{{ first_name }} {{ moon }} {{}} { x }", {"first_name": ""}) == "{{ first_name }} {{ moon }} {{}} { x }"
    )
    assert unknown_placeholders("{{ first_name }} {{ moon }} {{}}") == ["", "moon"]


def test_a_dozen_stand_ready_in_every_language_once():
    ReadyAnswer.objects.all().delete()

    added = add_ready_answers("ru")

    assert (len(added), "Где мой заказ" in added) == (12, True)
    assert add_ready_answers("ru") == []
    for code in languages.codes():
        texts = ReadyAnswerText.objects.filter(language=code)
        assert texts.count() == 12
        assert [unknown_placeholders(text.text) for text in texts] == [[]] * 12
    assert not ReadyAnswer.objects.filter(bot_may_send=True).exists()


def test_the_bot_needs_phrases():
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadyAnswer.objects.create(title="Hm", bot_may_send=True)


def saved(client, **changes):
    data = {
        "title": "Hours",
        "keywords": "open",
        "is_active": "on",
        "triggers": "",
        "texts-TOTAL_FORMS": "1",
        "texts-INITIAL_FORMS": "0",
        "texts-0-language": "en",
        "texts-0-text": "Hello {{ first_name }}",
    }
    return client.post(reverse("admin:crm_readyanswer_add"), data | changes, follow=True)


def test_support_writes_ready_answers_and_mistakes_are_said_at_the_field(client, agent):
    assert "There is no placeholder {{ moon }}" in saved(client, **{"texts-0-text": "{{ moon }}"}).text
    assert "Name the phrases" in saved(client, bot_may_send="on").text
    assert not ReadyAnswer.objects.filter(title="Hours").exists()

    page = saved(client)

    assert page.status_code == 200
    assert ReadyAnswer.objects.get(title="Hours").text_in("ru") == "Hello {{ first_name }}"
    form = client.get(reverse("admin:crm_readyanswer_add")).text
    assert "{{ promised_date }}" in form
    assert "The bot is switched off now" in form


def test_the_case_offers_them_filled_in_and_a_link_puts_one_in(client, agent):
    answer = ready("Ours", en="Hello {{ first_name }}, {{ tracking }}")
    case = make_case(make_customer(language="en"))
    page = reverse("admin:crm_case_change", args=[case.pk])

    assert "something is not known" in client.get(page).text
    assert "Hello Ann, {{ tracking }}</textarea>" in client.get(f"{page}?ready={answer.pk}").text


def test_the_list_of_them_takes_as_many_queries_for_many_as_for_few(agent, django_assert_num_queries):
    case = make_case(make_customer(), order=make_order())
    ReadyAnswer.objects.all().delete()
    for number in range(30):
        ready(f"{number}", en="{{ first_name }} {{ points }}", ru="{{ first_name }}")

    with django_assert_num_queries(4):
        assert len(offered(case, agent, NOW)) == 30
