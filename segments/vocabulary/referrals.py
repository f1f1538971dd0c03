from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Event, EventKind
from segments.rules import Condition
from segments.values import NoValue, Number
from segments.vocabulary.comparing import compared_aggregate, has_rows, opposite_if
from segments.vocabulary.field import REFERRALS, Compilation, Compile, Field
from segments.vocabulary.operators import COMPARISONS, YES_NO

TIMES = Number(0, 10_000)


def _times(kind: EventKind, **properties: str) -> Compile:
    def compile_times(condition: Condition, compilation: Compilation) -> Q:
        events = Event.objects.filter(kind=kind, properties__contains=properties)
        if condition.window is not None:
            events = events.filter(occurred_at__gte=compilation.days_ago(condition.window))
        return compared_aggregate(events, Count("pk"), condition, compilation)

    return compile_times


def _came(condition: Condition, compilation: Compilation) -> Q:
    came = Event.objects.filter(kind=EventKind.REFERRAL_CAME)
    return opposite_if(condition, has_rows(came, compilation))


FIELDS = (
    Field("came_by_referral", _("came by a recommendation"), REFERRALS, NoValue(), YES_NO, _came),
    Field(
        "friends_brought",
        _("friends they brought"),
        REFERRALS,
        TIMES,
        COMPARISONS,
        _times(EventKind.REFERRAL_JOINED),
        True,
        note=_("Whether or not these ordered."),
    ),
    Field(
        "friends_ordered",
        _("friends they brought who ordered"),
        REFERRALS,
        TIMES,
        COMPARISONS,
        _times(EventKind.REFERRAL_USED),
        True,
    ),
    Field(
        "referral_rewards",
        _("rewards for recommending"),
        REFERRALS,
        TIMES,
        COMPARISONS,
        _times(EventKind.REFERRAL_REWARDED, **{"as": "recommender"}),
        True,
    ),
    Field(
        "forwarded",
        _("times they forwarded the recommendation"),
        REFERRALS,
        TIMES,
        COMPARISONS,
        _times(EventKind.REFERRAL_FORWARDED),
        True,
    ),
)
