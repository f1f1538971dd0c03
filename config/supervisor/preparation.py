"""Everything between a bare checkout and a working login: database, translations, first administrator."""

import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config import translations
from config.starters import add_at_first_start
from config.supervisor.supervisor import say


def prepare(administrator: str) -> str | None:
    """Bring database and translations up to date; the first administrator's password when it was just made."""
    for path in translations.compile_stale(Path(settings.BASE_DIR) / "locale"):
        say(f"Compiled {path.relative_to(settings.BASE_DIR)}")
    migrate()
    if added := add_at_first_start(timezone.now()):
        say(f"Added {len(added)} segments and chains to begin with")
    return first_administrator(administrator)


def migrate() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"Preparing the database: {len(plan)} steps")
    call_command("migrate", interactive=False, verbosity=0)


def first_administrator(name: str) -> str | None:
    """Make one with a random password, unless somebody can administrate already."""
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True, is_active=True).exists():
        return None
    password = secrets.token_urlsafe(9)
    users.create_superuser(username=name, email="", password=password)
    return password
