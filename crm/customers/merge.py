"""Two records of one person: joining them, or asking staff whether they are one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm import consent
from crm.customer_columns import CUSTOMER_COLUMNS
from crm.customers.conflicts import conflict, traits_of
from crm.events import record
from crm.figures import stats
from crm.locks import lock_against_facts, lock_merging
from crm.loyalty import merge_loyalty
from crm.models import (
    Case,
    Coupon,
    Customer,
    CustomerNote,
    CustomerPrediction,
    CustomerScore,
    Earning,
    Event,
    EventInbox,
    EventKind,
    Feedback,
    KnownVisitor,
    MergeProposal,
    Order,
    PainSetAside,
    PointsEntry,
    PointsHold,
    PrivacyRequest,
    ProductRegistration,
    Review,
    StaffTask,
    Subscription,
    WebhookMessage,
)
from crm.service.reviews.merging import give_way
from crm.subscriptions.joining import stop_doubles

Mover = Callable[[Customer, Customer, dt.datetime], None]

MOVED_MODELS = (
    Order,
    Case,
    Feedback,
    Review,
    PointsEntry,
    Coupon,
    Earning,
    PointsHold,
    Event,
    EventInbox,
    PrivacyRequest,
    ProductRegistration,
    Subscription,
    KnownVisitor,
    CustomerNote,
    WebhookMessage,
    StaffTask,
)

_movers: list[Mover] = []


def register(mover: Mover) -> Mover:
    """Let another app move its rows at a merge: called with keeper, duplicate and the moment, in the transaction."""
    if mover not in _movers:
        _movers.append(mover)
    return mover


@transaction.atomic
def merge(keeper: Customer, duplicate: Customer, *, at: dt.datetime) -> Customer:
    """Make two customers one and return them; the duplicate stays behind as a pointer.

    History moves to the keeper, gaps in the keeper's profile are filled from the duplicate, the stricter of two
    consents wins, figures are counted anew.
    """
    lock_merging()
    keeper, duplicate = _current(keeper), _current(duplicate)
    if keeper == duplicate:
        return keeper
    lock_against_facts([keeper.pk, duplicate.pk])
    for customer in (keeper, duplicate):
        customer.refresh_from_db()
    stats.lock([keeper.pk, duplicate.pk])
    stop_doubles(keeper, duplicate, at)
    give_way(keeper, duplicate, at)
    for model in MOVED_MODELS:
        model._default_manager.filter(customer=duplicate).update(customer=keeper)
    _keep_set_aside(keeper, duplicate)
    consent.merge_ledgers(keeper, duplicate, at=at)
    merge_loyalty(keeper.pk, duplicate.pk, at=at)
    for mover in _movers:
        mover(keeper, duplicate, at)
    _join_profiles(keeper, duplicate)
    Customer.objects.filter(merged_into=duplicate).update(merged_into=keeper)
    CustomerScore.objects.filter(customer=duplicate).delete()
    CustomerPrediction.objects.filter(customer=duplicate).delete()
    stats.refresh([keeper.pk, duplicate.pk])
    _settle_proposals(keeper, duplicate, at)
    record(
        EventKind.CUSTOMER_MERGED,
        customer=keeper,
        occurred_at=at,
        source="crm",
        key=f"customer:{duplicate.pk}:merged",
        properties={"duplicate": duplicate.pk},
    )
    return keeper


def merge_or_propose(one: Customer, other: Customer, *, at: dt.datetime) -> None:
    """Two customers found under the same identities: merged when nothing speaks against it, else proposed to staff."""
    if one.pk == other.pk or _proposals(one, other).exists():
        return
    known = traits_of([one.pk, other.pk])
    reason = conflict(known[one.pk], known[other.pk])
    if reason:
        propose(one, other, reason=reason, at=at)
    else:
        merge(one, other, at=at)
        one.refresh_from_db()


def propose(one: Customer, other: Customer, *, reason: str, at: dt.datetime) -> MergeProposal:
    """Ask staff, once, whether these are one person; the older is the one to keep."""
    keeper, duplicate = sorted((one, other), key=lambda customer: customer.pk)
    return MergeProposal.objects.get_or_create(
        keeper=keeper, duplicate=duplicate, defaults={"reason": reason, "created_at": at}
    )[0]


@transaction.atomic
def accept(proposal: MergeProposal, *, at: dt.datetime) -> Customer:
    """Staff say that they are one person."""
    return merge(proposal.keeper, proposal.duplicate, at=at)


def reject(proposal: MergeProposal, *, at: dt.datetime) -> None:
    """Staff say that they are different people; neither merging nor asking happens again."""
    MergeProposal.objects.filter(pk=proposal.pk, status=MergeProposal.Status.OPEN).update(
        status=MergeProposal.Status.REJECTED, decided_at=at
    )
    proposal.refresh_from_db()


def _current(customer: Customer) -> Customer:
    found = Customer.objects.select_related("merged_into").get(pk=customer.pk)
    if found.erased_at:
        raise ValueError(_("This customer's data was erased; there is nothing to merge."))
    return found.merged_into or found


def _join_profiles(keeper: Customer, duplicate: Customer) -> None:
    merged = {
        column.name: column.merge(keeper, duplicate, column.name)
        for column in CUSTOMER_COLUMNS
        if column.merge is not None
    }
    if merged["external_id"] == duplicate.external_id:
        # The id is unique: the duplicate lets go of it before the keeper is saved.
        duplicate.external_id = None
    duplicate.merged_into = keeper
    duplicate.save(update_fields=["external_id", "merged_into"])
    for name, value in merged.items():
        setattr(keeper, name, value)
    keeper.save()


def _keep_set_aside(keeper: Customer, duplicate: Customer) -> None:
    """Whoever was looked at last stands for both."""
    known = PainSetAside.objects.filter(customer__in=[keeper, duplicate]).order_by("-until", "-pk")
    for one in known[1:]:
        one.delete()
    known.filter(customer=duplicate).update(customer=keeper)


def _settle_proposals(keeper: Customer, duplicate: Customer, at: dt.datetime) -> None:
    """The proposal about these two is answered; open ones about the duplicate are now about the keeper."""
    _proposals(keeper, duplicate).update(status=MergeProposal.Status.MERGED, decided_at=at)
    about = Q(keeper=duplicate) | Q(duplicate=duplicate)
    for proposal in MergeProposal.objects.filter(about, status=MergeProposal.Status.OPEN):
        other = proposal.duplicate if proposal.keeper_id == duplicate.pk else proposal.keeper
        propose(keeper, other, reason=proposal.reason, at=at)
        proposal.delete()


def _proposals(one: Customer, other: Customer) -> QuerySet[MergeProposal]:
    pair = (Q(keeper=one) & Q(duplicate=other)) | (Q(keeper=other) & Q(duplicate=one))
    return MergeProposal.objects.filter(pair)
