"""Texts and rows out of the XML of a spreadsheet, told by expat element by element: no tree is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers.expat import ParserCreate

from django.utils.translation import gettext_lazy as _

from crm.intake.files.problems import FileError

PIECE = 1 << 16
# Of one name or value; expat begins anew with what it has of it whenever more comes.
LONGEST_TOKEN = 1 << 20
# What a spreadsheet itself can hold.
MOST_CELLS = 16_384
LONGEST_ROW = 1 << 18


@dataclass(slots=True)
class WrittenCell:
    """As it stands in the file: where, of which kind and style."""

    place: str
    kind: str
    style: int
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


WrittenRow = tuple[str, list[WrittenCell]]
Start = Callable[[str, dict[str, str]], None]


class _Words:
    """Words inside of elements of some names, but for how they are pronounced."""

    def __init__(self, names: set[str]) -> None:
        self.names, self.pieces = names, list[str]()
        self.is_inside = self.is_pronounced = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "rPh":
            self.is_pronounced = True
        elif name in self.names:
            self.is_inside = not self.is_pronounced

    def words(self, text: str) -> None:
        if self.is_inside:
            self.pieces.append(text)

    def end(self, name: str) -> None:
        if name == "rPh":
            self.is_pronounced = False
        elif name in self.names:
            self.is_inside = False


class _Texts(_Words):
    def __init__(self) -> None:
        super().__init__({"t"})
        self.found: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.found.append("".join(self.pieces).replace("x005F_", ""))
            self.pieces.clear()


class _Rows(_Words):
    """`ended` are the rows read since somebody took them away."""

    def __init__(self) -> None:
        super().__init__({"v", "t"})
        self.ended: list[WrittenRow] = []
        self.is_over = False
        self._row: WrittenRow = ("", [])
        self._length = self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            cell = WrittenCell(attributes.get("r", ""), attributes.get("t", "n"), int(attributes.get("s") or 0))
            self.pieces = cell.pieces
            self._row[1].append(cell)
            if len(self._row[1]) > MOST_CELLS:
                raise FileError(_("Row %(row)s has more than %(most)s cells."), row=self._named(), most=MOST_CELLS)
        elif name == "row":
            self._row, self._length, self._count = (attributes.get("r", ""), []), 0, self._count + 1
        else:
            super().start(name, attributes)

    def words(self, text: str) -> None:
        if self.is_inside:
            self.pieces.append(text)
            self._length += len(text)
            if self._length > LONGEST_ROW:
                raise FileError(
                    _("Row %(row)s is longer than %(most)s characters."), row=self._named(), most=LONGEST_ROW
                )

    def end(self, name: str) -> None:
        if name == "row":
            self.ended.append(self._row)
        elif name == "sheetData":
            self.is_over = True
        else:
            super().end(name)

    def _named(self) -> str:
        return self._row[0][:10] or str(self._count)


def texts(part: IO[bytes]) -> list[str]:
    """The texts that cells name by their number."""
    read = _Texts()
    for _piece in _fed(part, read):
        pass
    return read.found


def rows(part: IO[bytes]) -> Iterator[WrittenRow]:
    """The number as written, empty where rows are merely counted, and the cells."""
    read = _Rows()
    for _piece in _fed(part, read):
        yield from read.ended
        read.ended.clear()
        if read.is_over:
            return


def _fed(part: IO[bytes], read: _Words) -> Iterator[None]:
    """One step for each piece of the file. Raises ExpatError, ValueError."""
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: read.start(name.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda name: read.end(name.rpartition(" ")[2])
    parser.CharacterDataHandler = read.words
    parser.StartDoctypeDeclHandler = _refuse_declarations
    given = 0
    while piece := part.read(PIECE):
        parser.Parse(piece)
        given += len(piece)
        if given - parser.CurrentByteIndex > LONGEST_TOKEN:
            raise ValueError("a name or value without end")
        yield
    parser.Parse(b"", True)
    yield


def _refuse_declarations(*_told: object) -> None:
    raise ValueError("a spreadsheet declares no entities")
