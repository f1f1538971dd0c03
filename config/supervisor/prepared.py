"""Whether anything changed since the last start: what a start prepares takes seconds, and looking takes none."""

import hashlib
import json
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from psycopg.errors import UndefinedTable

from config.refusals import open_session

# What is asked without the apps: to load them takes longer than all the rest of a start.
STATE = """
    SELECT (SELECT json_agg(json_build_array(app, name) ORDER BY id) FROM django_migrations),
        exists(SELECT FROM crm_shop WHERE starters_added_at IS NOT NULL),
        exists(SELECT FROM auth_user WHERE is_superuser AND is_active)
"""


def is_prepared() -> bool:
    """Whether code, libraries, translations and database are those of the last start that prepared them."""
    try:
        return _record().read_text() == fingerprint()
    except FileNotFoundError:
        return False


def remember() -> None:
    _record().write_text(fingerprint())


def fingerprint() -> str:
    told = json.dumps([_database(), sorted(_files()), sorted(_libraries())])
    return hashlib.sha256(told.encode()).hexdigest()


def _record() -> Path:
    return Path(settings.VAR_DIR) / "prepared"


def _database() -> Any:
    try:
        with open_session() as session:
            return session.execute(STATE).fetchone()
    except UndefinedTable:
        return None  # nobody has prepared this database


def _files() -> Iterator[tuple[str, int, int]]:
    """Migrations, and translations with what was compiled of them."""
    base = Path(settings.BASE_DIR)
    for pattern in ("*/migrations/*.py", "locale/*/LC_MESSAGES/*.?o"):
        for file in base.glob(pattern):
            status = file.stat()
            yield str(file.relative_to(base)), status.st_size, status.st_mtime_ns


def _libraries() -> Iterator[str]:
    """Each with its version: theirs are migrations and permissions, too."""
    for path in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        yield from (folder.name for folder in Path(path).glob("*.dist-info"))
