"""What a file says about returns, staff and other systems' ids of its orders, completed and checked in sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from crm.intake.files import order_contradictions
from crm.intake.files.order_check import note_problem
from crm.intake.files.staging import Cursor

# Without a sum told, goods that came back are refunded at what was paid for them. Neither told, all came back.
COMPLETE_REFUNDS = """
    UPDATE import_order AS file SET
        returns_all = back.head IS NULL AND coalesce(file.refunded, file.total) = file.total,
        refund = coalesce(file.refunded, round(file.total * back.worth / nullif(file.goods, 0), 2),
                          CASE WHEN back.head IS NULL THEN file.total ELSE 0 END)
    FROM import_order AS own LEFT JOIN ({back}) AS back ON back.head = own.head
    WHERE file.head = own.head AND file.returned_at IS NOT NULL
"""
GOODS_BACK = """
    SELECT head, sum(returned_quantity * price) AS worth FROM import_line WHERE returned_quantity > 0 GROUP BY head
"""
NO_GOODS_BACK = "SELECT NULL::integer AS head, NULL::numeric AS worth WHERE false"
RETURNS_WITHOUT_MOMENT = """
    file.returned_at IS NULL AND (
        (file.refunded > 0 AND NOT EXISTS (
            SELECT FROM crm_order AS known WHERE known.id = file.id AND known.refunded >= file.refunded
        )) OR file.head IN (
            SELECT line.head FROM import_line AS line
            LEFT JOIN crm_order AS known ON known.id = file.id
            WHERE line.head = file.head AND line.returned_quantity > 0 AND known.returned_at IS NULL
        )
    )
"""
TAKEN_IDS = """
    file.external_id IS NOT NULL AND (
        EXISTS (
            SELECT FROM crm_order AS known
            WHERE known.external_id = file.external_id AND known.id IS DISTINCT FROM file.id
        ) OR EXISTS (
            SELECT FROM import_order AS other WHERE other.external_id = file.external_id AND other.number <> file.number
        )
    )
"""
SET_RESPONSIBLE = """
    UPDATE import_order AS file SET responsible_id = staff.id
    FROM unnest(%(names)s::text[], %(ids)s::integer[]) AS staff (name, id) WHERE file.responsible = staff.name
"""


def check(cursor: Cursor, fields: Sequence[str]) -> None:
    back = GOODS_BACK if "returned_quantity" in fields else NO_GOODS_BACK
    cursor.execute(COMPLETE_REFUNDS.format(back=back))
    if {"refunded", "returned_quantity"} & set(fields):
        _check_refunds(cursor)
    order_contradictions.check(cursor)
    if "external_id" in fields:
        reason = _("is the id of another order")
        note_problem(cursor, TAKEN_IDS, "external_id", reason, value="file.external_id")
    if "responsible" in fields:
        _find_responsible(cursor)


def _check_refunds(cursor: Cursor) -> None:
    note_problem(cursor, RETURNS_WITHOUT_MOMENT, "returned_at", _("is missing: when was it given back?"))
    reason = _("is more than the order came to")
    note_problem(cursor, "file.refunded > file.total", "refunded", reason, value="file.refunded::text")


def _find_responsible(cursor: Cursor) -> None:
    cursor.execute("SELECT DISTINCT responsible FROM import_order WHERE responsible IS NOT NULL")
    named = [name for (name,) in cursor.fetchall()]
    staff = _staff_by_name()
    found = {name: ids[0] for name in named if len(ids := staff[_folded(name)]) == 1}
    cursor.execute(SET_RESPONSIBLE, {"names": list(found), "ids": list(found.values())})
    reason = _("is not one of the staff: write the user name, or first and last name")
    unknown = "file.responsible IS NOT NULL AND file.responsible_id IS NULL"
    note_problem(cursor, unknown, "responsible", reason, value="file.responsible")


def _staff_by_name() -> dict[str, list[int]]:
    """Who answers to a name; a user name is only one person's."""
    found: dict[str, list[int]] = defaultdict(list)
    users = list(User.objects.filter(is_staff=True, is_active=True).order_by("pk"))
    for user in users:
        for name in {f"{user.first_name} {user.last_name}", f"{user.last_name} {user.first_name}"}:
            found[_folded(name)].append(user.pk)
    for user in users:
        found[_folded(user.username)] = [user.pk]
    return found


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
