"""What colleagues say and do: ready words for a task, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from crm.models import Customer, Order, StaffTask

Kind = StaffTask.Kind


@dataclass(frozen=True, slots=True)
class TaskScript:
    """`due_days`: how long there usually is time for it."""

    label: StrPromise
    kind: StaffTask.Kind
    title: StrPromise
    words: StrPromise
    due_days: int = 1


@dataclass(frozen=True, slots=True)
class FilledScript:
    kind: str
    title: str
    words: str
    due_days: int


SCRIPTS: Mapping[str, TaskScript] = {
    "repeat": TaskScript(
        _("Reminder to buy again"),
        Kind.CALL,
        _("Call %(name)s: is it time again?"),
        _(
            "Hello, %(name)s. You bought %(goods)s from us. I am calling because it usually runs out about now.\n"
            "How is it going with it?\n"
            "If it is time: shall I put the same together for you, to the same address?\n"
            "If not yet: when may I ask again? Note the day.\n"
            "Do not press. Whoever says no keeps a good memory of the call."
        ),
    ),
    "useful": TaskScript(
        _("Something useful to go with it"),
        Kind.CALL,
        _("Call %(name)s: what would make it better"),
        _(
            "Hello, %(name)s. You have %(goods)s from us. Is it working as you hoped?\n"
            "Listen first. What do they do with it, what is missing?\n"
            "Name one thing that helps with exactly that, and what it costs. One, not three.\n"
            "If nothing fits, say so and wish them well: that is a good call, too."
        ),
    ),
    "recommend": TaskScript(
        _("Ask for a recommendation"),
        Kind.CALL,
        _("Call %(name)s: who else could use this?"),
        _(
            "Hello, %(name)s. Thank you once more for your kind words.\n"
            "Who among your friends would be glad of the same? May I send you a few lines to pass on?\n"
            "Say what both of them get. Send the lines while you speak.\n"
            "Ask once. A no is an answer."
        ),
        due_days=3,
    ),
    "thanks": TaskScript(
        _("Thank for praise"),
        Kind.CALL,
        _("Thank %(name)s for the praise"),
        _(
            "Hello, %(name)s. I read what you wrote about us, and so did everybody here. Thank you.\n"
            "What was it that you liked most? Write it down in their own words.\n"
            "May we show these words, with your first name?\n"
            "If the talk is warm: who else could use this?"
        ),
    ),
    "pain": TaskScript(
        _("Call about hidden pain"),
        Kind.CALL,
        _("Call %(name)s: is everything all right?"),
        _(
            "Hello, %(name)s. You have had %(goods)s for a while and we have not heard from you.\n"
            "Is it doing what you bought it for? Where did you stop?\n"
            "Help with that one thing now, or say who calls back and when.\n"
            "If they are angry: listen to the end, say sorry once, log a complaint. Sell nothing on this call."
        ),
    ),
    "return": TaskScript(
        _("Help before a return"),
        Kind.CALL,
        _("Call %(name)s before they send it back"),
        _(
            "Hello, %(name)s. You wrote that you want to return %(goods)s. You can; I will see to it today.\n"
            "May I ask what is wrong with it? Often a setting or a part is all it takes.\n"
            "Offer: help by phone now, an exchange, or the return. They choose.\n"
            "Write down the reason in their own words."
        ),
    ),
    "card": TaskScript(
        _("Handwritten card"),
        Kind.CARD,
        _("Write a card to %(name)s"),
        _(
            "By hand, three lines, no advertising:\n"
            "%(name)s, thank you for being with us.\n"
            "Name what they bought (%(goods)s) and one wish that fits it.\n"
            "Sign with your own name."
        ),
        due_days=5,
    ),
    "gift": TaskScript(
        _("Gift for the parcel"),
        Kind.GIFT,
        _("Put a gift into the parcel of %(name)s"),
        _(
            "Something small that goes with %(goods)s, and a note of one line by hand.\n"
            "No price, no leaflet. Close this when it lies in the parcel."
        ),
    ),
    "video": TaskScript(
        _("Video greeting"),
        Kind.VIDEO,
        _("Record a greeting for %(name)s"),
        _(
            "Half a minute, filmed by phone, in daylight.\n"
            "Say their name first, then what it is about (%(goods)s), then one piece of advice.\n"
            "Send it where they write to us from."
        ),
        due_days=3,
    ),
}
FIND_ADDRESS = TaskScript(
    _("Find the address out"),
    Kind.CALL,
    _("Find out the address of %(name)s"),
    _(
        "Hello, %(name)s. We would like to send you something small by post: where may it go?\n"
        "Type the address into their profile; then close this."
    ),
)


def filled(script: TaskScript, customer: Customer, order: Order | None) -> FilledScript:
    """With the customer's name and what they bought; words that lack them read well too."""
    known = {"name": customer.first_name or str(customer), "goods": goods_of(order)}
    return FilledScript(script.kind.value, str(script.title) % known, str(script.words) % known, script.due_days)


def filled_for_the_shop(script: TaskScript, customer: Customer, order: Order | None) -> FilledScript:
    """For a task nobody asked for by hand: in the shop's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return filled(script, customer, order)


def goods_of(order: Order | None) -> str:
    names = [str(line.product) for line in order.lines.select_related("product").order_by("pk")[:3]] if order else []
    return ", ".join(names) or str(_GOODS)


_GOODS: Promise = _("what you bought")
