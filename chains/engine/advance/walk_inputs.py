"""Those under way, as the walk sees them: with the dates their waits count from and the steps they have passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chains.engine import facts
from chains.engine.advance import passages
from chains.engine.advance.dates import Asked, Dates
from chains.engine.advance.walk_state import Traveller
from chains.engine.facts import OrderMoments, Profile
from chains.engine.pauses import Hold
from chains.program.program import Program
from crm.customers.timezones import zone_of


class Place(NamedTuple):
    """The columns read of a due enrolment, named as the query spells them."""

    pk: int
    chain_id: int
    chain__status: str
    version_id: int
    customer_id: int
    order_id: int | None
    is_held: bool
    triggered_at: dt.datetime
    started_at: dt.datetime | None
    event_id: int | None
    step_key: str
    arrived_at: dt.datetime
    entered_at: dt.datetime
    version__published_at: dt.datetime

    @property
    def start(self) -> dt.datetime:
        """From when the steps count: when it happened, or when the customer was let in."""
        return self.started_at or self.triggered_at

    def holds(self, pauses: list[Hold]) -> list[Hold]:
        """The chain's pauses; and for somebody moved to a newer version nothing falls due before that was published."""
        if self.entered_at < self.version__published_at:
            return [*pauses, Hold.before(self.version__published_at)]
        return pauses


def travellers(
    places: Sequence[Place],
    programs: Mapping[int, Program],
    orders: dict[int, OrderMoments],
    people: Mapping[int, Profile],
) -> dict[int, Traveller]:
    """By enrolment, in a constant number of queries."""
    asked = {
        place.pk: Asked(place.customer_id, place.order_id, place.start, programs[place.version_id].anchors)
        for place in places
    }
    dates = Dates(asked.values(), orders)
    pauses = facts.pauses({place.chain_id for place in places})
    passed = passages.before(place.pk for place in places if programs[place.version_id].decides)
    found = {}
    for place in places:
        zone = zone_of(people[place.customer_id].time_zone)
        anchors = dates.anchors(asked[place.pk], zone)
        found[place.pk] = Traveller(
            place.customer_id,
            place.step_key,
            place.arrived_at,
            anchors,
            zone,
            passed.get(place.pk, ()),
            holds=place.holds(pauses.get(place.chain_id, [])),
        )
    return found
