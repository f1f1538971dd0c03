"""A wrong setting or a database that cannot be used ends each program with one sentence, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.database.cluster import free_port
from config.database.refusal_hints import explain_refusal

BIN = Path(sys.executable).parent
PYTHON = sys.executable
PROGRAMS = {
    "start": [PYTHON, "manage.py", "start"],
    "migrate": [PYTHON, "manage.py", "migrate"],
    "check": [PYTHON, "manage.py", "check"],
    "web": [PYTHON, "-m", "config.web", "config.gateway.gateway:application"],
    "granian": [str(BIN / "granian"), "--interface", "wsgi", "config.wsgi:application"],
    "worker": [str(BIN / "celery"), "-A", "config", "worker", "--concurrency", "1"],
    "beat": [str(BIN / "celery"), "-A", "config", "beat", "--pidfile="],
}


def run(tmp_path, program, **values):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [*PROGRAMS[program]]
    if program in {"start", "web", "granian"}:
        command[-1:-1] = [] if program == "start" else ["--port", str(free_port())]
        command += ["--port", str(free_port())] if program == "start" else []
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env={**kept, "ENCORE_VAR": str(tmp_path / "var"), **values},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_database_that_does_not_answer_has_its_sentence(tmp_path, program):
    port = free_port()

    done = run(tmp_path, program, DATABASE_URL=f"postgres://encore:pw-of-encore@127.0.0.1:{port}/encore")

    assert done.returncode != 0
    assert f"The database at 127.0.0.1:{port} does not answer: Connection refused. Is PostgreSQL" in done.stdout
    assert "Traceback" not in done.stdout
    assert "pw-of-encore" not in done.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_setting_of_the_wrong_kind_has_its_sentence(tmp_path, program):
    done = run(tmp_path, program, DEBUG="maybe")

    assert done.returncode != 0
    assert "DEBUG must be true or false, not 'maybe'." in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("pool", ["", "8"])
def test_a_database_that_is_not_there_is_said_also_past_a_pool(tmp_path, pool):
    params = connection.get_connection_params()
    user = quote(params["user"]) + (f":{quote(params['password'])}" if params.get("password") else "")
    url = f"postgres://{user}@{params['host']}:{params['port']}/encore_nowhere"

    done = run(tmp_path, "migrate", DATABASE_URL=url, DATABASE_POOL=pool)

    assert done.returncode == 1
    assert f"There is no database encore_nowhere at {params['host']}:{params['port']}." in done.stdout
    assert "Traceback" not in done.stdout


def test_a_password_that_is_not_taken_is_said(tmp_path):
    params = connection.get_connection_params()
    if "embedded_directory" not in connection.settings_dict["OPTIONS"]:
        return  # a server of the machine may trust whoever comes from here
    url = f"postgres://encore:wrong-password@{params['host']}:{params['port']}/encore"

    done = run(tmp_path, "migrate", DATABASE_URL=url)

    assert done.returncode == 1
    assert "does not let the user encore in: password authentication failed" in done.stdout
    assert "wrong-password" not in done.stdout


PLACE = {"HOST": "db", "PORT": "5432", "NAME": "encore", "USER": "ann"}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('connection failed: FATAL:  role "ann" does not exist', "does not let the user ann in"),
        ("connection failed: fe_sendauth: no password supplied", "does not let the user ann in"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "does not let the user ann in"),
        ('FATAL:  database "encore" does not exist', "There is no database encore at db:5432"),
        ("connection timeout expired", "does not answer: connection timeout expired"),
        ("failed to resolve host 'db': Name or service not known", "there is no host db:5432"),
        ("FATAL:  sorry, too many clients already", "has no connection left: sorry, too many clients already"),
        ("couldn't get a connection after 30.00 sec", "has no connection left"),
        ("FATAL:  the database system is starting up", "is not ready: the database system is starting up"),
        ("SSL error: certificate verify failed", "cannot be used: SSL error: certificate verify failed"),
    ],
)
def test_what_a_server_says_becomes_a_sentence(said, words):
    assert words in explain_refusal(said, PLACE)


@pytest.mark.parametrize(
    "name", ["ENCORE_VAR", "DATABASE_URL", "DEBUG", "DATABASE_POOL", "SITE_URL", "CELERY_BROKER_URL", "CURRENCY"]
)
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_variable_is_as_none(tmp_path, name, empty):
    show = (
        "import django.conf as c; s = c.settings;"
        "print(s.VAR_DIR, s.DEBUG, s.DATABASE_POOL, s.SITE_URL, s.CELERY_BROKER_URL, s.CURRENCY, repr(s.DATABASE_URL))"
    )
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    values = {"DJANGO_SETTINGS_MODULE": "config.settings", "ENCORE_VAR": str(tmp_path), name: empty}

    done = subprocess.run(
        [PYTHON, "-c", show], cwd=settings.BASE_DIR, env={**kept, **values}, capture_output=True, text=True, check=False
    )

    var = settings.BASE_DIR / "var" if name == "ENCORE_VAR" else tmp_path
    assert done.stdout == f"{var} False 0 http://127.0.0.1:8000 filesystem://  ''\n", done.stderr
