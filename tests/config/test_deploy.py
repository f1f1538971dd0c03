"""What `deploy/` holds for a larger installation: systemd reads it, and what it starts runs."""

import configparser
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.celery import app
from config.database.cluster import free_port
from config.supervisor.readiness import READY

DEPLOY = Path(settings.BASE_DIR, "deploy")
UNITS = sorted(DEPLOY.glob("*.service"))
INSTALLED = "/srv/encore"


def unit(file):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(file)
    return parser


def command(name):
    """What the unit starts, from where this Encore lies."""
    line = unit(DEPLOY / f"{name}.service")["Service"]["ExecStart"]
    program, *arguments = shlex.split(line.replace(INSTALLED, str(settings.BASE_DIR)))
    return [str(Path(sys.executable).parent / Path(program).name), *arguments]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_every_unit(tmp_path):
    virtual = Path(sys.executable).parent
    for file in [*UNITS, *DEPLOY.glob("*.timer")]:
        text = file.read_text().replace(f"{INSTALLED}/.venv/bin", str(virtual))
        (tmp_path / file.name).write_text(text.replace(INSTALLED, str(settings.BASE_DIR)))

    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )

    assert (done.returncode, [line for line in done.stderr.splitlines() if "encore" in line]) == (0, [])


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.stem)
def test_every_unit_keeps_what_it_writes_to_its_user(file):
    service = unit(file)["Service"]

    assert (service["User"], service["UMask"], service["EnvironmentFile"]) == ("encore", "0077", "/etc/encore.env")


def test_the_proxy_takes_whole_requests_and_bounds_them():
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text())

    assert text.count("{") == text.count("}")
    for directive in (
        "proxy_request_buffering on",
        "client_max_body_size 30m",
        "client_body_timeout 30s",
        "proxy_read_timeout 60s",
        "proxy_set_header X-Forwarded-For $remote_addr",
        "proxy_set_header X-Forwarded-Proto $scheme",
    ):
        assert f"{directive};" in text


def test_the_example_of_settings_is_read(tmp_path):
    lines = [line for line in (DEPLOY / "encore.env.example").read_text().splitlines() if line and line[0] != "#"]
    values = dict(line.split("=", 1) for line in lines) | {"ENCORE_VAR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", "from config import settings; print(settings.SITE_URL, len(settings.SECRET_KEY) > 50)"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **values},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "https://crm.example.com True\n", done.stderr


@pytest.mark.django_db
def test_the_first_user_is_made_where_nobody_can_be_asked(monkeypatch, django_user_model):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "f3Jx92mQk4vTz81p")

    call_command("createsuperuser", "--noinput", "--username=admin", "--email=admin@example.com", verbosity=0)

    admin = django_user_model.objects.get()
    assert admin.is_superuser
    assert admin.check_password("f3Jx92mQk4vTz81p")


@pytest.fixture
def start():
    """Start what a unit starts, on the database and the broker of the tests; ended with the test."""
    params = connection.get_connection_params()
    secret = f":{params['password']}" if params.get("password") else ""
    url = f"postgres://{params['user']}{secret}@{params['host']}:{params['port']}/{params['dbname']}"
    broker = app.conf.broker_url
    environment = {**os.environ, "DATABASE_URL": url, "ENCORE_VAR": str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
    environment |= {"CELERY_BROKER_URL": "filesystem://" if broker == "memory://" else broker}
    started = []

    def begin(name, *more):
        process = subprocess.Popen(
            [*command(name), *more],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["encore-worker", "encore-beat"])
def test_worker_and_beat_get_ready(name, start):
    process = start(name)
    said = ""
    while READY not in said:
        line = process.stdout.readline()
        assert line, said
        said += line


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_the_web_server_answers(start):
    port = free_port()
    start("encore-web", "--port", str(port))
    deadline = time.monotonic() + 60

    assert answer_of(f"http://127.0.0.1:{port}/healthz", deadline) in {200, 503}


def answer_of(url, deadline):
    while time.monotonic() < deadline:
        try:
            return urllib.request.urlopen(url, timeout=30).status  # noqa: S310
        except urllib.error.HTTPError as answer:
            answer.close()
            return answer.code
        except OSError:
            time.sleep(0.1)
    return None


@pytest.mark.django_db(transaction=True)
def test_the_backup_of_every_night_keeps_the_newest(tmp_path):
    folder = tmp_path
    for day in range(1, 5):
        (folder / f"encore-2026-01-0{day}-024000.dump").touch()
    (folder / "before-the-move.dump").touch()

    call_command("backup", folder / "encore-2026-01-05-024000.dump", keep=2, verbosity=0)

    kept = sorted(file.name for file in folder.iterdir())
    assert kept == ["before-the-move.dump", "encore-2026-01-04-024000.dump", "encore-2026-01-05-024000.dump"]
