"""A chain's draft run against the shop's own past: the same four verbs, hour by hour, in a replica of the shop."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chains.definition.checks import problems
from chains.definition.publishing import NotPublishable, compiled
from chains.models import Chain, ChainVersion
from chains.program import program
from chains.program.program import Program
from chains.simulate.rehearsal import figures
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.recording_sender import RecordingSender
from chains.simulate.rehearsal.replica.replica import LiveSession, Replica, replica_session
from chains.simulate.rehearsal.rounds import live_through
from crm.models import Shop

ReportProgress = Callable[[float, LiveSession], None]
# New objects until garbage is looked for. A rehearsal keeps all that happened in its days, hundreds of thousands of
# objects; going through them as often as usual would take a fifth of its time.
COLLECT_AFTER = 100_000


def rehearse(
    chain: Chain, period: RehearsalPeriod, report_progress: ReportProgress, *, with_log: bool = False
) -> dict[str, Any]:
    """What the draft would have done in these days; raises NotPublishable, and whatever `report_progress` raises.

    `report_progress` hears how far it is, from 0 to 1, and gets a way back into the shop's own session.
    """
    shop = Shop.load()
    if found := problems(chain, shop):
        raise NotPublishable(found)
    source = compiled(chain, shop)
    with _collecting_seldom(), replica_session() as live_session:

        def report(share: float) -> None:
            report_progress(share, live_session)

        report(0)
        replica = Replica(chain.pk, source, period.since, period.until)
        replica.fill()
        plan = _publish(chain.pk, source, period.since)
        sender = RecordingSender(sum(step.is_touch for step in plan.steps))
        with program.cached(plan), shop.cached():
            postponed = _live_through(replica, period, sender, report)
        result = {
            "chain": chain.name,
            **period.as_json(),
            **figures.figures(plan, period.since),
            "postponed": postponed,
            "samples": sender.samples(),
        }
        return result | ({"log": figures.log(chain.pk)} if with_log else {})


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _publish(chain: int, source: dict[str, Any], at: dt.datetime) -> Program:
    """Switch the chain on as if it had been published at the beginning."""
    version = ChainVersion.objects.create(chain_id=chain, number=1, program=source, published_at=at)
    # A surge would wait for a decision that nobody is here to take.
    Chain.objects.filter(pk=chain).update(
        status=Chain.Status.LIVE, version=version, watermark_at=at, surge_limit=None, surged_at=None
    )
    return program.load([version.pk])[version.pk]


def _live_through(
    replica: Replica, period: RehearsalPeriod, sender: RecordingSender, report_progress: Callable[[float], None]
) -> int:
    """How often guard postponed."""

    def report(hour: dt.datetime) -> None:
        report_progress((hour - period.since) / (period.until - period.since))

    return sum(live_through(replica, hours, sender, report)["postponed"] for hours in replica.spans())
