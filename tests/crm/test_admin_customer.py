import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm.models import Case, Customer
from crm.shop_currency import shop_currency
from tests.conftest import NOW, make_case, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def sign_in(client, role):
    user = User.objects.create_user(role.lower(), password="secret", is_staff=True, first_name=role)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.fixture
def agent(client, shop):
    return sign_in(client, "Support")


def complaint(**changes):
    promised = timezone.localtime(timezone.now() + dt.timedelta(days=1))
    return {
        "token": uuid.uuid4().hex,
        "kind": "complaint",
        "severity": "high",
        "channel": "phone",
        "subject": "The lid does not close",
        "order": "",
        "body": "It broke on the second day",
        "promised_at": promised.strftime("%Y-%m-%dT%H:%M"),
        **changes,
    }


def test_support_starts_with_the_search(client, agent):
    make_case(make_customer(), subject="The lid leaks")

    page = client.get("/admin/").text

    assert f'action="{reverse("admin:crm_customer_find")}"' in page
    assert "The lid leaks" in page


def test_search_answers_with_a_part_of_the_page_while_typing(client, agent):
    ann = make_customer(first_name="Ann", last_name="Petrova")
    make_case(ann)

    response = client.get(reverse("admin:crm_customer_find"), {"q": "petr"}, headers={"HX-Request": "true"})

    assert "Ann Petrova" in response.text
    assert "open complaint" in response.text
    assert "<html" not in response.text


def test_search_lists_cases_that_wait_the_most_overdue_first(client, agent):
    make_case(subject="Answered in time", at=NOW, promised_at=timezone.now() + dt.timedelta(days=1))
    make_case(subject="Long overdue", at=NOW, promised_at=NOW)

    waiting = client.get(reverse("admin:crm_customer_find")).context["waiting"]

    assert [one.title for one in waiting] == ["Long overdue", "Answered in time"]


def test_customer_page_tells_the_whole_story(client, agent):
    ann = make_customer(first_name="Ann", last_name="Petrova", tags=["recipes"])
    make_order(customer=ann, number="R-1", placed_at=NOW, delivered_at=NOW + dt.timedelta(days=2))
    make_case(ann, subject="The lid does not close", at=NOW + dt.timedelta(days=3))

    text = client.get(reverse("admin:crm_customer_change", args=[ann.pk])).text

    for told in ("Ann Petrova", "recipes", "Order R-1 placed", "The lid does not close", "marketing consent:"):
        assert told in text


def test_customer_page_can_be_narrowed_to_one_kind(client, agent):
    ann = make_customer()
    make_order(customer=ann, number="R-1")
    make_case(ann)

    story = client.get(reverse("admin:crm_customer_change", args=[ann.pk]), {"kind": "case"}).context["story"]

    assert {entry.kind for entry in story} == {"case"}


def test_customer_page_costs_the_same_for_a_long_history(client, agent, django_assert_max_num_queries):
    ann = make_customer()
    for day in range(12):
        make_order(customer=ann, placed_at=NOW - dt.timedelta(days=day))
        make_case(ann, at=NOW - dt.timedelta(days=day))

    shop_currency()  # asked for once by each process

    with django_assert_max_num_queries(35):
        client.get(reverse("admin:crm_customer_change", args=[ann.pk]))


def test_logs_a_complaint(client, agent):
    ann = make_customer()
    order = make_order(customer=ann)

    response = client.post(
        reverse("admin:crm_customer_complaint", args=[ann.pk]), complaint(order=order.pk), follow=True
    )

    case = Case.objects.get()
    assert (case.customer, case.order, case.owner, case.kind) == (ann, order, agent, "complaint")
    assert "Marketing to this customer stops until it is resolved" in response.text


def test_an_impatient_second_click_logs_nothing_more(client, agent):
    ann = make_customer()
    form = complaint()

    client.post(reverse("admin:crm_customer_complaint", args=[ann.pk]), form)
    client.post(reverse("admin:crm_customer_complaint", args=[ann.pk]), form)

    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": ""}, "This field is required"),
        ({"promised_at": "2020-01-01T10:00"}, "Promise a moment that is still ahead."),
        ({"promised_at": "soon"}, "Enter a valid date/time."),
        ({"severity": "terrible"}, "Select a valid choice"),
    ],
)
def test_says_what_is_missing_in_a_complaint(client, agent, changes, words):
    ann = make_customer()

    response = client.post(reverse("admin:crm_customer_complaint", args=[ann.pk]), complaint(**changes))

    assert response.status_code == 400
    assert words in response.text
    assert not Case.objects.exists()


def test_offers_no_order_of_somebody_else(client, agent):
    ann, other = make_customer(), make_order()

    response = client.post(reverse("admin:crm_customer_complaint", args=[ann.pk]), complaint(order=other.pk))

    assert response.status_code == 400
    assert not Case.objects.exists()


def test_notes_a_mood(client, agent):
    ann = make_customer()

    client.post(reverse("admin:crm_customer_mood", args=[ann.pk]), {"mood": "bad"})
    client.post(reverse("admin:crm_customer_mood", args=[ann.pk]), {"mood": "furious"})

    assert Customer.objects.get(pk=ann.pk).mood == "bad"


def test_the_page_of_a_merged_customer_leads_to_who_was_kept(client, agent):
    keeper, duplicate = make_customer(), make_customer()
    duplicate.merged_into = keeper
    duplicate.save()

    response = client.get(reverse("admin:crm_customer_change", args=[duplicate.pk]))

    assert response.headers["Location"] == reverse("admin:crm_customer_change", args=[keeper.pk])


def test_tags_many_customers_at_once(client, shop):
    sign_in(client, "Marketing")
    ann, bob = make_customer(tags=["old"]), make_customer(tags=["recipes"])
    chosen = {"action": "add_tag", "_selected_action": [ann.pk, bob.pk], "tag": " recipes "}

    response = client.post(reverse("admin:crm_customer_changelist"), chosen, follow=True)

    assert Customer.objects.get(pk=ann.pk).tags == ["old", "recipes"]
    assert Customer.objects.get(pk=bob.pk).tags == ["recipes"]
    assert "The tag was added to 1 customer." in response.text


@pytest.mark.parametrize("query", [{}, {"stage": "active"}, {"complaint": "yes"}, {"tag": "x"}, {"q": "ann"}])
def test_the_list_of_customers_costs_the_same_however_long(client, agent, django_assert_max_num_queries, query):
    for _ in range(12):
        make_order(customer=make_customer(tags=["x"]))

    with django_assert_max_num_queries(16):
        assert client.get(reverse("admin:crm_customer_changelist"), query).status_code == 200


def test_hands_out_everything_about_a_person(client, agent):
    ann = make_customer(first_name="Анна")

    response = client.post(reverse("admin:crm_customer_person", args=[ann.pk]))

    assert "attachment" in response.headers["Content-Disposition"]
    assert "Анна" in response.text


def test_only_managers_erase_a_person_and_only_on_purpose(client, shop):
    ann = make_customer(first_name="Ann")
    page = reverse("admin:crm_customer_erase", args=[ann.pk])
    sign_in(client, "Support")
    refused = client.post(page, {"customer": ann.pk})
    sign_in(client, "Managers")
    client.post(page, {"customer": "yes"})
    still_there = Customer.objects.get(pk=ann.pk).first_name

    response = client.post(page, {"customer": ann.pk}, follow=True)

    assert refused.status_code == 403
    assert still_there == "Ann"
    assert Customer.objects.get(pk=ann.pk).first_name == ""
    assert "Only totals are kept." in response.text


def test_customer_page_shows_what_was_bought_in_the_currency_of_each_order(client, agent):
    ann = make_customer()
    kettle = make_product(name="Kettle", picture_url="https://shop.example.com/kettle.jpg")
    make_order(customer=ann, number="R-1", product=kettle, price=40, currency="EUR", rate=Decimal(1))
    make_order(customer=ann, number="R-2", total=Decimal(70), currency="USD", rate=Decimal("0.5"))
    make_order(customer=ann, number="R-3", total=Decimal(30), currency="USD", rate=Decimal("0.5"))

    page = client.get(page_of(ann))

    sections = dict(page.context["main_sections"])
    spent = sections["crm/admin/card/who.html"]["spent"]
    assert [(one.currency, one.amount, one.orders) for one in spent] == [("USD", 100, 2), ("EUR", 40, 1)]
    assert 'src="https://shop.example.com/kettle.jpg"' in page.text
    assert "1 × Kettle" in page.text


def test_a_phone_on_the_customers_page_can_be_pressed(client, agent):
    ann = make_customer(phone="+447700900123")

    text = client.get(page_of(ann)).text

    for url in ("tel:+447700900123", "https://wa.me/447700900123", "https://t.me/+447700900123"):
        assert f'href="{url}"' in text


def test_colleagues_write_change_and_pin_notes(client, agent):
    ann = make_customer()
    url = reverse("admin:crm_customer_note", args=[ann.pk])

    client.post(url, {"act": "write", "token": "1", "text": "Prefers to be called after six"})
    client.post(url, {"act": "write", "token": "1", "text": "Prefers to be called after six"})
    note = ann.written_notes.get()
    client.post(url, {"act": "change", "note": note.pk, "text": "Prefers mornings"})
    client.post(url, {"act": "pin", "note": note.pk})

    note.refresh_from_db()
    assert (note.text, note.author, bool(note.pinned_at)) == ("Prefers mornings", agent, True)
    assert [before["text"] for before in note.earlier] == ["Prefers to be called after six"]
    assert "Prefers to be called after six" in client.get(page_of(ann)).text


@pytest.mark.parametrize("changes", [{"text": " "}, {"text": "x" * 5001}, {"token": ""}, {"act": "nothing"}])
def test_an_empty_note_or_one_too_long_is_refused_in_words(client, agent, changes):
    ann = make_customer()
    form = {"act": "write", "token": "1", "text": "Likes tea", **changes}

    response = client.post(reverse("admin:crm_customer_note", args=[ann.pk]), form, follow=True)

    assert not ann.written_notes.exists()
    assert [message.level_tag for message in response.context["messages"]] == ["error"]


def test_a_note_of_somebody_else_is_not_changed(client, agent):
    ann, ben = make_customer(), make_customer()
    client.post(reverse("admin:crm_customer_note", args=[ben.pk]), {"act": "write", "token": "1", "text": "Tall"})
    note = ben.written_notes.get()

    client.post(reverse("admin:crm_customer_note", args=[ann.pk]), {"act": "change", "note": note.pk, "text": "Short"})

    note.refresh_from_db()
    assert note.text == "Tall"


def page_of(customer):
    return reverse("admin:crm_customer_change", args=[customer.pk])
