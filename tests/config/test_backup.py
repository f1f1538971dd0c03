import os
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from config.database import server
from config.database.dump import without_unknown_settings


def manage(var, *arguments, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env={**kept, "ENCORE_VAR": str(var), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def shops(tmp_path):
    yield tmp_path / "old", tmp_path / "new"
    for var in ("old", "new"):
        server.stop(tmp_path / var / "postgres")


def test_a_backup_brings_everything_into_an_empty_installation(shops, tmp_path):
    old, new = shops
    dump = tmp_path / "encore.dump"
    manage(old, "migrate", "auth")
    code = ADD_GROUP
    manage(old, "shell", "--verbosity=0", "--command", code)
    picture = old / "media" / "letter_pictures" / "kettle.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a kettle")

    saved = manage(old, "backup", dump)
    restored = manage(new, "restore", dump)

    pictures = tmp_path / "encore.media.tar"
    assert saved.stdout == f"Saved to {dump}\nPictures saved to {pictures}\n"
    assert pictures.stat().st_mode & 0o777 == 0o600
    assert (new / "media" / "letter_pictures" / "kettle.jpg").read_bytes() == b"a kettle"
    assert dump.stat().st_mode & 0o777 == 0o600
    assert restored.returncode == 0, restored.stderr
    code = "from django.contrib.auth.models import Group; print(Group.objects.get().name)"
    assert manage(new, "shell", "--verbosity=0", "--command", code).stdout == "Постоянные\n"
    again = manage(new, "restore", dump)
    assert again.returncode == 1
    assert "not empty" in again.stderr


ADD_GROUP = "from django.contrib.auth.models import Group; Group.objects.create(name='Постоянные')"
TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"


@pytest.fixture
def empty_database():
    """The address of one on the server that the tests run on, and a session there."""
    params, name = connection.get_connection_params(), "encore_restored"
    secret = f":{quote(params['password'])}" if params.get("password") else ""
    server_url = f"postgres://{params['user']}{secret}@{params['host']}:{params['port']}"
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}"')
        owner.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(f"{server_url}/{name}", autocommit=True) as session:
            yield f"{server_url}/{name}", session
        owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.services
def test_a_backup_of_the_newest_postgresql_is_restored_on_the_server_of_the_shop(shops, tmp_path, empty_database):
    old, _new = shops
    dump, cut_off = tmp_path / "encore.dump", tmp_path / "cut.dump"
    url, session = empty_database
    manage(old, "migrate", "--verbosity=0")
    manage(old, "shell", "--verbosity=0", "--command", ADD_GROUP)
    manage(old, "backup", dump)
    cut_off.write_bytes(dump.read_bytes()[: dump.stat().st_size * 4 // 5])

    broken = manage(old, "restore", cut_off, DATABASE_URL=url)
    left_by_broken = session.execute(TABLES).fetchone()
    restored = manage(old, "restore", dump, DATABASE_URL=url)

    assert broken.returncode == 1
    assert broken.stderr.startswith("CommandError: Nothing was restored.")
    assert left_by_broken == (0,)
    assert restored.returncode == 0, restored.stderr
    assert session.execute("SELECT count(*) FROM auth_group WHERE name = 'Постоянные'").fetchone() == (1,)
    assert manage(old, "migrate", "--check", DATABASE_URL=url).returncode == 0


def test_a_server_that_forbids_it_is_told_in_words(tmp_path, shops, empty_database):
    old, _new = shops
    dump = tmp_path / "encore.dump"
    manage(old, "migrate", "contenttypes", "--verbosity=0")
    manage(old, "backup", dump)
    url, session = empty_database
    session.execute("DROP ROLE IF EXISTS encore_stranger")
    session.execute("CREATE ROLE encore_stranger LOGIN PASSWORD 'stranger'")
    place = url.rpartition("@")[2]
    try:
        refused = manage(old, "restore", dump, DATABASE_URL=f"postgres://encore_stranger:stranger@{place}")
    finally:
        session.execute("DROP ROLE encore_stranger")

    assert refused.returncode == 1
    assert "The user encore_stranger may not make tables there" in refused.stderr


def test_only_settings_at_the_head_that_the_server_does_not_know_are_left_out():
    head = b"--\n-- dump\n--\n\nSET statement_timeout = 0;\nSET transaction_timeout = 0;\nSET row_security = off;\n\n"
    data = b"COPY t (a) FROM stdin;\nSET transaction_timeout = 0;\n\\.\n"

    left = without_unknown_settings(head + data, {"statement_timeout", "row_security"})

    assert left == head.replace(b"SET transaction_timeout = 0;\n", b"") + data
