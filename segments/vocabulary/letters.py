from __future__ import annotations

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _

from crm.models import Event, EventKind
from segments.rules import Condition
from segments.values import Number, Texts
from segments.vocabulary.comparing import compared_aggregate, opposite_if, texts
from segments.vocabulary.field import LETTERS, Compilation, Compile, Field, always
from segments.vocabulary.operators import COMPARISONS, POSSESSION


def compile_tag(condition: Condition, compilation: Compilation) -> Q:
    tagged = Q()
    for tag in texts(condition):
        tagged |= Q(properties__contains={"tags": [tag]})
    return opposite_if(condition, tagged)


TAG = Field("tag", _("tag of the letter"), LETTERS, Texts(), POSSESSION, compile_tag)


def _letters(kind: EventKind) -> Compile:
    """Counts different letters, not openings; what a machine opened or clicked is left out."""

    def compile_letters(condition: Condition, compilation: Compilation) -> Q:
        events = Event.objects.filter(kind=kind).exclude(properties__contains={"is_machine": True})
        if condition.window is not None:
            events = events.filter(occurred_at__gte=compilation.days_ago(condition.window))
        for one in condition.where:
            events = events.filter(TAG.compile(one, compilation))
        letters = Count(KeyTextTransform("touch", "properties"), distinct=True)
        return compared_aggregate(events, letters, condition, compilation)

    return compile_letters


FIELDS = (
    Field(
        "replied",
        _("letters replied to"),
        LETTERS,
        Number(0, 10_000),
        COMPARISONS,
        _letters(EventKind.MESSAGE_REPLIED),
        True,
        (TAG,),
        is_heavy=always,
    ),
    Field(
        "clicked",
        _("letters clicked"),
        LETTERS,
        Number(0, 10_000),
        COMPARISONS,
        _letters(EventKind.MESSAGE_CLICKED),
        True,
        (TAG,),
        is_heavy=always,
    ),
    Field(
        "opened",
        _("letters opened"),
        LETTERS,
        Number(0, 10_000),
        COMPARISONS,
        _letters(EventKind.MESSAGE_OPENED),
        True,
        (TAG,),
        is_heavy=always,
        note=_("Opens are unreliable: many mail programs hide them or open by themselves. Prefer clicks or orders."),
    ),
)
