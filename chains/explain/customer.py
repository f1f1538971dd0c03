"""Every chain for one customer: in it, through with it, or not and why, in the words of the chain's own page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from chains.explain.entry import explain_entries
from chains.explain.histories import EnrolmentHistory, histories
from chains.models import Chain
from crm.models import Customer


@dataclass(frozen=True, slots=True)
class ChainNotEntered:
    chain: Chain
    sentence: str


@dataclass(frozen=True, slots=True)
class CustomerChains:
    stays: tuple[EnrolmentHistory, ...]
    missing: tuple[ChainNotEntered, ...]


def customer_chains(customer: Customer, now: dt.datetime) -> CustomerChains:
    """The chains they are or were in, and each that runs and that they never entered."""
    chains = list(Chain.objects.running().exclude(enrolments__customer=customer).order_by("priority", "name"))
    explained = explain_entries(chains, customer, now, most_past=1)
    return CustomerChains(
        tuple(histories(customer, now)),
        tuple(ChainNotEntered(chain, explained[chain.pk].verdict) for chain in chains),
    )
