"""Whether what a chain sends can leave at all."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.channels.registry import CHANNELS
from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding, Place, place_of
from chains.definition.tree import Node, all_nodes
from chains.models import Step, Touch


def is_connected(channel: str) -> bool:
    known = CHANNELS.get(channel)
    return bool(known and (known.is_set_up() or known.without_provider))


def channels_of(step: Step) -> list[str]:
    """Those a message may leave by; of a step without a template nothing is known yet."""
    if step.channels or step.template is None:
        return list(step.channels)
    return sorted({text.channel for text in step.template.texts.all()})


def channel_problems(nodes: list[Node]) -> Iterator[Finding]:
    """One step that cannot leave is a warning; where none can there is nothing to publish."""
    messages = [node for node in all_nodes(nodes) if node.step.kind == Step.Kind.MESSAGE and channels_of(node.step)]
    stuck = [node for node in messages if not any(is_connected(one) for one in channels_of(node.step))]
    if messages and len(stuck) == len(messages) and not _has_tasks(nodes):
        yield Finding(Code.NO_CHANNEL, _not_connected({one for node in stuck for one in channels_of(node.step)}))
        return
    for node in stuck:
        words = _("%(missing)s Until then nobody gets this message.")
        missing = _not_connected(set(channels_of(node.step)))
        yield Finding(Code.SOME_CHANNEL, words % {"missing": missing}, place_of(node))


def _has_tasks(nodes: list[Node]) -> bool:
    return any(node.step.kind == Step.Kind.STAFF_TASK for node in all_nodes(nodes))


def unconnected_beside_others(nodes: list[Node]) -> Iterator[Finding]:
    """Channels a message names beside one that works."""
    missing: dict[str, Place] = {}
    for node in all_nodes(nodes):
        named = channels_of(node.step) if node.step.kind == Step.Kind.MESSAGE else []
        lacking = [one for one in named if not is_connected(one)]
        if len(lacking) < len(named):
            for one in lacking:
                missing.setdefault(one, place_of(node))
    for channel in missing:
        yield Finding(Code.SOME_CHANNEL, _not_connected({channel}))


def _not_connected(channels: set[str]) -> str:
    names = get_text_list([str(Touch.Channel(one).label) for one in sorted(channels)], _("and"))
    words = ngettext("%(channels)s is not connected.", "%(channels)s are not connected.", len(channels))
    return words % {"channels": names}
