"""What a person may ask of whoever keeps their data, as their shop passes it on: recorded once, and carried out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.utils.translation import gettext as _

from crm.customers.recognition import identity_keys, recognise
from crm.intake.facts import PrivacyFact
from crm.intake.privacy.payloads import blank, subjects_of
from crm.models import Contact, Customer, PrivacyRequest, Source
from crm.models.privacy import DAYS_TO_ANSWER
from crm.placeholders import is_no_id
from crm.privacy.erase import erase, erase_address

Kind = PrivacyRequest.Kind


def record(fact: PrivacyFact, source: Source, now: dt.datetime) -> PrivacyRequest:
    """A request told twice is one. What staff have to answer, and what takes long, stays open."""
    request, is_new = PrivacyRequest.objects.get_or_create(
        source=source,
        key=fact.key,
        defaults={
            "kind": fact.kind,
            "received_at": fact.at,
            "due_at": fact.at + dt.timedelta(days=DAYS_TO_ANSWER),
        },
    )
    if is_new and fact.kind in CARRIED_OUT_AT_ONCE:
        CARRIED_OUT_AT_ONCE[fact.kind](request, fact, now)
    return request


def finish(request: PrivacyRequest, outcome: str, now: dt.datetime) -> None:
    request.outcome, request.done_at = outcome[:500], now
    request.save(update_fields=["outcome", "done_at", "erased"])


def _find(request: PrivacyRequest, fact: PrivacyFact, now: dt.datetime) -> None:
    """What is kept is put together when staff take it out: until then it changes, and is in one place only."""
    people = _people(fact, request.passed_on_by)
    request.customer = people[0] if people else None
    request.outcome = "" if people else _("Nobody here has this id, address or number: nothing is kept.")
    request.save(update_fields=["customer", "outcome"])


def _erase(request: PrivacyRequest, fact: PrivacyFact, now: dt.datetime) -> None:
    people = _people(fact, request.passed_on_by)
    # Before the customers are locked: whoever applies one of these deliveries locks it first, and them afterwards.
    blank(request.passed_on_by, subjects_of(fact, request.passed_on_by, people), before=fact.at)
    in_order = sorted(people, key=lambda one: one.pk)
    certificates = [str(erase(person, at=now)["certificate"]) for person in in_order]
    certificates += _erase_addresses(fact, now) if not people else []
    request.customer, request.erased = (people[0] if people else None), len(people)
    request.save(update_fields=["customer"])
    outcome = _("Nobody here has this id, address or number: there was nothing to erase.")
    if certificates:
        outcome = _("Erased. Certificates: %(numbers)s.") % {"numbers": ", ".join(certificates)}
    finish(request, outcome, now)


def _erase_addresses(fact: PrivacyFact, now: dt.datetime) -> list[str]:
    """Somebody may have written or signed up who never bought; what is a customer's stays."""
    addresses = identity_keys("", fact.email, fact.phone).addresses if fact.email or fact.phone else ()
    unknown = [one for one in addresses if not Customer.objects.by_address(*one).exists()]
    told = [erase_address(channel, address, at=now) for channel, address in unknown]
    # The request itself holds the address, and goes as well.
    return [str(one["certificate"]) for one in told if any({**one["erased"], "payloads": 0}.values())]


CARRIED_OUT_AT_ONCE: dict[str, Callable[[PrivacyRequest, PrivacyFact, dt.datetime], None]] = {
    Kind.ACCESS: _find,
    Kind.ERASURE: _erase,
}


def _people(fact: PrivacyFact, source: Source) -> list[Customer]:
    """The customer whom the shop knows by this id, and records without any id that hold nobody else's addresses.

    Somebody known by another id shares the address, as families do: of them nobody asked.
    """
    own = "" if is_no_id(fact.external_id) else source.prefixed(fact.external_id)
    keys = identity_keys(own, fact.email, fact.phone)
    known = recognise(keys)
    is_theirs = partial(_has_no_other_address, told=set(keys.addresses))
    guests = [one for one in known.with_address if not one.external_id and is_theirs(one)]
    found = [known.by_id, *guests] if known.by_id and not known.by_id.erased_at else guests
    return list({one.pk: one for one in found}.values())


def _has_no_other_address(customer: Customer, told: set[tuple[str, str]]) -> bool:
    return set(Contact.objects.filter(customer=customer).values_list("channel", "address")) <= told
