"""Who is in a chain's control group: a hash draws, and what it drew once holds for the customer for good."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from chains.engine.enrol.eligibility import EntryRequest
from chains.models import Enrolment
from crm.id_lookups import any_of


def draws_control(chain_id: int, customer_id: int, share: int) -> bool:
    """Whether so many percent of customers include this one. A larger share keeps everybody a smaller one had.

    The hash is salted by the chain: otherwise the same people would go without everything.
    """
    digest = hashlib.blake2s(f"chain {chain_id}: {customer_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") * 100 < share * 2**64


def control_entries(entries: Collection[EntryRequest]) -> set[tuple[int, int]]:
    """(chain, customer) of entries of the control group. Whoever was in the chain before stays as they were.

    With the share back at zero the experiment is over, and everybody gets everything.
    """
    programs = {entry.chain_and_customer: entry.program for entry in entries if entry.program.control_share}
    if not programs:
        return set()
    past = Enrolment.objects.filter(
        any_of("chain", {chain for chain, _customer in programs}),
        customer__in={customer for _chain, customer in programs},
    )
    first = past.order_by("chain_id", "customer_id", "entered_at", "pk").distinct("chain_id", "customer_id")
    rows = first.values_list("chain_id", "customer_id", "is_control")
    drawn = {(chain, customer): is_control for chain, customer, is_control in rows}
    return {
        (chain, customer)
        for (chain, customer), program in programs.items()
        if drawn.get((chain, customer), draws_control(chain, customer, program.control_share))
    }
