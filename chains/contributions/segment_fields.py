"""What chains know about a customer, as fields for rules: letters sent, and what came of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import (
    BooleanField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    TextField,
    Value,
)
from django.db.models.aggregates import Count
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from chains.models import Chain, Letter, Step, Touch
from crm.models import Order
from segments.rules import Condition
from segments.values import NoValue, Number, Search, Texts
from segments.vocabulary.comparing import compared_aggregate, latest_rows, number, opposite_if, suggest_from, texts
from segments.vocabulary.field import LETTERS, Compilation, Field, always
from segments.vocabulary.operators import COMPARISONS, EXACTLY, IDENTITY, YES_NO
from segments.vocabulary.this_event import event_field, property_of_kinds
from segments.watched_tables import WatchedTable

USUAL_LAST = 10
WATCHED_TABLE = WatchedTable(Touch)


def _chain_names(ids: Iterable[str]) -> Mapping[str, str]:
    return {str(pk): name for pk, name in Chain.objects.filter(pk__in=list(ids)).values_list("pk", "name")}


def _suggest_chains(search: Search) -> list[tuple[str, str]]:
    found = Chain.objects.filter(name__icontains=search.text).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found[: search.limit]]


def _suggest_steps(search: Search) -> list[tuple[str, str]]:
    """Those of the chain that is being written, others with the name of theirs, and names that only the past has."""
    is_found = Q(name__icontains=search.text) | Q(chain__name__icontains=search.text)
    is_own = ExpressionWrapper(Q(about=search.about), BooleanField())
    steps = Step.objects.filter(is_found, kind__in=Step.TOUCHES).exclude(name="")
    in_order = steps.annotate(about=Cast("chain", TextField())).order_by(is_own.desc(), "chain__name", "pk")
    chains_of: dict[str, dict[str, str]] = defaultdict(dict)
    for name, chain, chain_name in in_order.values_list("name", "about", "chain__name")[: search.limit]:
        chains_of[name][chain] = chain_name
    own = [(name, name) for name, chains in chains_of.items() if search.about in chains]
    others = [
        (name, f"{name} ({', '.join(chains.values())})")
        for name, chains in chains_of.items()
        if search.about not in chains
    ]
    past = [pair for pair in suggest_from(Touch, "step_name")(search) if pair[0] not in chains_of]
    return [*own, *others, *past][: search.limit]


def _chain(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(chain__in=[int(pk) for pk in texts(condition)]))


def _step(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(step_name__in=texts(condition)))


def _step_of_event(condition: Condition, compilation: Compilation) -> Q:
    """By the name that the step had when the letter went out."""
    # Compared as text: what a shop's own events have for a touch may be no number.
    letter = Func(OuterRef("properties"), Value("touch"), function="jsonb_extract_path_text", output_field=TextField())
    letters = Touch.objects.filter(customer=OuterRef("customer"), step_name__in=texts(condition))
    found = letters.annotate(word=Cast("pk", TextField())).filter(word=letter)
    return opposite_if(condition, Q(kind__startswith="message.") & Q(Exists(found)))


def _clicked(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(clicked_at__isnull=False))


def _no_click(condition: Condition, compilation: Compilation) -> Q:
    """So many days have passed since it was sent, and it was not clicked within them."""
    return _passed(condition, compilation) & ~Q(clicked_at__isnull=False, clicked_at__lt=_limit(condition))


def _no_order(condition: Condition, compilation: Compilation) -> Q:
    """So many days have passed since it was sent, and nothing was ordered within them."""
    orders = Order.objects.counted().filter(
        customer=OuterRef("customer"), placed_at__gt=OuterRef("sent_at"), placed_at__lt=_limit(condition, "sent_at")
    )
    return _passed(condition, compilation) & ~Q(Exists(orders))


def _limit(condition: Condition, outer: str = "") -> Combinable:
    sent = OuterRef(outer) if outer else F("sent_at")
    days = Value(dt.timedelta(days=int(number(condition))))
    return ExpressionWrapper(sent + days, DateTimeField())


def _passed(condition: Condition, compilation: Compilation) -> Q:
    return Q(sent_at__lt=compilation.days_ago(int(number(condition))))


DAYS = Number(1, 365)
CHAIN = Field(
    "chain",
    _("chain"),
    LETTERS,
    Texts(suggest=_suggest_chains, names=_chain_names, numeric=True),
    IDENTITY,
    _chain,
)
STEP = Field("step", _("step"), LETTERS, Texts(suggest=_suggest_steps), IDENTITY, _step)
CLICKED = Field("was_clicked", _("clicked"), LETTERS, NoValue(), YES_NO, _clicked)
NO_CLICK = Field("no_click", _("not clicked within, days"), LETTERS, DAYS, (EXACTLY,), _no_click, follows_days=True)
NO_ORDER = Field("no_order", _("no order within, days"), LETTERS, DAYS, (EXACTLY,), _no_order, follows_days=True)
LAST = Field("last", _("how many last letters"), LETTERS, Number(1, 100), (EXACTLY,), _chain)
_FILTERS = {one.name: one for one in (CHAIN, STEP, CLICKED, NO_CLICK, NO_ORDER)}


def _sent(condition: Condition, compilation: Compilation) -> Q:
    letters = Touch.objects.sent().exclude(channel=Touch.Channel.STAFF_TASK)
    if condition.window is not None:
        letters = letters.filter(sent_at__gte=compilation.days_ago(condition.window))
    for one in condition.where:
        letters = letters.filter(_FILTERS[one.field].compile(one, compilation))
    return compared_aggregate(letters, Count("pk"), condition, compilation)


def _opened_of_last(condition: Condition, compilation: Compilation) -> Q:
    """Letters opened by people, of the last ten sent or of as many as the filter says."""
    last = next((int(number(one)) for one in condition.where), USUAL_LAST)
    letters = latest_rows(Letter.objects.all(), compilation, "sent_at", last)
    return compared_aggregate(letters.filter(opened_at__isnull=False), Count("pk"), condition, compilation)


FIELDS = (
    event_field(
        "event_chain",
        _("chain of the letter of this event"),
        value=CHAIN.value,
        operators=IDENTITY,
        compile=property_of_kinds("message.", "chain"),
    ),
    event_field(
        "event_step",
        _("step of the letter of this event"),
        value=STEP.value,
        operators=IDENTITY,
        compile=_step_of_event,
        note=_("Steps are told apart by their names: a message without one cannot be chosen."),
    ),
    Field(
        "sent",
        _("letters sent"),
        LETTERS,
        Number(0, 10_000),
        COMPARISONS,
        _sent,
        True,
        (CHAIN, STEP, CLICKED, NO_CLICK, NO_ORDER),
        is_heavy=always,
        note=_("“Not clicked” and “no order” hold once the days have passed."),
    ),
    Field(
        "opened_of_last",
        _("opened of the last letters"),
        LETTERS,
        Number(0, 100),
        COMPARISONS,
        _opened_of_last,
        filters=(LAST,),
        is_heavy=always,
        note=_(
            "Of the last ten unless you say otherwise. Opens are unreliable: many mail programs hide them or open by "
            "themselves. Prefer clicks or orders."
        ),
    ),
)
