import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm.models import Case, CaseNote, Shop
from crm.service import case_notes, cases
from tests.conftest import make_case, make_customer, settings_form

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ada(client):
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


def act(client, action, chosen, **typed):
    data = {"action": action, "_selected_action": [case.pk for case in chosen], **typed}
    return client.post(reverse("admin:crm_case_changelist"), data, follow=True).text


def test_open_cases_are_taken_given_held_and_resolved_together(client, ada, now):
    bob = User.objects.create_user("bob", is_staff=True)
    chosen = [make_case(at=now) for _case in range(3)]
    cases.resolve(chosen[2], at=now)

    assert "2 cases are ada’s now." in act(client, "assign_to_me", chosen)
    assert "Choose the colleague beside the action." in act(client, "assign_to_colleague", chosen)
    assert "2 cases are bob’s now." in act(client, "assign_to_colleague", chosen, colleague=bob.pk)
    assert "2 cases acknowledged." in act(client, "acknowledge_all", chosen)
    assert "2 cases are on hold." in act(client, "hold_all", chosen, whom="the courier")
    assert set(Case.objects.held().values_list("held_for", "owner__username")) == {("the courier", "bob")}
    assert "2 cases resolved." in act(client, "resolve_all", chosen)
    assert not Case.objects.open().exists()


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("mine", {}, "This case is yours now."),
        ("nobodys", {}, "Nobody has this case now"),
        ("await", {}, "It waits for the customer now."),
        ("hold", {"whom": "the courier"}, "It waits for: the courier."),
        ("take_up", {}, "It is our turn again."),
        ("note", {"note": "Called"}, "Only colleagues see it."),
        ("note", {"note": "@nobody"}, "Nobody here is called @nobody."),
        ("seen", {}, "it has left your desk"),
        ("merge", {}, "Choose the case to merge."),
        ("split", {}, "Only what was merged within a day"),
        ("hand_over", {"title": "A lid?"}, "token"),
        ("asked", {}, "It is not resolved yet."),
    ],
)
def test_each_button_of_a_case_says_what_it_did(client, ada, now, name, typed, told):
    case = make_case(at=now)

    page = client.post(reverse("admin:crm_case_do", args=[case.pk, name]), typed, follow=True)

    assert told in page.text


def test_who_was_asked_by_phone_is_not_to_be_asked_again(client, ada):
    long_ago = timezone.now() - dt.timedelta(days=3)
    case = make_case(at=long_ago)
    cases.resolve(case, at=long_ago)
    assert case.subject in client.get(reverse("desk"), {"tab": "content"}).text

    page = client.post(reverse("admin:crm_case_do", args=[case.pk, "asked"]), follow=True).text

    assert "The desk reminds you no more." in page
    assert "Asked on" in page
    assert case.subject not in client.get(reverse("desk"), {"tab": "content"}).text


def test_a_merged_case_leads_on_and_is_split_off_on_its_own_page(client, ada):
    ann = make_customer()
    root, other = (make_case(ann, at=timezone.now(), subject=subject) for subject in ("The root", "The other"))
    do = reverse("admin:crm_case_do", args=[root.pk, "merge"])

    page = client.post(do, {"other": other.pk}, follow=True).text
    assert "“The other” is part of this case now." in page
    merged = client.get(reverse("admin:crm_case_change", args=[other.pk])).text
    assert reverse("admin:crm_case_change", args=[root.pk]) in merged
    assert "Put on hold" not in merged
    split = client.post(reverse("admin:crm_case_do", args=[other.pk, "split"]), follow=True).text

    assert "It is a case of its own again" in split
    assert Case.objects.open().count() == 2


def test_notes_stand_between_the_letters_in_their_time_and_stay_in_the_form_when_refused(client, ada, now):
    case = make_case(at=now)
    for minutes, text in ((1, "first letter"), (3, "second letter")):
        case.messages.create(direction="received", text=text, occurred_at=now + dt.timedelta(minutes=minutes))
    case_notes.write_note(case, text="between", at=now + dt.timedelta(minutes=2), by=ada)
    case_notes.write_note(case, text="afterwards", at=now + HOUR, by=ada)

    page = client.get(reverse("admin:crm_case_change", args=[case.pk])).text
    places = [page.index(text) for text in ("first letter", "between", "second letter", "afterwards")]
    refused = client.post(reverse("admin:crm_case_do", args=[case.pk, "note"]), {"note": "ask @zoe"}, follow=True)

    assert places == sorted(places)
    assert "ask @zoe</textarea>" in refused.text
    assert CaseNote.objects.count() == 2


def test_hours_that_cannot_be_read_are_refused_in_words(client, admin_client, shop):
    address = reverse("admin:crm_shop_change", args=[1])
    page = admin_client.get(address)
    closed = {f"hours_{day}": "" for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}

    for changes, why in (
        ({"hours_monday": "from nine", "keeps_working_hours": "on"}, "“from nine” cannot be read as hours"),
        ({"holidays": "2026-12-25\nChristmas"}, "“Christmas” does not begin with a day"),
        (closed | {"keeps_working_hours": "on"}, "Work at least one hour a week"),
    ):
        assert why in admin_client.post(address, settings_form(page, **changes)).text
    told = {"keeps_working_hours": "on", "hours_saturday": "10-14", "holidays": "25.12.2026 Christmas"}
    answer = admin_client.post(address, settings_form(page, **told))

    assert answer.status_code == 302
    shop = Shop.load()
    thursday = dt.datetime(2026, 12, 24, 17, tzinfo=dt.UTC)
    assert shop.answer_due("high", thursday) == dt.datetime(2026, 12, 26, 13, tzinfo=dt.UTC)
