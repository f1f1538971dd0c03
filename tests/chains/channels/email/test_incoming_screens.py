import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.channels.email import record_mail as taking
from chains.channels.email.received_mail import read
from chains.models import IncomingMail, Mailbox, Reputation, Touch
from chains.results import rollups
from crm.models import Case, CaseMessage
from tests.chains.channels.email.letters import reply, sent_touch, to
from tests.conftest import make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def sign_in(client):
    def sign_in(role):
        user = User.objects.create_user(role.lower(), password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def case(now):
    from email import message_from_bytes
    from email.policy import default

    touch = sent_touch(now)
    letter = message_from_bytes(reply("It <b>leaks</b>", to=to(touch)), policy=default)
    letter.add_attachment(b"<script>", maintype="text", subtype="html", filename="lid.html")
    taking.record_mail(read(letter.as_bytes()), now)
    return Case.objects.get()


def test_an_agent_reads_the_letter_and_writes_back(client, sign_in, case, mailoutbox):
    agent = sign_in("Support")
    page = reverse("admin:crm_case_change", args=[case.pk])

    shown = client.get(page)
    assert "It &lt;b&gt;leaks&lt;/b&gt;" in shown.text
    assert "lid.html" in shown.text

    answered = client.post(
        reverse("admin:crm_case_do", args=[case.pk, "write"]), {"text": "A new lid comes"}, follow=True
    )

    assert "Sent to ann@example.com." in answered.text
    assert "A new lid comes" in answered.text
    assert mailoutbox[-1].body == "A new lid comes"
    assert CaseMessage.objects.get(direction="sent").author == agent
    again = client.post(reverse("admin:crm_case_do", args=[case.pk, "write"]), {"text": "\0 "}, follow=True)
    assert "Write at most" in again.text


def test_files_of_strangers_are_saved_and_never_shown(client, sign_in, case):
    file = case.messages.get().attachments.get()
    address = reverse("admin:crm_case_file", args=[case.pk, file.pk])
    assert client.get(address).status_code == 302

    sign_in("Support")
    answer = client.get(address)

    assert b"".join(answer.streaming_content) == b"<script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("admin:crm_case_file", args=[case.pk + 1, file.pk])).status_code == 404


def test_what_was_promised_comes_before_a_question_and_who_wrote_last_can_be_filtered(client, sign_in, case, now):
    from tests.conftest import make_case

    make_case(subject="Another", promised_at=now)
    sign_in("Support")

    page = client.get(reverse("admin:crm_case_changelist"))
    assert [row.subject for row in page.context["cl"].result_list] == ["Another", "Your kettle"]
    narrowed = client.get(reverse("admin:crm_case_changelist"), {"state": "unanswered"})
    assert [row.subject for row in narrowed.context["cl"].result_list] == ["Your kettle"]


def test_a_person_says_whom_a_letter_is_from(client, sign_in, now):
    ann = make_customer()
    taking.record_mail(read(reply("I need help, my lid leaks", sender="unknown@example.com", subject="Lid")), now)
    noted = IncomingMail.objects.get()
    sign_in("Support")
    page = reverse("admin:chains_incomingmail_change", args=[noted.pk])
    assert "my lid leaks" in client.get(page).text

    for _time in range(2):
        client.post(page, {"customer": ann.pk})

    noted.refresh_from_db()
    assert (noted.kind, noted.customer, noted.text) == ("reply", ann, "")
    found = Case.objects.get()
    assert (found.customer, found.severity, found.subject) == (ann, "high", "Lid")
    assert found.messages.get().text == "I need help, my lid leaks"


def test_a_marketer_sees_letters_received_and_changes_nothing(client, sign_in, now):
    taking.record_mail(read(reply(sender="unknown@example.com")), now)
    sign_in("Marketing")
    page = reverse("admin:chains_incomingmail_change", args=[IncomingMail.objects.get().pk])

    assert client.get(page).status_code == 200
    assert client.post(page, {"customer": make_customer().pk}).status_code == 403
    assert not Case.objects.exists()


def test_the_chains_page_says_that_marketing_is_stopped_and_allows_it_again(client, sign_in, now):
    Reputation.objects.create(
        pk=1, stopped_at=now, reported_week=4, delivered_week=1000, reported_month=5, delivered_month=1500
    )
    page, allow = reverse("admin:chains_chain_changelist"), reverse("admin:chains_allow_marketing")
    sign_in("Managers")
    assert "Marketing letters are stopped" in client.get(page).text
    assert "Allow marketing letters again" not in client.get(page).text
    assert client.post(allow).status_code == 403
    marketer = sign_in("Marketing")
    assert "Allow marketing letters again" in client.get(page).text
    assert client.get(allow).status_code == 405

    told = client.post(allow, follow=True)

    assert "go out again" in told.text
    assert "Marketing letters are stopped" not in told.text
    assert Reputation.objects.get().allowed_by == marketer


def test_the_chains_page_warns_of_spam_reports(client, sign_in):
    Reputation.objects.create(pk=1, reported_month=2, delivered_month=1500)
    sign_in("Marketing")

    page = client.get(reverse("admin:chains_chain_changelist")).text

    assert "2 of 1500 in 30" in page
    assert "Marketing letters are stopped" not in page


def test_a_mailbox_that_cannot_be_read_is_said_aloud(client, sign_in):
    since = timezone.now() - dt.timedelta(minutes=40)
    Mailbox.objects.create(name="help@imap.example.com", error="authentication failed", failing_since=since)
    sign_in("Marketing")

    assert "authentication failed" in client.get(reverse("admin:chains_chain_changelist")).text
    assert client.get("/healthz").json()["mailbox"]["status"] == "late"


def test_the_chains_own_page_counts_what_came_back(client, sign_in, now):
    touch = sent_touch(now)
    names = ("delivered", "opened", "clicked", "replied", "bounced", "complained", "unsubscribed")
    Touch.objects.filter(pk=touch.pk).update(sent_at=timezone.now(), **{f"{name}_at": now for name in names})
    sign_in("Marketing")

    rollups.rebuild(now)
    page = client.get(reverse("admin:chains_chain_change", args=[touch.chain_id])).text
    for words in ("sent 1", "clicked 1", "replied 1", "came back 1", "reported as spam 1", "unsubscribed 1"):
        assert words in page
