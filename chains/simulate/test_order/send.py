"""A test order: asked for, sent letter by letter, stopped. Nothing of it is a touch, an event or a figure."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import override

from chains.channels import Outcome, Outgoing, Result
from chains.channels.registry import channels
from chains.definition.checks import problems
from chains.definition.publishing import NotPublishable, compiled
from chains.engine.advance.changes import coupon_draft
from chains.messages.page_urls import PREVIEW
from chains.messages.rendering import Rendered, TemplateError, choose, render
from chains.messages.rewards import coupon_words
from chains.messages.samples import SAMPLE_CODE
from chains.messages.short_message import render_note
from chains.models import Chain, Touch, Trial, TrialLetter
from chains.program import program
from chains.program.program import Program
from chains.simulate.preview import context_for
from chains.simulate.test_order.plan import Planned, plan
from crm import loyalty
from crm.models import Channel, Customer, Shop
from crm.timezones import zone_of

# Long enough to be read one after the other, short enough for the longest chain to be over within minutes.
PAUSE = dt.timedelta(seconds=10)
AT_ONCE = 20
BODY = re.compile(r"(<body[^>]*>)", re.IGNORECASE)


@transaction.atomic
def ask(chain: Chain, by: User, language: str, customer: Customer | None, now: dt.datetime) -> Trial:
    """Begin a test order of the draft; one of the same marketer that is under way is answered instead."""
    shop = Shop.load()
    if found := problems(chain, shop):
        raise NotPublishable(found)
    draft = program.parse(0, chain.pk, compiled(chain, shop))
    made = Trial(chain=chain, asked_by=by, address=by.email, language=language, customer=customer, asked_at=now)
    Trial.objects.bulk_create([made], ignore_conflicts=True)
    trial = Trial.objects.running().get(chain=chain, asked_by=by)
    if not trial.letters.exists():
        planned = plan(draft, now, zone_of(""))
        TrialLetter.objects.bulk_create([_letter(trial, draft, place, one, now) for place, one in enumerate(planned)])
    return trial


def _letter(trial: Trial, draft: Program, place: int, planned: Planned, now: dt.datetime) -> TrialLetter:
    step, zone = planned.step, zone_of("")
    local = planned.at.astimezone(zone)
    return TrialLetter(
        trial=trial,
        position=place,
        number=step.number,
        name=step.name[:200],
        channel=step.channel,
        purpose=step.purpose,
        day=(local.date() - now.astimezone(zone).date()).days,
        at=local.time().replace(second=0, microsecond=0),
        way=" → ".join(planned.way)[:500],
        text=_text(planned, trial.language) | _coupon(draft, planned, trial.language),
        due_at=now + place * PAUSE,
    )


def _text(planned: Planned, language: str) -> dict[str, Any]:
    step = planned.step
    if step.channel == Touch.Channel.STAFF_TASK:
        return {"script": step.script}
    return choose(step.texts[step.channel], language, settings.LANGUAGE_CODE)


def _coupon(draft: Program, planned: Planned, language: str) -> dict[str, Any]:
    """The coupon the message would show, under a made-up code; none is issued."""
    issuing = draft.step(next(iter(draft.coupons_before.get(planned.step.key, ())), ""))
    if issuing is None or issuing.change is None:
        return {}
    told = coupon_draft(issuing.change, customer_id=0, key="", at=planned.at, is_sent=True)
    return {"coupon": coupon_words(loyalty.coupon_of(told, owner=0, code=SAMPLE_CODE), language)}


def stop(trial: Trial) -> bool:
    """What has not left yet stays."""
    return bool(Trial.objects.running().filter(pk=trial.pk).update(status=Trial.Status.STOPPED))


def walk_on(now: dt.datetime) -> int:
    """Send the letters of test orders whose turn has come; returns how many went out."""
    letters = _claim(now)
    sent = sum(_send(letter, now) for letter in letters)
    if letters:
        waiting = TrialLetter.objects.filter(status=TrialLetter.Status.WAITING)
        over = Trial.objects.running().filter(pk__in={letter.trial_id for letter in letters})
        over.exclude(letters__in=waiting).update(status=Trial.Status.DONE)
    return sent


@transaction.atomic
def _claim(now: dt.datetime) -> list[TrialLetter]:
    """Marked before they leave: a worker that dies sends none of them twice."""
    due = TrialLetter.objects.due(now).order_by("due_at", "pk").select_for_update(of=("self",), skip_locked=True)
    letters = list(due.select_related("trial__customer", "trial__chain")[:AT_ONCE])
    TrialLetter.objects.filter(pk__in=[letter.pk for letter in letters]).update(status=TrialLetter.Status.SENDING)
    return letters


def _send(letter: TrialLetter, now: dt.datetime) -> bool:
    shop = Shop.load()
    try:
        with override(letter.trial.language):
            outgoing = _outgoing(letter, _content(letter, now, shop))
        outcome = next(iter(channels()[Touch.Channel.EMAIL].deliver([outgoing], shop)))
    except TemplateError as error:
        outcome = Outcome(0, Result.PERMANENT, str(error))
    is_sent = outcome.result is Result.SENT
    letter.status = TrialLetter.Status.SENT if is_sent else TrialLetter.Status.FAILED
    letter.trouble, letter.sent_at = outcome.detail[:300], now if is_sent else None
    letter.save(update_fields=["status", "trouble", "sent_at"])
    return is_sent


def _content(letter: TrialLetter, now: dt.datetime, shop: Shop) -> Rendered:
    """The letter with a note above it. What would go over another channel, or to a colleague, is shown as its text."""
    text: Mapping[str, Any] = letter.text
    if letter.channel == Touch.Channel.STAFF_TASK:
        made = _shown(_("Task for a colleague: %(name)s") % {"name": letter.name}, text["script"])
    else:
        context = context_for(letter.trial.language, letter.trial.customer, now, shop)
        context["coupon"] = text.get("coupon", context["coupon"])
        if letter.channel == Channel.EMAIL:
            made = render(text, context, is_tracked=False)
        else:
            name = str(Touch.Channel(letter.channel).label)
            made = _shown(f"{name}: {letter.name}", render_note(text, context).text)
    note = note_of(letter)
    subject = _("[Test, %(note)s] %(subject)s") % {"note": note, "subject": made.subject}
    html = BODY.sub(lambda body: f"{body[0]}<p><b>{escape(_('Test: would go out on %s') % note)}</b></p>", made.html, 1)
    return Rendered(subject, html, f"{_('Test: would go out on %s') % note}\n\n{made.text}", made.links)


def _shown(subject: str, text: str) -> Rendered:
    return Rendered(subject, f"<html><body>{linebreaks(escape(text))}</body></html>", text + "\n", [])


def note_of(letter: TrialLetter) -> str:
    """“day 14, 10:00, only on the way “bought again””."""
    told = _("day %(day)d, %(time)s") % {"day": letter.day, "time": f"{letter.at:%H:%M}"}
    return told + (_(", only on the way “%(way)s”") % {"way": letter.way} if letter.way else "")


def _outgoing(letter: TrialLetter, content: Rendered) -> Outgoing:
    trial = letter.trial
    return Outgoing(
        touch_id=0,
        customer_id=trial.customer_id or 0,
        order_id=None,
        address=trial.address,
        name="",
        purpose=letter.purpose,
        language=trial.language,
        token=PREVIEW,
        message_id=f"<test-order-{letter.pk}-{secrets.token_urlsafe(8)}@{settings.SITE_HOST}>",
        content=content,
    )
