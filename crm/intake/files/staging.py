"""Temporary tables that hold a file while it is checked, filled by COPY as the file is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.intake.files.problems import FileError, Problem, shorten

CHUNK = 1 << 18
# A nested loop over so few rows is still quick; with more, tables are joined by hashing.
FEW_ROWS = 2_000
# With so many rows that are none, a file is no table under the names in its first line.
MOST_BROKEN_ROWS = 100_000
PROBLEMS = ("import_problem", ("line", "number", "field", "value", "reason"))


class Cursor(Protocol):
    """What imports use of Django's cursor over psycopg's."""

    rowcount: int

    def execute(self, sql: str, params: Any = None) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchmany(self, size: int) -> list[Any]: ...
    def fetchall(self) -> list[Any]: ...
    def copy(self, statement: str) -> Any: ...


@dataclass(frozen=True)
class StagingTable:
    """A temporary table; names and types come from this package, never from a file."""

    name: str
    columns: Sequence[tuple[str, str]]

    def create(self, cursor: Cursor) -> None:
        # Texts are compared by bytes: the collation of the database may be slow at it.
        fields = ", ".join(
            f"{name} {type_}{' COLLATE ' + chr(34) + 'C' + chr(34) if type_ == 'text' else ''}"
            for name, type_ in self.columns
        )
        cursor.execute(f"CREATE TEMPORARY TABLE {self.name} ({fields})")


PROBLEM_TABLE = StagingTable(
    "import_problem",
    [("line", "integer"), ("number", "text"), ("field", "text"), ("value", "text"), ("reason", "text")],
)


class StagingWriter:
    """Takes rows as COPY text. The largest table streams to the server; the others wait in files on disk.

    The stream is sent in chunks, as each write costs a system call here and wakes the server there.
    """

    def __init__(self, cursor: Cursor, copies: dict[str, Sequence[str]], streamed: str) -> None:
        self._cursor = cursor
        self._copies = {**copies, PROBLEMS[0]: PROBLEMS[1]}
        self._streamed = streamed
        self._waiting: dict[str, IO[bytes]] = {}
        self._stream: Any = None
        self._pending: list[str] = []
        self._pending_size = 0
        self._broken_rows = 0

    @contextmanager
    def filling(self) -> Iterator[StagingWriter]:
        """Rows may be added inside; at the end all of them are in the tables."""
        try:
            # A broken COPY would take a surrounding transaction with it.
            shield = transaction.atomic() if connection.in_atomic_block else nullcontext()
            with shield, self._cursor.copy(self._statement(self._streamed)) as self._stream:
                yield self
                self._send()
            for table, file in self._waiting.items():
                file.seek(0)
                with self._cursor.copy(self._statement(table)) as copy:
                    while chunk := file.read(CHUNK):
                        copy.write(chunk)
        finally:
            for file in self._waiting.values():
                file.close()

    def add(self, table: str, rows: Iterable[str]) -> None:
        text = "".join(rows)
        if table == self._streamed:
            self._pending.append(text)
            self._pending_size += len(text)
            if self._pending_size >= CHUNK:
                self._send()
            return
        if table not in self._waiting:
            self._waiting[table] = TemporaryFile()  # noqa: SIM115 - closed by `filling`
        self._waiting[table].write(text.encode())

    def _send(self) -> None:
        self._stream.write("".join(self._pending))
        self._pending.clear()
        self._pending_size = 0

    def add_problem(self, problem: Problem, number: str = "") -> None:
        self._broken_rows += not problem.column
        if self._broken_rows > MOST_BROKEN_ROWS:
            raise FileError(
                _("Up to line %(line)s more than %(most)s rows cannot be read: do they fit the first line?")
                % {"line": problem.line, "most": MOST_BROKEN_ROWS}
            )
        cells = (problem.column, shorten(problem.value, 100), shorten(problem.reason, 300))
        known = shorten(number, 100).replace("\\", "\\\\") if number else "\\N"
        text = "\t".join(cell.replace("\\", "\\\\") for cell in cells)
        self.add(PROBLEMS[0], [f"{problem.line}\t{known}\t{text}\n"])

    def _statement(self, table: str) -> str:
        return f"COPY {table} ({', '.join(self._copies[table])}) FROM STDIN"


@contextmanager
def staging_tables(tables: Sequence[StagingTable]) -> Iterator[Cursor]:
    """Make the tables, and drop them and any made from them whatever happens: connections live on."""
    with connection.cursor() as cursor:
        _drop_all(cursor)
        for table in (*tables, PROBLEM_TABLE):
            table.create(cursor)
        try:
            yield cursor
        finally:
            if not connection.needs_rollback and not connection.closed_in_transaction:
                _drop_all(cursor)


def empty(cursor: Cursor, tables: Sequence[StagingTable]) -> None:
    """For a file that has to be read again."""
    for table in (*tables, PROBLEM_TABLE):
        cursor.execute(f"TRUNCATE {table.name}")


def plan_for_sets(cursor: Cursor, table: str) -> None:
    """Until the transaction ends, plan for as many rows as there really are.

    What the planner knows of the shop's tables is older than this import. Customers it has never seen are "one row"
    to it, and a nested loop over one row is one over thousands times thousands.
    """
    cursor.execute("SET LOCAL work_mem = '128MB'")
    cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of this package
    if cursor.fetchone()[0] > FEW_ROWS:
        cursor.execute("SET LOCAL enable_nestloop = off")


def _drop_all(cursor: Cursor) -> None:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
        " AND relname LIKE 'import\\_%%'",
        [],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TABLE {name}")
