"""A chain's control group beside those who get everything: counts, and no verdict."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from chains.models import Chain, Enrolment, Touch
from crm.models import Order, Purpose


@dataclass(frozen=True, slots=True)
class Arm:
    """`marketing`: messages sent, or for the control group held back when all else was in their favour.

    `ordered`: customers with an order, not cancelled, placed after what started the chain for them and other than it.
    """

    customers: int
    marketing: int
    ordered: int
    orders: int

    @property
    def ordered_percent(self) -> float | None:
        return 100 * self.ordered / self.customers if self.customers else None


@dataclass(frozen=True, slots=True)
class Arms:
    treated: Arm
    held: Arm


def arms(chain: Chain) -> Arms | None:
    """Six queries; None for a chain that never had a control group."""
    if not chain.control_share and not Enrolment.objects.filter(chain=chain, is_held=True).exists():
        return None
    return Arms(
        treated=_arm(chain, Touch.Status.SENT, is_held=False), held=_arm(chain, Touch.Status.HELD, is_held=True)
    )


def _arm(chain: Chain, status: str, *, is_held: bool) -> Arm:
    theirs = Enrolment.objects.filter(chain=chain, is_held=is_held)
    counts = theirs.aggregate(customers=Count("customer", distinct=True))
    marketing = Touch.objects.filter(
        chain=chain, status=status, purpose=Purpose.MARKETING, enrolment__is_held=is_held
    ).count()
    before = theirs.filter(
        Q(order=None) | ~Q(order=OuterRef("pk")), customer=OuterRef("customer"), triggered_at__lt=OuterRef("placed_at")
    )
    orders = Order.objects.counted().filter(Exists(before))
    return Arm(
        marketing=marketing,
        **counts,
        **orders.aggregate(ordered=Count("customer", distinct=True), orders=Count("pk")),
    )
