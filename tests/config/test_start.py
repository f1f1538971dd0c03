"""`manage.py start` as the person who installs it meets it: real processes, ended by their number only."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import psutil
import pytest
from django.conf import settings

from config.database import server
from config.database.cluster import Cluster, free_port
from config.supervisor import checks


class Start:
    """A running `manage.py start` and what it has said so far."""

    def __init__(self, var, port):
        self.var, self.port, self.said = var, port, ""
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "start", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env={**environment, "ENCORE_VAR": str(var)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def listen(self):
        for line in self.process.stdout:
            self.said += line

    def wait_for(self, words, seconds=240):
        self.wait_until(lambda: re.search(words, self.said), seconds)

    def wait_until(self, condition, seconds=120):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.05)

    def wait_for_end(self):
        code = self.process.wait(timeout=60)
        self.listener.join(timeout=10)
        return code

    def family(self):
        """Everything it started, PostgreSQL aside."""
        return [process for process in psutil.process_iter() if checks._was_supervised_in(self.var, process)]

    def head(self, name):
        marks = {"web": "config.web", "worker": "worker", "beat": "beat"}
        for process in psutil.Process(self.process.pid).children():
            if marks[name] in process.cmdline():
                return process
        return None

    def login_page_answers(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/admin/login/", timeout=5) as answer:  # noqa: S310
                return answer.status == 200
        except OSError:
            return False

    def clean_up(self):
        self.process.kill()
        self.process.wait()
        for process in self.family():
            process.kill()
        self.process.stdout.close()
        server.stop(self.var / "postgres")


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(port=None):
        started.append(Start(tmp_path / "var", port or free_port()))
        return started[-1]

    yield begin
    for one in started:
        one.clean_up()


def test_gets_to_a_login_outlives_deaths_and_leaves_nothing_behind(start):
    encore = start()
    encore.wait_for(r"Encore is up: http://127\.0\.0\.1:\d+/")
    encore.wait_for(r"First login: admin with the password \S+")
    assert encore.login_page_answers()
    assert [file for file in encore.var.rglob("*") if file.is_file() and file.stat().st_mode & 0o077] == []

    encore.head("worker").kill()
    encore.wait_for("worker was killed by signal 9; starting it again in 1 s")
    encore.wait_until(lambda: encore.head("worker"))
    web = encore.head("web")
    web.kill()
    encore.wait_for("web was killed by signal 9")
    encore.wait_until(lambda: encore.login_page_answers() and encore.head("web") not in (None, web))
    postmaster = Cluster(encore.var / "postgres").postmaster().pid
    psutil.Process(postmaster).kill()
    encore.wait_until(
        lambda: (found := Cluster(encore.var / "postgres").postmaster()) and found.is_ready and found.pid != postmaster
    )
    second = start(encore.port)
    assert second.wait_for_end() == 1
    assert f"already running here: http://127.0.0.1:{encore.port} (process {encore.process.pid})" in second.said

    encore.process.send_signal(signal.SIGINT)
    assert encore.wait_for_end() == 0
    assert "Everything has stopped" in encore.said
    assert encore.family() == []
    assert Cluster(encore.var / "postgres").postmaster() is None
    assert encore.said.count("First login") == 1


def test_starts_again_after_the_supervisor_itself_was_killed(start):
    encore = start()
    encore.wait_for("Encore is up")
    stray = subprocess.Popen(["sleep", "600"], env={**os.environ, checks.SUPERVISED_MARK: str(encore.var)})
    encore.process.kill()
    encore.wait_for_end()

    again = start(encore.port)
    again.wait_for("Encore is up")

    assert stray.wait() == -signal.SIGTERM
    assert "Ended what was left of a run that was cut off" in again.said
    assert "First login" not in again.said
    assert "Looking what is new here" in encore.said
    assert "Looking what is new here" not in again.said
    again.process.send_signal(signal.SIGTERM)
    assert again.wait_for_end() == 0


def test_says_who_has_taken_the_port(start):
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]

        encore = start(port)

        assert encore.wait_for_end() == 1
    assert f"Port {port} is taken by another program" in encore.said
    assert f"process {os.getpid()}" in encore.said
    assert f"--port {port + 1}" in encore.said
    assert "Traceback" not in encore.said
