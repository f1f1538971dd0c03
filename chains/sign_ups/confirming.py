"""The owner of an address pressed the button of our letter: now they are a customer who said yes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from chains.models import SignUp
from chains.models.template import TOPICS
from chains.sign_ups.asking import Visitor
from crm.consent import grant
from crm.customers.find_or_create import find_or_create
from crm.models import Channel, Contact, Customer, Purpose
from crm.referrals.joining import SOURCE


@transaction.atomic
def confirm(sign_up: SignUp, *, at: dt.datetime, visitor: Visitor) -> SignUp:
    """Once; pressed again it changes nothing. SignUp.DoesNotExist when it was forgotten meanwhile.

    The customer is locked before the sign-up: an erasure takes them in the same order.
    """
    if sign_up.confirmed_at:
        return sign_up
    source = SOURCE if sign_up.referral_code else f"form: {sign_up.form.name}"[:100]
    customer = find_or_create(
        email=sign_up.email,
        now=at,
        first_name=sign_up.first_name,
        language=sign_up.form.language,
        source=source,
    )
    sign_up = SignUp.objects.select_for_update(of=("self",)).select_related("form").get(pk=sign_up.pk)
    if sign_up.confirmed_at:
        return sign_up
    grant(
        customer,
        channel=Channel.EMAIL,
        address=sign_up.email,
        purpose=Purpose.MARKETING,
        at=at,
        source=source,
        wording=sign_up.wording,
        evidence=_evidence(sign_up, visitor),
    )
    # Whoever pressed it reads this mailbox, whatever was thought of it before.
    contacts = Contact.objects.filter(customer=customer, channel=Channel.EMAIL, address=sign_up.email)
    contacts.exclude(state=Contact.State.ACTIVE).update(state=Contact.State.ACTIVE, state_reason="")
    _choose_topics(customer, sign_up, is_new=customer.created_at == at)
    sign_up.confirmed_at, sign_up.customer, sign_up.letter_due_at = at, customer, None
    sign_up.save(update_fields=["confirmed_at", "customer", "letter_due_at"])
    return sign_up


def _evidence(sign_up: SignUp, visitor: Visitor) -> dict[str, str | int | None]:
    return {
        "form": sign_up.form_id,
        "sign_up": sign_up.pk,
        "asked_at": sign_up.asked_at.isoformat(),
        "asked_ip": sign_up.ip,
        "asked_user_agent": sign_up.user_agent,
        "page": sign_up.page,
        "ip": visitor.ip,
        "user_agent": visitor.user_agent[:200],
    }


def _choose_topics(customer: Customer, sign_up: SignUp, *, is_new: bool) -> None:
    """What was ticked is wanted. What was not is left out for a new customer; a known one chose before."""
    offered = sign_up.form.topics
    if not offered:
        return
    others = [topic for topic in customer.muted_topics if topic not in sign_up.topics]
    refused = [topic.value for topic in TOPICS if topic in offered and topic not in sign_up.topics] if is_new else []
    customer.muted_topics = [*others, *(topic for topic in refused if topic not in others)]
    customer.save(update_fields=["muted_topics"])
