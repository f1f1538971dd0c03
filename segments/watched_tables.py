"""The tables that rules rest on. Triggers on them note whose facts changed (`Change`), for the next refresh to ask.

The triggers are made by a migration, which must not read living code; a test compares the two, and another fails for
a field that rests on a table not named here. A new table needs a line here and a migration that watches it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model

from crm.models import (
    Case,
    Category,
    ConsentRecord,
    Contact,
    Customer,
    CustomerPrediction,
    CustomerScore,
    CustomerStats,
    CustomerTier,
    Event,
    Feedback,
    Order,
    OrderLine,
    OrderStanding,
    PointsEntry,
    Product,
    ProductRegistration,
    ProductRelation,
    Review,
    Subscription,
)


@dataclass(frozen=True)
class WatchedTable:
    """By default every statement is noted that writes rows; `survives_replica` is one that imports do not silence.

    An import writes as a replica would, where other triggers rest (crm.intake.files.bulk_writes); that of the orders
    says whose the new ones are.
    """

    model: type[Model]
    statements: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")
    survives_replica: tuple[str, ...] = ()


# Rows of these are about one customer.
WATCHED_TABLES: list[WatchedTable] = [
    WatchedTable(Customer),
    WatchedTable(Contact),
    WatchedTable(ConsentRecord),
    WatchedTable(Order, survives_replica=("INSERT",)),
    WatchedTable(OrderLine),
    WatchedTable(CustomerStats),
    WatchedTable(OrderStanding),
    WatchedTable(CustomerScore),
    WatchedTable(CustomerPrediction),
    WatchedTable(Case),
    WatchedTable(Feedback),
    WatchedTable(Subscription),
    WatchedTable(ProductRegistration),
    WatchedTable(Review),
    WatchedTable(Event),
    WatchedTable(PointsEntry),
    WatchedTable(CustomerTier),
    # What is said about goods concerns whoever bought them: everybody is asked again. Nobody bought new ones yet.
    WatchedTable(Product, ("UPDATE",)),
    WatchedTable(Category, ("UPDATE",)),
    WatchedTable(ProductRelation),
]


def register(table: WatchedTable) -> None:
    """Let an app above add a table that its fields rest on, when the applications are ready."""
    if table not in WATCHED_TABLES:
        WATCHED_TABLES.append(table)
