"""Subscriptions, for whoever makes their orders: what runs, and what is due."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from crm.intake.api.answers import SubscriptionOut
from crm.intake.api.keys import READS, ApiKey
from crm.intake.api.naming import Who, customers_named
from crm.intake.api.operations import REFUSED_READS
from crm.intake.api.pages import AskedPage, page
from crm.intake.api.showing import subscription_out
from crm.models import Subscription

router = Router(tags=["subscriptions"])


class SubscriptionsOut(Schema):
    items: list[SubscriptionOut]
    next: str | None


@router.get(
    "",
    auth=ApiKey(READS),
    response={200: SubscriptionsOut, **REFUSED_READS},
    summary="Subscriptions, of a customer or of everybody",
    description="Those that were stopped come too, unless a status is asked for.",
)
def list_subscriptions(
    request: HttpRequest,
    asked: AskedPage,
    who: Who,
    status: Annotated[Literal["", "active", "paused", "stopped"], Query()] = "",
) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    found = {
        "": Subscription.objects.all(),
        "active": Subscription.objects.active(),
        "paused": Subscription.objects.paused(),
        "stopped": Subscription.objects.exclude(stopped_at=None),
    }[status]
    if who.is_told:
        found = found.filter(customer__in=[one.pk for one in customers_named(source, who)])
    rows, following = page(found.select_related("customer", "product"), "started_at", asked)
    return SubscriptionsOut(items=[subscription_out(one, source) for one in rows], next=following)
