"""Cells of a row parsed together."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from operator import itemgetter

from django.utils.translation import gettext as _

from crm.intake.files.cells import ESCAPES, Cells, Ground
from crm.intake.files.columns import Column, Header
from crm.intake.files.problems import short

NULL = "\\N"
LONGEST_ATTRIBUTE = 1_000
Wrong = tuple[str, str, str]


class WrongCells(Exception):
    """Cells that cannot be read: column, value, reason of each."""

    def __init__(self, wrong: list[Wrong]) -> None:
        super().__init__(wrong)
        self.wrong = wrong


class RowFields:
    """Some columns of every row; unknown ones, when wanted, follow as one JSON object of attributes."""

    def __init__(
        self, columns: Sequence[Column], header: Header, ground: Ground, attributes: dict[str, int] | None = None
    ) -> None:
        self.names = [column.name for column in columns]
        self.pick = _picker([*(header.positions[name] for name in self.names), *(attributes or {}).values()])
        self._cells = [Cells(column.parser(ground)) for column in columns]
        self._attributes = list(attributes or {})

    @property
    def columns(self) -> list[str]:
        return [*self.names, "attributes"] if self._attributes else self.names

    def parse(self, raw: tuple[str, ...]) -> list[str]:
        """COPY text of every column; WrongCells names all that are wrong."""
        try:
            parsed = [known[text] for known, text in zip(self._cells, raw, strict=False)]
        except ValueError:
            raise WrongCells(self._wrong(raw)) from None
        return [*parsed, self._bundle(raw)] if self._attributes else parsed

    def parse_readable(self, raw: tuple[str, ...]) -> list[str]:
        """As `parse`, with nothing in place of what is wrong."""
        wrong = {name for name, _value, _reason in self._wrong(raw)}
        parts = zip(self.names, self._cells, raw, strict=False)
        parsed = [NULL if name in wrong else known[text] for name, known, text in parts]
        return [*parsed, NULL] if self._attributes else parsed

    def _wrong(self, raw: tuple[str, ...]) -> list[Wrong]:
        wrong = []
        for name, known, text in zip(self.names, self._cells, raw, strict=False):
            try:
                known[text]
            except ValueError as error:
                wrong.append((name, text, str(error)))
        return wrong

    def _bundle(self, raw: tuple[str, ...]) -> str:
        told = {}
        for name, text in zip(self._attributes, raw[len(self.names) :], strict=True):
            if "\0" in text or len(text) > LONGEST_ATTRIBUTE:
                reason = _("is longer than %(limit)s characters or not text") % {"limit": LONGEST_ATTRIBUTE}
                raise WrongCells([(name, short(text), reason)])
            if text.strip():
                told[name] = text.strip()
        return json.dumps(told, ensure_ascii=False).translate(ESCAPES) if told else NULL


def _picker(positions: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """The cells at these positions as a tuple, whatever their number."""
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda cells: tuple(cells[position] for position in positions)
