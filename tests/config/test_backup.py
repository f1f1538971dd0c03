import os
import subprocess
import sys

import pytest
from django.conf import settings

from config.database import server


def manage(var, *arguments):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env={**kept, "ENCORE_VAR": str(var)},
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
    code = "from django.contrib.auth.models import Group; Group.objects.create(name='Постоянные')"
    manage(old, "shell", "--verbosity=0", "--command", code)

    saved = manage(old, "backup", dump)
    restored = manage(new, "restore", dump)

    assert saved.stdout == f"Saved to {dump}\n"
    assert dump.stat().st_mode & 0o777 == 0o600
    assert restored.returncode == 0, restored.stderr
    code = "from django.contrib.auth.models import Group; print(Group.objects.get().name)"
    assert manage(new, "shell", "--verbosity=0", "--command", code).stdout == "Постоянные\n"
    again = manage(new, "restore", dump)
    assert again.returncode == 1
    assert "not empty" in again.stderr
