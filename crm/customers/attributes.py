"""Setting an attribute of many customers at once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Func, JSONField, QuerySet, Value

from crm.customers import dates
from crm.models import Customer


@transaction.atomic
def set_attribute(customers: QuerySet[Customer], name: str, value: str, at: dt.datetime) -> int:
    """Returns how many had another value, or none; a date that changes becomes an event."""
    others = customers.exclude(attributes__contains={name: value})
    locked = list(others.order_by("pk").select_for_update(no_key=True).values_list("pk", "born_on", "attributes"))
    if not locked:
        return 0
    new = Value({name: value}, JSONField())
    joined = Func(F("attributes"), new, template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())
    customers.model._default_manager.filter(pk__in=[pk for pk, _born_on, _attributes in locked]).update(
        attributes=joined
    )
    dates.record_changes(
        {pk: dates.dates_by_name(born_on, attributes) for pk, born_on, attributes in locked},
        {pk: dates.dates_by_name(born_on, {**attributes, name: value}) for pk, born_on, attributes in locked},
        at,
    )
    return len(locked)
