"""The draft against the shop's own past: what it tells, and that nothing of it is ever real."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import InternalError, connection

from chains.engine.run import tick
from chains.messages.samples import SAMPLE_CODE
from chains.models import Chain, ChannelState, Enrolment, Step, Touch
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from chains.simulate.rehearsal.replica.past_tables import AS_TODAY, MADE_ANEW, PAST_TABLES
from chains.simulate.rehearsal.replica.replica import replica_session
from crm import consent
from crm.models import Coupon
from crm.orders.catalogue import LineData
from crm.orders.returns import return_goods
from crm.service import cases
from crm.service.case_corrections import correct
from segments.models import Segment
from tests.chains.factories import draft_chain, live_chain, marketing, message, wait
from tests.conftest import NOW, make_case, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)
FIRST = dt.date(2026, 2, 1)
LAST = dt.date(2026, 2, 28)
NOON = dt.datetime(2026, 2, 10, 12, tzinfo=dt.UTC)


def rehearsed(chain, first=FIRST, last=LAST, report_progress=lambda share, live_session: None):
    return rehearse(chain, RehearsalPeriod.of(first, last, NOW), report_progress, with_log=True)


def outcomes(result):
    return [(one["step"], one["status"], one["reason"], (one["sent_at"] or "")[:16]) for one in result["log"]]


def test_tells_who_would_have_got_what_and_when(shop):
    chain = draft_chain(message(name="Thanks"), wait(2), message(name="Care"))
    order = make_order(placed_at=NOON + dt.timedelta(minutes=5))

    result = rehearsed(chain)

    assert outcomes(result) == [
        ("Thanks", "sent", "", "2026-02-10T13:00"),
        ("Care", "sent", "", "2026-02-12T13:00"),
    ]
    assert result["log"][0]["order"] == order.number
    assert result["entered"] == 1
    assert result["under_way"] == 0
    assert result["days"] == [
        {"day": "2026-02-10", "service": 1, "marketing": 0},
        {"day": "2026-02-12", "service": 1, "marketing": 0},
    ]
    assert [sample["subject"] for sample in result["samples"]] == ["Hello Ann", "Hello Ann"]


def test_samples_show_the_coupon_that_would_have_been_issued_under_a_made_up_code(shop):
    coupon = {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": "free_delivery", "coupon_days": 7}
    words = "{{ coupon.code }}: {{ coupon.offer }} until {{ coupon.until }}"
    chain = draft_chain(coupon, wait(2), message(subject=words, words=words))
    make_order(placed_at=NOON)

    (sample,) = rehearsed(chain)["samples"]

    told = f"{SAMPLE_CODE}: free delivery until 19 February 2026"
    assert sample["subject"] == told
    assert sample["text"].startswith(told)
    assert told in sample["html"]
    assert not Coupon.objects.exists()


def test_leaves_the_shop_as_it_was(shop, mailoutbox):
    chain = draft_chain(message())
    make_order(placed_at=NOON)

    rehearsed(chain)

    chain.refresh_from_db()
    assert (chain.status, chain.version, chain.versions.count()) == ("draft", None, 0)
    assert not Enrolment.objects.exists()
    assert not Touch.objects.exists()
    assert not mailoutbox
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.chains_touch')")
        assert cursor.fetchone() == (None,)


def test_sees_nothing_that_had_not_happened_yet(shop):
    """A consent, a complaint, a cancellation, a delivery and a second order count from their own moment on."""
    chain = draft_chain(
        message(name="Thanks"),
        wait(1, since="delivered"),
        message(name="Care"),
        wait(3),
        marketing(name="Offer"),
        goal="ordered",
    )
    agreed, complained, cancelled, again = (make_customer(consent=False) for _ in range(4))
    at = NOON + dt.timedelta(hours=1)
    for customer in (agreed, complained, again):
        make_order(customer=customer, placed_at=NOON, shipped_at=NOON + DAY, delivered_at=NOON + 2 * DAY)
        told = {"channel": "email", "address": customer.contacts.get().address, "purpose": "marketing"}
        consent.grant(customer, **told, at=NOON + 5 * DAY, source="checkout")
    consent.withdraw(agreed, **told | {"address": agreed.contacts.get().address}, at=NOON + 7 * DAY, source="page")
    make_order(customer=cancelled, placed_at=NOON, cancelled_at=NOON + DAY, delivered_at=None)
    cases.resolve(make_case(complained, at=NOON + 5 * DAY), at=NOON + 20 * DAY)
    make_order(customer=again, placed_at=NOON + 4 * DAY)

    result = rehearsed(chain)

    def of(customer):
        return list(outcomes({"log": [row for row in result["log"] if row["customer"] == customer.pk]}))

    assert of(agreed) == [
        ("Thanks", "sent", "", "2026-02-10T12:00"),
        ("Care", "sent", "", "2026-02-13T12:00"),
        ("Offer", "sent", "", "2026-02-16T12:00"),
    ], at
    assert of(complained)[2] == ("Offer", "skipped", "complaint", "")
    assert of(cancelled) == [("Thanks", "sent", "", "2026-02-10T12:00")]
    assert result["endings"]["cancelled"] == 1
    assert result["endings"]["goal"] == 1


@pytest.mark.parametrize(
    ("kinds", "offer"),
    [
        pytest.param([(15, "question")], ("skipped", "complaint"), id="a complaint until after the offer"),
        pytest.param([(4, "question")], ("sent", ""), id="a question in time"),
        pytest.param([(4, "question"), (15, "complaint")], ("sent", ""), id="a complaint again, after the offer"),
    ],
)
def test_a_case_is_what_it_was_called_at_that_time(shop, kinds, offer):
    chain = draft_chain(message(name="Thanks"), wait(5, since="delivered"), marketing(name="Offer"))
    order = make_order(placed_at=NOON, shipped_at=NOON + DAY, delivered_at=NOON + DAY)
    case = make_case(order.customer, at=NOON + DAY)
    for day, kind in kinds:
        correct(case, kind=kind, severity="normal", order=None, at=NOON + day * DAY)

    told = {row["step"]: (row["status"], row["reason"]) for row in rehearsed(chain)["log"]}

    assert told == {"Thanks": ("sent", ""), "Offer": offer}


@pytest.mark.parametrize(
    ("reopened_on", "offer"), [(4, ("skipped", "complaint")), (18, ("sent", ""))], ids=["before", "after the offer"]
)
def test_a_complaint_that_was_opened_again_stops_offers_while_it_was_open(shop, reopened_on, offer):
    shop.complaint_cooldown_days = 0
    shop.save()
    chain = draft_chain(message(name="Thanks"), wait(5, since="delivered"), marketing(name="Offer"))
    order = make_order(placed_at=NOON, shipped_at=NOON + DAY, delivered_at=NOON + DAY)
    case = make_case(order.customer, at=NOON + DAY)
    for day, verb in ((2, cases.resolve), (reopened_on, cases.reopen), (reopened_on + 10, cases.resolve)):
        verb(case, at=NOON + day * DAY)

    told = {row["step"]: (row["status"], row["reason"]) for row in rehearsed(chain)["log"]}

    assert told == {"Thanks": ("sent", ""), "Offer": offer}


@pytest.mark.parametrize(("told", "days_after", "entered"), [("before its moment", -3, 0), ("after its moment", 3, 1)])
def test_goods_are_had_until_the_day_they_came_back(shop, told, days_after, entered):
    make_product(sku="KETTLE", warranty_months=12), make_product(sku="CUP")
    lines = [LineData(sku, Decimal(1), Decimal(10)) for sku in ("KETTLE", "CUP")]
    bought = dt.datetime(2025, 3, 12, 12, tzinfo=dt.UTC)
    order = make_order(placed_at=bought, delivered_at=bought, lines=lines)
    return_goods(order, at=NOON + days_after * DAY, lines={"KETTLE": Decimal(1)})
    return_goods(order, at=NOON + 9 * DAY, lines={"CUP": Decimal(1)})
    chain = draft_chain(message(name="Ends"), trigger=Chain.Trigger.WARRANTY_END, trigger_days=-30)

    result = rehearsed(chain)

    assert result["entered"] == entered


def test_reminders_whose_moment_had_passed_are_dropped_in_a_rehearsal_too(shop):
    chain = draft_chain(wait(-7, since="appointment"), message(name="In a week"))
    make_order(placed_at=NOON, appointment_at=NOON + DAY)

    assert outcomes(rehearsed(chain)) == [("In a week", "skipped", "moment_passed", "")]


def test_a_promotion_meant_for_the_time_before_a_consent_is_not_sent(shop):
    chain = draft_chain(marketing(name="Offer"), event="asked")
    customer = make_customer(consent=False)
    record_asked(customer, NOON)
    told = {"channel": "email", "address": customer.contacts.get().address, "purpose": "marketing"}
    consent.grant(customer, **told, at=NOON + DAY, source="checkout")

    assert outcomes(rehearsed(chain)) == [("Offer", "skipped", "no_consent", "")]


def record_asked(customer, at):
    from crm.events import record

    record("asked", customer=customer, occurred_at=at, source="site", key=f"asked:{customer.pk}:{at}")


def test_what_other_chains_really_sent_fills_the_week(shop):
    shop.weekly_cap = 1
    shop.save()
    customer = make_customer()
    other = live_chain(message(name="News"), event="told", at=NOON - 10 * DAY)
    record_told(customer, NOON)
    tick(NOON)
    chain = draft_chain(marketing(name="Offer", late_after_hours=24), event="asked")
    record_asked(customer, NOON + DAY)
    record_asked(customer, NOON - 9 * DAY)
    assert Touch.objects.sent().filter(chain=other).count() == 1

    result = rehearsed(chain)

    assert outcomes(result) == [
        ("Offer", "sent", "", "2026-02-01T12:00"),
        ("Offer", "skipped", "weekly_cap", ""),
    ]
    assert [(one["touches"], one["most_in_7_days"]) for one in result["busiest"]] == [(1, 1)]


def record_told(customer, at):
    from crm.events import record

    record("told", customer=customer, occurred_at=at, source="site", key=f"told:{customer.pk}:{at}")


def test_the_session_of_a_rehearsal_can_write_no_table_of_the_shop(shop):
    customer, tried = make_customer(), []

    def write(share, live_session):
        if tried:
            return
        for statement in (
            "UPDATE public.crm_customer SET first_name = 'Eve'",
            "DELETE FROM public.chains_touch",
            "SELECT * FROM public.crm_customer FOR NO KEY UPDATE",
            "INSERT INTO crm_shop (name) VALUES ('x')",
        ):
            with connection.cursor() as cursor, pytest.raises(InternalError, match="read-only transaction"):
                cursor.execute(statement)
            tried.append(statement)

    rehearsed(draft_chain(message()), report_progress=write_once_begun(write))

    assert len(tried) == 4
    customer.refresh_from_db()
    assert customer.first_name == "Ann"


def write_once_begun(do):
    """The first report comes before the tables are read-only filled; every later one from among the hours."""
    return lambda share, live_session: do(share, live_session) if share > 0 else None


def test_a_rehearsal_holds_no_lock_that_anybody_could_wait_for(shop):
    """Between its statements it holds nothing at all, and the shop goes on: even a table may be altered meanwhile."""
    make_order(placed_at=NOON)
    held = set()

    def look(share, live_session):
        pid = connection.connection.info.backend_pid
        with live_session.active(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode FROM pg_locks JOIN pg_class AS known ON known.oid = relation"
                " JOIN pg_namespace AS room ON room.oid = relnamespace WHERE pid = %s AND nspname = 'public'",
                [pid],
            )
            held.update(cursor.fetchall())
            cursor.execute("SET lock_timeout = '2s'")
            cursor.execute("ALTER TABLE crm_order ADD COLUMN added_meanwhile int")
            cursor.execute("ALTER TABLE crm_order DROP COLUMN added_meanwhile")

    result = rehearsed(draft_chain(message()), report_progress=look)

    assert held == set()
    assert result["entered"] == 1


def test_what_stands_still_is_asked_once_until_it_is_written(shop):
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    def states():
        return list(ChannelState.objects.values_list("channel", flat=True))

    with replica_session(), connection.execute_wrapper(note):
        before = [states(), states()]
        ChannelState.objects.create(channel="sms")
        after = [states(), states()]

    assert (before, after) == ([[], []], [["sms"], ["sms"]])
    assert [sql.split()[0] for sql in asked] == ["SELECT", "INSERT", "SELECT"]


def test_whoever_watches_may_end_it(shop):
    class Enough(Exception):
        pass

    def stop(share, live_session):
        raise Enough

    with pytest.raises(Enough):
        rehearsed(draft_chain(message()), report_progress=stop)

    assert Touch.objects.count() == 0


def test_the_command_tells_everything_as_json(shop, capsys):
    chain = draft_chain(message(name="Thanks"), name="After the order")
    make_order(placed_at=NOON)

    call_command("rehearse", "After the order", "--from", "2026-02-01", "--to", "2026-02-28", "--json")
    told = json.loads(capsys.readouterr().out)
    call_command("rehearse", str(chain.pk), "--from", "2026-02-01", "--to", "2026-02-28")
    words = capsys.readouterr().out

    assert [(one["step"], one["sent_at"]) for one in told["log"]] == [("Thanks", "2026-02-10T12:00:00+00:00")]
    assert "Thanks: sent 1" in words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-02-02", "2026-02-01", "before the first"),
        ("2020-01-01", "2026-01-01", "at most 366 days"),
        ("2026-01-01", "2099-01-01", "yet to come"),
    ],
)
def test_the_command_says_which_days_cannot_be_rehearsed(shop, first, last, words):
    draft_chain(message(), name="Any")

    with pytest.raises(CommandError, match=words):
        call_command("rehearse", "Any", "--from", first, "--to", last)


def test_a_draft_that_cannot_be_published_cannot_be_rehearsed(shop):
    draft_chain(name="Empty")

    with pytest.raises(CommandError, match="nothing to send"):
        call_command("rehearse", "Empty", "--from", "2026-02-01", "--to", "2026-02-02")


def silent_since_january(customer, letters=5, **signs):
    """So many letters of another chain, really sent and not read but for the signs given."""
    other = live_chain(message(name="News"), event="told", at=NOON - 90 * DAY)
    for number in range(letters):
        record_told(customer, NOON - (40 - number) * DAY)
        tick(NOON - (40 - number) * DAY)
    Touch.objects.filter(chain=other).update(**signs)


def offered_daily(shop, customer, days):
    shop.weekly_cap, shop.less_cap, shop.unread_letters = 7, 1, 5
    shop.save()
    for number in range(days):
        record_asked(customer, NOON + number * DAY)
    chain = draft_chain(marketing(name="Offer", late_after_hours=12), event="asked", re_entry="per_order")
    return [reason for _step, _status, reason, _at in outcomes(rehearsed(chain))]


def test_nobody_is_taken_for_silent_by_letters_that_were_only_rehearsed(shop):
    assert offered_daily(shop, make_customer(), 10) == [""] * 10


def test_who_really_read_nothing_by_then_gets_as_little_as_they_would_have(shop):
    customer = make_customer()
    silent_since_january(customer)

    assert offered_daily(shop, customer, 3) == ["", "weekly_cap", "weekly_cap"]


def test_what_was_read_later_was_not_known_yet(shop):
    customer = make_customer()
    silent_since_january(customer, opened_at=NOON + DAY + dt.timedelta(hours=1))

    assert offered_daily(shop, customer, 3) == ["", "weekly_cap", ""]


def test_a_rule_about_letters_opened_asks_for_those_really_sent(shop):
    """Neither by the first rehearsed letter nor by the second somebody falls out of “opened one of the last five”."""
    keen = {"all": [{"field": "opened_of_last", "operator": "at_least", "value": 1, "where": [last(1)]}]}
    customer = make_customer()
    silent_since_january(customer, letters=1, opened_at=NOON - 30 * DAY)
    for number in range(3):
        record_asked(customer, NOON + number * DAY)
    chain = draft_chain(message(name="Tip"), event="asked", re_entry="per_order", audience_rule=keen)

    assert [status for _step, status, _reason, _at in outcomes(rehearsed(chain))] == ["sent"] * 3


def last(count):
    return {"field": "last", "operator": "exactly", "value": count}


def test_of_every_table_it_is_said_how_it_looked_in_the_past():
    models = [model for app in ("crm", "segments", "chains") for model in apps.get_app_config(app).get_models(True)]

    tables = {model._meta.db_table for model in models if model._meta.managed}
    assert tables == {past.table for past in PAST_TABLES} | MADE_ANEW | AS_TODAY


def test_finds_anew_who_entered_the_segment_that_starts_the_chain(shop):
    """Though the segment was written today, and nobody was watched entering it."""
    segment = Segment.objects.create(
        name="Buyers of two",
        rule={"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]},
    )
    chain = draft_chain(message(name="Thanks for the second"), event="segment.entered", trigger_segment=segment)
    there_before, twice, once = (make_customer() for _ in range(3))
    for at in (NOON - 30 * DAY, NOON - 29 * DAY):
        make_order(customer=there_before, placed_at=at)
    for at in (NOON, NOON + 3 * DAY):
        make_order(customer=twice, placed_at=at)
    make_order(customer=once, placed_at=NOON)

    result = rehearsed(chain)

    assert [(row["customer"], row["sent_at"][:13]) for row in result["log"]] == [(twice.pk, "2026-02-13T12")]
    segment.refresh_from_db()
    assert segment.refreshed_at is None
