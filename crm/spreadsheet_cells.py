"""Texts in the cells of files for spreadsheets: none may run as a formula, however the file is opened.

A file with commas may be opened as one with semicolons, so what stands after a separator or a line end inside a cell
begins a cell too. An import takes the apostrophes off again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
FORMULA = re.compile(rf"""((?:^|[;\t\r\n|])[\s"']*)(?=[{STARTS}])""")
GUARDED = re.compile(rf"""((?:^|[;\t\r\n|])[\s"']*)'(?=[{STARTS}])""")
# A cell that begins so is cut off there by some.
CUT_OFF = ("\t", "\r")
# To a spreadsheet a plain number or phone is only a number.
PLAIN_NUMBER = re.compile(r"[+-]?[\d., ]*")
# What XML, and so XLSX, cannot hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def harmless(value: Any) -> Any:
    """The value as a cell that every spreadsheet can hold and none takes for a formula."""
    if not isinstance(value, str):
        return value
    text = UNWRITABLE.sub("", value)
    if PLAIN_NUMBER.fullmatch(text):
        return text
    guarded = FORMULA.sub(r"\1'", text)
    return f"'{guarded}" if guarded.startswith(CUT_OFF) else guarded


def harmless_row(values: Iterable[Any]) -> list[Any]:
    return [harmless(value) for value in values]


def without_guard(text: str) -> str:
    """As it was before `harmless`."""
    if "'" not in text:
        return text
    return GUARDED.sub(r"\1", text[1:] if text[:1] == "'" and text[1:2] in CUT_OFF else text)
