"""Who stays in a chain's control group: the arm is drawn by a hash, and once drawn it is the customer's for good."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from chains.engine.enrol.eligibility import EntryRequest
from chains.models import Enrolment
from crm.id_lookups import any_of


def draws_control(chain_id: int, customer_id: int, share: int) -> bool:
    """Whether so many percent of customers include this one. A larger share keeps everybody a smaller one had.

    Salted by the chain: otherwise the same people would go without everything.
    """
    digest = hashlib.blake2s(f"chain {chain_id}: {customer_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") * 100 < share * 2**64


def control_entries(entries: Collection[EntryRequest]) -> set[tuple[int, int]]:
    """(chain, customer) of those entries that the control group takes. Whoever was in the chain keeps their arm.

    With the share back at zero the experiment is over, and nobody is held any more.
    """
    asking = {entry.place: entry.program for entry in entries if entry.program.control_share}
    if not asking:
        return set()
    past = Enrolment.objects.filter(
        any_of("chain", {chain for chain, _customer in asking}),
        customer__in={customer for _chain, customer in asking},
    )
    first = past.order_by("chain_id", "customer_id", "entered_at", "pk").distinct("chain_id", "customer_id")
    arms = {
        (chain, customer): held for chain, customer, held in first.values_list("chain_id", "customer_id", "is_control")
    }
    return {place for place, program in asking.items() if arms.get(place, draws_control(*place, program.control_share))}
