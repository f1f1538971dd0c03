"""All that the health check can say, a row each: whether it blocks, from which experience, and where it is mended."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise


class Level(StrEnum):
    BLOCKS = "blocks"
    WARNS = "warns"


class Target(Enum):
    """The page on which it is mended."""

    CHAIN = "chain"
    STEP = "step"
    TEXT = "text"
    SETTINGS = "settings"
    CHANNELS = "channels"
    TEST_ORDER = "test_order"
    SOURCES = "sources"


class Code(StrEnum):
    """Kept with what managers override, so a value never changes."""

    SHOP = "shop"
    ENTRY = "entry"
    CONTROL_GROUP = "control_group"
    SIZE = "size"
    NOTHING_TO_DO = "nothing_to_do"
    OUT_OF_REACH = "out_of_reach"
    INCOMPLETE = "incomplete"
    NO_COUPON = "no_coupon"
    SERVICE_FIRST = "service_first"
    BEFORE_DELIVERY = "before_delivery"
    STOREWIDE_DISCOUNT = "storewide_discount"
    NO_CHANNEL = "no_channel"
    EXPERIMENT = "experiment"

    FIRST_MESSAGE = "first_message"
    CALLS_TO_ACTION = "calls_to_action"
    MANY_MESSAGES = "many_messages"
    BUYERS_ALIKE = "buyers_alike"
    ADVERTISING_TONE = "advertising_tone"
    COLLISION = "collision"
    UPSELL = "upsell"
    NOT_NEEDED = "not_needed"
    LONG_LETTER = "long_letter"
    HEAVY_LETTER = "heavy_letter"
    SAME_SUBJECT = "same_subject"
    BUTTON_TO_HOME_PAGE = "home_page"
    PLAIN_LINK = "plain_link"
    COUPON_TERM = "coupon_term"
    QUIET_HOURS = "quiet_hours"
    LANGUAGE = "language"

    SOME_CHANNEL = "some_channel"
    CHANNEL_DOWN = "channel_down"
    OUTBOX_ONLY = "outbox_only"
    SENDER = "sender"
    SPAM_STOP = "spam_stop"
    NO_CONSENT = "no_consent"
    EMPTY_AUDIENCE = "empty_audience"
    SILENT_TRIGGER = "silent_trigger"
    NOT_TESTED = "not_tested"


class Rule(NamedTuple):
    level: Level
    target: Target
    why: StrPromise | str = ""
    may_be_overridden: bool = False


_blocks, _warns = Level.BLOCKS, Level.WARNS

RULES: dict[Code, Rule] = {
    Code.SHOP: Rule(
        _blocks,
        Target.SETTINGS,
        _("Whoever cannot ask complains in public instead: an answer has to reach somebody."),
    ),
    Code.ENTRY: Rule(_blocks, Target.CHAIN),
    Code.CONTROL_GROUP: Rule(_blocks, Target.CHAIN),
    Code.EXPERIMENT: Rule(_blocks, Target.CHAIN),
    Code.SIZE: Rule(_blocks, Target.CHAIN),
    Code.NOTHING_TO_DO: Rule(_blocks, Target.CHAIN),
    Code.OUT_OF_REACH: Rule(_blocks, Target.STEP),
    Code.INCOMPLETE: Rule(
        _blocks, Target.STEP, _("A step that is not finished would silently do nothing for everybody who comes to it.")
    ),
    Code.NO_COUPON: Rule(_blocks, Target.STEP, _("A letter that promises a coupon and shows none costs trust.")),
    Code.SERVICE_FIRST: Rule(
        _blocks,
        Target.STEP,
        _(
            "Who has just bought wants to know that all is well and what happens next. Shops that sell first get "
            "complaints and unsubscribes, and are not read when it matters."
        ),
        may_be_overridden=True,
    ),
    Code.BEFORE_DELIVERY: Rule(
        _blocks,
        Target.STEP,
        _(
            "Before the parcel is there nobody is glad of another offer: people ask where the first order is, "
            "and the second one is bought once the first has proved good."
        ),
        may_be_overridden=True,
    ),
    Code.STOREWIDE_DISCOUNT: Rule(
        _blocks,
        Target.STEP,
        _(
            "A discount on everything teaches buyers to wait for the next one, and gives margin away on orders that "
            "would have come anyway. An offer that continues the purchase sells without that."
        ),
        may_be_overridden=True,
    ),
    Code.NO_CHANNEL: Rule(_blocks, Target.CHANNELS, _("Whatever is written for it would be skipped for everybody.")),
    Code.FIRST_MESSAGE: Rule(
        _warns,
        Target.TEXT,
        _(
            "The first letter is the one that is read most. It calms: thanks, what was bought, what happens next, "
            "whom to ask, and one thing to press."
        ),
    ),
    Code.CALLS_TO_ACTION: Rule(
        _warns, Target.TEXT, _("Who may choose between several things to press often presses none.")
    ),
    Code.MANY_MESSAGES: Rule(
        _warns, Target.CHAIN, _("Beyond five messages a month people unsubscribe faster than they buy.")
    ),
    Code.BUYERS_ALIKE: Rule(
        _warns,
        Target.CHAIN,
        _(
            "A first-time buyer has to learn whom they bought from; who comes back wants to be recognised. "
            "The same words fit only one of them."
        ),
    ),
    Code.ADVERTISING_TONE: Rule(
        _warns,
        Target.TEXT,
        _("Service letters are opened because they are no advertising. One that sells spoils all that follow."),
    ),
    Code.COLLISION: Rule(
        _warns, Target.CHAIN, _("What does not fit under the weekly limit waits, and is dropped when it is too late.")
    ),
    Code.UPSELL: Rule(
        _warns,
        Target.STEP,
        _("An offer is taken when it continues the purchase: what fits it, keeps it going or comes after it."),
    ),
    Code.NOT_NEEDED: Rule(_warns, Target.STEP, _("Every step that does nothing makes a chain harder to judge.")),
    Code.LONG_LETTER: Rule(_warns, Target.TEXT, _("Letters are skimmed on a phone; what is longer is left for later.")),
    Code.HEAVY_LETTER: Rule(
        _warns, Target.TEXT, _("Gmail cuts a letter off at 102 KB, and the link to unsubscribe goes with the rest.")
    ),
    Code.SAME_SUBJECT: Rule(
        _warns,
        Target.TEXT,
        _("Mail programs put letters of one subject into one conversation: the later one stays unread."),
    ),
    Code.BUTTON_TO_HOME_PAGE: Rule(
        _warns, Target.TEXT, _("Whoever has to search for what the button named gives up on the home page.")
    ),
    Code.PLAIN_LINK: Rule(_warns, Target.TEXT, _("Browsers warn of pages that are not encrypted.")),
    Code.COUPON_TERM: Rule(_warns, Target.STEP, _("A term nobody can keep is read as a trick.")),
    Code.QUIET_HOURS: Rule(
        _warns, Target.STEP, _("Nothing is sent at night, so it comes at another hour than planned.")
    ),
    Code.LANGUAGE: Rule(_warns, Target.TEXT, _("A letter in a language one does not read is not read.")),
    Code.SOME_CHANNEL: Rule(
        _warns, Target.CHANNELS, _("Who can be reached there alone gets nothing; the others get it by another channel.")
    ),
    Code.CHANNEL_DOWN: Rule(_warns, Target.CHANNELS, _("Messages wait until it answers again.")),
    Code.OUTBOX_ONLY: Rule(_warns, Target.CHANNELS, _("Without a mail server nobody gets a letter.")),
    Code.SENDER: Rule(
        _warns,
        Target.SETTINGS,
        _(
            "Mail services put letters into spam whose sender's domain does not vouch for them, and nobody can vouch "
            "for an address of a free mail service."
        ),
    ),
    Code.SPAM_STOP: Rule(_warns, Target.CHAIN, _("Gmail and Yahoo turn away senders who come to 0.3 %.")),
    Code.NO_CONSENT: Rule(
        _warns, Target.CHAIN, _("Marketing goes only to those who agreed to it; the others are skipped.")
    ),
    Code.EMPTY_AUDIENCE: Rule(_warns, Target.CHAIN, _("A chain nobody enters is often a rule that asks too much.")),
    Code.SILENT_TRIGGER: Rule(
        _warns, Target.SOURCES, _("What the shop does not tell starts nothing: often a connection that has stopped.")
    ),
    Code.NOT_TESTED: Rule(
        _warns, Target.TEST_ORDER, _("Most mistakes are seen at once by whoever gets the letters themselves.")
    ),
}
