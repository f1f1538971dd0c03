"""The variants of an experiment: copies of the message, compared with it because one thing alone may differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chains.messages.content import copy_template
from chains.messages.written import WrittenText, save_text, written_texts
from chains.models import Chain, Experiment, ExperimentVariant, MessageTemplate, Step
from chains.models.experiment import AS_IS, LETTERS
from crm.models import Channel

DiffersIn = Experiment.DiffersIn
PARTS = {
    "subject": gettext_lazy("the subject"),
    "preheader": gettext_lazy("the preheader"),
    "opening": gettext_lazy("the first words"),
    "rest": gettext_lazy("what comes after the first words"),
    "button": gettext_lazy("the button"),
}
# Of what a template says, what may differ.
MAY_DIFFER: dict[str, frozenset[str]] = {
    DiffersIn.SUBJECT: frozenset({"subject"}),
    DiffersIn.PREHEADER: frozenset({"preheader"}),
    DiffersIn.OPENING: frozenset({"opening"}),
    DiffersIn.BUTTON: frozenset({"button"}),
    DiffersIn.LENGTH: frozenset({"opening", "rest"}),
    # Another offer is another promise: it is named from the subject down to the button.
    DiffersIn.OFFER: frozenset(PARTS),
}
Parts = dict[tuple[str, str], dict[str, Any]]


def open_experiments(chain: Chain) -> dict[str, Experiment]:
    """By the key of the step."""
    found = Experiment.objects.open().filter(chain=chain).prefetch_related("variants__template__texts__blocks")
    experiments = {experiment.step_key: experiment for experiment in found}
    for experiment in experiments.values():
        for variant in experiment.variants.all():
            variant.experiment = experiment
    return experiments


@transaction.atomic
def prepare(step: Step, differs_in: str, number: int, by: User | None = None) -> Experiment:
    """An experiment of A and so many others, in equal shares. The others begin as copies of the step."""
    if step.kind != Step.Kind.MESSAGE or step.template is None:
        raise ValueError(_("Only a message can be tested, and it needs a template first."))
    if not 1 <= number <= len(LETTERS):
        raise ValueError(_("An experiment has two to four variants, A among them."))
    Chain.objects.select_for_update(of=("self",)).get(pk=step.chain_id)
    if Experiment.objects.open().filter(chain=step.chain_id, step_key=step.key).exists():
        raise ValueError(_("This step has an experiment already."))
    experiment = Experiment.objects.create(
        chain=step.chain, step_key=step.key, step_name=str(step.name or step.template), differs_in=differs_in,
        created_by=by,
    )  # fmt: skip
    for letter in LETTERS[:number]:
        ExperimentVariant.objects.create(
            experiment=experiment,
            letter=letter,
            share=100 // (number + 1),
            template=copy_of(step.template, letter, by) if experiment.is_in_words else None,
            at_hour=step.at_hour,
            at_weekday=step.at_weekday,
            channels=step.channels,
        )
    return experiment


def copy_of(template: MessageTemplate, letter: str, by: User | None = None) -> MessageTemplate:
    """A template of its own with the same texts, to be changed in one thing."""
    return copy_template(template, _free_name(f"{template.name[:180]} · {letter}"), by)


def rewritten(template: MessageTemplate, differs_in: str, instead: Mapping[str, str]) -> None:
    """Put other words, by language, into the letters of a copy."""
    for text in written_texts(template):
        if text.channel == Channel.EMAIL and text.language in instead:
            save_text(template, rewrite(text, differs_in, instead[text.language]))


def rewrite(text: WrittenText, differs_in: str, words: str) -> WrittenText:
    """Other words in the place that differs; another offer or length is another text."""
    words = words.replace("\r\n", "\n").strip()
    match differs_in:
        case DiffersIn.SUBJECT:
            return replace(text, subject=words)
        case DiffersIn.PREHEADER:
            return replace(text, preheader=words)
        case DiffersIn.BUTTON:
            return _in_first(text, "button", lambda content: {**content, "label": words})
        case DiffersIn.OPENING:
            return _in_first(text, "words", lambda content: {"source": _opened_by(words, content["source"])})
        case _:
            return _in_first(text, "words", lambda content: {"source": words})


def _in_first(text: WrittenText, kind: str, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> WrittenText:
    first = next((block for block in text.blocks if block.kind == kind), None)
    blocks = (replace(block, content=change(block.content)) if block is first else block for block in text.blocks)
    return replace(text, blocks=tuple(blocks))


def _opened_by(words: str, source: str) -> str:
    return "\n\n".join(part for part in (words, _split(source)[1]) if part)


def _split(source: str) -> tuple[str, str]:
    """The first paragraph, and what comes after it."""
    opening, _gap, rest = source.replace("\r\n", "\n").strip().partition("\n\n")
    return opening, rest.strip()


def _free_name(wanted: str) -> str:
    taken = set(MessageTemplate.objects.filter(name__startswith=wanted).values_list("name", flat=True))
    names = (wanted, *(f"{wanted} {number}" for number in range(2, len(taken) + 2)))
    return next(name for name in names if name not in taken)


@transaction.atomic
def discard(experiment: Experiment) -> None:
    """Give up what was only prepared, with the copies made for it that nothing else uses."""
    templates = [variant.template for variant in experiment.variants.all() if variant.template]
    experiment.delete()
    for template in templates:
        if not template.steps.exists() and not template.variants.exists():
            template.delete()


def experiment_problems(step: Step, experiment: Experiment) -> Iterator[str]:
    """Why it cannot start, and why what runs cannot be published: half a sentence each, for behind the step's name."""
    if experiment.status == Experiment.Status.RUNNING:
        if experiment.content != content_digest(step, experiment):
            yield _("an experiment runs here and what it compares must stay as it was: change it back, or stop it.")
        return
    if experiment.shares[AS_IS] < 5:
        yield _("the shares of the experiment leave less than five percent for A.")
    what = experiment.get_differs_in_display()
    seen: list[Any] = [_tried(step, None, experiment)]
    for variant in experiment.variants.all():
        if others := other_differences(step, variant):
            words = _("variant %(letter)s may differ from A in one thing (%(what)s), but also differs in: %(parts)s.")
            yield words % {"letter": variant, "what": what, "parts": ", ".join(str(PARTS[part]) for part in others)}
        tried = _tried(step, variant, experiment)
        if tried in seen:
            words = _("variant %(letter)s is the same as another one: change what is tried (%(what)s).")
            yield words % {"letter": variant, "what": what}
        seen.append(tried)


def other_differences(step: Step, variant: ExperimentVariant) -> list[str]:
    """The parts in which the variant differs although its experiment is not about them."""
    if variant.template is None or step.template is None:
        return []
    own, theirs = parts(step.template), parts(variant.template)
    differing = {
        part
        for place in own.keys() | theirs.keys()
        for part in PARTS
        if own.get(place, {}).get(part) != theirs.get(place, {}).get(part)
    }
    return [part for part in PARTS if part in differing - MAY_DIFFER[variant.experiment.differs_in]]


def parts(template: MessageTemplate) -> Parts:
    """What a template says, part by part, by channel and language."""
    return {(text.channel, text.language): text_parts(text) for text in written_texts(template)}


def text_parts(text: WrittenText) -> dict[str, Any]:
    """The first words are the first paragraph of the first block of words."""
    opening, rest = "", []
    for block in text.blocks:
        if block.kind == "button":
            continue
        content = dict(block.content)
        if block.kind == "words" and not opening:
            opening, content["source"] = _split(content["source"])
        rest.append([block.kind, block.rule, content])
    return {
        "subject": text.subject,
        "preheader": text.preheader,
        "opening": opening,
        "rest": rest,
        "button": [[block.rule, dict(block.content)] for block in text.blocks if block.kind == "button"],
    }


def _tried(step: Step, variant: ExperimentVariant | None, experiment: Experiment) -> Any:
    """What of a variant the experiment is about."""
    if not experiment.is_in_words:
        name = {DiffersIn.HOUR: "at_hour", DiffersIn.WEEKDAY: "at_weekday"}.get(experiment.differs_in, "channels")  # type: ignore[call-overload]
        return getattr(variant or step, name)
    template = variant.template if variant else step.template
    about = MAY_DIFFER[experiment.differs_in]
    return (
        {place: {part: told[part] for part in about} for place, told in parts(template).items()} if template else None
    )


def content_digest(step: Step, experiment: Experiment) -> str:
    """Of all that A and the others say, and of when and over what they go."""
    told: list[Any] = [_content(step.template, step)]
    told += [_content(variant.template or step.template, variant) for variant in experiment.variants.all()]
    shares = sorted(experiment.shares.items())
    return hashlib.sha256(json.dumps([told, shares], sort_keys=True).encode()).hexdigest()


def _content(template: MessageTemplate | None, terms: Step | ExperimentVariant) -> list[Any]:
    said = sorted([*place, told] for place, told in parts(template).items()) if template else []
    return [said, terms.at_hour, terms.at_weekday, list(terms.channels)]
