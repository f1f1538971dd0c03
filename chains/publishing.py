"""From a draft to what the engine runs: publishing, pausing, resuming, archiving, copying."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chains.health import problems
from chains.letters.compiling import compile_text
from chains.models import Chain, ChainVersion, Enrolment, Step, Touch
from chains.models.chain import new_step_key
from crm.models import Shop

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Of the 200 letters of a name, so that a copy has room to say that it is one.
NAME_KEPT = 170


class NotPublishable(ValueError):
    """What stands in the way, in words."""

    def __init__(self, found: list[str]) -> None:
        self.problems = found
        super().__init__(" ".join(found))


@transaction.atomic
def publish(chain: Chain, now: dt.datetime, by: User | None = None) -> ChainVersion:
    """Freeze the draft into the version the engine runs; raises NotPublishable.

    Those under way finish the version they began with. The first publishing, and one with another trigger, counts
    from now on: what happened before starts nothing.
    """
    chain = Chain.objects.select_for_update(of=("self",)).select_related("version").get(pk=chain.pk)
    shop = Shop.load()
    if found := problems(chain, shop):
        raise NotPublishable(found)
    program = compiled(chain, shop)
    number = chain.versions.aggregate(last=Max("number"))["last"] or 0
    version = ChainVersion.objects.create(
        chain=chain, number=number + 1, program=program, published_at=now, published_by=by
    )
    is_new = chain.status in (Chain.Status.DRAFT, Chain.Status.ARCHIVED)
    if is_new or not chain.version or chain.version.program["trigger"] != program["trigger"]:
        chain.watermark_at = now
    if is_new:
        chain.status = Chain.Status.LIVE
    chain.version = version
    chain.save(update_fields=["version", "watermark_at", "status"])
    return version


def compiled(chain: Chain, shop: Shop) -> dict[str, Any]:
    """The program of the draft as it stands; see chains.program for its shape."""
    return {
        "trigger": {
            "kind": chain.trigger,
            "event": chain.event_kind if chain.trigger == Chain.Trigger.EVENT else "",
            "days": chain.trigger_days,
            "hour": chain.trigger_hour,
            "order_kind": chain.order_kind,
            "categories": sorted(chain.categories.values_list("pk", flat=True)),
        },
        "audience": chain.audience_id,
        "re_entry": {"rule": chain.re_entry, "days": chain.re_entry_days},
        "goal": {"kind": chain.goal, "segment": chain.goal_segment_id},
        "exit": {"segment": chain.exit_segment_id, "on_cancel": chain.exit_on_cancel},
        "priority": chain.priority,
        "steps": [_compiled_step(step, shop) for step in chain.steps.select_related("template")],
    }


def _compiled_step(step: Step, shop: Shop) -> dict[str, Any]:
    if step.kind == Step.Kind.WAIT:
        wait = {
            "kind": step.wait,
            "amount": step.wait_amount,
            "unit": step.wait_unit,
            "from": step.wait_from,
            "hour": step.wait_hour,
            "weekdays": sorted(step.wait_weekdays),
        }
        return {"key": step.key, "kind": step.kind, "name": step.name, "wait": wait}
    common = {
        "key": step.key,
        "kind": step.kind,
        "name": str(step),
        "purpose": step.purpose,
        "late_after_hours": step.late_after_hours,
        "at_hour": step.at_hour,
    }
    if step.kind == Step.Kind.STAFF_TASK:
        return common | {"script": step.script, "due_days": step.due_days, "owner_group": step.owner_group_id}
    template = step.template
    if template is None:
        raise ValueError(f"step {step.key} has no template")
    return common | {
        "channel": Touch.Channel.EMAIL.value,
        "template": template.pk,
        "topic": template.topic,
        "tags": list(template.tags),
        "texts": {text.language: compile_text(text, shop) for text in template.texts.select_related("template")},
    }


@transaction.atomic
def pause(chain: Chain, now: dt.datetime) -> None:
    """Nobody enters, goes on or is written to until it is resumed; the engine sets aside what falls due."""
    Chain.objects.live().filter(pk=chain.pk).update(status=Chain.Status.PAUSED)


@transaction.atomic
def resume(chain: Chain, now: dt.datetime) -> None:
    """Go on. What happened meanwhile starts nothing; messages that are still of use go out."""
    if not Chain.objects.filter(pk=chain.pk, status=Chain.Status.PAUSED).update(
        status=Chain.Status.LIVE, watermark_at=now
    ):
        return
    Enrolment.objects.active().filter(chain=chain, awaits=Enrolment.Awaits.RESUME).update(
        due_at=now, awaits=Enrolment.Awaits.NOTHING
    )
    Touch.objects.scheduled().filter(chain=chain, reason=Touch.Reason.CHAIN_PAUSED).update(due_at=now)


@transaction.atomic
def archive(chain: Chain, now: dt.datetime) -> None:
    """End it: advance takes everybody out, guard skips what still waits."""
    if not Chain.objects.exclude(status=Chain.Status.ARCHIVED).filter(pk=chain.pk).update(status=Chain.Status.ARCHIVED):
        return
    # In id order, as advance takes them too: two long updates of the same rows must not cross.
    under_way = Enrolment.objects.active().filter(chain=chain).order_by("pk").select_for_update()
    Enrolment.objects.filter(pk__in=list(under_way.values_list("pk", flat=True))).update(
        due_at=now, awaits=Enrolment.Awaits.NOTHING
    )
    Touch.objects.scheduled().filter(chain=chain).update(due_at=now)


@transaction.atomic
def duplicate(chain: Chain) -> Chain:
    """A draft with the same trigger, rules and steps."""
    steps, categories = list(chain.steps.all()), list(chain.categories.all())
    name = _name_of_copy(chain.name)
    chain = Chain.objects.get(pk=chain.pk)
    chain.pk, chain._state.adding = None, True
    chain.name = name
    chain.status, chain.version, chain.watermark_at = Chain.Status.DRAFT, None, None
    chain.save(force_insert=True)
    chain.categories.set(categories)
    for step in steps:
        step.pk, step._state.adding, step.chain, step.key = None, True, chain, new_step_key()
    Step.objects.bulk_create(steps)
    return chain


def _name_of_copy(name: str) -> str:
    """A name that nothing has yet, short enough for its column."""
    first = _("%(name)s (copy)") % {"name": name[:NAME_KEPT]}
    taken = set(Chain.objects.filter(name__startswith=first).values_list("name", flat=True))
    return first if first not in taken else next(new for n in count(2) if (new := f"{first} {n}") not in taken)
