"""Pages of staff about recommendations."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm.models import Event, Referral, ReferralProgramme
from crm.referrals.attributing import attribute_waiting
from crm.referrals.codes import code_of
from crm.referrals.figures import ReferralFigures, recommenders, total
from crm.referrals.happenings import note_asked, note_forwarded, note_visit
from crm.referrals.joining import Arrival, join
from crm.referrals.settling import settle_all
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def programme(shop):
    found = ReferralProgramme.load()
    found.is_on = True
    found.recommender_kind, found.recommender_value = "points", Decimal(500)
    found.save()
    return found


@pytest.fixture
def ann(programme):
    return make_customer(first_name="Ann", last_name="Brown", email="ann@example.com")


def staff(client, role):
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def programme_form(page, **changes):
    form = page.context["adminform"].form
    values = {bound.html_name: bound.value() for bound in form}
    data = {name: value for name, value in values.items() if value is not None and value is not False}
    return data | changes


def test_managers_set_the_programme_and_are_told_what_is_missing(client, shop):
    staff(client, "Managers")
    address = reverse("admin:crm_referralprogramme_changelist")
    page = client.get(address, follow=True)
    own = page.redirect_chain[-1][0]

    wrong = client.post(
        own, programme_form(page, recommender_kind="percent", recommender_value="120", friend_kind="gift")
    )
    right = client.post(
        own,
        programme_form(
            page, is_on="on", recommender_kind="points", recommender_value="500", friend_kind="free_delivery"
        ),
    )

    assert wrong.status_code == 200
    assert "No more than 100 %." in wrong.text
    assert "Say what the gift is." in wrong.text
    found = ReferralProgramme.load()
    assert (right.status_code, found.is_on, found.recommender_value, found.friend_value) == (302, True, 500, None)


def test_a_doubtful_recommendation_is_approved_or_refused_by_managers_only(client, ann):
    anne = make_customer(first_name="Anne", last_name="Brown", created_at=NOW)
    referral = join(ann, anne, Arrival("form", NOW))
    make_order(customer=anne, placed_at=NOW)
    attribute_waiting(NOW)
    act = reverse("admin:crm_referral_do", args=[referral.pk, "approve"])
    staff(client, "Support")
    assert client.post(act).status_code == 403

    boss = staff(client, "Managers")
    page = client.get(reverse("admin:crm_referral_change", args=[referral.pk]))
    client.post(act)

    assert "The names are alike" in page.text
    referral.refresh_from_db()
    assert (referral.status, referral.reviewed_by) == ("held", boss)


def test_an_agent_notes_who_recommended_the_shop(client, ann):
    agent = staff(client, "Support")
    ben = make_customer(first_name="Ben", last_name="Green", created_at=NOW)
    address = reverse("admin:crm_referral_noted", args=[ben.pk])

    unknown = client.post(address, {"who": "nobody@example.com"})
    own = client.post(address, {"who": code_of(ben, NOW)})
    client.post(address, {"who": "ann@example.com"})

    assert "Nobody is found by this." in unknown.text
    assert "nobody recommends the shop to themselves" in own.text
    referral = Referral.objects.get()
    assert (referral.recommender, referral.friend, referral.noted_by) == (ann, ben, agent)
    assert "Ann Brown" in client.get(reverse("admin:crm_customer_change", args=[ben.pk])).text


def test_an_agent_sends_the_kit_once_however_often_they_press(client, ann):
    staff(client, "Support")
    page = client.get(reverse("admin:crm_referral_customer", args=[ann.pk]))

    for _time in range(2):
        answer = client.post(reverse("admin:crm_referral_asked", args=[ann.pk]), follow=True)

    assert code_of(ann, NOW) in page.text
    assert "No chain is switched on that sends the kit" in answer.text
    assert 1 <= Event.objects.filter(kind="referral.asked", customer=ann).count() <= 2


def test_figures_count_by_who_recommended(ann, django_assert_max_num_queries):
    ben = make_customer(first_name="Ben", last_name="Green", created_at=NOW)
    note_asked([ann.pk], key="1", at=NOW)
    note_forwarded(ann, "copy", at=NOW)
    for visitor in ("a", "b", "c", "d"):
        note_visit(ann, visitor, at=NOW)
    join(ann, ben, Arrival("form", NOW))
    make_order(customer=ben, placed_at=NOW + DAY, delivered_at=NOW + DAY)
    attribute_waiting(NOW + DAY)
    settle_all(NOW + 20 * DAY)

    with django_assert_max_num_queries(12):
        [row] = recommenders(NOW - DAY, NOW + DAY)

    expected = {"forwarded": 1, "visited": 4, "joined": 1, "ordered": 1, "revenue": Decimal(100), "points": 500}
    assert (row.customer, row.figures) == (ann, ReferralFigures(asked=1, **expected))
    assert total(NOW - DAY, NOW + DAY) == ReferralFigures(**expected)
    assert row.figures.conversion == Decimal("0.25")
    assert recommenders(NOW + DAY, NOW + 2 * DAY) == []


def test_the_page_of_recommenders_shows_them(client, ann):
    staff(client, "Marketing")
    note_visit(ann, "a", at=timezone.now())

    page = client.get(reverse("admin:crm_referral_recommenders"), {"days": "30"})
    broken = client.get(reverse("admin:crm_referral_recommenders"), {"days": "x"})

    assert "Ann Brown" in page.text
    assert broken.status_code == 200
