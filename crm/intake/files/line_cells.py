"""The cells of a row of an order file that say what was bought."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import itemgetter

from django.utils.translation import gettext as _

from crm.intake.files.columns import LINE
from crm.intake.files.row_fields import NULL, CellErrors, RowParser
from crm.placeholders import is_no_id

REMEMBERED = 50_000


class LineParser(dict[tuple[str, ...], tuple[str, Decimal | None]]):
    """COPY text and amount by the cells of a line. Each distinct line is parsed once; new products are passed on.

    The text is empty where the row names no goods; the amount is None where it lacks its quantity or price.
    """

    def __init__(self, fields: RowParser, add_product: Callable[[str], None]) -> None:
        super().__init__()
        self._fields = fields
        # A column the file lacks is taken from the end, where `__missing__` puts an empty one.
        names = fields.names
        self._arrange = itemgetter(*(names.index(column.name) if column.name in names else -1 for column in LINE))
        self._has_returns = "returned_quantity" in names
        self._add_product = add_product
        self._added: set[str] = set()
        self._serial = 0

    @property
    def columns(self) -> list[str]:
        """Those of the COPY text."""
        return ["sku", "quantity", "price", "cost", *["returned_quantity"] * self._has_returns]

    def __missing__(self, raw: tuple[str, ...]) -> tuple[str, Decimal | None]:
        sku, name, category, quantity, price, cost, returned = self._arrange([*self._fields.parse(raw), NULL])
        if sku == NULL and name != NULL and not is_no_id(name):
            sku = name[:100].rstrip("\\")
        value: tuple[str, Decimal | None] = ("", Decimal(0))
        if (sku, quantity, price) != (NULL, NULL, NULL):
            self._note_product(sku, f"{name}\t{category}", f"{price}\t{cost}")
            amount = None if NULL in (quantity, price) else Decimal(quantity) * Decimal(price)
            _check_return(returned, quantity)
            more = f"\t{returned}" if self._has_returns else ""
            value = (f"{sku}\t{quantity}\t{price}\t{cost}{more}\n", amount)
        if len(self) >= REMEMBERED:
            self.clear()
        self[raw] = value
        return value

    def _note_product(self, sku: str, named: str, priced: str) -> None:
        product = f"{sku}\t{named}"
        if sku == NULL or product in self._added:
            return
        if len(self._added) >= REMEMBERED:
            self._added.clear()
        self._added.add(product)
        self._serial += 1
        self._add_product(f"{self._serial}\t{product}\t{priced}\n")


def _check_return(returned: str, quantity: str) -> None:
    if returned != NULL and Decimal(returned) > (1 if quantity == NULL else Decimal(quantity)):
        raise CellErrors([("returned_quantity", returned, _("is more than was bought"))])
