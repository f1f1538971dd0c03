import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config.database import server
from config.supervisor import checks, prepared
from config.supervisor.child import SupervisedProcess
from config.supervisor.supervisor import Supervisor, say

WEB_WORKERS = 2
FIRST_ADMINISTRATOR = "admin"


class Command(BaseCommand):
    help = "Runs everything: PostgreSQL, the web server, the worker and the schedule. Ctrl-C stops it all."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for the whole network")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument("--demo", action="store_true", help="with a simulated shop, in a database of its own")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port, is_demo = options["host"], options["port"], options["demo"]
        if is_demo:
            use_demo_directory()
        reachable = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        given = {name: value for name, value in os.environ.items() if value.strip()}
        site = given.get("SITE_URL") or f"http://{reachable}:{port}"
        environment = {
            **given,
            "SITE_URL": site,
            checks.SUPERVISED_MARK: str(settings.VAR_DIR),
            "PYTHONUNBUFFERED": "1",
        }
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with checks.sole_supervisor(settings.VAR_DIR, site):
            if checks.clear_leftovers(settings.VAR_DIR):
                say("Ended what was left of a run that was cut off")
            checks.check_port(host, port)
            try:
                run(host, port, reachable, environment, is_demo=is_demo)
            except KeyboardInterrupt:
                say("Stopped at once")
            finally:
                if not settings.DATABASE_URL:
                    server.stop(settings.VAR_DIR / "postgres")
        say("Everything has stopped")


def run(host: str, port: int, reachable: str, environment: dict[str, str], *, is_demo: bool) -> None:
    password = prepare()
    if is_demo:
        load_demo(environment)
    say("Loading the web server, the worker and the schedule; this takes some seconds")

    def welcome() -> None:
        say(f"Encore is up: {environment['SITE_URL']}/")
        if password:
            say(f"First login: {FIRST_ADMINISTRATOR} with the password {password} (shown only now)")
        say("Ctrl-C stops everything")

    supervisor = Supervisor(
        children=children(host, port, environment),
        address=(reachable, port),
        when_up=welcome,
        postgres=None if settings.DATABASE_URL else settings.VAR_DIR / "postgres",
    )
    try:
        supervisor.run()
    finally:
        if password and not supervisor.is_up:
            say(f"A login was made before the stop: {FIRST_ADMINISTRATOR} with the password {password}")


def prepare() -> str | None:
    """Bring everything up to date when something has changed; the first administrator's password when it was made."""
    if not settings.DATABASE_URL:
        say("Starting PostgreSQL")
    if prepared.is_prepared():
        return None
    say("Looking what is new here; this takes a moment")
    django.setup()
    from config.supervisor import preparation

    password = preparation.prepare(FIRST_ADMINISTRATOR)
    prepared.remember()
    # Children open connections of their own; this process holds none while it waits.
    connections.close_all()
    return password


def load_demo(environment: dict[str, str]) -> None:
    """Fill an empty database with the simulated shop; its own words go straight to the terminal."""
    done = subprocess.run([sys.executable, "manage.py", "demo"], cwd=settings.BASE_DIR, env=environment, check=False)
    if done.returncode:
        raise CommandError("The demo shop could not be made; the lines above say why.")


def children(host: str, port: int, environment: dict[str, str]) -> list[SupervisedProcess]:
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "config", "--quiet"]
    web = [python, "-m", "config.web", "--host", host, "--port", str(port), "--workers", str(WEB_WORKERS)]
    web += ["--log-level", "warning", "config.gateway.gateway:application"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    pool = environment.get("DATABASE_POOL", str(settings.WEB_THREADS))
    single = {**environment, "DATABASE_POOL": "0"}
    first = (
        SupervisedProcess("web", web, {**environment, "DATABASE_POOL": pool}),
        SupervisedProcess("beat", [*celery, "beat", "--pidfile="], single),
    )
    # System checks belong to whoever changes the code; they would hold the worker up for a second.
    return [*first, SupervisedProcess("worker", worker, {**single, "CELERY_SKIP_CHECKS": "1"}, after=first)]


def use_demo_directory() -> None:
    """The simulated shop never mixes with a real one: settings are read again with a directory of its own."""
    if settings.DATABASE_URL:
        raise CommandError("The demo fills a database of its own. Run it without DATABASE_URL.")
    if not os.environ.get("ENCORE_VAR", "").strip():
        os.environ["ENCORE_VAR"] = str(settings.BASE_DIR / "var" / "demo")
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
