"""What publishing asks of a message step, and what the program keeps of it: its template's words, compiled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from chains.messages.compiling import compile_text
from chains.messages.rewards import rewards_named
from chains.messages.text_problems import place_words, problems
from chains.messages.written import written_texts
from chains.models import MessageTemplate, Step
from crm.models import Channel, Shop


def message_problems(step: Step) -> Iterator[str]:
    template = step.template
    if template is None:
        yield _("choose a template.")
        return
    if template.purpose != step.purpose:
        yield _("the template “%(template)s” is %(theirs)s, but the step is %(ours)s.") % {
            "template": template,
            "theirs": template.get_purpose_display(),
            "ours": step.get_purpose_display(),
        }
    yield from _channels(step, template)
    languages = dict(settings.LANGUAGES)
    for text in written_texts(template):
        for path, sentence in problems(text):
            yield _("%(channel)s, %(language)s, %(field)s: %(error)s") % {
                "channel": Channel(text.channel).label,
                "language": languages.get(text.language, text.language),
                "field": place_words(text, path),
                "error": sentence,
            }


def _channels(step: Step, template: MessageTemplate) -> Iterator[str]:
    """Whoever is written to over a channel may have no language we know: the shop's own must be there."""
    texts = {(text.channel, text.language) for text in template.texts.all()}
    channels = step.channels or sorted({channel for channel, _language in texts}) or [Channel.EMAIL.value]
    for channel in channels:
        if (channel, settings.LANGUAGE_CODE) not in texts:
            yield _("the template “%(template)s” has no text in %(language)s for %(channel)s.") % {
                "template": template,
                "language": dict(settings.LANGUAGES)[settings.LANGUAGE_CODE],
                "channel": Channel(channel).label,
            }


def message_program(step: Step, shop: Shop) -> dict[str, Any]:
    template = step.template
    if template is None:
        raise ValueError(f"step {step.key} has no template")
    return {
        "channels": list(step.channels),
        "template": template.pk,
        "topic": template.topic,
        "tags": list(template.tags),
        "texts": _texts(template, shop),
    }


def _texts(template: MessageTemplate, shop: Shop) -> dict[str, dict[str, Any]]:
    texts: dict[str, dict[str, Any]] = {}
    for text in written_texts(template):
        texts.setdefault(text.channel, {})[text.language] = compile_text(text, shop) | {
            "shows": sorted(rewards_named(text))
        }
    return texts
