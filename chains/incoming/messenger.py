"""What a customer writes in a messenger, for a person to read and answer."""

from __future__ import annotations

from chains.incoming.feelings import note_feelings
from chains.incoming.reply_text import route
from crm.models import Case, CaseMessage, Customer, Shop
from crm.service.conversations import CustomerLetter, receive_letter


def hear(customer: Customer, letter: CustomerLetter, answered: str = "") -> bool:
    """Put it with the customer's case; False when it was heard before. `answered` is the key of what it answers."""
    is_new = not CaseMessage.objects.filter(key=letter.key).exists()
    shop = Shop.load()
    kind, severity = route(letter.text, complaint_words=shop.complaint_words, urgent_words=shop.urgent_words)
    message = receive_letter(customer, letter, kind=kind, severity=severity, case=_case(customer, letter, answered))
    if is_new:
        note_feelings(message, letter.text, shop=shop, order=None, at=letter.at)
    return is_new


def _case(customer: Customer, letter: CustomerLetter, answered: str) -> Case | None:
    """That of the message they answer; else that of the last one in this chat, which is a thread by itself."""
    chat = CaseMessage.objects.select_related("case").filter(
        case__customer=customer, channel=letter.channel, address=letter.address
    )
    if answered and (message := chat.filter(key=answered).first()):
        return message.case
    last = chat.last()
    if last is None or (last.case.resolved_at and Case.objects.open().filter(customer=customer).exists()):
        return None
    return last.case
