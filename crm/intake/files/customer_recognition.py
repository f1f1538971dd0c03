"""Which customers the rows of a file name: found or created in sets, by the rules of `find_or_create`.

The shop's id decides; without it the email, then the phone; of several with one address the oldest, though never one
whom the shop knows by another id. `import_person` holds each combination of identities in the file once; an identity
that the file does not give is empty.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils.translation import gettext as _

from crm.customer_columns import CUSTOMER_COLUMNS
from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor
from crm.locks import lock_all_identities

# Whose a known order is was read before the lock; they may have been merged since.
FOLLOW_MERGES = """
    UPDATE {source} AS file SET customer = known.merged_into_id
    FROM crm_customer AS known WHERE known.id = file.customer AND known.merged_into_id IS NOT NULL
"""
COLLECT_PEOPLE = """
    CREATE TEMPORARY TABLE import_person AS
    SELECT customer_id, email, phone, min(customer) AS customer, false AS is_new, false AS is_changed,
           least(min({since}), %(now)s::timestamptz) AS since,
           coalesce(least(max({told}), %(now)s), %(now)s::timestamptz) AS told_at
    FROM {source} GROUP BY customer_id, email, phone
"""
FIND_BY_ID = """
    UPDATE import_person AS person SET customer = coalesce(known.merged_into_id, known.id)
    FROM crm_customer AS known
    WHERE person.customer IS NULL AND person.customer_id <> '' AND known.external_id = person.customer_id
"""
FIND_BY_ADDRESS = """
    WITH sharing AS (
        SELECT DISTINCT ON (person.customer_id, person.{column}) person.customer_id, person.{column}, known.id
        FROM import_person AS person
        JOIN crm_contact AS contact ON contact.channel = %(channel)s AND contact.address = person.{column}
        JOIN crm_customer AS known ON known.id = contact.customer_id
        WHERE person.customer IS NULL AND person.{column} <> ''
          AND known.merged_into_id IS NULL AND known.erased_at IS NULL
          AND (person.customer_id = '' OR known.external_id IS NULL)
        ORDER BY person.customer_id, person.{column}, known.created_at, known.id
    ), meant AS (
        -- One customer cannot become two ids of the shop.
        SELECT sharing.*, row_number() OVER (PARTITION BY id, customer_id <> '' ORDER BY customer_id) AS turn
        FROM sharing
    )
    UPDATE import_person AS person SET customer = meant.id
    FROM meant
    WHERE person.customer IS NULL AND meant.customer_id = person.customer_id AND meant.{column} = person.{column}
      AND (person.customer_id = '' OR meant.turn = 1)
"""
# A file with the shop's ids of people known by an address changes keys, and profiles later: all of them are locked in
# one pass, in id order, the stronger lock being taken in that order too.
WITHOUT_ID = """
    SELECT known.id FROM crm_customer AS known
    WHERE known.external_id IS NULL
      AND known.id IN (SELECT customer FROM import_person WHERE customer IS NOT NULL AND customer_id <> '')
    ORDER BY known.id
"""
LOCK_FOUND = """
    SELECT count(*) FROM (
        SELECT FROM crm_customer WHERE id IN (SELECT customer FROM import_person) ORDER BY id FOR NO KEY UPDATE
    ) AS locked
"""
LEARN_IDS = """
    UPDATE crm_customer AS known SET external_id = person.customer_id
    FROM (
        SELECT customer, min(customer_id) AS customer_id FROM import_person
        WHERE customer IS NOT NULL AND customer_id <> '' GROUP BY customer
    ) AS person
    WHERE known.id = person.customer AND known.external_id IS NULL
      AND NOT EXISTS (SELECT FROM crm_customer AS other WHERE other.external_id = person.customer_id)
"""
# Everybody named by one key becomes one customer; the id is drawn first, so that all their rows can carry it.
CREATE = """
    WITH fresh AS (
        SELECT key, since, nextval(pg_get_serial_sequence('crm_customer', 'id')) AS id FROM (
            SELECT {key} AS key, min(since) AS since FROM import_person
            WHERE customer IS NULL AND {key} <> '' GROUP BY {key} ORDER BY {key}
        ) AS named
    ), made AS (
        INSERT INTO crm_customer (id, external_id, created_at, {blank_columns})
        SELECT id, {external_id}, since, {blanks} FROM fresh
    )
    UPDATE import_person AS person SET customer = fresh.id, is_new = true
    FROM fresh WHERE person.customer IS NULL AND fresh.key = person.{key}
"""
ADD_CONTACTS = """
    WITH added AS (
        INSERT INTO crm_contact (customer_id, channel, address, state, state_reason, marketing_consent,
                                 service_consent, created_at, told_at)
        SELECT customer, channel, address, 'active', '', 'unknown', 'unknown', min(since), max(told_at)
        FROM import_person
        CROSS JOIN LATERAL (VALUES ('email', email), ('sms', phone)) AS file (channel, address)
        WHERE customer IS NOT NULL AND address <> ''
        GROUP BY customer, channel, address ORDER BY customer, channel, address
        ON CONFLICT DO NOTHING
        RETURNING id, customer_id, channel
    ), more AS (
        INSERT INTO crm_event (kind, customer_id, occurred_at, received_at, source, key, properties, is_historic)
        SELECT 'customer.address', customer_id, %(now)s, %(now)s, 'crm', 'address:' || id,
               jsonb_build_object('channel', channel, 'contact', id, 'replaced', NULL, 'by', ''), true
        FROM added WHERE EXISTS (
            SELECT FROM crm_contact AS known
            WHERE known.customer_id = added.customer_id AND known.channel = added.channel
        )
    )
    UPDATE import_person SET is_changed = true FROM added WHERE customer = added.customer_id
"""
# As `crm.customers.contacts.tell_again`. Who is locked is locked in id order, before an address of theirs is touched.
TOLD_AGAIN = """
    WITH told AS (
        SELECT customer, channel, address, max(told_at) AS at FROM import_person
        CROSS JOIN LATERAL (VALUES ('email', email), ('sms', phone)) AS file (channel, address)
        WHERE address <> '' GROUP BY customer, channel, address
    )
    SELECT contact.id, told.at FROM told JOIN crm_contact AS contact
        ON (contact.customer_id, contact.channel, contact.address) = (told.customer, told.channel, told.address)
    WHERE contact.told_at < told.at - interval '1 day' OR contact.told_at < told.at AND EXISTS (
        SELECT FROM crm_contact AS other
        WHERE other.customer_id = contact.customer_id AND other.channel = contact.channel AND other.id <> contact.id
    )
"""
TELL_AGAIN = "UPDATE crm_contact AS contact SET told_at = told.at FROM ({again}) AS told WHERE told.id = contact.id"
COPY_TO_ROWS = """
    UPDATE {source} AS file SET customer = person.customer
    FROM import_person AS person
    WHERE file.customer IS NULL AND file.customer_id = person.customer_id AND file.email = person.email
      AND file.phone = person.phone
"""
# The shop says that they are two; an address they share says that they may be one, unless many share it.
PROPOSE = """
    INSERT INTO crm_mergeproposal (keeper_id, duplicate_id, reason, status, created_at)
    SELECT DISTINCT shared.oldest, own.customer_id, %(reason)s, 'open', %(now)s::timestamptz
    FROM crm_contact AS own
    CROSS JOIN LATERAL (
        SELECT min(known.id) AS oldest, count(*) AS people
        FROM crm_contact AS other JOIN crm_customer AS known ON known.id = other.customer_id
        WHERE other.channel = own.channel AND other.address = own.address
          AND known.merged_into_id IS NULL AND known.erased_at IS NULL
    ) AS shared
    WHERE own.customer_id IN (SELECT customer FROM import_person WHERE is_new AND customer_id <> '')
      AND shared.people BETWEEN 2 AND %(most)s AND shared.oldest < own.customer_id
    ON CONFLICT DO NOTHING
"""
MOST_IN_A_FAMILY = 5
ADDRESSES = (("email", "email"), ("phone", "sms"))


def recognise(cursor: Cursor, source: str, now: dt.datetime, *, since: str, told: str) -> None:
    """Set `customer` on every row of the table; new ones are created with the addresses in the file.

    The columns `since` and `told` say since when they are known, and when their addresses were told. Nobody else can
    create customers meanwhile.
    """
    lock_all_identities()
    cursor.execute(FOLLOW_MERGES.format(source=source))
    cursor.execute(COLLECT_PEOPLE.format(source=source, since=since, told=told), {"now": now})
    cursor.execute("ANALYZE import_person")
    _find(cursor)
    _learn_ids(cursor)
    _create(cursor, "customer_id", external_id="key")
    cursor.execute(ADD_CONTACTS, {"now": now})
    for column, _channel in ADDRESSES:
        # Rows with an address alone may name somebody just created.
        _find(cursor)
        _create(cursor, column, external_id="NULL")
        cursor.execute(ADD_CONTACTS, {"now": now})
    _tell_again(cursor)
    cursor.execute(COPY_TO_ROWS.format(source=source))
    reason = _("they share an address, and the shop knows them under two ids")
    cursor.execute(PROPOSE, {"reason": reason, "now": now, "most": MOST_IN_A_FAMILY})


def _create(cursor: Cursor, key: str, *, external_id: str) -> None:
    fields = [column.field for column in CUSTOMER_COLUMNS if column.name not in ("id", "external_id", "created_at")]
    blanks = {field.attname: field.get_db_prep_save(field.get_default(), connection) for field in fields}
    cursor.execute(
        CREATE.format(
            key=key,
            external_id=external_id,
            blank_columns=", ".join(blanks),
            blanks=", ".join(f"%({name})s" for name in blanks),
        ),
        blanks,
    )


def _learn_ids(cursor: Cursor) -> None:
    cursor.execute(WITHOUT_ID)
    if cursor.fetchone():
        cursor.execute(LOCK_FOUND)
        cursor.execute(f"{WITHOUT_ID} FOR UPDATE")
        cursor.execute(LEARN_IDS)


def _tell_again(cursor: Cursor) -> None:
    cursor.execute(f"SELECT EXISTS ({TOLD_AGAIN})")
    if cursor.fetchone()[0]:
        cursor.execute(LOCK_FOUND)
        cursor.execute(TELL_AGAIN.format(again=TOLD_AGAIN))


def _find(cursor: Cursor) -> None:
    cursor.execute(FIND_BY_ID)
    for column, channel in ADDRESSES:
        cursor.execute(FIND_BY_ADDRESS.format(column=column), {"channel": channel})


def count(cursor: Cursor) -> ImportCount:
    cursor.execute(
        "SELECT count(DISTINCT customer) FILTER (WHERE is_new),"
        " count(DISTINCT customer) FILTER (WHERE is_changed), count(DISTINCT customer) FROM import_person"
    )
    new, touched, everybody = cursor.fetchone()
    cursor.execute("SELECT count(DISTINCT customer) FROM import_person WHERE is_new AND is_changed")
    changed = touched - cursor.fetchone()[0]
    return ImportCount(new, changed, everybody - new - changed)
