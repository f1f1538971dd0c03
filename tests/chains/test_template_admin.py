import email
import email.policy
import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse

from chains.messages.samples import SAMPLE_CODE
from chains.models import MessageTemplate
from crm import loyalty
from tests.chains.factories import write
from tests.chains.written_messages import saved_text
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client, shop):
    from django.contrib.auth.models import Group

    user = User.objects.create_user("mia", "mia@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    return client


@pytest.fixture
def agent(client, shop):
    from django.contrib.auth.models import Group

    user = User.objects.create_user("sam", "sam@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return client


def change_address(template):
    return reverse("admin:chains_messagetemplate_change", args=[template.pk])


def form(**texts):
    """What the template's form posts, with a text for each language given."""
    rows = {"texts-TOTAL_FORMS": len(texts), "texts-INITIAL_FORMS": 0}
    for number, (language, fields) in enumerate(texts.items()):
        given = {"language": language, "subject": "Hello", "preheader": "", "body": "Hello.", "cta_label": "",
                 "cta_url": "", "picture_url": ""} | fields  # fmt: skip
        rows |= {f"texts-{number}-{name}": value for name, value in given.items()}
    for channel in ("telegram", "push", "sms"):
        rows |= {f"texts_{channel}-TOTAL_FORMS": 0, f"texts_{channel}-INITIAL_FORMS": 0}
    return {"name": "Care", "purpose": "service", "topic": "tips", "tags": "care, recipes"} | rows


def test_a_marketer_writes_a_template_in_both_languages(marketer):
    response = marketer.post(
        reverse("admin:chains_messagetemplate_add"),
        form(en={"subject": "Care for {{ product.name }}"}, ru={"subject": "Уход: {{ product.name }}"}),
    )

    assert response.status_code == 302
    template = MessageTemplate.objects.get(name="Care")
    assert template.tags == ["care", "recipes"]
    assert [text.language for text in template.texts.order_by("language")] == ["en", "ru"]


def test_a_mistake_is_shown_at_its_field_and_nothing_is_saved(marketer):
    response = marketer.post(
        reverse("admin:chains_messagetemplate_add"),
        form(en={"body": "Hello,\n{{ custmer.name }}", "cta_label": "Go"}),
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert "Line 2: There is no placeholder {{ custmer.name }}" in page.replace("&#123;", "{")
    assert "This must not be empty." in page
    assert not MessageTemplate.objects.filter(name="Care").exists()


def test_the_form_offers_the_languages_that_are_missing(marketer):
    text = saved_text()

    page = marketer.get(change_address(text.template)).content.decode()

    assert page.count('name="texts-0-language"') == 1
    assert re.search(r'name="texts-1-language".*?<option value="ru" selected', page, re.DOTALL)


def test_the_list_costs_the_same_for_few_and_many(marketer, django_assert_max_num_queries):
    for _ in range(20):
        saved_text()

    with django_assert_max_num_queries(14):
        response = marketer.get(reverse("admin:chains_messagetemplate_changelist"))

    assert response.status_code == 200


def test_shows_the_letter_a_real_customer_would_get(marketer):
    kettle = make_product(name="Kettle Aria")
    customer = make_customer(first_name="Greta", email="greta@example.com")
    make_order(customer=customer, product=kettle)
    text = saved_text(words="Hello {{ customer.first_name }}, your {{ product.name }}")

    page = marketer.get(change_address(text.template), {"as": "greta@example.com"})
    frame = marketer.get(
        reverse("admin:chains_template_letter", args=[text.template.pk, "en"]), {"customer": customer.pk}
    )

    assert f"?customer={customer.pk}" in page.content.decode()
    assert "Hello Greta, your Kettle Aria" in frame.content.decode()
    assert frame["Content-Security-Policy"].startswith("sandbox")
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "/m/o/" not in frame.content.decode()


@pytest.mark.parametrize("asked", ["", "nobody@example.com", "x" * 300])
def test_shows_a_made_up_customer_otherwise(marketer, asked):
    text = saved_text(words="Hello {{ customer.first_name }}")

    page = marketer.get(change_address(text.template), {"as": asked})

    assert "Hello Anna" in page.content.decode()


def test_a_real_customer_sees_their_own_points_and_a_made_up_coupon(marketer):
    customer = make_customer()
    loyalty.give_points([loyalty.PointsGift(customer.pk, 77, "gift", NOW)])
    text = saved_text(subject="{{ points.balance }} {{ coupon.code }} {{ coupon.offer }}")

    page = marketer.get(change_address(text.template), {"as": customer.contacts.get().address})

    assert page.context["sheets"][0].letter.subject == f"77 {SAMPLE_CODE} 10 %"
    assert "{{ coupon.until }}" in page.content.decode()


def test_a_text_that_can_no_longer_be_compiled_says_why(marketer):
    text = saved_text()
    write(text.template, words="{{ gone.away }}")

    page = marketer.get(change_address(text.template))
    frame = marketer.get(reverse("admin:chains_template_letter", args=[text.template.pk, "en"]))

    assert "There is no placeholder" in page.content.decode()
    assert "There is no placeholder" in frame.content.decode()


def test_sends_every_language_to_the_marketers_own_address(marketer):
    text = saved_text(subject="Hello {{ customer.first_name }}", button=("Rate", "{{ rate_url }}"))
    write(text.template, "ru", subject="Привет", words="Привет")

    response = marketer.post(reverse("admin:chains_template_test_message", args=[text.template.pk]))

    assert response.status_code == 302
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["mia@example.com"], "Test: Hello Anna"),
        (["mia@example.com"], "Test: Привет"),
    ]
    assert "/m/r/preview/" in mail.outbox[0].body


def test_fetching_the_trial_address_sends_nothing(marketer):
    text = saved_text()

    assert marketer.get(reverse("admin:chains_template_test_message", args=[text.template.pk])).status_code == 405
    assert mail.outbox == []


def test_a_support_agent_may_not_open_or_send_templates(agent):
    text = saved_text()

    codes = [
        agent.get(change_address(text.template)).status_code,
        agent.get(reverse("admin:chains_template_letter", args=[text.template.pk, "en"])).status_code,
        agent.post(reverse("admin:chains_template_test_message", args=[text.template.pk])).status_code,
    ]

    assert codes == [403, 403, 403]
    assert mail.outbox == []


@pytest.fixture
def outbox(settings, tmp_path):
    from chains.channels.email.outbox import keep

    settings.OUTBOX_DIR = tmp_path

    def put(number):
        from tests.chains.test_messages_mime import make_letter

        letter = make_letter(subject=f"Письмо {number}", html="<p>Привет</p><script>alert(1)</script>")
        return keep(letter.message().as_bytes())

    return put


def test_the_outbox_lists_letters_newest_first_page_by_page(marketer, outbox):
    for number in range(55):
        outbox(number)

    first = marketer.get(reverse("admin:chains_outbox")).content.decode()
    second = marketer.get(reverse("admin:chains_outbox"), {"page": 2}).content.decode()

    assert re.findall(r"Письмо (\d+)", first) == [str(number) for number in range(54, 4, -1)]
    assert re.findall(r"Письмо (\d+)", second) == ["4", "3", "2", "1", "0"]


def test_a_letter_of_the_outbox_is_shown_in_a_frame_that_runs_nothing(marketer, outbox):
    path = outbox(1)
    place = [path.parent.name, path.name]

    page = marketer.get(reverse("admin:chains_outbox_letter", args=place)).content.decode()
    frame = marketer.get(reverse("admin:chains_outbox_page", args=place))

    assert "Письмо 1" in page
    assert "ann@example.com" in page
    assert "sandbox=" in page
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    assert email.message_from_bytes(path.read_bytes(), policy=email.policy.default)["subject"] == "Письмо 1"


@pytest.mark.parametrize(("day", "name"), [("..", "secret_key"), ("2026-01-01", "x.eml"), ("2026-01-01", "..")])
def test_nothing_outside_the_outbox_can_be_read(marketer, outbox, day, name):
    outbox(1)

    response = marketer.get(f"/admin/chains/messagetemplate/outbox/{day}/{name}/")

    assert response.status_code in {302, 404}


def test_an_empty_outbox_says_so(marketer, settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path / "none"

    assert "No letters yet" in marketer.get(reverse("admin:chains_outbox")).content.decode()


def test_the_outbox_is_for_those_who_may_see_touches(client, outbox, shop):
    path = outbox(1)
    client.force_login(User.objects.create_user("new", "new@example.com", "pw", is_staff=True))

    codes = [
        client.get(reverse("admin:chains_outbox")).status_code,
        client.get(reverse("admin:chains_outbox_letter", args=[path.parent.name, path.name])).status_code,
    ]

    assert codes == [403, 403]
