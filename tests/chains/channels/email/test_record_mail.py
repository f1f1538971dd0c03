import datetime as dt

import pytest

from chains.channels.email import record_mail as taking
from chains.channels.email.received_mail import read
from chains.engine.run import tick
from chains.models import Enrolment, IncomingMail, Touch
from crm.models import Case, CaseMessage, Contact, Event
from crm.service import cases, conversations, sending
from crm.story.story import story
from tests.chains.channels.email.letters import delivery_report, reply, sent_touch, spam_report, to
from tests.chains.factories import live_chain, message, wait
from tests.conftest import make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

HOUR = dt.timedelta(hours=1)


def take(raw, now):
    noted = taking.record_mail(read(raw), now)
    return noted.kind if noted else None


def test_a_reply_opens_a_question_and_is_told_to_the_log(now):
    touch = sent_touch(now)

    assert take(reply("It leaks", to=to(touch), subject="Re: Your kettle"), now) == "reply"

    case = Case.objects.get()
    assert (case.customer, case.order, case.kind, case.channel) == (touch.customer, touch.order, "question", "email")
    assert (case.subject, case.unanswered_at, case.opened_at) == ("Your kettle", now, now)
    letter = case.messages.get()
    assert (letter.text, letter.address, letter.direction) == ("It leaks", "ann@example.com", "received")
    event = Event.objects.get(kind="message.replied")
    assert (event.customer, event.order, event.properties["touch"]) == (touch.customer, touch.order, touch.pk)
    touch.refresh_from_db()
    assert touch.replied_at == now
    assert "It leaks" in [entry.detail for entry in story(touch.customer)]


def test_the_same_letter_twice_is_one(now):
    touch = sent_touch(now)

    assert take(reply(to=to(touch)), now) == "reply"
    assert take(reply(to=to(touch)), now + HOUR) is None

    assert (Case.objects.count(), CaseMessage.objects.count(), IncomingMail.objects.count()) == (1, 1, 1)
    assert Event.objects.filter(kind="message.replied").count() == 1


def test_who_answers_from_another_address_is_found_by_the_reply_address(now):
    touch = sent_touch(now)

    take(reply(to=to(touch), sender="ann.at.work@firm.example"), now)

    assert Case.objects.get().customer == touch.customer
    assert CaseMessage.objects.get().address == "ann.at.work@firm.example"


def test_who_answers_to_a_bare_address_is_found_by_the_letter_answered(now):
    touch = sent_touch(now)

    take(reply(In_Reply_To=touch.message_id, sender="ann.at.work@firm.example"), now)

    assert Case.objects.get().customer == touch.customer


def test_who_writes_out_of_the_blue_is_found_by_their_address(now):
    ann = make_customer(email="ann@example.com")

    assert take(reply(sender="ANN@Example.com"), now) == "reply"

    assert Case.objects.get().customer == ann
    assert not Event.objects.filter(kind="message.replied").exists()


@pytest.mark.parametrize("sender", ["nobody@example.com", "family@example.com", "not an address", ""])
def test_a_letter_from_nobody_known_or_from_one_of_several_waits_for_a_person(now, sender):
    make_customer(email="family@example.com")
    make_customer(email="family@example.com")

    assert take(reply("Who am I?", sender=sender), now) == "stranger"

    assert IncomingMail.objects.get().text == "Who am I?"
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("text", "severity"),
    [("Where is my order?", "normal"), ("Urgent: where is it?", "high"), ("I want a refund", "high")],
)
def test_a_letter_from_nobody_known_is_as_urgent_as_its_words(now, text, severity):
    take(reply(text, sender="nobody@example.com"), now)

    assert IncomingMail.objects.unplaced().get().severity == severity


def test_a_second_letter_goes_to_the_open_case_and_a_settled_one_is_left_alone(now):
    touch = sent_touch(now)
    take(reply("It leaks", to=to(touch)), now)
    take(reply("Still leaks", to=to(touch), key="<2@x>"), now + HOUR)
    case = Case.objects.get()
    assert [letter.text for letter in case.messages.all()] == ["It leaks", "Still leaks"]
    assert case.unanswered_at == now

    cases.resolve(case, at=now + 2 * HOUR)
    take(reply("Something else", to=to(touch), key="<3@x>"), now + 3 * HOUR)

    assert Case.objects.count() == 2
    case.refresh_from_db()
    assert (case.unanswered_at, case.messages.count()) == (None, 2)


def test_words_of_the_shop_make_a_complaint_which_stops_marketing(now):
    touch = sent_touch(now)

    take(reply("Верните деньги!", to=to(touch)), now)

    case = Case.objects.get()
    assert (case.kind, case.severity) == ("complaint", "high")


def test_a_complaint_in_the_middle_makes_the_question_a_complaint(now):
    touch = sent_touch(now)
    take(reply("It leaks", to=to(touch)), now)

    take(reply("I want a refund", to=to(touch), key="<2@x>"), now + HOUR)
    take(reply("And thank you", to=to(touch), key="<3@x>"), now + HOUR)

    case = Case.objects.get()
    assert (case.kind, case.severity, case.messages.count()) == ("complaint", "high", 3)
    assert Event.objects.filter(kind="case.escalated").count() == 1


def test_our_words_in_the_quote_are_not_the_customers(now):
    touch = sent_touch(now)

    take(reply("Thanks\n\nOn Tue, Mar 10, 2026 Shop wrote:\n> No complaint? A refund is easy", to=to(touch)), now)

    assert Case.objects.get().kind == "question"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (reply("I am away", Auto_Submitted="auto-replied"), "automatic"),
        (reply(sender="shop@kettle.example.com"), "own"),
        (reply(sender="Help@kettle.example.com"), "own"),
        (reply(sender="mailer-daemon@example.com"), "automatic"),
    ],
)
def test_programs_and_ourselves_are_noted_and_go_no_further(now, raw, kind):
    touch = sent_touch(now)
    raw = raw.replace(b"To: help@kettle.example.com", f"To: {to(touch)}".encode())

    assert take(raw, now) == kind

    assert not Case.objects.exists()
    assert not Event.objects.filter(kind="message.replied").exists()


def test_a_program_that_does_not_say_so_cannot_write_for_ever(now):
    touch = sent_touch(now)

    kinds = [take(reply(to=to(touch), key=f"<{number}@x>"), now) for number in range(25)]

    assert kinds.count("reply") == 20
    assert kinds[20:] == ["flood"] * 5
    assert take(reply(to=to(touch), key="<later@x>"), now + 2 * HOUR) == "reply"


def test_a_letter_that_says_stop_ends_marketing_and_opens_nothing(now):
    touch = sent_touch(now)

    assert take(reply("STOP\n\n> Hello", to=to(touch)), now) == "stop"

    contact = Contact.objects.get()
    assert (contact.marketing_consent, contact.service_consent) == ("withdrawn", "unknown")
    assert Event.objects.filter(kind="message.unsubscribed").count() == 1
    assert not Case.objects.exists()


def test_stop_in_the_subject_of_a_letter_without_words_is_heard(now):
    touch = sent_touch(now)

    assert take(reply("Sent from my iPhone", to=to(touch), subject="Unsubscribe"), now) == "stop"

    assert Contact.objects.get().marketing_consent == "withdrawn"


def test_what_comes_through_the_shops_own_group_is_a_letter_like_any_other(now):
    make_customer(email="ann@example.com")
    group = {"Precedence": "list", "List_Id": "<help.kettle.example.com>"}

    assert take(reply("Do you repair kettles?", **group), now) == "reply"
    assert take(reply("News", key="<2@x>", Precedence="list", List_Id="<news.example.com>"), now) == "automatic"

    assert Case.objects.count() == 1


def test_a_report_that_names_only_an_address_counts_against_it_and_does_not_give_it_up(now):
    touch = sent_touch(now)
    raw = delivery_report(None)

    assert take(raw, now + HOUR) == "report"
    assert take(delivery_report(None, key="<late@x>"), now + 24 * 30 * HOUR) == "report"

    touch.refresh_from_db()
    assert (touch.bounced_at, Contact.objects.get().state) == (now + HOUR, "active")
    assert Event.objects.get(kind="message.bounced").properties["is_lasting"] is False


def test_nobody_can_unsubscribe_another_by_a_forged_sender(now):
    sent_touch(now)

    assert take(reply("STOP"), now) == "reply"

    assert Contact.objects.get().marketing_consent == "granted"
    assert Case.objects.get().kind == "question"


def test_reports_in_the_mailbox_mark_the_touch(now):
    touch = sent_touch(now)

    assert take(delivery_report(touch), now) == "report"
    assert take(delivery_report(touch, key="<again@x>"), now) == "report"
    assert take(spam_report(touch), now) == "report"
    assert take(delivery_report(None, key="<other@x>"), now) == "report"

    touch.refresh_from_db()
    assert (touch.bounced_at, touch.complained_at) == (now, now)
    contact = Contact.objects.get()
    assert (contact.state, contact.marketing_consent) == ("bounced", "withdrawn")
    assert "no such user" in contact.state_reason
    (entry,) = [entry for entry in story(touch.customer) if entry.kind == "touch"]
    assert entry.detail.endswith("came back, reported as spam")
    assert entry.tone == "bad"
    assert not Case.objects.exists()


def test_a_reply_takes_the_customer_out_of_a_chain_that_says_so(now, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    steps = (message(), wait(1), message(name="Second"))
    touch = sent_touch(now, *steps, exit_on_reply=True)

    take(reply(to=to(touch)), now + HOUR)
    tick(now + HOUR)
    tick(now + 48 * HOUR)

    enrolment = Enrolment.objects.get()
    assert (enrolment.status, enrolment.ending, enrolment.ended_at) == ("left", "replied", now + HOUR)
    assert Touch.objects.sent().count() == 1


def test_a_reply_changes_nothing_in_a_chain_that_does_not_say_so(now, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    touch = sent_touch(now, message(), wait(1), message(name="Second"))

    take(reply(to=to(touch)), now + HOUR)
    tick(now + HOUR)
    tick(now + 48 * HOUR)

    assert Enrolment.objects.get().status == "finished"
    assert Touch.objects.sent().count() == 2


def test_a_reply_starts_a_chain(now, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    touch = sent_touch(now)
    live_chain(message(name="We read you"), event="message.replied", at=now, re_entry="once")

    take(reply(to=to(touch)), now + HOUR)
    tick(now + HOUR)

    assert Touch.objects.sent().filter(step_name="We read you").count() == 1


def test_a_merged_customers_reply_goes_to_the_one_who_was_kept(now):
    from crm.customers.merge import merge

    touch = sent_touch(now)
    keeper = make_customer(email="ann2@example.com", created_at=now)
    merge(keeper, touch.customer, at=now)

    take(reply(to=to(touch)), now + HOUR)

    assert Case.objects.get().customer == keeper


def test_an_erased_customers_reply_is_a_strangers(now):
    from crm.privacy.erase import erase

    touch = sent_touch(now)
    erase(touch.customer, at=now)

    assert take(reply(to=to(touch)), now) == "stranger"


def test_erasing_blanks_letters_and_exporting_tells_them(now):
    from crm.privacy.erase import erase
    from crm.privacy.export import export_person

    touch = sent_touch(now)
    take(reply("It leaks", to=to(touch)), now)
    told = export_person(touch.customer)
    assert [letter["text"] for letter in told["letters"]] == ["It leaks"]

    erase(touch.customer, at=now)

    letter = CaseMessage.objects.get()
    assert (letter.text, letter.address, letter.subject) == ("", "", "")
    noted = IncomingMail.objects.get()
    assert (noted.sender, noted.subject, noted.text) == ("", "", "")


def test_writing_back_goes_out_in_the_thread_and_the_answer_comes_home(now, admin_user, mailoutbox):
    touch = sent_touch(now)
    take(reply("It leaks", to=to(touch), sender="work@firm.example"), now)
    case = Case.objects.get()
    mailoutbox.clear()

    ours = sending.send_reply(case, text="We send a new lid.", at=now + HOUR, by=admin_user)

    (letter,) = mailoutbox
    assert (letter.to, letter.subject, letter.body) == (["work@firm.example"], "Re: Your kettle", "We send a new lid.")
    assert letter.extra_headers["In-Reply-To"] == "<1@example.com>"
    assert letter.reply_to == [f"help+{ours.token}@kettle.example.com"]
    case.refresh_from_db()
    assert (case.acknowledged_at, case.unanswered_at) == (now + HOUR, None)

    take(reply("Thanks", to=letter.reply_to[0], sender="else@where.example", key="<2@x>"), now + 2 * HOUR)

    case.refresh_from_db()
    assert case.unanswered_at == now + 2 * HOUR
    assert [message.text for message in case.messages.all()] == ["It leaks", "We send a new lid.", "Thanks"]


def test_a_letter_the_server_refuses_was_never_written(now, admin_user, settings):
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    case = make_case(at=now)

    with pytest.raises(ValueError, match="could not be sent"):
        sending.send_reply(case, text="Hello", at=now, by=admin_user)

    assert not CaseMessage.objects.exists()
    case.refresh_from_db()
    assert case.acknowledged_at is None


@pytest.mark.parametrize("text", ["", "  ", "x" * 20_001])
def test_nothing_and_too_much_is_not_sent(now, admin_user, mailoutbox, text):
    with pytest.raises(ValueError, match="characters"):
        sending.send_reply(make_case(at=now), text=text, at=now, by=admin_user)
    assert mailoutbox == []


def test_attachments_are_kept_up_to_a_limit_and_named_beyond(now, monkeypatch):
    from email import message_from_bytes
    from email.message import EmailMessage
    from email.policy import default

    monkeypatch.setattr(conversations, "KEPT_BYTES", 100)
    touch = sent_touch(now)
    letter: EmailMessage = message_from_bytes(reply("See", to=to(touch)), policy=default)
    letter.add_attachment(b"a" * 60, maintype="image", subtype="png", filename="one.png")
    letter.add_attachment(b"b" * 60, maintype="image", subtype="png", filename="two.png")

    take(letter.as_bytes(), now)

    one, two = CaseMessage.objects.get().attachments.order_by("pk")
    assert (one.name, one.size, bytes(one.content)) == ("one.png", 60, b"a" * 60)
    assert (two.name, two.size, two.content) == ("two.png", 60, None)


def test_order_of_a_customer_without_a_touch_is_not_guessed(now):
    ann = make_customer(email="ann@example.com")
    make_order(customer=ann, placed_at=now)

    take(reply(), now)

    assert Case.objects.get().order is None
