"""What another system answered to the webhook that a chain called last: each condition gives a Q on its event.

Without an answer nothing holds, and the opposite of everything does.
"""

from __future__ import annotations

from functools import partial

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from segments.rules import Condition
from segments.values import NamedValue, NoValue
from segments.vocabulary.comparing import opposite_if
from segments.vocabulary.documents import NAMED_VALUES, named_value
from segments.vocabulary.field import THIS_ANSWER, Compilation, Context, Field
from segments.vocabulary.operators import YES_NO


def _came(condition: Condition, compilation: Compilation) -> Q:
    """Given up is an event too, whose status is null."""
    return opposite_if(condition, Q(properties__has_key="status") & ~Q(properties__contains={"status": None}))


def _is_good(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(properties__contains={"ok": True}))


answer_field = partial(Field, group=THIS_ANSWER, context=Context.ANSWER)

FIELDS = (
    answer_field(
        "answer_came",
        _("the webhook answered in time"),
        value=NoValue(),
        operators=YES_NO,
        compile=_came,
    ),
    answer_field(
        "answer_ok",
        _("the webhook answered well"),
        value=NoValue(),
        operators=YES_NO,
        compile=_is_good,
        note=_("It took what it was told: its status was between 200 and 299."),
    ),
    answer_field(
        "answer_field",
        _("field of the webhook's answer"),
        value=NamedValue(),
        operators=NAMED_VALUES,
        compile=named_value("properties__answer"),
        note=_("As the other system names it: manager, credit. Yes and no are written true and false."),
    ),
)
