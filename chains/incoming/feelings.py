"""What a reply tells besides its matter: delight, or the wish to give something back. A person takes it from there."""

from __future__ import annotations

import datetime as dt

from chains.incoming.reply_text import names_any, own_words, praises
from crm.models import Case, CaseMessage, Order, Shop
from crm.service.praise import offer_help, thank_for_praise


def note_feelings(message: CaseMessage, text: str, *, shop: Shop, order: Order | None, at: dt.datetime) -> None:
    """Words of a complaint and urgent ones weigh more: of such a letter nothing is noted here."""
    case = message.case
    if case.kind == Case.Kind.COMPLAINT or case.severity == Case.Severity.HIGH:
        return
    said = own_words(text)
    if names_any(said, shop.return_words):
        offer_help(case.customer, said, order=order or case.order, at=at)
    elif praises(said, shop.praise_words):
        thank_for_praise(case.customer, said, order=order or case.order, at=at)
