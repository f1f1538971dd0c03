"""Every step in its place: service first, marketing after the delivery, and each step complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from chains.letters.compiling import problems as text_problems
from chains.models import Chain, MessageTemplate, Step, TemplateText
from crm.models import Channel, EventKind, Purpose

BEFORE_DELIVERY = frozenset({EventKind.ORDER_PLACED, EventKind.ORDER_PAID, EventKind.ORDER_SHIPPED})


def step_problems(chain: Chain) -> Iterator[str]:
    steps = list(chain.steps.select_related("template").prefetch_related("template__texts"))
    yield from _order_of_steps(chain, steps)
    for number, step in enumerate(steps, start=1):
        for problem in _step(chain, step):
            yield _("Step %(number)d (%(step)s): %(problem)s") % {"number": number, "step": step, "problem": problem}


def _order_of_steps(chain: Chain, steps: Iterable[Step]) -> Iterator[str]:
    acting = [step for step in steps if step.kind != Step.Kind.WAIT]
    if not acting:
        yield _("The chain has nothing to send or to do.")
        return
    marketing = [step for step in acting if step.purpose == Purpose.MARKETING]
    if not marketing or chain.trigger != Chain.Trigger.EVENT or not chain.event_kind.startswith("order."):
        return
    if acting[0].purpose == Purpose.MARKETING:
        yield _("A service message must come first: what was bought and what happens next.")
    if chain.event_kind in BEFORE_DELIVERY and not _waits_for_delivery(steps, marketing[0]):
        yield _(
            "Marketing must not come before the delivery: put a wait counted from the delivery before “%(step)s”."
        ) % {"step": marketing[0]}


def _waits_for_delivery(steps: Iterable[Step], until: Step) -> bool:
    for step in steps:
        if step == until:
            return False
        if _counts_from(step, Step.Anchor.DELIVERED) and step.wait_amount >= 0:
            return True
    return False


def _counts_from(step: Step, anchor: str) -> bool:
    return step.kind == Step.Kind.WAIT and step.wait == Step.Wait.OFFSET and step.wait_from == anchor


def _step(chain: Chain, step: Step) -> Iterator[str]:
    if step.kind == Step.Kind.WAIT:
        yield from _wait(chain, step)
    elif step.kind == Step.Kind.STAFF_TASK:
        if not step.name:
            yield _("say what the colleague has to do.")
    else:
        yield from _message(step)


def _wait(chain: Chain, step: Step) -> Iterator[str]:
    if step.wait == Step.Wait.TIME and step.wait_amount < 0:
        yield _("nobody can wait for less than no time.")
    order_dates = (Step.Anchor.PLACED, Step.Anchor.DELIVERED, Step.Anchor.APPOINTMENT)
    if chain.trigger == Chain.Trigger.BIRTHDAY and any(_counts_from(step, anchor) for anchor in order_dates):
        yield _("a chain about a birthday has no order to count from.")


def _message(step: Step) -> Iterator[str]:
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
    for text in template.texts.all():
        text.template = template
        for field, error in text_problems(text):
            yield _("%(channel)s, %(language)s, %(field)s: %(error)s") % {
                "channel": text.get_channel_display(),
                "language": languages.get(text.language, text.language),
                "field": TemplateText._meta.get_field(field).verbose_name,  # type: ignore[union-attr]
                "error": error,
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
