from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from segments.models import Membership, Segment
from segments.rules import Condition
from segments.values import Search, Texts
from segments.vocabulary.comparing import has_rows, opposite_if, texts
from segments.vocabulary.field import SEGMENTS, Compilation, Field, always
from segments.vocabulary.operators import IDENTITY
from segments.vocabulary.this_event import event_field, property_of_kinds


def _names(ids: Iterable[str]) -> Mapping[str, str]:
    return {str(pk): name for pk, name in Segment.objects.filter(pk__in=list(ids)).values_list("pk", "name")}


def _suggest(search: Search) -> list[tuple[str, str]]:
    found = Segment.objects.filter(name__icontains=search.text).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found[: search.limit]]


def _belongs(condition: Condition, compilation: Compilation) -> Q:
    """By the rule of the other segment as it is now; one that is switched off keeps the members it has."""
    known = {str(segment.pk): segment for segment in Segment.objects.filter(pk__in=texts(condition))}
    found = Q(pk__in=[])
    for pk in texts(condition):
        segment = known.get(pk)
        if segment is None:
            raise ValueError(gettext("a segment chosen here no longer exists"))
        if segment.is_active:
            found |= compilation.rule_of(segment.pk, segment.rule)
        else:
            found |= has_rows(Membership.objects.open_in(segment.pk), compilation)
    return opposite_if(condition, found)


SEGMENT = Texts(suggest=_suggest, names=_names, numeric=True)
FIELDS = (
    event_field(
        "event_segment",
        _("segment entered or left in this event"),
        value=SEGMENT,
        operators=IDENTITY,
        compile=property_of_kinds("segment.", "segment"),
    ),
    Field(
        "segment",
        _("segment"),
        SEGMENTS,
        SEGMENT,
        IDENTITY,
        _belongs,
        is_heavy=always,
        is_watched=False,
    ),
)
