"""A test order sends a draft's messages to its marketer, one by one. None is a touch, an event or a figure."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import override

from chains.channels.registry import senders
from chains.channels.sender import Outcome, OutgoingMessage, Result
from chains.definition.checks import problems
from chains.definition.publishing import NotPublishable, compiled
from chains.messages.page_urls import PREVIEW
from chains.messages.rendering import Rendered, TemplateError, render, text_in_language
from chains.messages.short_message import render_note
from chains.models import Chain, TestOrder, TestOrderMessage, Touch
from chains.models.experiment import AS_IS
from chains.program import program
from chains.program.program import Program
from chains.simulate.made_up_coupon import made_up_coupon
from chains.simulate.preview import context_for
from chains.simulate.test_order.plan import PlannedMessage, plan
from crm.models import Channel, Customer, Shop
from crm.timezones import shop_zone

# Long enough to be read one after the other, short enough for the longest chain to be over within minutes.
PAUSE = dt.timedelta(seconds=10)
BATCH = 20
BODY = re.compile(r"(<body[^>]*>)", re.IGNORECASE)


@transaction.atomic
def start(
    chain: Chain, by: User, language: str, customer: Customer | None, now: dt.datetime, variant: str = AS_IS
) -> TestOrder:
    """Begin a test order of the draft; returns the one already running for this marketer where there is one.

    `variant` is the letter that steps with an experiment are sent as.
    """
    shop = Shop.load()
    if found := problems(chain, shop):
        raise NotPublishable(found)
    draft = _as_variant(program.parse(0, chain.pk, compiled(chain, shop)), variant)
    made = TestOrder(chain=chain, asked_by=by, address=by.email, language=language, customer=customer, asked_at=now)
    TestOrder.objects.bulk_create([made], ignore_conflicts=True)
    test_order = TestOrder.objects.running().get(chain=chain, asked_by=by)
    if not test_order.messages.exists():
        planned = plan(draft, now, shop_zone())
        TestOrderMessage.objects.bulk_create(
            [_message(test_order, draft, position, one, now) for position, one in enumerate(planned)]
        )
    return test_order


def _as_variant(draft: Program, letter: str) -> Program:
    """Its steps with an experiment as this variant has them, which their names say."""
    if letter == AS_IS:
        return draft
    tried = {step.key: step.as_variant(f"{step.experiment}{letter}") for step in draft.steps if step.experiment}
    named = {key: replace(step, name=f"{step.name} · {letter}".strip(" ·")) for key, step in tried.items()}
    return replace(draft, steps=tuple(named.get(step.key, step) for step in draft.steps))


def _message(
    test_order: TestOrder, draft: Program, position: int, planned: PlannedMessage, now: dt.datetime
) -> TestOrderMessage:
    step, zone = planned.step, shop_zone()
    local = planned.at.astimezone(zone)
    return TestOrderMessage(
        test_order=test_order,
        position=position,
        number=step.number,
        name=step.name[:200],
        channel=step.channel,
        purpose=step.purpose,
        day=(local.date() - now.astimezone(zone).date()).days,
        at=local.time().replace(second=0, microsecond=0),
        way=" → ".join(planned.branches)[:500],
        text=_text(planned, test_order.language) | _coupon(draft, planned, test_order.language),
        due_at=now + position * PAUSE,
    )


def _text(planned: PlannedMessage, language: str) -> dict[str, Any]:
    step = planned.step
    if step.channel == Touch.Channel.STAFF_TASK:
        return {"script": step.script}
    return text_in_language(step.texts[step.channel], language, settings.LANGUAGE_CODE)


def _coupon(draft: Program, planned: PlannedMessage, language: str) -> dict[str, Any]:
    """The coupon the message would show."""
    issuing = draft.step(next(iter(draft.coupons_before.get(planned.step.key, ())), ""))
    if issuing is None or issuing.change is None:
        return {}
    return {"coupon": made_up_coupon(issuing.change, planned.at, language)}


def stop(test_order: TestOrder) -> bool:
    """What has not been sent yet never is; whether there was anything to stop."""
    return bool(TestOrder.objects.running().filter(pk=test_order.pk).update(status=TestOrder.Status.STOPPED))


def send_due(now: dt.datetime) -> int:
    """Send the messages of test orders that are due; returns how many went out."""
    messages = _claim(now)
    sent = sum(_send(message, now) for message in messages)
    if messages:
        waiting = TestOrderMessage.objects.filter(status=TestOrderMessage.Status.WAITING)
        over = TestOrder.objects.running().filter(pk__in={message.test_order_id for message in messages})
        over.exclude(messages__in=waiting).update(status=TestOrder.Status.DONE)
    return sent


@transaction.atomic
def _claim(now: dt.datetime) -> list[TestOrderMessage]:
    """They are marked before they are sent, so that a worker that dies sends none of them twice."""
    due = TestOrderMessage.objects.due(now).order_by("due_at", "pk").select_for_update(of=("self",), skip_locked=True)
    messages = list(due.select_related("test_order__customer", "test_order__chain")[:BATCH])
    TestOrderMessage.objects.filter(pk__in=[message.pk for message in messages]).update(
        status=TestOrderMessage.Status.SENDING
    )
    return messages


def _send(message: TestOrderMessage, now: dt.datetime) -> bool:
    shop = Shop.load()
    try:
        with override(message.test_order.language):
            outgoing = _outgoing(message, _content(message, now, shop))
        outcome = next(iter(senders()[Touch.Channel.EMAIL].deliver([outgoing], shop)))
    except TemplateError as error:
        outcome = Outcome(0, Result.PERMANENT, str(error))
    is_sent = outcome.result is Result.SENT
    message.status = TestOrderMessage.Status.SENT if is_sent else TestOrderMessage.Status.FAILED
    message.trouble, message.sent_at = outcome.detail[:300], now if is_sent else None
    message.save(update_fields=["status", "trouble", "sent_at"])
    return is_sent


def _content(message: TestOrderMessage, now: dt.datetime, shop: Shop) -> Rendered:
    """The letter with its day and time above it. What another channel or a colleague would get is shown as text."""
    text: Mapping[str, Any] = message.text
    if message.channel == Touch.Channel.STAFF_TASK:
        made = _shown(_("Task for a colleague: %(name)s") % {"name": message.name}, text["script"])
    else:
        context = context_for(dict(text), message.test_order.customer, now, shop)
        context["coupon"] = text.get("coupon", context["coupon"])
        if message.channel == Channel.EMAIL:
            made = render(text, context, is_tracked=False)
        else:
            name = str(Touch.Channel(message.channel).label)
            made = _shown(f"{name}: {message.name}", render_note(text, context).text)
    note = timing_words(message)
    subject = _("[Test, %(note)s] %(subject)s") % {"note": note, "subject": made.subject}
    html = BODY.sub(lambda body: f"{body[0]}<p><b>{escape(_('Test: would go out on %s') % note)}</b></p>", made.html, 1)
    return Rendered(subject, html, f"{_('Test: would go out on %s') % note}\n\n{made.text}", made.links)


def _shown(subject: str, text: str) -> Rendered:
    return Rendered(subject, f"<html><body>{linebreaks(escape(text))}</body></html>", text + "\n", [])


def timing_words(message: TestOrderMessage) -> str:
    """“day 14, 10:00, only on the way “bought again””."""
    timing = _("day %(day)d, %(time)s") % {"day": message.day, "time": f"{message.at:%H:%M}"}
    return timing + (_(", only on the way “%(way)s”") % {"way": message.way} if message.way else "")


def _outgoing(message: TestOrderMessage, content: Rendered) -> OutgoingMessage:
    test_order = message.test_order
    return OutgoingMessage(
        touch_id=0,
        customer_id=test_order.customer_id or 0,
        order_id=None,
        address=test_order.address,
        name="",
        purpose=message.purpose,
        language=test_order.language,
        token=PREVIEW,
        message_id=f"<test-order-{message.pk}-{secrets.token_urlsafe(8)}@{settings.SITE_HOST}>",
        content=content,
    )
