"""What the replica of a rehearsal relies on: each test stands for a sentence of its README.md."""

import datetime as dt
import re
from contextlib import suppress
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.transaction import TransactionManagementError

from chains.engine.run import tick
from chains.models import ChannelState, Step
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from chains.simulate.rehearsal.replica import query_cache, replica, temp_tables
from chains.simulate.rehearsal.replica.past_tables import PAST_TABLES
from chains.simulate.rehearsal.replica.replica import replica_session
from crm.models import Customer
from segments.models import Segment
from tests.chains.factories import add_tag, branch, draft_chain, live_chain, marketing, message, split, wait
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 2, 10, 12, tzinfo=dt.UTC)
README = Path(replica.__file__).with_name("README.md")


def rehearsed(chain, report_progress=lambda share, live_session: None):
    period = RehearsalPeriod.of(dt.date(2026, 2, 1), dt.date(2026, 2, 28), NOW)
    return rehearse(chain, period, report_progress, with_log=True)


def chain_of_every_kind(**options):
    coupon = {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": "free_delivery", "coupon_days": 7}
    large = {"all": [{"field": "revenue", "operator": "at_least", "value": 100}]}
    return draft_chain(
        message(name="Thanks"),
        wait(2, since="delivered"),
        add_tag("cared for"),
        branch((large, marketing(name="For the large")), (None, message(name="For the small"))),
        coupon,
        split((1, message(name="Tip a")), (1, message(name="Tip b"))),
        control_share=20,
        re_entry="per_order",
        **options,
    )


def five_orders():
    live_chain(message(name="News"), event="order.placed", at=NOON - 60 * DAY)
    for number in range(5):
        placed_at = NOON + number * DAY
        make_order(placed_at=placed_at, shipped_at=placed_at + DAY, delivered_at=placed_at + 2 * DAY)
        tick(placed_at)


def catalog(sql, table):
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return {value for (value,) in cursor.fetchall()}


def test_an_unqualified_name_means_the_twin(shop):
    sql = "SELECT relpersistence::text FROM pg_class WHERE oid = to_regclass(%s)"

    with replica_session():
        assert {table: catalog(sql, table) for table in temp_tables.tables()} == {
            table: {"t"} for table in temp_tables.tables()
        }


def test_a_twin_has_the_unique_keys_of_its_table_and_neither_foreign_keys_nor_triggers(shop):
    keys = (
        "SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') FROM pg_index"
        " WHERE indrelid = to_regclass(%s) AND indisunique"
    )
    foreign = "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype = 'f'"
    triggers = "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal"

    with replica_session():
        for table in temp_tables.tables():
            assert catalog(keys, table) == catalog(keys, f"public.{table}"), table
            assert catalog(foreign, table) == catalog(triggers, table) == set(), table


def test_a_twin_goes_without_the_indexes_that_only_pages_use(shop):
    indexes = (
        "SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') FROM pg_index"
        " WHERE indrelid = to_regclass(%s)"
    )

    with replica_session():
        tables = ("chains_touch", "chains_enrolment", "crm_order", "crm_customer")
        gone = {table: catalog(indexes, f"public.{table}") - catalog(indexes, table) for table in tables}
        kept = catalog(indexes, "chains_touch")

    assert {"btree (created_at DESC)", "btree (chain_id, step_key, status, reason)"} <= gone["chains_touch"]
    assert gone["chains_enrolment"] == {"btree (chain_id, status, awaits)", "btree (entered_at DESC)"}
    assert {"btree (placed_at, id)", "btree (changed_at, id)"} <= gone["crm_order"]
    assert "gin (tags)" in gone["crm_customer"]
    assert any(index.startswith("btree (purpose, due_at, id)") for index in kept)


def test_every_view_of_the_shop_has_a_twin(shop):
    sql = "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = %s::regnamespace"

    with replica_session(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_my_temp_schema()::regnamespace::text")
        assert catalog(sql, "public") == catalog(sql, cursor.fetchone()[0]) == {"chains_letter"}


def test_rows_made_in_a_rehearsal_are_numbered_far_above_the_shops(shop):
    theirs = make_customer()

    with replica_session():
        ours = Customer.objects.create(first_name="Nobody")

    assert theirs.pk < temp_tables.FIRST_ID <= ours.pk


def statements_of(chain):
    """Everything asked in a rehearsal's hours, but what the replica itself reads of the past."""
    found = []

    def note(execute, sql, params, many, context):
        found.append(sql)
        return execute(sql, params, many, context)

    def watch(share, live_session):
        if share and note not in connection.execute_wrappers:
            connection.execute_wrappers.append(note)

    rehearsed(chain, watch)
    return [sql for sql in found if " AS live " not in sql]


def test_no_statement_of_the_engine_names_a_schema(shop):
    five_orders()

    statements = statements_of(chain_of_every_kind())

    assert len(statements) > 100
    assert [sql for sql in statements if re.search(r"\bpublic\b", sql)] == []


def test_the_engine_takes_no_lock_that_belongs_to_the_whole_database(shop):
    five_orders()

    assert [sql for sql in statements_of(chain_of_every_kind()) if "pg_advisory" in sql or "LOCK TABLE" in sql] == []


def test_a_rehearsal_opens_one_session_alone(shop, monkeypatch):
    """A thread that asked the database would open another, and see the shop instead of the replica."""
    five_orders()
    opened, connect = [], BaseDatabaseWrapper.connect
    monkeypatch.setattr(BaseDatabaseWrapper, "connect", lambda self: (opened.append(self), connect(self))[1])

    rehearsed(chain_of_every_kind())

    assert len(opened) == 1


def test_what_waits_for_a_commit_is_never_called(shop):
    called = []

    with replica_session(), transaction.atomic():
        transaction.on_commit(lambda: called.append("a worker"))

    assert called == []


def test_a_failed_statement_is_not_gone_on_after(shop):
    """There are no savepoints: a verb that came to need one would end every rehearsal, not make a wrong one."""

    def go_on_after_a_failure():
        ChannelState.objects.create(channel="sms")
        with suppress(IntegrityError), transaction.atomic():
            ChannelState.objects.create(channel="sms")
        ChannelState.objects.count()

    with replica_session(), transaction.atomic(), pytest.raises(TransactionManagementError):
        go_on_after_a_failure()


@pytest.mark.parametrize("is_of_segment", [False, True])
def test_the_query_cache_answers_what_the_database_would(shop, monkeypatch, is_of_segment):
    five_orders()
    answers, answer = [], query_cache._CachingCursor._execute_cached

    def compare(cursor, sql, params):
        answer(cursor, sql, params)
        cached = list(cursor._cached)
        CursorWrapper.execute(cursor, sql, params)
        answers.append((sql, params, cached, cursor.cursor.fetchall()))
        cursor._cached = iter(cached)

    monkeypatch.setattr(query_cache._CachingCursor, "_execute_cached", compare)

    result = rehearsed(chain_of_every_kind(**(of_segment() if is_of_segment else {})))

    assert result["entered"] == 5
    assert len(answers) > 50
    assert [one for one in answers if one[2] != one[3]] == []


def of_segment():
    rule = {"all": [{"field": "orders_count", "operator": "at_least", "value": 1}]}
    return {"event": "segment.entered", "trigger_segment": Segment.objects.create(name="Buyers", rule=rule)}


def test_a_cached_result_is_read_in_every_way_a_cursor_is_read(shop):
    sql = "SELECT channel FROM chains_channelstate ORDER BY channel"

    def read(how):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return how(cursor)

    ways = [
        lambda cursor: cursor.fetchall(),
        list,
        lambda cursor: [cursor.fetchone(), cursor.fetchone()],
        lambda cursor: cursor.fetchmany(1) + cursor.fetchmany(5),
    ]
    with replica_session():
        ChannelState.objects.bulk_create([ChannelState(channel="email"), ChannelState(channel="sms")])
        assert [read(how) for how in ways * 2] == [[("email",), ("sms",)]] * 8
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM chains_channelstate WHERE channel = %s", [("email",)])
        assert read(list) == [("sms",)]


def test_a_second_rehearsal_of_a_process_knows_nothing_of_the_first(shop):
    """Both number their rows alike, the version of the chain among them."""
    make_order(placed_at=NOON)

    first = rehearsed(draft_chain(message(name="Thanks")))
    second = rehearsed(draft_chain(message(name="Care")))

    assert [[row["step"] for row in result["log"]] for result in (first, second)] == [["Thanks"], ["Care"]]


# Read by no rule and by no verb about the past, or about those alone who are as they are today.
MOMENTS_OF_TODAY = {
    "chains_touch": {"bounced_at", "complained_at", "created_at", "delivered_at", "due_at", "lease_until"}
    | {"last_clicked_at", "unsubscribed_at", "useful_until"},
    "crm_case": {"promised_at", "unanswered_at", "awaits_customer_at", "held_at", "content_asked_at"},
    "crm_contact": {"created_at", "told_at"},
    "crm_customer": {"created_at", "erased_at", "links_revoked_at"},
    "crm_customertier": {"ends_at"},
    "crm_event": {"received_at"},
    "crm_coupon": {"held_until", "starts_at"},
    "crm_order": {"changed_at", "created_at"},
    "crm_pointsentry": {"expires_at"},
    "crm_review": {"changed_at", "created_at", "decided_at", "replied_at"},
    "segments_segment": {"checked_at", "created_at", "proved_at", "refreshed_at"},
}


def test_of_every_moment_in_a_past_table_it_is_said_when_it_was_known():
    models_by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}

    unsaid = {}
    for past in PAST_TABLES:
        said = {*past.moments, *past.columns, past.appears_at.removeprefix("live.")}
        fields = models_by_table[past.table]._meta.concrete_fields
        unsaid[past.table] = {field.column for field in fields if isinstance(field, models.DateTimeField)} - said

    assert {table: names for table, names in unsaid.items() if names} == MOMENTS_OF_TODAY


def test_the_page_names_only_tests_that_exist():
    named = set(re.findall(r"`(test_\w+)`", README.read_text()))
    sources = "".join(path.read_text() for path in Path(__file__).parents[1].rglob("test_*rehears*.py"))

    assert len(named) > 10
    assert named - set(re.findall(r"def (test_\w+)", sources)) == set()
