"""“Is all well now?”, asked after a case was resolved: a yes closes the loop, a no opens the case again."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import Case, CaseMessage, ContentmentCheck, Shop
from crm.service import cases
from crm.service.offers import page_url
from crm.service.ready_answers import language_of
from crm.service.sending import Draft, send
from crm.timezones import zone_of

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 100
# By itself no customer is asked more often than that, and nobody about what was settled longer ago.
ASKED_ONCE_IN = dt.timedelta(days=90)
ASKED_UNTIL = dt.timedelta(days=7)
CHANGED_WITHIN = dt.timedelta(days=7)
WORDS_LIMIT = 2_000


def ask_if_content(case: Case, *, by: User | None, at: dt.datetime) -> CaseMessage:
    """Ask in the channel of the case, once each time it was resolved. ValueError in words when there is no asking."""
    if case.resolved_at is None:
        raise ValueError(_("It is not resolved yet."))
    if case.confirmed_at:
        raise ValueError(_("The customer is content already."))
    draft = Draft("", by, kind=CaseMessage.Kind.CHECK)
    text = _letter(case, page_url(draft.token))
    note = partial(_note, case, case.resolved_at, by, at)
    return send(case, replace(draft, text=text, note=note), at=at)


@transaction.atomic
def answer_if_content(
    check: ContentmentCheck, *, is_content: bool, words: str = "", at: dt.datetime
) -> ContentmentCheck:
    """What the customer pressed; they may change their mind for a week. ValueError afterwards."""
    case = check.case
    lock_fact(case)
    check.refresh_from_db(fields=["is_content", "words", "answered_at"])
    words = words.replace("\0", "").strip()[:WORDS_LIMIT]
    if (check.is_content, check.words) == (is_content, words):
        return check
    if not is_open(check, at):
        raise ValueError(_("This question is settled already."))
    is_new = check.is_content is not is_content
    check.is_content, check.words, check.answered_at = is_content, words, at
    check.save(update_fields=["is_content", "words", "answered_at"])
    if is_new and is_content:
        cases.confirm(case, at=at)
    elif is_new:
        cases.reopen(case, at=at)
        cases.note_unanswered(case, since=at, at=at)
    return check


def is_open(check: ContentmentCheck, now: dt.datetime) -> bool:
    """Nobody opened the case again but by this answer, and it was not too long ago."""
    if check.answered_at and now - check.answered_at > CHANGED_WITHIN:
        return False
    return check.is_content is False or check.case.resolved_at == check.resolved_at


def ask_due(now: dt.datetime) -> int:
    """Ask about what was resolved as many days ago as the shop has set, by day; returns how many were asked."""
    shop = Shop.load()
    if not shop.asks_if_content:
        return 0
    asked: set[int] = set()
    for case in _due(now, now - dt.timedelta(days=shop.ask_content_days))[:MOST_AT_ONCE]:
        if case.customer_id not in asked and not _is_quiet(case, shop, now) and _ask(case, now):
            asked.add(case.customer_id)
    return len(asked)


def _ask(case: Case, now: dt.datetime) -> bool:
    try:
        ask_if_content(case, by=None, at=now)
    except ValueError as refusal:
        logger.info("Case %s: the customer could not be asked whether all is well: %s", case.pk, refusal)
        return False
    return True


def _due(now: dt.datetime, before: dt.datetime) -> QuerySet[Case]:
    """Those that somebody wrote about: who never heard from us would be asked by a stranger."""
    checks = ContentmentCheck.objects.order_by()
    answered = CaseMessage.objects.filter(case=OuterRef("pk")).order_by()
    complaints = Case.objects.open().complaints().filter(customer=OuterRef("customer"))
    due = Case.objects.filter(
        resolved_at__lte=before, resolved_at__gt=before - ASKED_UNTIL, confirmed_at=None, ending=""
    )
    return (
        due.filter(Exists(answered), customer__erased_at=None)
        .exclude(Exists(checks.filter(case=OuterRef("pk"), resolved_at=OuterRef("resolved_at"))))
        .exclude(Exists(checks.filter(case__customer=OuterRef("customer"), asked_at__gt=now - ASKED_ONCE_IN)))
        .exclude(Exists(complaints))
        .select_related("customer", "order")
        .order_by(F("resolved_at"), "pk")
    )


def _is_quiet(case: Case, shop: Shop, now: dt.datetime) -> bool:
    local = now.astimezone(zone_of(case.customer.time_zone)).time()
    if shop.quiet_from <= shop.quiet_until:
        return shop.quiet_from <= local < shop.quiet_until
    return local >= shop.quiet_from or local < shop.quiet_until


def _note(case: Case, resolved_at: dt.datetime, by: User | None, at: dt.datetime, message: CaseMessage) -> None:
    if ContentmentCheck.objects.filter(case=case, resolved_at=resolved_at).exists():
        raise ValueError(_("The customer was asked already."))
    ContentmentCheck.objects.create(case=case, message=message, resolved_at=resolved_at, asked_at=at, asked_by=by)
    cases.note_asked(case, at=at)


def _letter(case: Case, address: str) -> str:
    with translation.override(language_of(case.customer)):
        asked = _("Is all well now with “%(subject)s”?") % {"subject": case.subject}
        told = _("Please tell us with one press. If it is not, we go on with it at once:")
    return f"{asked}\n\n{told}\n{address}"
