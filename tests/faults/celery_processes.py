"""`celery worker` and `celery beat` in processes of their own; what they say goes to a file each."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.supervisor.readiness import READY

ENGINE = "chains.tasks.run_engine"


def wait_for(condition, seconds=90, told=lambda: ""):
    """Until it holds; far longer than it takes, for a machine that is busy."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)


def address_of_database(**params):
    """A DATABASE_URL for the test's database, or for another with these parameters."""
    own = {**connection.get_connection_params(), **params}
    secret = f":{quote(own['password'])}" if own.get("password") else ""
    return f"postgres://{own['user']}{secret}@{own['host']}:{own['port']}/{own['dbname']}"


def ring_every_second():
    """A schedule with nothing but the engine in it, rung more often than a shop's."""
    PeriodicTask.objects.exclude(task=ENGINE).update(enabled=False)
    interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.update_or_create(
        task=ENGINE, defaults={"name": "Run chains", "interval": interval, "expire_seconds": 5}
    )


class Processes:
    """Started in one environment; all of them are ended by `kill`."""

    def __init__(self, folder, database_url, mail_server):
        self.folder, self.running = folder, []
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "ENCORE_VAR": str(folder),
            "DATABASE_URL": database_url,
            "CELERY_BROKER_URL": "filesystem://",
            "EMAIL_URL": f"smtp://{mail_server[0]}:{mail_server[1]}",
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def broker(self):
        return self.folder / "broker"

    def worker(self, name="worker"):
        return self.start(name, "celery", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle")

    def beat(self, name="beat"):
        return self.start(name, "celery", "beat", "--pidfile=", "--max-interval", "1")

    def start(self, name, *arguments):
        if arguments[0] == "celery":
            arguments = ["celery", "-A", "config", "--quiet", *arguments[1:]]
        log = self.folder / f"{name}.log"
        with log.open("ab") as ear:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=ear,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def said(self, name):
        log = self.folder / f"{name}.log"
        return log.read_text() if log.exists() else ""

    def wait_until_ready(self, *names):
        wait_for(lambda: all(READY in self.said(name) for name in names), told=self.everything)

    def everything(self):
        return "\n".join(f"--- {log.name}\n{log.read_text()}" for log in sorted(self.folder.glob("*.log")))

    def kill(self):
        """With their children, who would outlive them: Celery's pool and granian's workers."""
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
