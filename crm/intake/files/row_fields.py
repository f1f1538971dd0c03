"""Parsing some columns of a row together."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from operator import itemgetter

from django.utils.translation import gettext as _

from crm import placeholders
from crm.intake.files.cells import ESCAPES, ParseSettings, as_meant
from crm.intake.files.columns import Column
from crm.intake.files.header import FileHeader
from crm.intake.files.problems import shorten

NULL = "\\N"
LONGEST_ATTRIBUTE = 1_000
# Column, value, reason.
CellError = tuple[str, str, str]


class CellErrors(Exception):
    def __init__(self, errors: list[CellError]) -> None:
        super().__init__(errors)
        self.errors = errors


class RowParser:
    """Some columns of every row; unknown ones, when wanted, follow as one JSON object of attributes."""

    def __init__(
        self,
        columns: Sequence[Column],
        header: FileHeader,
        settings: ParseSettings,
        attributes: dict[str, int] | None = None,
    ) -> None:
        self.names = [column.name for column in columns]
        self.pick = _picker([*(header.positions[name] for name in self.names), *(attributes or {}).values()])
        self._cells = [column.cells(settings) for column in columns]
        self._attributes = list(attributes or {})

    @property
    def columns(self) -> list[str]:
        return [*self.names, "attributes"] if self._attributes else self.names

    def parse(self, raw: tuple[str, ...]) -> list[str]:
        """COPY text of every column; CellErrors names all that are wrong."""
        try:
            parsed = [known[text] for known, text in zip(self._cells, raw, strict=False)]
        except ValueError:
            raise CellErrors(self._errors(raw)) from None
        return [*parsed, self._attributes_json(raw)] if self._attributes else parsed

    def parse_readable(self, raw: tuple[str, ...]) -> list[str]:
        """As `parse`, with NULL in place of what is wrong."""
        wrong = {name for name, _value, _reason in self._errors(raw)}
        parts = zip(self.names, self._cells, raw, strict=False)
        parsed = [NULL if name in wrong else known[text] for name, known, text in parts]
        return [*parsed, NULL] if self._attributes else parsed

    def _errors(self, raw: tuple[str, ...]) -> list[CellError]:
        errors = []
        for name, known, text in zip(self.names, self._cells, raw, strict=False):
            try:
                known[text]
            except ValueError as error:
                errors.append((name, text, str(error)))
        return errors

    def _attributes_json(self, raw: tuple[str, ...]) -> str:
        attributes = {}
        for name, text in zip(self._attributes, raw[len(self.names) :], strict=True):
            if "\0" in text or len(text) > LONGEST_ATTRIBUTE:
                reason = _("is longer than %(limit)s characters or not text") % {"limit": LONGEST_ATTRIBUTE}
                raise CellErrors([(name, shorten(text), reason)])
            if told := placeholders.told(as_meant(text)):
                attributes[name] = told
        return json.dumps(attributes, ensure_ascii=False).translate(ESCAPES) if attributes else NULL


def _picker(positions: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """The cells at these positions as a tuple, whatever their number."""
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda cells: tuple(cells[position] for position in positions)
