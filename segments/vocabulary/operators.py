from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from segments.values import Date, Label, NoValue, Number, ValueKind

DAYS = Number(0, 36_500)


@dataclass(frozen=True)
class Operator:
    """A way to compare. `label` stands between field and value in the editor, `sentence` is the whole in words.

    An operator that `negates` is the plain opposite of its twin, so it holds for customers of whom nothing is known.
    """

    name: str
    label: Label
    sentence: Label
    value: ValueKind | None = None  # None: the kind of the field
    negates: bool = False


AT_LEAST = Operator("at_least", _("at least"), _("%(field)s: at least %(value)s"))
AT_MOST = Operator("at_most", _("at most"), _("%(field)s: at most %(value)s"))
EXACTLY = Operator("exactly", _("exactly"), _("%(field)s: exactly %(value)s"))

IS = Operator("is", _("is"), _("%(field)s: %(value)s"))
IS_NOT = Operator("is_not", _("is not"), _("%(field)s: not %(value)s"), negates=True)
KNOWN = Operator("known", _("is known"), _("%(field)s: known"), NoValue())
UNKNOWN = Operator("unknown", _("is not known"), _("%(field)s: not known"), NoValue(), negates=True)
YES = Operator("yes", _("yes"), _("%(field)s: yes"), NoValue())
NO = Operator("no", _("no"), _("%(field)s: no"), NoValue(), negates=True)
CONTAINS = Operator("contains", _("contains"), _("%(field)s: contains %(value)s"))
CONTAINS_NOT = Operator("contains_not", _("does not contain"), _("%(field)s: does not contain %(value)s"), negates=True)
HAS = Operator("has", _("has"), _("%(field)s: has %(value)s"))
HAS_NOT = Operator("has_not", _("has not"), _("%(field)s: has not %(value)s"), negates=True)
BOUGHT = Operator("bought", _("bought"), _("%(field)s: bought %(value)s"))
NOT_BOUGHT = Operator("not_bought", _("did not buy"), _("%(field)s: did not buy %(value)s"), negates=True)
BOUGHT_LIKE = Operator("bought_like", _("bought with these words"), _("%(field)s: bought with %(value)s"))
NOT_BOUGHT_LIKE = Operator(
    "not_bought_like", _("did not buy with these words"), _("%(field)s: did not buy with %(value)s"), negates=True
)

WITHIN = Operator(
    "within",
    _("in the last, days"),
    ngettext_lazy("%(field)s: in the last %(value)s day", "%(field)s: in the last %(value)s days", "number"),
    DAYS,
)
AGO = Operator(
    "ago",
    _("this many days ago or more"),
    ngettext_lazy("%(field)s: %(value)s day ago or more", "%(field)s: %(value)s days ago or more", "number"),
    DAYS,
)
AGO_EXACTLY = Operator(
    "ago_exactly",
    _("exactly this many days ago"),
    ngettext_lazy("%(field)s: exactly %(value)s day ago", "%(field)s: exactly %(value)s days ago", "number"),
    DAYS,
)
NEXT = Operator(
    "next",
    _("in the next, days"),
    ngettext_lazy("%(field)s: in the next %(value)s day", "%(field)s: in the next %(value)s days", "number"),
    Number(0, 365),
)
SINCE = Operator("since", _("on this date or later"), _("%(field)s: %(value)s or later"), Date())
BEFORE = Operator("before", _("before this date"), _("%(field)s: before %(value)s"), Date())

SEARCHES = (CONTAINS, CONTAINS_NOT)
COMPARISONS = (AT_LEAST, AT_MOST, EXACTLY)
IDENTITY = (IS, IS_NOT)
POSSESSION = (HAS, HAS_NOT)
PURCHASE = (BOUGHT, NOT_BOUGHT)
MOMENTS = (WITHIN, AGO, AGO_EXACTLY, SINCE, BEFORE)
NAMED = (BOUGHT_LIKE, NOT_BOUGHT_LIKE)
YES_NO = (YES, NO)
