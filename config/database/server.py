"""Starting and stopping the embedded PostgreSQL, from any number of commands at once."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.database.cluster import HOST, Cluster, Postmaster
from config.database.failure_hints import EmbeddedDatabaseError, explain

PATIENCE = 3.0
LOG_LIMIT = 10 * 1024 * 1024
STARTS_TRIED = 40
# Sized for a small machine; what makes data durable (fsync, synchronous_commit) stays on.
TUNING = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "12MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    # Short queries by the thousand: compiling them costs more than it gains.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Starts, ends and repairs. A statement that failed holds values of people: Encore's own log tells of it without.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class ServerAddress:
    """Where the server listens and the password it asks for."""

    host: str
    port: int
    password: str


def ensure_running(directory: Path) -> ServerAddress:
    """Start the server unless it runs; crash recovery is waited for, however long it takes."""
    cluster = Cluster(directory)
    try:
        postmaster = cluster.postmaster()
        if postmaster is None or not postmaster.is_ready:
            with _locked(cluster):
                postmaster = _started(cluster)
        return ServerAddress(HOST, postmaster.port, cluster.password)
    except OSError as error:
        raise EmbeddedDatabaseError(explain(str(error), directory)) from error


def stop(directory: Path) -> bool:
    """Stop the server if it runs, waiting until everything is on disk; whether it ran."""
    cluster = Cluster(directory)
    if not cluster.data.exists():
        return False
    with _locked(cluster):
        postmaster = cluster.postmaster()
        if postmaster is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(postmaster.pid, signal.SIGINT)  # "fast": connections are cut, transactions rolled back
        _wait_until_gone(cluster, postmaster.pid)
    return True


@contextlib.contextmanager
def _locked(cluster: Cluster) -> Iterator[None]:
    cluster.make()
    with cluster.lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _started(cluster: Cluster) -> Postmaster:
    """Under the lock: adopt, wait for, or start the server."""
    postmaster = cluster.postmaster()
    if postmaster is not None and postmaster.status == "stopping":
        _wait_until_gone(cluster, postmaster.pid)
        postmaster = None
    if postmaster is not None:
        return _wait_until_ready(cluster, postmaster.pid, None)
    cluster.check_space()
    if not cluster.is_initialised():
        cluster.initialise()
    cluster.check_version()
    return _start(cluster)


def _start(cluster: Cluster) -> Postmaster:
    for _attempt in range(STARTS_TRIED):
        # Nobody serves this directory, so a pid file is a leftover; its number may be anybody's by now.
        cluster.pid_file.unlink(missing_ok=True)
        process, log_start = _spawn(cluster)
        try:
            return _wait_until_ready(cluster, process.pid, process)
        except _ServerDied:
            said = _said_since(cluster, log_start)
        # Children of a killed server linger for a moment, and a port may be taken after we looked.
        if "pre-existing shared memory" not in said and "could not bind" not in said:
            break
        time.sleep(0.5)
    raise EmbeddedDatabaseError(explain(said, cluster.directory))


class _ServerDied(Exception):
    """The server went away before it was ready."""


def _spawn(cluster: Cluster) -> tuple[subprocess.Popen[bytes], int]:
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_LIMIT:
        cluster.log.rename(cluster.log.with_suffix(".log.old"))
    options = {**TUNING, "port": str(cluster.choose_port())}
    arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
    with cluster.log.open("ab") as log:
        process = subprocess.Popen(
            cluster.command("postgres", "-D", str(cluster.data), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            # Of its own session: neither Ctrl-C nor the end of this command reaches it.
            start_new_session=True,
        )
        return process, log.tell()


def _wait_until_ready(cluster: Cluster, pid: int, process: subprocess.Popen[bytes] | None) -> Postmaster:
    began, has_said = time.monotonic(), False
    while True:
        postmaster = cluster.postmaster()
        if postmaster is not None and postmaster.pid == pid and postmaster.is_ready:
            break
        if process.poll() is not None if process else not psutil.pid_exists(pid):
            raise _ServerDied
        if not has_said and time.monotonic() - began > PATIENCE:
            has_said = True
            _say("PostgreSQL is making its files consistent after it was cut off. This may take minutes; please wait.")
        time.sleep(0.02)
    if process:
        process.returncode = 0  # it outlives this command on purpose, so Popen shall not miss it
    return postmaster


def _wait_until_gone(cluster: Cluster, pid: int) -> None:
    began, has_said = time.monotonic(), False
    while (postmaster := cluster.postmaster()) is not None and postmaster.pid == pid:
        if not has_said and time.monotonic() - began > PATIENCE:
            has_said = True
            _say("PostgreSQL is writing everything to disk before it stops; please wait.")
        _reap(pid)
        time.sleep(0.02)
    _reap(pid)


def _reap(pid: int) -> None:
    """Let go of a server this very process once started, so that it does not stay as a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _said_since(cluster: Cluster, start: int) -> str:
    with cluster.log.open("rb") as log:
        log.seek(start)
        return log.read().decode(errors="replace")


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()
