"""What differs between two versions of a chain, or one and its draft, in words that say what was and what is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chains.definition.draft_content import Content, chain_of, nodes_of
from chains.definition.publishing import compiled_entry
from chains.definition.tree import Node, all_nodes
from chains.explain.entry_sentences import ending_sentence, re_entry_sentence, trigger_words
from chains.explain.step_differences import arm_differences, changed_parts, named
from chains.models import Chain
from chains.program.program import Program, parse
from crm.models import Channel
from segments.describe import sentence_of

# Of a program, by the key of its step, the channel and the language.
Texts = Mapping[tuple[str, str, str], Mapping[str, Any]]


class Written(NamedTuple):
    """A version or the draft: what staff edit of it, and its letters as they would go out, where they can."""

    content: Content
    texts: Texts | None


def texts_of(program: Mapping[str, Any]) -> Texts:
    return dict(_texts(program["steps"]))


def _texts(steps: list[Any]) -> Iterator[tuple[tuple[str, str, str], Mapping[str, Any]]]:
    for step in steps:
        for channel, languages in step.get("texts", {}).items():
            for language, text in languages.items():
                yield (step["key"], channel, language), text
        for arm in step.get("arms", ()):
            yield from _texts(arm["steps"])


def differences(chain: Chain, before: Written | None, after: Written) -> list[str]:
    """One sentence a difference; a first version has none."""
    if before is None:
        return []
    return [
        *_settings(chain_of(before.content, chain), chain_of(after.content, chain)),
        *_steps(chain, before, after),
    ]


def was_and_is(label: Any, was: Any, now: Any) -> str:
    return _("%(what)s: %(was)s → %(now)s") % {"what": label, "was": was or "—", "now": now or "—"}


SETTINGS: tuple[tuple[Any, Callable[[Chain, Program], Any]], ...] = (
    (gettext_lazy("Name"), lambda chain, _program: chain.name),
    (gettext_lazy("Starts"), lambda _chain, program: trigger_words(program.trigger)),
    (gettext_lazy("Audience"), lambda _chain, program: sentence_of(program.audience)),
    (gettext_lazy("How often"), lambda _chain, program: re_entry_sentence(program)),
    (gettext_lazy("End"), lambda _chain, program: ending_sentence(program)),
    (gettext_lazy("Priority"), lambda _chain, program: program.priority),
    (gettext_lazy("Control group"), lambda _chain, program: f"{program.control_share} %"),
    (gettext_lazy("What it is for"), lambda chain, _program: chain.description),
    (
        gettext_lazy("Surge limit"),
        lambda chain, _program: f"{chain.surge_limit} / {chain.get_surge_span_display()}" if chain.surge_limit else "",
    ),
)


def _settings(before: Chain, after: Chain) -> Iterator[str]:
    old, new = (parse(0, 0, compiled_entry(chain)) for chain in (before, after))
    for label, words in SETTINGS:
        was, now = words(before, old), words(after, new)
        if was != now:
            yield was_and_is(label, was, now)


def _steps(chain: Chain, before: Written, after: Written) -> Iterator[str]:
    old, new = ({node.step.key: node for node in all_nodes(nodes_of(one.content, chain))} for one in (before, after))
    for key, node in new.items():
        if key not in old:
            yield _("New: %(step)s") % {"step": named(node)}
            continue
        yield from changed_parts(old[key], node, was_and_is)
        yield from arm_differences(old[key], node, was_and_is)
        yield from _letters(key, named(node), before.texts, after.texts)
    for key, node in old.items():
        if key not in new:
            yield _("Removed: %(step)s") % {"step": named(node)}
    if _order(old, new) != _order(new, old):
        yield _("The order of the steps was changed.")


def _order(of: Mapping[str, Node], among: Mapping[str, Node]) -> list[tuple[str, str]]:
    """The steps that both have, each with the arm it lies in."""
    inside = {below.step.key: arm.arm.key for node in of.values() for arm in node.arms for below in arm.nodes}
    return [(key, inside.get(key, "")) for key in of if key in among]


def _letters(key: str, name: str, before: Texts | None, after: Texts | None) -> Iterator[str]:
    if before is None or after is None:
        return
    for place in sorted({place for texts in (before, after) for place in texts if place[0] == key}):
        was, now = before.get(place), after.get(place)
        if was == now:
            continue
        where = f"{name}, {_text_name(place)}"
        if was is None or now is None:
            yield (_("%(where)s: a text was added") if now else _("%(where)s: its text was removed")) % {"where": where}
            continue
        if was.get("subject") != now.get("subject"):
            yield was_and_is(_("%(where)s, subject") % {"where": where}, was.get("subject"), now.get("subject"))
        if {**was, "subject": ""} != {**now, "subject": ""}:
            yield _("%(where)s: another text") % {"where": where}


def _text_name(place: tuple[str, str, str]) -> str:
    _key, channel, language = place
    return f"{Channel(channel).label}, {dict(settings.LANGUAGES).get(language, language)}"
