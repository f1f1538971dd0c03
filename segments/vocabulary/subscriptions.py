from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import ProductRegistration, Subscription
from segments.rules import Condition
from segments.values import NoValue, Texts
from segments.vocabulary.comparing import has_rows, opposite_if, texts
from segments.vocabulary.field import PURCHASES, Compilation, Field
from segments.vocabulary.operators import POSSESSION, YES_NO

STATES = {
    Subscription.Status.ACTIVE: Q(stopped_at=None, paused_at=None),
    Subscription.Status.PAUSED: Q(stopped_at=None, paused_at__isnull=False),
    Subscription.Status.STOPPED: Q(stopped_at__isnull=False),
}


def _subscription(condition: Condition, compilation: Compilation) -> Q:
    any_of_these = Q(pk=None)
    for state in texts(condition):
        any_of_these |= STATES[Subscription.Status(state)]
    return opposite_if(condition, has_rows(Subscription.objects.filter(any_of_these), compilation))


def _stop_reason(condition: Condition, compilation: Compilation) -> Q:
    stopped = Subscription.objects.filter(stop_reason__in=texts(condition))
    return opposite_if(condition, has_rows(stopped, compilation))


def _registered(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, has_rows(ProductRegistration.objects.all(), compilation))


FIELDS = (
    Field(
        "subscription",
        _("subscription"),
        PURCHASES,
        Texts(choices=lambda: Subscription.Status.choices),
        POSSESSION,
        _subscription,
    ),
    Field(
        "subscription_stopped",
        _("stopped a subscription because"),
        PURCHASES,
        Texts(choices=lambda: Subscription.StopReason.choices),
        POSSESSION,
        _stop_reason,
    ),
    Field("registered_product", _("registered a product"), PURCHASES, NoValue(), YES_NO, _registered),
)
