"""How what arrived is read, by the kind of its source."""

from __future__ import annotations

from crm.intake.facts import Fact
from crm.intake.webhook import reading
from crm.models import Delivery, Source

READERS = {Source.Kind.WEBHOOK: reading.read}


def read(delivery: Delivery) -> list[Fact]:
    return READERS[Source.Kind(delivery.source.kind)](delivery)
