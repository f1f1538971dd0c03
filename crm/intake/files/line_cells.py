"""What a row of an order file says was bought."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import itemgetter

from crm.intake.files.columns import LINE
from crm.intake.files.row_fields import NULL, RowFields

REMEMBERED = 50_000


class BoughtCells(dict[tuple[str, ...], tuple[str, Decimal | None]]):
    """The cells of a line to its COPY text and amount, worked out once per distinct line. New products are told.

    No text: the row names no goods. No amount: it lacks its quantity or price.
    """

    def __init__(self, fields: RowFields, tell_product: Callable[[str], None]) -> None:
        super().__init__()
        self._fields = fields
        # A column the file lacks is taken from the end, where `__missing__` puts an empty one.
        names = fields.names
        self._arrange = itemgetter(*(names.index(column.name) if column.name in names else -1 for column in LINE))
        self._tell_product = tell_product
        self._told: set[str] = set()
        self._serial = 0

    def __missing__(self, raw: tuple[str, ...]) -> tuple[str, Decimal | None]:
        sku, name, category, quantity, price, cost = self._arrange([*self._fields.parse(raw), NULL])
        if sku == NULL and name != NULL:
            sku = name[:100].rstrip("\\")
        value: tuple[str, Decimal | None] = ("", Decimal(0))
        if (sku, quantity, price) != (NULL, NULL, NULL):
            self._note_product(sku, f"{name}\t{category}", f"{price}\t{cost}")
            amount = None if NULL in (quantity, price) else Decimal(quantity) * Decimal(price)
            value = (f"{sku}\t{quantity}\t{price}\t{cost}\n", amount)
        if len(self) >= REMEMBERED:
            self.clear()
        self[raw] = value
        return value

    def _note_product(self, sku: str, named: str, priced: str) -> None:
        product = f"{sku}\t{named}"
        if sku == NULL or product in self._told:
            return
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told.add(product)
        self._serial += 1
        self._tell_product(f"{self._serial}\t{product}\t{priced}\n")
