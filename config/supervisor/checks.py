"""What `manage.py start` looks at before it starts anything: alone here, no leftovers, a free port."""

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
from django.core.management.base import CommandError

SUPERVISED_MARK = "ENCORE_SUPERVISED_IN"
PATIENCE = 10.0


@contextlib.contextmanager
def sole_supervisor(directory: Path, address: str) -> Iterator[None]:
    """Allow one supervisor for each data directory; the second learns where the first one is."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "start.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CommandError(f"Encore is already running here: {file.read().strip()}") from None
        file.truncate(0)
        file.write(f"{address} (process {os.getpid()})\n")
        file.flush()
        yield


def clear_leftovers(directory: Path) -> int:
    """End what a supervisor killed by force left behind here; how many processes that were."""
    leftovers = [process for process in psutil.process_iter() if _was_supervised_in(directory, process)]
    for process in leftovers:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _gone, stubborn = psutil.wait_procs(leftovers, timeout=PATIENCE)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return len(leftovers)


def _was_supervised_in(directory: Path, process: psutil.Process) -> bool:
    try:
        # The database outlives whoever started it.
        return bool(process.environ().get(SUPERVISED_MARK) == str(directory) and process.name() != "postgres")
    except psutil.Error:
        return False


def check_port(host: str, port: int) -> None:
    """Raise in words when nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CommandError(
                f"Only root may listen on port {port}. Choose one above 1023: manage.py start --port 8000"
            ) from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"Nobody can listen on {host}: {error.strerror}.") from None
            raise CommandError(
                f"Port {port} is taken by another program{_owner(port)}. "
                f"Stop that one, or choose another port: manage.py start --port {port + 1}"
            ) from None


def _owner(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" ({psutil.Process(connection.pid).name()}, process {connection.pid})"
    return ""
