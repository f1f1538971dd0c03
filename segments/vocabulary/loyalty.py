"""Points and tiers, as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from crm.models import CustomerTier, PointsEntry, Tier
from segments.rules import Condition
from segments.values import NoValue, Number, Search, Texts
from segments.vocabulary.comparing import compared_aggregate, has_rows, opposite_if, texts
from segments.vocabulary.field import LIFE_CYCLE, Compilation, Field, always
from segments.vocabulary.operators import COMPARISONS, IDENTITY, YES_NO


def _names(ids: Iterable[str]) -> Mapping[str, str]:
    return {str(pk): name for pk, name in Tier.objects.filter(pk__in=list(ids)).values_list("pk", "name")}


def _suggest(search: Search) -> list[tuple[str, str]]:
    found = Tier.objects.filter(name__icontains=search.text).order_by("threshold").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found[: search.limit]]


def _tier(condition: Condition, compilation: Compilation) -> Q:
    chosen = CustomerTier.objects.filter(tier__in=[int(pk) for pk in texts(condition)])
    return opposite_if(condition, has_rows(chosen, compilation))


def _tier_ends(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, has_rows(CustomerTier.objects.filter(ends_at__isnull=False), compilation))


def _points(condition: Condition, compilation: Compilation) -> Q:
    """What is owed counts as less than nothing; what reached its end is written off in the night."""
    lines = PointsEntry.objects.filter(Q(unspent__gt=0) | Q(owed__gt=0))
    return compared_aggregate(lines, Sum("unspent") - Sum("owed"), condition, compilation)


FIELDS = (
    Field(
        "points",
        _("points on the balance"),
        LIFE_CYCLE,
        Number(0, 10_000_000),
        COMPARISONS,
        _points,
        is_heavy=always,
        note=_("Without those that are still to come."),
    ),
    Field(
        "tier",
        _("tier"),
        LIFE_CYCLE,
        Texts(suggest=_suggest, names=_names, numeric=True),
        IDENTITY,
        _tier,
    ),
    Field(
        "tier_ends",
        _("will lose their tier"),
        LIFE_CYCLE,
        NoValue(),
        YES_NO,
        _tier_ends,
        note=_("They were told, and have bought too little since."),
    ),
)
