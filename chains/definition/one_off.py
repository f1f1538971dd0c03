"""One message to a segment, once: a chain of its own, so that guards, reasons and figures are as everywhere."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from chains.definition import one_off_trial
from chains.definition.names import NAME_KEPT, free_name
from chains.definition.one_off_trial import Trial
from chains.definition.publishing import publish
from chains.engine.local_time import on_clock
from chains.messages.context import language_of
from chains.messages.written import WrittenText, save_text
from chains.models import Chain, MessageTemplate, Step
from crm.events import ring_on_commit
from crm.models import Customer
from crm.timezones import shop_zone
from segments.models import Membership, Segment


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a day: of each customer's own, or of the shop's."""

    day: dt.date
    hour: int
    clock: str = Chain.Clock.CUSTOMER

    @classmethod
    def now(cls, now: dt.datetime) -> Hour:
        """The hour of the shop that has begun: all of the segment starts at the next pass of the engine."""
        here = timezone.localtime(now, shop_zone())
        return cls(here.date(), here.hour, Chain.Clock.SHOP)


@transaction.atomic
def send(
    name: str,
    segment: Segment,
    template: MessageTemplate,
    at: Hour | None,
    now: dt.datetime,
    by: User | None = None,
    trial: Trial | None = None,
    coupon: Mapping[str, Any] | None = None,
) -> Chain:
    """Publish a chain that writes to the segment's members at that hour, or now; raises NotPublishable.

    `coupon` says of a step that issues one to each of them before what it does.

    Who is a member is asked when it starts. A name that a chain has already raises IntegrityError, so a second click
    sends nothing.
    """
    hour = at or Hour.now(now)
    chain = Chain.objects.create(
        name=name,
        created_at=now,
        audience_rule={"all": [{"field": "segment", "operator": "is", "value": [str(segment.pk)]}]},
        re_entry=Chain.ReEntry.ONCE,
        trigger=Chain.Trigger.MOMENT,
        trigger_on=hour.day,
        trigger_hour=hour.hour,
        trigger_clock=hour.clock,
    )
    if coupon:
        Step.objects.create(chain=chain, kind=Step.Kind.CHANGE, **coupon)
    if trial:
        one_off_trial.lay_out(chain, template, trial)
    else:
        Step.objects.create(
            chain=chain, position=1, kind=Step.Kind.MESSAGE, purpose=template.purpose, template=template
        )
    publish(chain, now, by)
    if at is None:
        # A chain counts what falls due after it was published, and this hour has begun before.
        began_at = on_clock(hour.day, dt.time(hour.hour), shop_zone())
        Chain.objects.filter(pk=chain.pk).update(watermark_at=began_at - dt.timedelta(seconds=1))
    ring_on_commit()
    return chain


def readers(members: QuerySet[Customer]) -> Counter[str]:
    """How many of these read each language."""
    found: Counter[str] = Counter()
    for language, count in members.order_by().values_list("language").annotate(Count("pk")):
        found[language_of(Customer(language=language))] += count
    return found


def languages_read(segment: Segment) -> set[str]:
    """Those that its members read; none while nobody is known to be in it."""
    return set(readers(Customer.objects.current().filter(memberships__in=Membership.objects.open_in(segment.pk))))


@transaction.atomic
def write(name: str, template: MessageTemplate, texts: Sequence[WrittenText]) -> MessageTemplate:
    """Keep what was written as a template of that name, or of one like it that nothing has yet."""
    template.name = free_name(MessageTemplate, name[:NAME_KEPT])
    template.save()
    for text in texts:
        save_text(template, text)
    return template
