import datetime as dt

import pytest

from chains.channels.email.mail_reports import receipts as reported
from chains.channels.email.received_mail import read
from chains.engine.run import tick
from chains.incoming import receipts
from chains.incoming.receipts import Receipt
from chains.models import Touch
from chains.reactions.opens_and_clicks import record_open
from crm.customers.merge import merge
from crm.models import ConsentRecord, Contact, Event
from tests.chains.channels.email.letters import delivery_report, sent_touch, spam_report
from tests.chains.factories import live_chain, message
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

Kind = Receipt.Kind
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def take(kind, touch, at, *, now=None, **told):
    return receipts.record_receipt(
        Receipt(kind, touch if isinstance(touch, str) else touch.token, at, **told), now or at
    )


def test_a_delivery_is_noted_once_however_often_it_is_told(now):
    touch = sent_touch(now)

    assert take(Kind.DELIVERED, touch, now + MINUTE, key="event-1")
    assert not take(Kind.DELIVERED, touch, now + 2 * MINUTE, key="event-1")
    assert not take(Kind.DELIVERED, touch, now + 3 * MINUTE, key="event-2")

    touch.refresh_from_db()
    assert (touch.delivered_at, touch.status) == (now + MINUTE, "sent")
    event = Event.objects.get(kind="message.delivered")
    assert (event.customer, event.order, event.occurred_at) == (touch.customer, touch.order, now + MINUTE)
    assert event.properties["touch"] == touch.pk


@pytest.mark.parametrize("token", ["", "unknown", "a\0b", "preview", "x" * 5000])
def test_a_receipt_for_nothing_of_ours_changes_nothing(now, token):
    touch = sent_touch(now)
    events = Event.objects.count()

    assert not take(Kind.BOUNCED, token, now)

    assert Event.objects.count() == events
    assert Contact.objects.get(customer=touch.customer).state == "active"


def test_a_teller_ahead_of_its_time_tells_of_now(now):
    touch = sent_touch(now)

    take(Kind.DELIVERED, touch, now + 10 * DAY, now=now + MINUTE)

    touch.refresh_from_db()
    assert touch.delivered_at == now + MINUTE


def test_an_address_that_does_not_exist_is_given_up_for_all_who_share_it(now):
    touch = sent_touch(now)
    wife = make_customer(email="ann@example.com")

    take(Kind.BOUNCED, touch, now, detail="550 no such user")
    take(Kind.BOUNCED, touch, now, detail="550 no such user")

    for customer in (touch.customer, wife):
        contact = customer.contacts.get()
        assert (contact.state, contact.state_reason) == ("bounced", "550 no such user")
    event = Event.objects.get(kind="message.bounced")
    assert event.properties["is_lasting"] is True
    assert Event.objects.filter(kind="consent.changed", occurred_at__gte=now).count() == 0


def test_a_late_delivery_does_not_bring_a_dead_address_back(now):
    touch = sent_touch(now)

    take(Kind.BOUNCED, touch, now + MINUTE)
    take(Kind.DELIVERED, touch, now)

    touch.refresh_from_db()
    assert (touch.delivered_at, touch.bounced_at) == (now, now + MINUTE)
    assert touch.contact.state == "bounced"


def _letters(now, shop, count):
    shop.quiet_from = shop.quiet_until
    shop.save()
    live_chain(message(), at=now - MINUTE)
    customer = make_customer(email="ann@example.com")
    for day in range(count):
        make_order(customer=customer, placed_at=now + day * DAY)
        tick(now + day * DAY)
    return list(Touch.objects.sent().order_by("sent_at"))


def test_passing_failures_give_an_address_up_after_some(now, shop):
    first, second, third = _letters(now, shop, 3)

    take(Kind.SOFT_BOUNCED, first, now, detail="452 mailbox full")
    take(Kind.SOFT_BOUNCED, first, now + MINUTE, detail="452 mailbox full")
    take(Kind.SOFT_BOUNCED, second, now + DAY)
    assert Contact.objects.get().state == "active"

    take(Kind.SOFT_BOUNCED, third, now + 2 * DAY, detail="452 still full")

    contact = Contact.objects.get()
    assert (contact.state, contact.state_reason) == ("bounced", "452 still full")


def test_what_is_held_against_the_sender_never_gives_an_address_up(now, shop):
    letters = _letters(now, shop, 4)

    for day, letter in enumerate(letters[:3]):
        take(Kind.REFUSED, letter, now + day * DAY, detail="550 your server is on a blocklist")
    take(Kind.SOFT_BOUNCED, letters[3], now + 3 * DAY)

    assert Contact.objects.get().state == "active"
    assert Touch.objects.filter(bounced_at=None).count() == 0
    refused = [event.properties["is_refused"] for event in Event.objects.filter(kind="message.bounced").order_by("pk")]
    assert refused == [True, True, True, False]


def test_passing_failures_long_ago_or_before_a_delivery_do_not_count(now, shop):
    shop.soft_bounces, shop.soft_bounce_days = 2, 30
    shop.save()
    first, second, third = _letters(now, shop, 3)

    take(Kind.SOFT_BOUNCED, first, now)
    take(Kind.DELIVERED, second, now + DAY)
    take(Kind.SOFT_BOUNCED, third, now + 2 * DAY)
    assert Contact.objects.get().state == "active"

    Touch.objects.filter(pk=second.pk).update(delivered_at=None)
    take(Kind.SOFT_BOUNCED, second, now + 40 * DAY)

    assert Contact.objects.get().state == "active"


def test_a_spam_report_on_marketing_ends_marketing_with_evidence(now, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    touch = _marketing_touch(now)

    assert take(Kind.COMPLAINED, touch, now, key="complaint-1")
    assert not take(Kind.COMPLAINED, touch, now, key="complaint-1")

    contact = touch.customer.contacts.get()
    assert (contact.marketing_consent, contact.state) == ("withdrawn", "active")
    line = ConsentRecord.objects.get(action="withdrawn")
    assert (line.source, line.evidence["touch"], line.evidence["told_as"]) == ("spam report", touch.pk, "complaint-1")
    touch.refresh_from_db()
    assert touch.complained_at == now


def _marketing_touch(now):
    touch = sent_touch(now)
    Touch.objects.filter(pk=touch.pk).update(purpose="marketing")
    touch.refresh_from_db()
    return touch


def test_who_calls_a_service_letter_spam_gets_none_any_more(now):
    touch = sent_touch(now)

    take(Kind.COMPLAINED, touch, now)

    contact = touch.customer.contacts.get()
    assert (contact.marketing_consent, contact.state) == ("withdrawn", "complained")


def test_a_yes_given_after_the_report_stands(now):
    touch = _marketing_touch(now)
    from crm.consent import grant

    grant(
        touch.customer, channel="email", address="ann@example.com", purpose="marketing", at=now + 2 * DAY, source="shop"
    )
    take(Kind.COMPLAINED, touch, now + DAY, now=now + 3 * DAY)

    assert touch.customer.contacts.get().marketing_consent == "granted"


def test_unsubscribing_at_the_provider_counts(now):
    touch = sent_touch(now)

    take(Kind.UNSUBSCRIBED, touch, now)

    assert touch.customer.contacts.get().marketing_consent == "withdrawn"
    touch.refresh_from_db()
    assert touch.unsubscribed_at == now


def test_a_delivery_settles_what_was_uncertain(now):
    touch = sent_touch(now)
    Touch.objects.filter(pk=touch.pk).update(status="unknown", reason="interrupted", sent_at=None)

    take(Kind.DELIVERED, touch, now + MINUTE)

    touch.refresh_from_db()
    assert (touch.status, touch.sent_at, touch.reason) == ("sent", now + MINUTE, "")


def test_a_receipt_of_an_erased_customer_is_harmless(now):
    from crm.privacy.erase import erase

    touch = sent_touch(now)
    erase(touch.customer, at=now)

    assert take(Kind.COMPLAINED, touch, now)
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("action", "status", "kinds"),
    [
        ("failed", "5.1.1", ["bounced"]),
        ("failed", "5.2.2", ["soft_bounced"]),
        ("failed", "5.7.1", ["refused"]),
        ("failed", "4.4.7", ["soft_bounced"]),
        ("delivered", "2.0.0", ["delivered"]),
        ("relayed", "2.0.0", ["delivered"]),
        ("delayed", "4.4.1", []),
        ("", "", []),
    ],
)
def test_reads_delivery_reports(now, action, status, kinds):
    touch = sent_touch(now)

    told = reported(read(delivery_report(touch, action=action, status=status)), "127.0.0.1", now)

    assert [receipt.kind for receipt in told] == kinds
    assert all(receipt.token == touch.token for receipt in told)


def test_a_report_that_brings_nothing_back_is_known_by_the_address_it_came_to(now):
    touch = sent_touch(now)
    raw = delivery_report(None, to=f"bounce+{touch.token}@kettle.example.com")

    (receipt,) = reported(read(raw), "127.0.0.1", now)

    assert receipt.token == touch.token


def test_a_report_about_a_letter_of_another_program_says_nothing(now):
    assert reported(read(delivery_report(None)), "127.0.0.1", now) == []


@pytest.mark.parametrize("message_id", [None, "<redacted@isp.example.com>"])
def test_reads_spam_reports_even_when_most_is_redacted(now, message_id):
    touch = sent_touch(now)

    (receipt,) = reported(read(spam_report(touch, message_id=message_id)), "127.0.0.1", now)

    assert (receipt.kind, receipt.token) == ("complained", touch.token)


def test_what_is_told_of_somebody_merged_away_meanwhile_is_told_of_the_keeper(now):
    """The touch was read before the merge committed."""
    read_before = sent_touch(now)
    keeper = merge(make_customer(), read_before.customer, at=now)

    record_open(read_before, at=now + MINUTE, by_machine=False)

    assert Event.objects.get(kind="message.opened").customer == keeper
