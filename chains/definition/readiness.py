"""Whether the shop is ready for a chain: its channels, consents, languages, what starts it, and a test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.channels.registry import CHANNELS
from chains.definition.checks.channels import channels_of, is_connected
from chains.definition.checks.codes import Code
from chains.definition.checks.finding import CHAIN, Finding, place_of
from chains.definition.tree import Node, all_nodes
from chains.definition.wait_kinds import event_words
from chains.models import Chain, ChannelState, Reputation, Step, TestOrder, Touch
from crm.models import Channel, Contact, Customer, Event, Purpose, Shop
from crm.timezones import shop_zone
from segments.compile import matching
from segments.query_timeout import QueryTookTooLong, time_limit
from segments.rule_json import parse
from segments.rules import RuleError

# A person waits before the screen, and the list is worth having without what takes longer.
LOOK_LIMIT = dt.timedelta(milliseconds=700)
TRIGGER_WINDOW = dt.timedelta(days=7)
MOST_COUNTED = 10_000
FREE_MAIL = frozenset(
    {
        "gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "aol.com",
        "mail.ru", "bk.ru", "inbox.ru", "list.ru", "yandex.ru", "ya.ru", "yandex.com", "rambler.ru", "gmx.de",
        "gmx.net", "web.de", "proton.me", "protonmail.com",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Readiness:
    warnings: tuple[Finding, ...]
    ready: tuple[str, ...]


# A finding, or in words that all is well.
Answers = Iterator[Finding | str]


def readiness(chain: Chain, nodes: list[Node], shop: Shop, now: dt.datetime) -> Readiness:
    looks: tuple[Callable[[], Answers], ...] = (
        lambda: _channels(nodes),
        lambda: _sender(nodes, shop),
        lambda: _spam_stop(nodes),
        lambda: _tested(chain),
        lambda: _trigger(chain, now),
        lambda: _consent(nodes),
        lambda: _languages(nodes),
        lambda: _audience(chain, now),
    )
    answers = _in_time(looks)
    return Readiness(
        tuple(one for one in answers if isinstance(one, Finding)), tuple(one for one in answers if isinstance(one, str))
    )


def _in_time(looks: Sequence[Callable[[], Answers]]) -> list[Finding | str]:
    """The slowest come last, so that what takes too long keeps nothing else from being seen."""
    answers: list[Finding | str] = []
    with suppress(QueryTookTooLong), time_limit(LOOK_LIMIT):
        for look in looks:
            answers += look()
    return answers


def _messages(nodes: list[Node]) -> list[Node]:
    return [node for node in all_nodes(nodes) if node.step.kind == Step.Kind.MESSAGE and node.step.template]


def _named_channels(nodes: list[Node]) -> list[str]:
    return sorted({channel for node in _messages(nodes) for channel in channels_of(node.step)})


def _channels(nodes: list[Node]) -> Answers:
    named = _named_channels(nodes)
    down = {state.channel: state for state in ChannelState.objects.down().filter(channel__in=named)}
    for channel in named:
        label = Touch.Channel(channel).label
        if channel in down:
            yield Finding(
                Code.CHANNEL_DOWN, _("%(channel)s is down: its provider does not answer.") % {"channel": label}
            )
        elif is_connected(channel) and not CHANNELS[channel].is_set_up():
            yield Finding(
                Code.OUTBOX_ONLY,
                _(
                    "No mail server is connected: letters are kept in the outbox and reach nobody. "
                    "Whoever runs Encore at your shop connects one."
                ),
            )
        elif is_connected(channel):
            yield _("%(channel)s is connected.") % {"channel": label}


def _sender(nodes: list[Node], shop: Shop) -> Answers:
    if Channel.EMAIL not in _named_channels(nodes):
        return
    domain = shop.sender_address.rpartition("@")[2].lower()
    if domain in FREE_MAIL:
        words = _("Letters come from %(address)s, an address of a free mail service.")
        yield Finding(Code.SENDER, words % {"address": shop.sender_address})
    elif domain == "example.com":
        words = _("Letters come from %(address)s, which is only an example: name an address of your own domain.")
        yield Finding(Code.SENDER, words % {"address": shop.sender_address})


def _spam_stop(nodes: list[Node]) -> Answers:
    stopped = Reputation.stopped_channels() if _has_marketing(nodes) else frozenset()
    if stopped & set(_named_channels(nodes)):
        yield Finding(Code.SPAM_STOP, _("Marketing by email is stopped: too many letters were reported as spam."))


def _has_marketing(nodes: list[Node]) -> bool:
    return any(node.step.purpose == Purpose.MARKETING for node in _messages(nodes))


def _consent(nodes: list[Node]) -> Answers:
    marketing = [node for node in _messages(nodes) if node.step.purpose == Purpose.MARKETING]
    channels = sorted({channel for node in marketing for channel in channels_of(node.step)})
    granted = Contact.objects.filter(marketing_consent=Contact.Consent.GRANTED)
    lacking = [channel for channel in channels if not granted.filter(channel=channel).exists()]
    if channels and len(lacking) == len(channels):
        yield Finding(Code.NO_CONSENT, _("Nobody has agreed to marketing by %(channels)s yet.") % _labels(lacking))


def _labels(channels: list[str]) -> dict[str, str]:
    return {"channels": get_text_list([str(Touch.Channel(one).label) for one in channels], _("or"))}


def _languages(nodes: list[Node]) -> Answers:
    """Languages of customers that some message is not written in."""
    names = dict(settings.LANGUAGES)
    lacking = {code: [node for node in _messages(nodes) if _lacks(node, code)] for code in names}
    for code, without in lacking.items():
        if without and code != settings.LANGUAGE_CODE and Customer.objects.current().filter(language=code).exists():
            words = ngettext(
                "%(count)d message has no text in %(language)s, which some of your customers read: "
                "they get it in %(own)s.",
                "%(count)d messages have no text in %(language)s, which some of your customers read: "
                "they get them in %(own)s.",
                len(without),
            )
            told = {"count": len(without), "language": names[code], "own": names[settings.LANGUAGE_CODE]}
            yield Finding(Code.LANGUAGE, words % told, place_of(without[0]) if len(without) == 1 else CHAIN)


def _lacks(node: Node, language: str) -> bool:
    template = node.step.template
    texts = {(text.channel, text.language) for text in template.texts.all()} if template else set()
    return any((channel, language) not in texts for channel in channels_of(node.step))


def _trigger(chain: Chain, now: dt.datetime) -> Answers:
    if chain.trigger != Chain.Trigger.EVENT or not chain.event_kind:
        return
    seen = Event.objects.filter(kind=chain.event_kind, occurred_at__gt=now - TRIGGER_WINDOW, occurred_at__lte=now)
    count = seen[:MOST_COUNTED].count()
    event = event_words(chain.event_kind)
    if not count:
        words = _("What starts it has not happened in the last 7 days: %(event)s.")
        yield Finding(Code.SILENT_TRIGGER, words % {"event": event})
        return
    words = ngettext(
        "What starts it (%(event)s) happened %(count)d time in the last 7 days, about %(daily)d a day.",
        "What starts it (%(event)s) happened %(count)d times in the last 7 days, about %(daily)d a day.",
        count,
    )
    yield words % {"event": event, "count": count, "daily": max(round(count / TRIGGER_WINDOW.days), 1)}


def _audience(chain: Chain, now: dt.datetime) -> Answers:
    """Of a rule about customers alone; what an order or an event will be is not known yet."""
    if chain.audience_rule is None:
        return
    try:
        members = matching(parse(chain.audience_rule), now)
    except RuleError:
        return
    count = members.order_by()[:MOST_COUNTED].count()
    if not count:
        yield Finding(Code.EMPTY_AUDIENCE, _("Nobody fits “for whom” at present."))
        return
    if count == MOST_COUNTED:
        yield _("More than %(count)d customers fit “for whom” at present.") % {"count": count}
        return
    words = ngettext(
        "%(count)d customer fits “for whom” at present.", "%(count)d customers fit “for whom” at present.", count
    )
    yield words % {"count": count}


def _tested(chain: Chain) -> Answers:
    last = TestOrder.objects.filter(chain=chain).exclude(status=TestOrder.Status.STOPPED).first()
    if last is None:
        yield Finding(Code.NOT_TESTED, _("No test order has been made: nobody has seen its messages arrive."))
    else:
        day = date_format(localtime(last.asked_at, shop_zone()), "DATE_FORMAT")
        yield _("The last test order was made on %(day)s.") % {"day": day}
