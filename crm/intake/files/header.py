"""Which column of a file means what: told for each, or recognised by our own names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.intake.files import header_words
from crm.intake.files.columns import Column
from crm.intake.files.header_words import FULL_NAMES
from crm.intake.files.problems import FileError, shorten

# What a column may mean beside a column of ours: nothing, or an attribute of the customer under its own name.
IGNORED, ATTRIBUTE = "", "@attribute"


@dataclass(frozen=True)
class FullName:
    """A cell with a whole name: where it is, and what stands first in it."""

    position: int
    order: str


@dataclass(frozen=True)
class FileHeader:
    """Where the columns of ours are in a file, what is kept as attributes, and what is not read, by the names it gives.

    A whole name is read as two more columns behind those of the file.
    """

    width: int
    positions: dict[str, int]
    attributes: dict[str, int] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    full_name: FullName | None = None

    def present(self, columns: Sequence[Column]) -> list[Column]:
        return [column for column in columns if column.name in self.positions]


def own_meanings(names: Sequence[str], kind: str, others: str = IGNORED) -> list[str]:
    """What each column means by our own names for them; the others mean `others`."""
    known = header_words.own_names(kind)
    return [known.get(header_words.normalise(name), others if name.strip() else IGNORED) for name in names]


def match_header(
    names: Sequence[str], meanings: Sequence[str], columns: Sequence[Column], needed: Sequence[Sequence[str]]
) -> FileHeader:
    """The header by the meaning of each column; of each group in `needed` one must be there. Raises FileError."""
    known = {column.name for column in columns} | (
        {*FULL_NAMES} if "first_name" in {c.name for c in columns} else set()
    )
    positions: dict[str, int] = {}
    attributes: dict[str, int] = {}
    ignored = []
    for position, (written, meaning) in enumerate(zip(names, [*meanings, *[IGNORED] * len(names)], strict=False)):
        if meaning in known:
            if meaning in positions:
                raise FileError(_("The column %(name)s is there twice.") % {"name": meaning})
            positions[meaning] = position
        elif meaning == ATTRIBUTE:
            attributes[_own_name(written, attributes)] = position
        elif written.strip():
            ignored.append(shorten(written, 100))
    full_name = _take_full_name(positions, len(names))
    check_needed(positions, needed)
    return FileHeader(len(names) + 2 * bool(full_name), positions, attributes, ignored, full_name)


def possible_meanings(columns: Sequence[Column]) -> list[str]:
    """Columns of ours, and whole names where there are names."""
    names = [column.name for column in columns]
    return [*names, *(FULL_NAMES if "first_name" in names else ())]


def missing(meanings: Sequence[str], needed: Sequence[Sequence[str]]) -> list[str]:
    """The groups of which no column is there, each in words."""
    lacking = [group for group in needed if not any(all(part in meanings for part in _parts(name)) for name in group)]
    return [_(" or ").join(group) for group in lacking]


def twice(meanings: Sequence[str]) -> list[str]:
    """Columns that more than one column of the file is said to be."""
    return [name for name, count in Counter(meanings).items() if count > 1 and name not in (IGNORED, ATTRIBUTE)]


def check_needed(positions: dict[str, int], needed: Sequence[Sequence[str]]) -> None:
    lacking = missing(list(positions), needed)
    if lacking:
        raise FileError(
            _("The file lacks columns: %(names)s. The first line must hold the names of the columns.")
            % {"names": ", ".join(lacking)}
        )


def _take_full_name(positions: dict[str, int], width: int) -> FullName | None:
    """Put the two names read from one cell behind the others; a column that holds one of them alone goes first."""
    order = next((order for order in FULL_NAMES if order in positions), None)
    if order is None:
        return None
    found = FullName(positions[order], order)
    for name in FULL_NAMES:
        positions.pop(name, None)
    positions.setdefault("first_name", width)
    positions.setdefault("last_name", width + 1)
    return found


def _own_name(written: str, taken: dict[str, int]) -> str:
    """A second column of one name gets a number."""
    name = shorten(written, 90)
    count = sum(other == name or other.startswith(f"{name} (") for other in taken)
    return f"{name} ({count + 1})" if count else name


def _parts(name: str) -> list[str]:
    """`quantity + price` is there when both are."""
    return name.split(" + ")
