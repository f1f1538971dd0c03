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
from segments.values import Number, ValueKind, Words
from segments.vocabulary.operators import Operator


class Context(StrEnum):
    """What a rule may be asked about beside the customer: the order or the event something begins with."""

    ORDER = "order"
    EVENT = "event"


WINDOW = Number(1, 36_500)


class Scope:
    """When a rule is asked, and whether about few. Days are calendar days of the shop.

    Of few (`is_few`) the rows of each are looked up by index, one customer after the other; of everybody they are
    grouped and joined as sets.
    """

    def __init__(
        self,
        now: dt.datetime,
        is_few: bool = False,
        read: Callable[[object, Scope], Q] | None = None,
        inside: frozenset[int] = frozenset(),
    ) -> None:
        self.now = now
        self.is_few = is_few
        self.today: dt.date = day_of(now)
        self.read = read
        self.inside = inside
        self._asked: dict[Hashable, Q] = {}

    def within(self, segment: int, rule: object) -> Q:
        """The rule of another segment asked in the same place; raises ValueError for one that asks for itself."""
        if segment in self.inside:
            raise ValueError(gettext("this segment asks for itself in a circle"))
        if self.read is None:
            raise TypeError("this scope reads no rules")
        return self.read(rule, Scope(self.now, self.is_few, self.read, self.inside | {segment}))

    def days_ago(self, days: int) -> dt.datetime:
        """The first moment of the day so many days ago."""
        return start_of(self.today - dt.timedelta(days=days))

    def of_few(self) -> Scope:
        return Scope(self.now, True, self.read, self.inside)

    def once(self, question: Hashable, ask: Callable[[], Q]) -> Q:
        """One and the same Q however many conditions need it: a group asks it once."""
        if question not in self._asked:
            self._asked[question] = ask()
        return self._asked[question]

    @cached_property
    def parents(self) -> dict[int, int | None]:
        """Every category with the one it is part of."""
        return dict(Category.objects.order_by().values_list("pk", "parent_id"))


Compile = Callable[["Condition", Scope], Q]


def never(condition: Condition) -> bool:
    return False


def always(condition: Condition) -> bool:
    return True


@dataclass(frozen=True)
class Field:
    """Something known about a customer, or about the order or event of a `context`, that a rule may ask for.

    `compile` gives a Q on Customer (on Order, Event … for a context or a filter) that is never NULL-ish: unknown means
    False.
    `filters` narrow the rows a figure is counted over. `note` is shown beside the field while editing. A condition that
    `is_heavy` groups the rows of all customers asked about; the compiler lets the others say first who that is.
    What rests on facts of the log, orders, cases … `is_watched`: a change of them marks the customer as changed.
    What `follows_days` may change at midnight while the facts stay, and so may whatever has a window.
    """

    name: str
    label: Words
    group: Words
    value: ValueKind
    operators: tuple[Operator, ...]
    compile: Compile
    takes_window: bool = False
    filters: tuple[Field, ...] = ()
    note: Words = ""
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
PURCHASES = _("Purchases")
LIFE_CYCLE = _("Life cycle")
PROFILE = _("Profile")
SERVICE = _("Service and feedback")
LETTERS = _("Letters")
EVENTS = _("Site and events")
SEGMENTS = _("Segments")
