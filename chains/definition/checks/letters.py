"""What the health check has to say of the letters of a chain, each in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding, at_text, place_of
from chains.definition.checks.letter import letter_of
from chains.definition.checks.letter_rules import LetterFinding, first_message_findings, letter_findings
from chains.definition.checks.ways import Way
from chains.definition.checks.weight import heavy_letter
from chains.definition.tree import Node, all_nodes
from chains.messages.written import WrittenText, written_texts
from chains.models import Chain, Step
from crm.models import Channel, EventKind, Shop


def letter_problems(chain: Chain, nodes: list[Node], ways: Sequence[Way], shop: Shop) -> Iterator[Finding]:
    """The same letter in two steps is told once."""
    told: set[int] = set()
    first = _first_letters(nodes) if _begins_with_an_order(chain) else []
    for node in all_nodes(nodes):
        template = node.step.template
        if template is None or template.pk in told:
            continue
        told.add(template.pk)
        for text in written_texts(template):
            is_first = node in first and text.channel == Channel.EMAIL
            for found in _of_text(text, shop, is_first=is_first):
                yield Finding(found.code, _with_language(text, found.words), at_text(place_of(node), text, found.block))
    yield from _same_subjects(nodes, ways)


def _begins_with_an_order(chain: Chain) -> bool:
    """Later in the course of an order another chain has said it."""
    is_event = chain.trigger == Chain.Trigger.EVENT
    return is_event and chain.event_kind in (EventKind.ORDER_PLACED, EventKind.ORDER_PAID)


def _of_text(text: WrittenText, shop: Shop, *, is_first: bool) -> Iterator[LetterFinding]:
    letter = letter_of(text)
    yield from letter_findings(letter)
    yield from heavy_letter(text, shop)
    if is_first:
        has_contact = bool(shop.support_contact or shop.reply_address)
        yield from first_message_findings(letter, has_contact_below=has_contact)


def _with_language(text: WrittenText, words: str) -> str:
    language = dict(settings.LANGUAGES).get(text.language, text.language)
    return f"{Channel(text.channel).label}, {language}: {words}"


def _first_letters(nodes: list[Node]) -> list[Node]:
    """The messages that may be the first somebody gets."""
    return _first(nodes)[0]


def _first(nodes: list[Node]) -> tuple[list[Node], bool]:
    """Those, and whether everybody has got one behind these steps."""
    found: list[Node] = []
    for node in nodes:
        if node.step.kind == Step.Kind.MESSAGE:
            return [*found, node], True
        if node.step.kind == Step.Kind.LEAVE:
            return found, True
        below = [_first(arm.nodes) for arm in node.arms]
        found += [one for firsts, _is_whole in below for one in firsts]
        if below and all(is_whole for _firsts, is_whole in below):
            return found, True
    return found, False


def _same_subjects(nodes: list[Node], ways: Sequence[Way]) -> Iterator[Finding]:
    by_key = {node.step.key: node for node in all_nodes(nodes)}
    told: set[tuple[str, str]] = set()
    for way in ways:
        seen: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for met in way.met:
            template = by_key[met.key].step.template
            for text in template.texts.all() if template else ():
                subject = (text.language, text.subject.strip().casefold())
                others = seen[subject] - {text.template_id}
                seen[subject].add(text.template_id)
                if others and text.channel == Channel.EMAIL and subject[1] and (met.key, text.language) not in told:
                    told.add((met.key, text.language))
                    words = _("it has the same subject as a letter before it: “%(subject)s”.")
                    place = at_text(place_of(by_key[met.key]), text)
                    yield Finding(Code.SAME_SUBJECT, words % {"subject": text.subject}, place)
