"""What publishing asks of a message step, and what the program keeps of it: its template's words, compiled."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from chains.definition.names import NAME_KEPT, free_name
from chains.experiments.variants import experiment_problems
from chains.messages.compiling import compile_text
from chains.messages.placeholders import LIQUID
from chains.messages.rewards import rewards_named
from chains.messages.text_problems import place_words, problems
from chains.messages.written import written_texts
from chains.models import Chain, Experiment, MessageTemplate, Step
from chains.models.experiment import AS_IS
from crm.models import Channel, Shop

MOST_NAME = 60


def message_problems(step: Step) -> Iterator[str]:
    template = step.template
    if template is None:
        yield _("choose a template.")
        return
    yield from _template_problems(step, template)
    if step.open_experiment:
        yield from experiment_problems(step, step.open_experiment)
        for variant in step.open_experiment.variants.all():
            if variant.template:
                for problem in _template_problems(step, variant.template):
                    yield _("variant %(letter)s: %(problem)s") % {"letter": variant, "problem": problem}


def _template_problems(step: Step, template: MessageTemplate) -> Iterator[str]:
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


def begin_message(step: Step, chain: Chain, by: User) -> MessageTemplate:
    """An empty template for the step, to be written in the composer."""
    name = free_name(MessageTemplate, (step.name or chain.name)[:NAME_KEPT])
    return MessageTemplate.objects.create(name=name, purpose=step.purpose, changed_by=by)


def named_by_its_words(template: MessageTemplate, content: dict[str, Any]) -> dict[str, Any]:
    """What was begun for a step without a name, and not named since, is called as it begins once it says something."""
    is_begun = content["name"] == template.name and not template.texts.exists()
    names = template.steps.filter(name="").values_list("chain__name", flat=True) if is_begun else ()
    if not any(template.name.startswith(name[:NAME_KEPT]) for name in names):
        return content
    words = next(filter(None, map(_first_words, content["texts"])), "")
    return content | {"name": free_name(MessageTemplate, words)} if words else content


def _first_words(text: dict[str, Any]) -> str:
    """The subject, or else the beginning of the words; placeholders left out."""
    sources = [text["subject"], *(str(block["content"].get("source", "")) for block in text["blocks"])]
    said = next(filter(None, sources), "").strip().partition("\n")[0]
    return shorten(LIQUID.sub("…", said).replace("*", "").strip("# …"), MOST_NAME, placeholder="…")


def message_program(step: Step, shop: Shop) -> dict[str, Any]:
    template = step.template
    if template is None:
        raise ValueError(f"step {step.key} has no template")
    source = {"channels": list(step.channels), "topic": template.topic, **_words(template, shop)}
    if step.open_experiment:
        source |= _experiment_program(step.open_experiment, shop)
    return source


def _experiment_program(experiment: Experiment, shop: Shop) -> dict[str, Any]:
    """A is the step as it is; the others say what they have instead."""
    shares = experiment.shares
    variants: list[dict[str, Any]] = [{"key": experiment.name_of(AS_IS), "share": shares[AS_IS]}]
    for variant in experiment.variants.all():
        instead = _words(variant.template, shop) if variant.template else variant.instead
        variants.append({"key": experiment.name_of(variant.letter), "share": variant.share, **instead})
    return {"experiment": experiment.pk, "variants": variants}


def _words(template: MessageTemplate, shop: Shop) -> dict[str, Any]:
    return {"template": template.pk, "tags": list(template.tags), "texts": _texts(template, shop)}


def _texts(template: MessageTemplate, shop: Shop) -> dict[str, dict[str, Any]]:
    texts: dict[str, dict[str, Any]] = {}
    for text in written_texts(template):
        texts.setdefault(text.channel, {})[text.language] = compile_text(text, shop) | {
            "shows": sorted(rewards_named(text))
        }
    return texts
