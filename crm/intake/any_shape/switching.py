"""Switching a source of any shape on: what staff said of it is kept, and what came meanwhile is applied."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from crm.intake.any_shape.mapping import ShapeMapping, from_stored, to_stored
from crm.intake.deliveries import try_again
from crm.models import Delivery, Source


def switch_on(source: Source, mapping: ShapeMapping, now: dt.datetime, *, with_failed: bool = False) -> int:
    """How many are applied now that had to wait.

    The mapping is committed first. Whatever a worker reads after that is read by it, and whatever one read before is
    still locked, or held by now: those that wait are meant as well, or one held at this very moment would stay so.
    """
    _keep(source, replace(mapping, is_on=True))
    chosen = Delivery.objects.filter(source=source)
    return try_again(chosen if with_failed else chosen.exclude(status=Delivery.Status.FAILED), now)


def switch_off(source: Source) -> None:
    """What comes from now on waits for staff."""
    _keep(source, replace(from_stored(source.mapping), is_on=False))


def _keep(source: Source, mapping: ShapeMapping) -> None:
    source.mapping = to_stored(mapping)
    source.save(update_fields=["mapping"])
