from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.figures.lifecycle import Stage, in_stage
from crm.models import CustomerScore
from segments.rules import Condition
from segments.values import NoValue, Number, Texts
from segments.vocabulary.comparing import compared, has_rows, opposite_if, texts
from segments.vocabulary.field import LIFE_CYCLE, Compilation, Compile, Field
from segments.vocabulary.operators import COMPARISONS, IDENTITY, YES_NO


def _stage(condition: Condition, compilation: Compilation) -> Q:
    chosen = Q()
    for stage in texts(condition):
        chosen |= in_stage(stage, compilation.now)
    return opposite_if(condition, chosen)


def _vip(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, has_rows(CustomerScore.objects.filter(is_vip=True), compilation))


def _score(column: str) -> Compile:
    def compile_score(condition: Condition, compilation: Compilation) -> Q:
        return has_rows(CustomerScore.objects.filter(compared(column, condition)), compilation)

    return compile_score


FIFTH = Number(1, 5)

FIELDS = (
    Field(
        "stage",
        _("stage"),
        LIFE_CYCLE,
        Texts(choices=lambda: Stage.choices),
        IDENTITY,
        _stage,
        follows_days=True,
    ),
    Field(
        "vip",
        _("VIP"),
        LIFE_CYCLE,
        NoValue(),
        YES_NO,
        _vip,
        note=_("The top tenth by margin over a year, counted every night."),
    ),
    Field(
        "recency_score",
        _("recency score (1-5)"),
        LIFE_CYCLE,
        FIFTH,
        COMPARISONS,
        _score("recency"),
        note=_("5: the fifth of buyers who ordered last. Counted every night, unknown before the first order."),
    ),
    Field(
        "frequency_score",
        _("frequency score (1-5)"),
        LIFE_CYCLE,
        FIFTH,
        COMPARISONS,
        _score("frequency"),
        note=_("5: the fifth of buyers with most orders."),
    ),
    Field(
        "monetary_score",
        _("money score (1-5)"),
        LIFE_CYCLE,
        FIFTH,
        COMPARISONS,
        _score("monetary"),
        note=_("5: the fifth of buyers who brought most revenue."),
    ),
)
