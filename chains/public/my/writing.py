"""Words of a customer to the people of the shop: a letter in a case, like any other."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from chains.page_letters.asking import known_email
from chains.public.my.door import Visit
from crm.models import Case, CaseMessage, Channel, Order
from crm.service.conversations import CustomerLetter, receive_letter

LONGEST_TEXT = 5_000


def write_to_shop(
    visit: Visit,
    *,
    subject: str,
    text: str,
    at: dt.datetime,
    key: str,
    kind: str = Case.Kind.QUESTION.value,
    order: Order | None = None,
    case: Case | None = None,
) -> CaseMessage:
    """Once for a key. It is answered at the address we know, as an email would be."""
    letter = CustomerLetter(
        # As a Message-ID: our answer names it.
        key=f"<page.{visit.customer.pk}.{key}@{settings.SITE_HOST}>",
        address=known_email(visit.customer, visit.link.contact_id),
        subject=subject.replace("\0", ""),
        text=text.replace("\0", "")[:LONGEST_TEXT],
        at=at,
        channel=Channel.EMAIL,
    )
    return receive_letter(visit.customer, letter, kind=kind, order=order, case=case)
