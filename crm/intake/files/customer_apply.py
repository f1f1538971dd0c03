"""Customers of a checked file with their consents, written in sets as imported history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.customer_columns import CUSTOMER_COLUMNS
from crm.intake.files import customer_recognition, date_changes
from crm.intake.files.columns import CONSENT_CHANNELS, CUSTOMER
from crm.intake.files.customer_profiles import write_profiles
from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor, StagingTable, plan_for_sets
from crm.intake.files.untold_identity import refuse_nobody
from crm.models import ErasedAddress
from crm.privacy.suppression import erased_at_by_address

TABLE = StagingTable(
    "import_customer",
    [
        ("line", "integer"),
        *((column.name, column.type) for column in CUSTOMER),
        ("attributes", "jsonb"),
        ("customer", "bigint"),
    ],
)
# What a file tells of a customer beside who they are, by the name that stands over it.
PROFILE = {column.file_name or column.name: column.name for column in CUSTOMER_COLUMNS if column.update}
NOTE_PROBLEM = """
    INSERT INTO import_problem (line, field, value, reason)
    SELECT line, %(field)s, '', %(reason)s FROM import_customer WHERE {wrong}
"""
FILL_IDENTITY = """
    UPDATE import_customer SET
        customer_id = coalesce(customer_id, ''), email = coalesce(email, ''), phone = coalesce(phone, '')
"""
# What is said of one channel goes before what is said of all. A yes or no without its moment is old news: it is noted
# only where nothing was decided (a yes) or not refused (a no).
ADD_CONSENTS = """
    CREATE TEMPORARY TABLE import_consent AS
    SELECT DISTINCT ON (file.customer, said.channel, said.address)
           file.customer, said.channel, said.address, said.at AS consent_at, coalesce(said.wording, '') AS wording,
           CASE WHEN said.is_yes THEN 'granted' ELSE 'withdrawn' END AS action,
           contact.id AS contact, NULL::bigint AS id
    FROM import_customer AS file
    CROSS JOIN LATERAL (VALUES
        ('email', file.email, file.email_consent, file.email_consent_wording, file.email_consent_at, 1),
        ('sms', file.phone, file.sms_consent, file.sms_consent_wording, file.sms_consent_at, 1),
        ('email', file.email, file.marketing_consent, file.consent_wording, file.consent_at, 2),
        ('sms', file.phone, file.marketing_consent, file.consent_wording, file.consent_at, 2)
    ) AS said (channel, address, is_yes, wording, at, rank)
    JOIN crm_contact AS contact ON contact.customer_id = file.customer AND contact.channel = said.channel
         AND contact.address = said.address
    WHERE said.is_yes IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM crm_consentrecord AS known
          WHERE known.customer_id = file.customer AND known.channel = said.channel
            AND known.address = said.address AND known.purpose = 'marketing' AND known.source = 'import'
            AND known.action = CASE WHEN said.is_yes THEN 'granted' ELSE 'withdrawn' END
            AND known.occurred_at = said.at
      )
      AND (said.at IS NOT NULL OR contact.marketing_consent <> 'withdrawn')
      AND (said.at IS NOT NULL OR NOT said.is_yes OR contact.marketing_consent <> 'granted')
    ORDER BY file.customer, said.channel, said.address, said.rank, said.at DESC NULLS LAST, file.line DESC
"""
COUNT_SAYING = """
    SELECT count(*) FROM import_customer WHERE coalesce(marketing_consent, email_consent, sms_consent) IS NOT NULL
"""
NEXT_YESES = """
    SELECT contact, channel, address FROM import_consent
    WHERE action = 'granted' AND contact > %(last)s ORDER BY contact LIMIT 5000
"""
DROP_VOID_YESES = """
    DELETE FROM import_consent AS file
    USING unnest(%(channels)s::text[], %(addresses)s::text[], %(moments)s::timestamptz[])
          AS erased (channel, address, erased_at)
    WHERE file.action = 'granted' AND file.channel = erased.channel AND file.address = erased.address
      AND (file.consent_at IS NULL OR file.consent_at <= erased.erased_at)
"""
WRITE_CONSENTS = """
    WITH written AS (
        INSERT INTO crm_consentrecord (customer_id, channel, address, purpose, action, occurred_at, wording, source,
                                       evidence)
        SELECT customer, channel, address, 'marketing', action, coalesce(consent_at, %(now)s), wording, 'import', '{}'
        FROM import_consent
        RETURNING id, customer_id, channel, action, occurred_at
    )
    INSERT INTO crm_event (kind, customer_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'consent.changed', customer_id, occurred_at, %(now)s, 'crm', 'consent:' || id,
           jsonb_build_object('channel', channel, 'purpose', 'marketing', 'action', action), true
    FROM written
"""
# As crm.consent.current_consent: the latest yes or no, of two at one moment the no.
UPDATE_CONTACTS = """
    UPDATE crm_contact AS contact SET marketing_consent = latest.action
    FROM (
        SELECT DISTINCT ON (file.contact) file.contact, known.action
        FROM import_consent AS file
        JOIN crm_consentrecord AS known ON known.customer_id = file.customer AND known.channel = file.channel
             AND known.address = file.address AND known.purpose = 'marketing' AND known.action <> 'requested'
        ORDER BY file.contact, known.occurred_at DESC, known.action = 'withdrawn' DESC
    ) AS latest
    WHERE contact.id = latest.contact
"""


SINCE = f"least({', '.join(('consent_at', *(f'{channel}_consent_at' for channel in CONSENT_CHANNELS)))})"
ADDRESS_COLUMNS = {"email": "email", "sms": "phone"}


def check(cursor: Cursor, fields: Sequence[str]) -> None:
    refuse_nobody(cursor, TABLE.name, "line")
    aimless = "marketing_consent IS NOT NULL AND customer_id IS NOT NULL AND email IS NULL AND phone IS NULL"
    _note_problem(cursor, aimless, "marketing_consent", _("is told without the email or phone it is about"))
    for channel in CONSENT_CHANNELS:
        if f"{channel}_consent" in fields:
            _check_consent(cursor, channel)
    cursor.execute(FILL_IDENTITY)
    cursor.execute("ANALYZE import_customer")


def _check_consent(cursor: Cursor, channel: str) -> None:
    """Whoever says that somebody agreed says when, and to which words; a no needs none."""
    said, address = f"{channel}_consent", ADDRESS_COLUMNS[channel]
    reason = _("is told without the address it is about: %(column)s") % {"column": address}
    _note_problem(cursor, f"{said} IS NOT NULL AND {address} IS NULL", said, reason)
    lacks_moment = f"{said} IS NOT NULL AND {said}_at IS NULL"
    _note_problem(cursor, lacks_moment, f"{said}_at", _("is missing: a consent is recorded with its moment"))
    lacks_wording = f"{said} AND {said}_wording IS NULL"
    reason = _("is missing: a yes is recorded with the words it was said to")
    _note_problem(cursor, lacks_wording, f"{said}_wording", reason)


def apply(cursor: Cursor, fields: Sequence[str], now: dt.datetime) -> dict[str, ImportCount]:
    plan_for_sets(cursor, TABLE.name)
    customer_recognition.recognise(cursor, TABLE.name, now, since=SINCE, told="%(now)s::timestamptz")
    columns = [(name, PROFILE[name]) for name in fields if name in PROFILE]
    has_dates = bool({"birth_date", "attributes"} & set(fields))
    if has_dates:
        date_changes.remember_dates(cursor)
    write_profiles(cursor, TABLE.name, columns, "line DESC", is_sure=True)
    if has_dates:
        date_changes.record_changes(cursor, now)
    counts = {"customers": customer_recognition.count(cursor)}
    if {"marketing_consent", *(f"{channel}_consent" for channel in CONSENT_CHANNELS)} & set(fields):
        counts["consents"] = _write_consents(cursor, now)
    return counts


def _write_consents(cursor: Cursor, now: dt.datetime) -> ImportCount:
    cursor.execute(COUNT_SAYING)
    rows = cursor.fetchone()[0]
    cursor.execute(ADD_CONSENTS)
    _drop_void_yeses(cursor)
    cursor.execute(WRITE_CONSENTS, {"now": now})
    cursor.execute(UPDATE_CONTACTS)
    cursor.execute("SELECT count(*), count(DISTINCT customer) FROM import_consent")
    new, people_changed = cursor.fetchone()
    return ImportCount(new, 0, max(rows - people_changed, 0))


def _drop_void_yeses(cursor: Cursor) -> None:
    """A yes said before its address was erased counts no longer; one without a moment is taken to be older."""
    if not ErasedAddress.objects.exists():
        return
    last = 0
    while True:
        cursor.execute(NEXT_YESES, {"last": last})
        yeses = cursor.fetchall()
        if not yeses:
            return
        erased = erased_at_by_address([(channel, address) for _contact, channel, address in yeses])
        rows = [(channel, address, at) for (channel, address), at in erased.items()]
        channels, addresses, moments = ([row[column] for row in rows] for column in range(3))
        cursor.execute(DROP_VOID_YESES, {"channels": channels, "addresses": addresses, "moments": moments})
        last = yeses[-1][0]


def _note_problem(cursor: Cursor, wrong: str, field: str, reason: str) -> None:
    cursor.execute(NOTE_PROBLEM.format(wrong=wrong), {"field": field, "reason": reason})
