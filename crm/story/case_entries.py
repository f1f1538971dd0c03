"""Cases, and the letters about them, as entries of a customer's story, a query for each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from crm.models import Case, CaseMessage, Customer, Event, EventKind
from crm.story.story import StoryEntry, StoryKind, events, page_of


def cases(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    for case in customer.cases.select_related("merged_into").order_by("-opened_at")[:limit]:
        moments = (
            (case.opened_at, "report", _("Opened: %(subject)s"), case.body, "bad"),
            (case.acknowledged_at, "mark_chat_read", _("Acknowledged: %(subject)s"), "", ""),
            (case.answered_at, "handshake", _("Solution offered: %(subject)s"), _offer(case), ""),
            _ending(case),
            (case.confirmed_at, "sentiment_satisfied", _("Customer is content: %(subject)s"), "", "good"),
        )
        for at, icon, title, detail, tone in reversed(moments):
            if at:
                words = title % {"subject": case.subject}
                yield StoryEntry(at, icon, words, detail, page_of(case), tone, StoryKind.CASE)


def _ending(case: Case) -> tuple[dt.datetime | None, str, str, str, str]:
    if case.ending == Case.Ending.MERGED:
        into = case.merged_into.subject if case.merged_into else ""
        return case.resolved_at, "merge", _("Merged into another case: %(subject)s"), into, ""
    if case.ending == Case.Ending.NO_WORD:
        return case.resolved_at, "hourglass_disabled", _("Closed, as no word came: %(subject)s"), "", ""
    return case.resolved_at, "task_alt", _("Resolved: %(subject)s"), "", "good"


def reopened_cases(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """Of a case that was opened again its row knows no more when it had been called settled."""
    reopened = events(EventKind.CASE_REOPENED)
    cases = customer.cases.in_bulk([event.properties.get("case") for event in reopened])
    for event in reopened:
        if case := cases.get(event.properties.get("case")):
            words, where = {"subject": case.subject}, page_of(case)
            title = _("Opened again: %(subject)s") % words
            yield StoryEntry(event.occurred_at, "replay", title, "", where, "bad", StoryKind.CASE)
            settled_at = dt.datetime.fromisoformat(event.properties["resolved_at"])
            yield StoryEntry(
                settled_at, "task_alt", _("Resolved: %(subject)s") % words, "", where, "good", StoryKind.CASE
            )


def corrected_cases(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """What staff, or the words of a later letter, made of a case."""
    newest = events(EventKind.CASE_ESCALATED, EventKind.CASE_CORRECTED)
    cases = customer.cases.in_bulk([event.properties.get("case") for event in newest])
    for event in newest:
        if case := cases.get(event.properties.get("case")):
            title, detail, tone = _correction(event)
            words = title % {"subject": case.subject}
            yield StoryEntry(event.occurred_at, "edit_note", words, detail, page_of(case), tone, StoryKind.CASE)


def _correction(event: Event) -> tuple[str, str, str]:
    if event.kind == EventKind.CASE_ESCALATED:
        return _("It is a complaint: %(subject)s"), _("Marketing to the customer rests."), "bad"
    if "kind_was" in event.properties:
        return _("It is no complaint: %(subject)s"), _("Marketing to the customer may go on."), ""
    numbers = {"was": event.properties.get("order_was") or "—", "now": event.order.number if event.order else "—"}
    return _("About another order: %(subject)s"), _("%(was)s → %(now)s") % numbers, ""


def letters(customer: Customer, limit: int) -> Iterator[StoryEntry]:
    """What the customer wrote and what was written back, and what they pressed on the pages behind it."""
    newest = CaseMessage.objects.filter(case__customer=customer)
    newest = newest.select_related("case", "author", "offer", "contentment_check")
    for message in newest.order_by("-occurred_at", "-pk")[:limit]:
        title, icon = _title_and_icon(message)
        yield StoryEntry(
            message.occurred_at,
            icon,
            title % {"subject": message.subject or message.case.subject},
            "\n".join(filter(None, (message.failure, message.text))),
            page_of(message.case),
            "bad" if message.failed_at else "",
            StoryKind.CASE,
        )
        yield from _pressed(message)


def _title_and_icon(message: CaseMessage) -> tuple[str, str]:
    if message.is_received:
        return _("The customer wrote: %(subject)s"), "inbox"
    if message.kind == CaseMessage.Kind.BOT:
        return _("The bot answered: %(subject)s"), "smart_toy"
    return _("We wrote: %(subject)s"), "reply"


def _pressed(message: CaseMessage) -> Iterator[StoryEntry]:
    """The row of the other side is there for letters that ask something, and no query is made for it."""
    where = page_of(message.case)
    offer, check = getattr(message, "offer", None), getattr(message, "contentment_check", None)
    if offer and offer.chosen_at:
        title = _("The customer chose: %(choice)s") % {"choice": offer.get_choice_display()}
        tone = "good" if offer.is_accepted else "bad"
        yield StoryEntry(offer.chosen_at, "touch_app", title, offer.words, where, tone, StoryKind.CASE)
    if check and check.answered_at:
        title = (
            _("The customer says that all is well") if check.is_content else _("The customer says that it is not over")
        )
        tone = "good" if check.is_content else "bad"
        yield StoryEntry(check.answered_at, "touch_app", title, check.words, where, tone, StoryKind.CASE)


def _offer(case: Case) -> str:
    parts = [case.solution]
    if case.alternative:
        parts.append(_("or: %(alternative)s") % {"alternative": case.alternative})
    if case.goodwill:
        parts.append(_("bonus: %(goodwill)s") % {"goodwill": case.goodwill})
    return "\n".join(filter(None, parts))
