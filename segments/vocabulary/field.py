from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Category
from crm.timezones import day_of, start_of
from segments.rules import Condition
from segments.values import Label, Number, ValueKind
from segments.vocabulary.operators import Operator


class Context(StrEnum):
    """What a rule may be asked about beside the customer: the order or the event something begins with.

    And, in a chain, the answer to the webhook that was called last, which is an event too.
    """

    ORDER = "order"
    EVENT = "event"
    ANSWER = "answer"


WINDOW = Number(1, 36_500)


class Compilation:
    """What compiling one rule rests on: the moment, and whether it is for few customers or for all.

    For few (`is_few`) the rows of each are looked up by index, one customer after the other; for everybody they are
    grouped and joined as sets. Days are calendar days of the shop. `outer_segments` are those whose rules led here.
    """

    def __init__(
        self,
        now: dt.datetime,
        is_few: bool = False,
        compile_rule: Callable[[object, Compilation], Q] | None = None,
        outer_segments: frozenset[int] = frozenset(),
    ) -> None:
        self.now = now
        self.is_few = is_few
        self.today: dt.date = day_of(now)
        self.compile_rule = compile_rule
        self.outer_segments = outer_segments
        self._shared: dict[Hashable, Q] = {}

    def rule_of(self, segment: int, rule: object) -> Q:
        """The rule of another segment, compiled as a part of this one; ValueError for one that asks for itself."""
        if segment in self.outer_segments:
            raise ValueError(gettext("this segment asks for itself in a circle"))
        if self.compile_rule is None:
            raise TypeError("this compilation reads no rules")
        inner = Compilation(self.now, self.is_few, self.compile_rule, self.outer_segments | {segment})
        return self.compile_rule(rule, inner)

    def days_ago(self, days: int) -> dt.datetime:
        """The first moment of the day so many days ago."""
        return start_of(self.today - dt.timedelta(days=days))

    def for_few(self) -> Compilation:
        return Compilation(self.now, True, self.compile_rule, self.outer_segments)

    def shared(self, key: Hashable, make: Callable[[], Q]) -> Q:
        """One and the same Q however many conditions need it, so that the query holds it once."""
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]

    @cached_property
    def parents(self) -> dict[int, int | None]:
        """Every category with the one it is part of."""
        return dict(Category.objects.order_by().values_list("pk", "parent_id"))


Compile = Callable[["Condition", Compilation], Q]


def never(condition: Condition) -> bool:
    return False


def always(condition: Condition) -> bool:
    return True


@dataclass(frozen=True)
class Field:
    """Something known about a customer, or about the order or event of a `context`, that a rule may ask for.

    `compile` gives a Q on Customer (on Order, Event … for a context or a filter) that is false, never NULL, where the
    answer is unknown. `filters` narrow the rows that a figure is counted over. `note` is shown while editing.
    A condition that `is_heavy` groups the rows of all customers it is asked about; the compiler first narrows them down
    by the others. A field that `is_watched` rests on `segments.watched_tables` alone: when its answer changes, a
    trigger notes the customer. One that `follows_days`, or has a window, may change at midnight while the facts stay.
    """

    name: str
    label: Label
    group: Label
    value: ValueKind
    operators: tuple[Operator, ...]
    compile: Compile
    takes_window: bool = False
    filters: tuple[Field, ...] = ()
    note: Label = ""
    is_heavy: Callable[[Condition], bool] = never
    is_watched: bool = True
    follows_days: bool = False
    context: Context | None = None

    def operator(self, name: str) -> Operator:
        return next(operator for operator in self.operators if operator.name == name)

    def value_of(self, operator: Operator) -> ValueKind:
        return operator.value or self.value


THIS_ORDER = _("This order")
THIS_EVENT = _("This event")
THIS_ANSWER = _("Answer of the webhook")
PURCHASES = _("Purchases")
LIFE_CYCLE = _("Life cycle")
PROFILE = _("Profile")
SERVICE = _("Service and feedback")
LETTERS = _("Letters")
REFERRALS = _("Recommendations")
EVENTS = _("Site and events")
SEGMENTS = _("Segments")
