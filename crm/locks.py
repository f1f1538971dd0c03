"""Locks on customers, and on who may create, merge or erase them.

An address is not a unique key, since a family may share one, so the database cannot refuse the second of two
customers created at the same moment. Whoever may create customers therefore takes a lock named after each
identity first; a set-based import takes one lock over all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.models import Case, Customer, Order, Review, Subscription

IDENTITIES = "crm.identities"
MERGING = "crm.merging"
STARTERS = "crm.starters"
REFERRALS = "crm.referrals"


def lock_identities(keys: Iterable[str]) -> None:
    """Be the only one, until the transaction ends, to look up and create customers under these keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [IDENTITIES])
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key",
            [[f"{IDENTITIES}:{key}" for key in sorted(keys)]],
        )


def lock_all_identities() -> None:
    """Be the only one to create or merge customers at all: for an import that recognises them in sets."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [IDENTITIES])
    lock_merging()


def lock_merging() -> None:
    """Be the only one to merge or erase customers until the transaction ends. Taken before any customer's row.

    A merge locks its customers against every new fact about them; what writes about many customers in any order would
    lock one of them and wait for the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [MERGING])


def lock_starters() -> None:
    """Be the only one to add what a new shop begins with, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [STARTERS])


def lock_referrals() -> None:
    """Be the only one, until the transaction ends, to say who brought whom: circles are looked for along all of it.

    Taken before any customer's row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [REFERRALS])


def prevent_merging() -> None:
    """Let nobody be merged or erased until the transaction ends: for what writes about many customers at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [MERGING])


def lock_current(customer: Customer) -> Customer:
    """Whoever now stands for this customer, kept from being merged away or erased until the transaction ends.

    Who was erased while we waited says so in `erased_at`: nothing more may be noted of them.
    """
    while True:
        try:
            customer.erased_at = _share_lock(customer.pk)
        except _MergedMeanwhile:
            customer = Customer.objects.get(merged_from=customer)
        else:
            return customer


def lock_all_current(customer_ids: Iterable[int]) -> dict[int, int]:
    """Be the only one to change what these customers have until the transaction ends.

    Returns who stands for each now; those whose data was erased are left out.
    """
    ids = set(customer_ids)
    while True:
        known = Customer.objects.filter(pk__in=ids).values_list("pk", "merged_into")
        current = {pk: merged_into or pk for pk, merged_into in known}
        try:
            erased = _lock_unmerged(set(current.values()))
        except _MergedMeanwhile:
            continue
        return {pk: owner for pk, owner in current.items() if owner not in erased}


def lock_fact(fact: Order | Case | Subscription | Review, lock_owner: Callable[[int], object] | None = None) -> None:
    """Read a fact again and lock it, with the customer it belongs to, until the transaction ends.

    The customer comes first, as in a merge, or the two would wait for each other; and again, should a merge have
    moved the fact while we waited.
    """
    while True:
        try:
            _lock_fact_of(fact, fact.customer_id, lock_owner or _share_lock)
        except _MergedMeanwhile:
            fact.refresh_from_db(fields=["customer"])
        else:
            return


class _MergedMeanwhile(Exception):
    """Rolls back to release the locks: a merge locks keeper and duplicate in id order, and so must everybody."""


@transaction.atomic
def _lock_unmerged(customer_ids: set[int]) -> set[int]:
    """Lock them in one pass, in id order, and return those whose data was erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, merged_into_id, erased_at FROM crm_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(customer_ids)],
        )
        found = cursor.fetchall()
    if any(merged_into for _pk, merged_into, _erased_at in found):
        raise _MergedMeanwhile
    return {pk for pk, _merged_into, erased_at in found if erased_at}


@transaction.atomic
def _lock_fact_of(
    fact: Order | Case | Subscription | Review, owner_id: int, lock_owner: Callable[[int], object]
) -> None:
    lock_owner(owner_id)
    locked: QuerySet[Any] = type(fact)._default_manager.select_for_update(no_key=True)
    fact.refresh_from_db(from_queryset=locked)
    if fact.customer_id != owner_id:
        raise _MergedMeanwhile


@transaction.atomic
def _share_lock(customer_id: int) -> dt.datetime | None:
    """When they were erased."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT merged_into_id, erased_at FROM crm_customer WHERE id = %s FOR KEY SHARE", [customer_id])
        row = cursor.fetchone()
    if row is None:
        raise Customer.DoesNotExist(_("This customer no longer exists."))
    merged_into, erased_at = row
    if merged_into:
        raise _MergedMeanwhile
    return erased_at  # type: ignore[no-any-return]


def lock_against_facts(customer_ids: Iterable[int]) -> list[int]:
    """Lock customers so that nobody adds a fact to them meanwhile: their facts hold KEY SHARE, which this excludes.

    Returns whom it locked, in one pass and in id order: these, and those once merged into them, whose pointers change
    with theirs. Who stands for them must be read after `lock_merging`: until then they may be merged.
    """
    lock_merging()
    ids = list(customer_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM crm_customer WHERE id = ANY(%s) OR merged_into_id = ANY(%s) ORDER BY id FOR UPDATE",
            [ids, ids],
        )
        return [pk for (pk,) in cursor.fetchall()]
