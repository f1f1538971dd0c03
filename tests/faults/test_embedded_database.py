"""The embedded PostgreSQL against everything that may happen to it, each time with real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from config.database import cluster as cluster_module
from config.database import server
from config.database.cluster import Cluster
from config.database.failure_hints import EmbeddedDatabaseError, explain


@pytest.fixture
def directory(tmp_path):
    yield tmp_path / "postgres"
    server.stop(tmp_path / "postgres")


def connect(address, **options):
    return psycopg.connect(
        host=address.host,
        port=address.port,
        **{"dbname": "encore", "user": "encore", "password": address.password, **options},
    )


def kill_everything(directory):
    postmaster = psutil.Process(Cluster(directory).postmaster().pid)
    for process in [postmaster, *postmaster.children(recursive=True)]:
        process.send_signal(signal.SIGKILL)


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_starts_by_itself_and_stops_when_told(directory):
    address = server.ensure_running(directory)

    assert server.ensure_running(directory) == address
    with connect(address) as connection:
        assert connection.execute("SELECT 'Иванов' ILIKE '%иванов%'").fetchone() == (True,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    assert server.stop(directory) is True
    assert server.stop(directory) is False
    assert Cluster(directory).postmaster() is None


def test_lets_no_stranger_in_and_runs_without_privileges(directory):
    address = server.ensure_running(directory)

    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(address, password="guessed")
    assert (directory / "password").stat().st_mode & 0o777 == 0o600
    assert psutil.Process(Cluster(directory).postmaster().pid).uids().effective != 0


def test_loses_nothing_when_all_of_it_is_killed(directory):
    with connect(server.ensure_running(directory)) as connection:
        connection.execute("CREATE TABLE fact AS SELECT generate_series(1, 1000) AS number")

    kill_everything(directory)
    wait_for(lambda: Cluster(directory).postmaster() is None)

    with connect(server.ensure_running(directory)) as connection:
        assert connection.execute("SELECT count(*) FROM fact").fetchone() == (1000,)


def test_starts_again_while_children_of_a_killed_postmaster_still_linger(directory):
    address = server.ensure_running(directory)
    with connect(address) as connection:
        connection.execute("CREATE TABLE fact ()")

    os.kill(Cluster(directory).postmaster().pid, signal.SIGKILL)
    wait_for(lambda: Cluster(directory).postmaster() is None)

    with connect(server.ensure_running(directory)) as connection:
        assert connection.execute("SELECT count(*) FROM fact").fetchone() == (0,)


def test_is_not_fooled_by_a_stale_pid_file_whose_number_lives_again(directory):
    server.ensure_running(directory)
    pid_file = Cluster(directory).pid_file
    lines = pid_file.read_text().splitlines()
    kill_everything(directory)
    wait_for(lambda: Cluster(directory).postmaster() is None)

    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    assert Cluster(directory).postmaster() is None
    with connect(server.ensure_running(directory)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_is_not_fooled_by_another_postgres_under_the_same_number(directory, tmp_path):
    server.ensure_running(directory)
    other = tmp_path / "other"
    server.ensure_running(other)
    stranger = Cluster(other).postmaster().pid

    try:
        assert cluster_module.serves(stranger, Cluster(other).data)
        assert not cluster_module.serves(stranger, Cluster(directory).data)
    finally:
        server.stop(other)


def test_two_commands_starting_at_once_share_one_server(directory):
    code = (
        "import sys, pathlib; sys.path.insert(0, '.');"
        "from config.database.server import ensure_running;"
        "print(ensure_running(pathlib.Path(sys.argv[1])).port)"
    )
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(directory)], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    ports = {command.communicate(timeout=60)[0].strip() for command in commands}

    assert ports == {str(Cluster(directory).postmaster().port)}
    serving = [
        process for process in psutil.process_iter() if cluster_module.serves(process.pid, Cluster(directory).data)
    ]
    assert len([process for process in serving if process.ppid() not in {other.pid for other in serving}]) == 1


def test_begins_anew_after_a_first_start_that_was_cut_off(directory):
    half_made = directory / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")

    with connect(server.ensure_running(directory)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("encore",)
    assert not half_made.exists()


def test_moves_to_another_port_when_a_stranger_sits_on_its_own(directory):
    port = server.ensure_running(directory).port
    server.stop(directory)

    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        moved = server.ensure_running(directory)

    assert moved.port != port
    with connect(moved) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_says_that_data_is_of_another_version_and_leaves_it_alone(directory):
    server.ensure_running(directory)
    server.stop(directory)
    (directory / "data" / "PG_VERSION").write_text("17\n")
    before = sorted(path.name for path in (directory / "data").iterdir())

    with pytest.raises(EmbeddedDatabaseError, match="written by PostgreSQL 17.*brings PostgreSQL 18"):
        server.ensure_running(directory)

    assert sorted(path.name for path in (directory / "data").iterdir()) == before


def test_says_that_the_disk_is_full_before_anything_breaks(directory, monkeypatch):
    monkeypatch.setattr(cluster_module, "SPACE_NEEDED", 2**62)

    with pytest.raises(EmbeddedDatabaseError, match="disk that holds .* is full"):
        server.ensure_running(directory)

    assert not (directory / "data").exists()


def test_a_command_tells_the_trouble_in_words_instead_of_a_traceback(directory):
    (directory / "data").mkdir(parents=True)
    (directory / "data" / "PG_VERSION").write_text("9.6\n")

    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--check"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "ENCORE_VAR": str(directory.parent), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert "was written by PostgreSQL 9.6" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("PANIC:  could not write to file: No space left on device", "is full"),
        ("FATAL:  database files are incompatible with server", "another version"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "too little free memory"),
        ("initdb: error: could not access directory: Permission denied", "may not read or write"),
        ("PANIC:  could not locate a valid checkpoint record", "damaged"),
        ("FATAL:  something never seen before", "something never seen before"),
    ],
)
def test_explains_the_last_words_of_a_server(log, words):
    assert words in explain(log, Path("/data"))
