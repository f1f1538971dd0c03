from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.lifecycle import Stage, in_stage
from crm.models import CustomerScore
from segments.vocabulary.comparing import exists, opposite_if, texts
from segments.vocabulary.field import LIFE_CYCLE, Field, Scope
from segments.vocabulary.operators import IDENTITY, YES_NO
from segments.vocabulary.values import Nothing, Several

if TYPE_CHECKING:
    from segments.rules import Condition


def _stage(condition: Condition, scope: Scope) -> Q:
    chosen = Q()
    for stage in texts(condition):
        chosen |= in_stage(stage, scope.now)
    return opposite_if(condition, chosen)


def _vip(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, exists(scope.about(CustomerScore.objects.filter(is_vip=True))))


FIELDS = (
    Field("stage", _("stage"), LIFE_CYCLE, Several(choices=lambda: Stage.choices), IDENTITY, _stage),
    Field(
        "vip",
        _("VIP"),
        LIFE_CYCLE,
        Nothing(),
        YES_NO,
        _vip,
        note=_("The top tenth by margin over a year, counted every night."),
    ),
)
