"""Who may enter a chain, and entering it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max, Q

from chains.engine import facts
from chains.engine.control import held_places
from chains.models import Chain, Enrolment
from chains.program import Program
from crm.models import Category, Customer, Order, OrderLine

# Returning tells how many are new: the same entry found twice is one.
WRITE = """
    INSERT INTO chains_enrolment (
        chain_id, version_id, customer_id, order_id, entry_key, triggered_at, step_key, arrived_at, due_at, is_held,
        entered_at, status, ending, awaits
    )
    SELECT entry.*, %(now)s, 'active', '', ''
    FROM unnest(
        %(chain)s::bigint[], %(version)s::bigint[], %(customer)s::bigint[], %(order)s::bigint[], %(key)s::text[],
        %(at)s::timestamptz[], %(step)s::text[], %(at)s::timestamptz[], %(at)s::timestamptz[],
        %(held)s::bool[]
    ) AS entry
    ON CONFLICT (customer_id, chain_id, entry_key) DO NOTHING
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that would start a chain for somebody."""

    program: Program
    customer_id: int
    triggered_at: dt.datetime
    order_id: int | None = None

    @property
    def key(self) -> str:
        """What makes this entry unique for the customer, by the chain's re-entry rule."""
        if self.program.re_entry == Chain.ReEntry.ONCE:
            return ""
        if self.program.re_entry == Chain.ReEntry.PER_ORDER and self.order_id:
            return f"order:{self.order_id}"
        return f"at:{self.triggered_at.astimezone(dt.UTC).isoformat()}"

    @property
    def place(self) -> tuple[int, int]:
        return self.program.chain_id, self.customer_id


def enter(entries: Iterable[Entry], now: dt.datetime) -> int:
    """Enrol those whom order, audience and re-entry rule let in; returns how many are new."""
    wanted = sorted(entries, key=lambda entry: (entry.triggered_at, entry.place))
    fitting = _allowed_again(_in_audience(_current(_with_fitting_order(wanted)), now))
    if not fitting:
        return 0
    held = held_places(fitting)
    columns: dict[str, Any] = {
        "chain": [entry.program.chain_id for entry in fitting],
        "version": [entry.program.version_id for entry in fitting],
        "customer": [entry.customer_id for entry in fitting],
        "order": [entry.order_id for entry in fitting],
        "key": [entry.key for entry in fitting],
        "at": [entry.triggered_at for entry in fitting],
        "step": [entry.program.steps[0].key for entry in fitting],
        "held": [entry.place in held for entry in fitting],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {**columns, "now": now})
        return len(cursor.fetchall())


def _current(entries: Sequence[Entry]) -> list[Entry]:
    ids = {entry.customer_id for entry in entries}
    current = set(Customer.objects.current().filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    return [entry for entry in entries if entry.customer_id in current]


def _with_fitting_order(entries: Sequence[Entry]) -> list[Entry]:
    """Entries whose order is of the kind, and has goods of the categories, that the trigger asks for."""
    asking = [entry for entry in entries if entry.program.trigger.order_kind or entry.program.trigger.categories]
    orders = {entry.order_id for entry in asking if entry.order_id}
    kinds = dict(Order.objects.filter(pk__in=orders).values_list("pk", "kind")) if orders else {}
    bought = _categories_bought(orders) if any(entry.program.trigger.categories for entry in asking) else {}

    def fits(entry: Entry) -> bool:
        trigger = entry.program.trigger
        if trigger.order_kind and kinds.get(entry.order_id or 0) != trigger.order_kind:
            return False
        return not trigger.categories or not bought.get(entry.order_id or 0, set()).isdisjoint(trigger.categories)

    return [entry for entry in entries if fits(entry)]


def _categories_bought(orders: set[int]) -> dict[int, set[int]]:
    """The categories of each order's goods, with everything those are part of."""
    parents = dict(Category.objects.values_list("pk", "parent"))
    bought: dict[int, set[int]] = defaultdict(set)
    lines = OrderLine.objects.filter(order__in=orders, product__category__isnull=False)
    for order, bottom in lines.values_list("order_id", "product__category"):
        category: int | None = bottom
        while category is not None and category not in bought[order]:
            bought[order].add(category)
            category = parents.get(category)
    return bought


def _in_audience(entries: Sequence[Entry], now: dt.datetime) -> list[Entry]:
    asked: dict[int, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.program.audience:
            asked[entry.program.audience].add(entry.customer_id)
    inside = {(segment, pk) for segment, ids in asked.items() for pk in facts.members(segment, ids, now)}
    return [
        entry
        for entry in entries
        if not entry.program.audience or (entry.program.audience, entry.customer_id) in inside
    ]


def _allowed_again(entries: Sequence[Entry]) -> list[Entry]:
    """For chains that may be entered again after N days: nobody still in it, nobody too early. Entries are in order."""
    asking = [entry for entry in entries if entry.program.re_entry == Chain.ReEntry.AFTER_DAYS]
    if not asking:
        return list(entries)
    past = Enrolment.objects.filter(
        chain__in={entry.program.chain_id for entry in asking}, customer__in={entry.customer_id for entry in asking}
    )
    rows = past.values_list("chain_id", "customer_id").annotate(
        last=Max("triggered_at"), active=Max("triggered_at", filter=Q(status=Enrolment.Status.ACTIVE))
    )
    last = {(chain, customer): at for chain, customer, at, _active in rows}
    inside = {(chain, customer) for chain, customer, _at, active in rows if active}
    allowed = []
    for entry in entries:
        if entry.program.re_entry == Chain.ReEntry.AFTER_DAYS:
            before = last.get(entry.place)
            gap = dt.timedelta(days=entry.program.re_entry_days)
            if entry.place in inside or (before and entry.triggered_at < before + gap):
                continue
            last[entry.place] = entry.triggered_at
            inside.add(entry.place)
        allowed.append(entry)
    return allowed
