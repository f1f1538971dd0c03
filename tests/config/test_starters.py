import datetime as dt
import threading

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from chains.models import Chain, MessageTemplate
from chains.ready.chains import READY_CHAINS
from config.starters import add_at_first_start, add_missing
from crm.models import ReadyAnswer, Shop, Survey
from segments.models import Segment

CHAINS, SEGMENTS, SURVEYS, PROMISES, ANSWERS = len(READY_CHAINS), 25, 8, 10, 12


@pytest.fixture
def empty_shop(db):
    """As migrations leave it."""
    Chain.objects.all().delete()
    MessageTemplate.objects.all().delete()
    Segment.objects.all().delete()
    ReadyAnswer.objects.all().delete()


def counts():
    return Chain.objects.count(), Segment.objects.count()


def test_a_first_start_adds_all_that_a_shop_begins_with(empty_shop, now):
    assert len(add_at_first_start(now)) == CHAINS + SEGMENTS + SURVEYS + PROMISES + ANSWERS
    assert Survey.objects.filter(locked_at=None).count() == SURVEYS
    assert counts() == (CHAINS, SEGMENTS)
    assert not Chain.objects.exclude(status=Chain.Status.DRAFT).exists()


def test_what_staff_deleted_does_not_come_back_by_itself(empty_shop, now):
    add_at_first_start(now)
    Segment.objects.get(key="vip").delete()
    Chain.objects.get(name="Service").delete()

    assert add_at_first_start(now + dt.timedelta(days=1)) == []
    assert counts() == (CHAINS - 1, SEGMENTS - 1)


def test_asked_again_adds_what_is_missing_and_changes_nothing(empty_shop, now, capsys):
    add_at_first_start(now)
    Segment.objects.filter(key="vip").update(name="Our best", rule={"all": []})
    Segment.objects.get(key="lost").delete()
    Chain.objects.get(name="Service").delete()

    call_command("add_starters")
    call_command("add_starters")

    assert capsys.readouterr().out.splitlines() == ["Added Lost", "Added Service", "Nothing is missing."]
    assert counts() == (CHAINS, SEGMENTS)
    assert Segment.objects.get(key="vip").name == "Our best"
    assert Segment.objects.get(key="vip").rule == {"all": []}


def test_a_segment_of_the_shops_own_keeps_its_name(empty_shop, now):
    own = Segment.objects.create(name="Repeat buyers", rule={"all": []})

    add_missing(now)

    assert Segment.objects.filter(name="Repeat buyers").get() == own
    assert not Segment.objects.filter(key="repeat").exists()


def test_speaks_the_language_of_the_shop(empty_shop, now, settings):
    settings.LANGUAGE_CODE = "ru"

    add_at_first_start(now)

    assert Segment.objects.get(key="lost").name == "Потерянные"
    assert Chain.objects.filter(name="Мелкая техника").exists()


@pytest.fixture
def sign_in(client, db):
    def sign_in(role):
        user = User.objects.create_user(role.lower(), is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)

    return sign_in


@pytest.mark.parametrize("model", [Chain, Segment])
def test_a_marketer_asks_for_what_is_missing(model, client, sign_in):
    sign_in("Marketing")
    page = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
    words = "Add the ready-made ones that are missing"
    before = model.objects.count()
    assert words not in client.get(page).content.decode()
    model.objects.order_by("pk").first().delete()
    assert f"{words} (1)" in client.get(page).content.decode()

    answer = client.post(f"{page}add-starters/", follow=True)

    assert answer.redirect_chain == [(page, 302)]
    assert "Added: " in answer.content.decode()
    assert words not in answer.content.decode()
    assert model.objects.count() == before


@pytest.mark.parametrize("model", [Chain, Segment])
def test_only_who_may_add_may_ask(model, client, sign_in):
    sign_in("Managers")
    page = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
    model.objects.order_by("pk").first().delete()
    left = model.objects.count()

    assert "add-starters" not in client.get(page).content.decode()
    assert client.post(f"{page}add-starters/").status_code == 403
    assert client.get(f"{page}add-starters/").status_code == 405
    assert model.objects.count() == left


@pytest.mark.django_db(transaction=True)
def test_two_that_start_at_the_same_moment_add_them_once():
    Chain.objects.all().delete()
    MessageTemplate.objects.all().delete()
    Segment.objects.all().delete()
    ReadyAnswer.objects.all().delete()
    added, barrier = [], threading.Barrier(2)

    def start():
        barrier.wait()
        added.append(len(add_at_first_start(timezone.now())))
        connection.close()

    starts = [threading.Thread(target=start) for _number in range(2)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()

    assert sorted(added) == [0, CHAINS + SEGMENTS + SURVEYS + PROMISES + ANSWERS]
    assert counts() == (CHAINS, SEGMENTS)
    assert Shop.objects.get().starters_added_at is not None
