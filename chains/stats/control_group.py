"""A chain's control group beside those who get everything: counts, and no verdict."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from chains.models import Chain, Enrolment, Touch
from crm.models import Order, Purpose


@dataclass(frozen=True, slots=True)
class ControlArm:
    """Orders count that were placed after what triggered the chain for the customer, and not cancelled."""

    customers: int
    marketing: int  # messages sent, or not sent only because of the control group
    ordered: int  # customers with an order
    orders: int

    @property
    def ordered_percent(self) -> float | None:
        return 100 * self.ordered / self.customers if self.customers else None


@dataclass(frozen=True, slots=True)
class ControlArms:
    treated: ControlArm
    control: ControlArm


def control_arms(chain: Chain) -> ControlArms | None:
    """Six queries; None for a chain that never had a control group."""
    if not chain.control_share and not Enrolment.objects.filter(chain=chain, is_control=True).exists():
        return None
    return ControlArms(
        treated=_arm(chain, Touch.Status.SENT, is_control=False),
        control=_arm(chain, Touch.Status.CONTROL, is_control=True),
    )


def _arm(chain: Chain, status: str, *, is_control: bool) -> ControlArm:
    enrolments = Enrolment.objects.filter(chain=chain, is_control=is_control)
    counts = enrolments.aggregate(customers=Count("customer", distinct=True))
    marketing = Touch.objects.filter(
        chain=chain, status=status, purpose=Purpose.MARKETING, enrolment__is_control=is_control
    ).count()
    before = enrolments.filter(
        Q(order=None) | ~Q(order=OuterRef("pk")), customer=OuterRef("customer"), triggered_at__lt=OuterRef("placed_at")
    )
    orders = Order.objects.counted().filter(Exists(before))
    return ControlArm(
        marketing=marketing,
        **counts,
        **orders.aggregate(ordered=Count("customer", distinct=True), orders=Count("pk")),
    )
