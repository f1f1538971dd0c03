import email
import email.policy
import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from chains.models import MessageTemplate
from tests.chains.written_messages import saved_text

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


def test_a_marketer_names_a_template_and_goes_on_in_the_composer(marketer):
    response = marketer.post(reverse("admin:chains_messagetemplate_add"), {"name": "Care"})

    template = MessageTemplate.objects.get(name="Care")
    assert response["Location"] == change_address(template)
    page = marketer.get(response["Location"]).text
    assert f'<encore-composer data-url="{reverse("admin:chains_composer_data", args=[template.pk])}"' in page


def test_a_template_begins_as_a_copy_of_another(marketer):
    text = saved_text(words="Wipe it dry.", tags=["care"])

    marketer.post(reverse("admin:chains_messagetemplate_add"), {"name": "Care 2", "begin_with": text.template.pk})

    copy = MessageTemplate.objects.get(name="Care 2")
    assert copy.tags == ["care"]
    assert copy.texts.get().blocks.get().content == {"source": "Wipe it dry."}


@pytest.mark.parametrize(("name", "said"), [("", "This field is required"), ("Care", "already exists")])
def test_a_template_needs_a_name_of_its_own(marketer, name, said):
    MessageTemplate.objects.create(name="Care")

    page = marketer.post(reverse("admin:chains_messagetemplate_add"), {"name": name}).text

    assert said in page
    assert MessageTemplate.objects.filter(name=name).count() <= 1


def test_the_list_costs_the_same_for_few_and_many(marketer, django_assert_max_num_queries):
    for _ in range(20):
        saved_text()

    with django_assert_max_num_queries(14):
        response = marketer.get(reverse("admin:chains_messagetemplate_changelist"))

    assert response.status_code == 200


def test_support_may_not_open_templates(agent):
    text = saved_text()

    assert agent.get(change_address(text.template)).status_code == 403


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
