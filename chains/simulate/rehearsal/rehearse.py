"""A chain against the shop's own past: the same four verbs, hour by hour, in tables that vanish afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from chains.definition.checks import problems
from chains.definition.publishing import NotPublishable, compiled
from chains.models import Chain, ChainVersion
from chains.program import program
from chains.program.program import Program
from chains.simulate.rehearsal import figures
from chains.simulate.rehearsal.engine_pass import passes
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.recorder import Recorder
from chains.simulate.rehearsal.replica import temp_tables, timeline
from chains.simulate.rehearsal.replica.replica import Replica, asks_for_scores
from chains.simulate.rehearsal.replica.session import Outside, apart
from chains.simulate.rehearsal.replica.timeline import Timeline
from crm.models import Shop

Watch = Callable[[float, Outside], None]
TAKE_CHAIN = "INSERT INTO pg_temp.chains_chain SELECT * FROM {live}.chains_chain WHERE id = %s"


def rehearse(chain: Chain, period: RehearsalPeriod, watch: Watch, *, with_log: bool = False) -> dict[str, Any]:
    """What the draft would have done in these days; raises NotPublishable, and whatever `watch` raises to end it.

    `watch` hears how far it is, from 0 to 1, and gets a way back into the shop's own session.
    """
    shop = Shop.load()
    if found := problems(chain, shop):
        raise NotPublishable(found)
    source, live = compiled(chain, shop), temp_tables.live_schema()
    with apart(temp_tables.make) as outside:
        watch(0, outside)
        about = {"chain": chain.pk, "segment": source["trigger"].get("segment")}
        lived = timeline.read(live, about, period.since, period.until)
        world = Replica(live, about, lived, has_scores=asks_for_scores(source))
        world.begin()
        plan = _switch_on(live, chain.pk, source, period.since)
        recorder = Recorder(sum(step.is_touch for step in plan.steps))
        with program.cached(plan), shop.cached():
            postponed = _live_through(world, lived, plan, recorder, lambda share: watch(share, outside))
        result = {
            "chain": chain.name,
            **period.told(),
            **figures.figures(plan, period.since),
            "postponed": postponed,
            "samples": recorder.samples(),
        }
        return result | ({"log": figures.log(chain.pk)} if with_log else {})


def _switch_on(live: str, chain: int, source: dict[str, Any], at: dt.datetime) -> Program:
    """The chain as if it had been published at the beginning, the only one there is."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_CHAIN.format(live=live), [chain])
    version = ChainVersion.objects.create(chain_id=chain, number=1, program=source, published_at=at)
    # A surge would wait for a decision that nobody is here to take.
    Chain.objects.filter(pk=chain).update(
        status=Chain.Status.LIVE, version=version, watermark_at=at, surge_limit=None, surged_at=None
    )
    return program.load([version.pk])[version.pk]


def _live_through(
    world: Replica, lived: Timeline, plan: Program, recorder: Recorder, watch: Callable[[float], None]
) -> int:
    """A pass at every full hour but those in which nothing happened and nothing fell due. How often guard put off."""
    looks_every_hour = plan.trigger.kind != Chain.Trigger.EVENT
    postponed = 0
    due_at: dt.datetime | None = world.at
    for hour in lived.hours():
        # One transaction an hour: nobody else is here who could wait for the end of one.
        with transaction.atomic():
            has_changed = world.move(hour)
            if has_changed or looks_every_hour or (due_at and due_at <= hour):
                counts, due_at = passes(hour, recorder)
                postponed += counts["postponed"]
        watch((hour - lived.since) / (lived.until - lived.since))
    return postponed
