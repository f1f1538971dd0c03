"""What a customer writes in a messenger, for a person to read and answer."""

from __future__ import annotations

import datetime as dt

from chains.incoming.reply_text import route
from crm.models import CaseMessage, Customer, Shop
from crm.service.conversations import CustomerLetter, receive_letter


def hear_text(customer: Customer, channel: str, *, address: str, key: str, text: str, at: dt.datetime) -> CaseMessage:
    """Put it with the customer's case; `key` is the messenger's own id of the text, so that it is heard once."""
    shop = Shop.load()
    kind, severity = route(text, complaint_words=shop.complaint_words, urgent_words=shop.urgent_words)
    written = CustomerLetter(f"{channel}:{key}", f"{channel}:{address}", text.splitlines()[0][:100], text, at)
    return receive_letter(customer, written, kind=kind, severity=severity)
