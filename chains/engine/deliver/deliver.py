"""The fourth verb: render what guard leased to this worker, hand it to its channel, record the outcome.

Sending happens outside any transaction, in slices: a slice is marked *sending* before its first letter leaves, by the
same statement that records the slice before. A worker that dies leaves at most one slice whose fate is uncertain.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from chains.channels.registry import senders
from chains.channels.sender import Outcome, OutgoingMessage, Sender
from chains.engine.claim import Counts
from chains.engine.deliver import outcomes, slices
from chains.engine.deliver.coupon_terms import CouponTerms
from chains.engine.deliver.prefetch import slices_ahead
from chains.engine.deliver.prepare import Clock, LeasedTouch, PreparedTouch, prepare
from chains.engine.deliver.slices import TouchResult
from chains.engine.deliver.throttle import Throttle
from chains.engine.moments import moment_of
from chains.models import ChannelState, Touch
from crm.models import Contact, Shop

logger = logging.getLogger(__name__)

SLICE = 50
# It is longer than a channel may take for one message; what cannot begin by then is left to the next worker.
MARGIN = dt.timedelta(minutes=1)
PAUSE_SECONDS = 1


def deliver(
    now: dt.datetime, lease: UUID, clock: Clock | None = None, through: Mapping[str, Sender] | None = None
) -> Counts:
    """Send everything leased to `lease`. `clock` tells the time while sending; without it, it stays `now`.

    `through` replaces the shop's own channels: those of a rehearsal take everything and send nothing.
    """
    clock = clock or (lambda: now)
    counts: Counts = Counter()
    shop, states = Shop.load(), ChannelState.objects.in_bulk()
    for name, group in groupby(_leased(lease), key=lambda row: row.channel):
        batch = list(group)
        channel = (through or senders()).get(name)
        if channel:
            rate = None if through else settings.CHANNEL_RATES.get(name)
            throttle = Throttle(name, states.get(name), clock(), rate)
            # What only seems to be sent cannot become uncertain, so that it is begun all at once.
            slice_size = len(batch) if through else SLICE
            _Delivery(channel, shop, lease, clock, counts, throttle, slice_size).run(batch)
        else:
            slices.begin_slice([outcomes.no_channel(row.pk, row.attempts) for row in batch], [], lease, clock())
            counts[Touch.Status.FAILED] += len(batch)
    return counts


def _leased(lease: UUID) -> list[LeasedTouch]:
    rows = Touch.objects.filter(lease=lease, status=Touch.Status.CLAIMED).order_by("channel", "purpose", "due_at", "id")
    return [LeasedTouch(*row) for row in rows.values_list(*LeasedTouch._fields)]


class _Delivery:
    """What one channel delivers under one lease."""

    def __init__(
        self,
        channel: Sender,
        shop: Shop,
        lease: UUID,
        clock: Clock,
        counts: Counts,
        throttle: Throttle,
        slice_size: int,
    ) -> None:
        self.channel, self.shop, self.lease, self.clock, self.counts = channel, shop, lease, clock, counts
        self.throttle, self.slice_size = throttle, slice_size
        self.coupon_terms = CouponTerms()
        self.results: list[TouchResult] = []  # that are not recorded yet
        self.done = 0  # how many of the rows have had their turn

    def run(self, rows: Sequence[LeasedTouch]) -> None:
        rows, put_off = self.throttle.admit(rows, self.clock())
        self.results += put_off
        try:
            if rows:
                self._send(rows)
            self.results += self.throttle.put_off(rows[self.done :])
        except (OperationalError, InterfaceError):
            # Whether or not the database marked them as *sending*, nothing of them was handed over.
            known = {result.touch_id for result in self.results}
            self.results += [
                outcomes.not_begun(row.pk, row.attempts) for row in rows[self.done :] if row.pk not in known
            ]
            raise
        finally:
            self._record_what_is_known(rows)
            self.throttle.save(self.clock())

    def _send(self, rows: Sequence[LeasedTouch]) -> None:
        """Slice after slice, rendering the next meanwhile, until the channel has to be left alone."""
        by_id = {row.pk: row for row in rows}
        prepared = prepare(rows, self.clock(), self.clock)
        with closing(slices_ahead(prepared, lambda: 1 if self.throttle.is_probing else self.slice_size)) as slices:
            for slice_ in slices:
                ready = self._begin(slice_)
                self.done += len(slice_)
                self._hand_over(ready, by_id)
                if self.throttle.is_paused:
                    break

    def _begin(self, slice_: Sequence[PreparedTouch | TouchResult]) -> list[OutgoingMessage]:
        """Record the slice before and mark this one; what another worker has taken meanwhile is left out."""
        self.results += [item for item in slice_ if isinstance(item, TouchResult)]
        ready = [item for item in slice_ if isinstance(item, PreparedTouch)]
        begun = self._record([item.record for item in ready])
        return [item.outgoing for item in ready if item.outgoing.touch_id in begun]

    def _record(self, sending: list[slices.SendingRecord]) -> set[int]:
        if not self.results and not sending:
            return set()
        begun = self.coupon_terms.begin_slice(self.results, sending, self.lease, self.clock())
        self.counts.update(
            "retried" if result.status == Touch.Status.SCHEDULED else result.status for result in self.results
        )
        self.results = []
        return begun

    def _record_what_is_known(self, rows: Sequence[LeasedTouch]) -> None:
        """Even when a channel broke down, or the database: what is known must not become uncertain.

        A database that starts again is waited for while the lease lasts; only this worker knows these outcomes.
        """
        patience = (rows[0].lease_until - self.clock()).total_seconds() if rows else 0
        end = time.monotonic() + patience
        while True:
            try:
                self._record([])
            except (OperationalError, InterfaceError) as error:
                if connection.in_atomic_block or time.monotonic() > end:
                    raise
                logger.warning("The database does not answer, %s outcomes wait: %s", len(self.results), error)
                connection.close()
                time.sleep(PAUSE_SECONDS)
            else:
                return

    def _hand_over(self, batch: Sequence[OutgoingMessage], by_id: dict[int, LeasedTouch]) -> None:
        outcomes_of_batch = self.channel.deliver(batch, self.shop) if batch else iter(())
        untried = {outgoing.touch_id for outgoing in batch}
        contact_states: dict[tuple[str, str], list[int]] = {}
        for outcome in outcomes_of_batch:
            row = by_id[outcome.touch_id]
            at = moment_of(self.clock(), row.customer_id)
            untried.discard(row.pk)
            self.results.append(self._result(outcome, row, at))
            if outcome.contact_state and row.contact_id:
                contact_states.setdefault((outcome.contact_state, outcome.detail[:300]), []).append(row.contact_id)
            if self.throttle.note(outcome, at) or at > row.lease_until - MARGIN:
                break
        _close(outcomes_of_batch)
        if self.throttle.is_paused:
            self.results += self.throttle.put_off([by_id[pk] for pk in untried])
        else:
            self.results += [outcomes.not_begun(pk, by_id[pk].attempts) for pk in untried]
        for (state, detail), contacts in contact_states.items():
            Contact.objects.filter(pk__in=contacts, state=Contact.State.ACTIVE).update(state=state, state_reason=detail)

    def _result(self, outcome: Outcome, row: LeasedTouch, at: dt.datetime) -> TouchResult:
        return outcomes.result_of(
            outcome,
            purpose=row.purpose,
            attempts=row.attempts,
            is_idempotent=self.channel.is_idempotent,
            at=at,
        )


def _close(outcomes: Iterator[Outcome]) -> None:
    """Let the channel close its connection although not everything was delivered."""
    if close := getattr(outcomes, "close", None):
        close()
