"""From a draft to what the engine runs: publishing, pausing, resuming, archiving."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from chains.compiling import compiled_steps
from chains.health import problems
from chains.models import Chain, ChainVersion, Enrolment, Touch
from crm.models import Shop

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
        "exit": {
            "segment": chain.exit_segment_id,
            "on_cancel": chain.exit_on_cancel,
            "on_reply": chain.exit_on_reply,
        },
        "priority": chain.priority,
        "control_share": chain.control_share,
        "steps": compiled_steps(chain, shop),
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
