"""How many messages one customer gets, by this chain and together with others that start for the same occasion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding
from chains.definition.checks.ways import DAYS_TO, Way, most_within, touches, ways_through
from chains.models import Chain
from chains.program.trigger import compiled_trigger
from crm.models import EventKind, Purpose
from crm.quoting import quoted

MOST_IN_A_MONTH = 5
MONTH, WEEK = 30, 6.99
STARTS = {
    EventKind.ORDER_PLACED: DAYS_TO["placed"],
    EventKind.ORDER_PAID: DAYS_TO["paid"],
    EventKind.ORDER_SHIPPED: DAYS_TO["shipped"],
    EventKind.ORDER_DELIVERED: DAYS_TO["delivered"],
}


def many_messages(ways: Sequence[Way]) -> Iterator[Finding]:
    fullest = max((most_within([met.day for met in touches(way)], MONTH) for way in ways), default=(0, 0.0))
    count, since = fullest
    if count > MOST_IN_A_MONTH:
        words = ngettext(
            "up to %(count)d message and call reaches one customer within 30 days, from day %(day)d on.",
            "up to %(count)d messages and calls reach one customer within 30 days, from day %(day)d on.",
            count,
        )
        yield Finding(Code.MANY_MESSAGES, _sentence(words % {"count": count, "day": since}))


def collisions(chain: Chain, ways: Sequence[Way], weekly_cap: int) -> Iterator[Finding]:
    """Two queries at most: other running chains for the same occasion, by what they run."""
    mine = _fullest_way(ways, _start(chain.event_kind if chain.trigger == Chain.Trigger.EVENT else ""))
    if not any(purpose == Purpose.MARKETING for _day, purpose in mine):
        return
    names = [other.name for other in _same_occasion(chain) if _is_over(mine, _theirs(other), weekly_cap)]
    if names:
        words = _("together with %(chains)s more comes in one week than the weekly limit of %(cap)d lets through.")
        named = get_text_list([quoted(name) for name in names[:5]], _("and"))
        yield Finding(Code.COLLISION, _sentence(words % {"chains": named, "cap": weekly_cap}))


def _same_occasion(chain: Chain) -> list[Chain]:
    """Chains that name different goods or people may never meet in one customer, so these are left out."""
    others = Chain.objects.running().exclude(pk=chain.pk).select_related("version")
    mine = compiled_trigger(chain)
    return [
        other
        for other in others
        if other.version
        and _occasion(other.version.program["trigger"]) == _occasion(mine)
        and not (chain.audience_rule and other.version.program["audience"] not in (None, chain.audience_rule))
    ]


def _occasion(trigger: dict[str, object]) -> object:
    event = trigger.get("event")
    return "order" if event in STARTS else sorted((name, str(value)) for name, value in trigger.items())


def _theirs(other: Chain) -> list[tuple[float, str]]:
    program = other.version.program if other.version else {"trigger": {}, "steps": []}
    return _fullest_way(ways_through(program["steps"]), _start(str(program["trigger"].get("event"))))


def _start(event: str) -> float:
    return STARTS.get(event, 0)  # type: ignore[call-overload, no-any-return]


def _fullest_way(ways: Sequence[Way], start: float) -> list[tuple[float, str]]:
    fullest = max(ways, key=lambda way: len(touches(way)), default=Way())
    return [(start + met.day, met.purpose) for met in touches(fullest)]


def _is_over(mine: list[tuple[float, str]], theirs: list[tuple[float, str]], cap: int) -> bool:
    """Whether both together fill a week beyond the cap that neither fills alone."""
    alone = max(most_within(sorted(day for day, _purpose in one), WEEK)[0] for one in (mine, theirs))
    together, _since = most_within(sorted(day for day, _purpose in [*mine, *theirs]), WEEK)
    return together > max(cap, alone)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
