"""One login for each of the three jobs, with passwords made here and kept beside the demo's database."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User

ROLES = {"support": "Support", "marketing": "Marketing", "manager": "Managers"}


def demo_colleagues(*names: str) -> list[User]:
    ensure_logins()
    return [User.objects.get(username=name) for name in names]


def ensure_logins() -> dict[str, str]:
    """Password by user name. Later starts of the demo show the same ones."""
    kept = _file()
    passwords = json.loads(kept.read_text()) if kept.exists() else {}
    for name, role in ROLES.items():
        user, is_new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        if is_new or name not in passwords:
            passwords[name] = secrets.token_urlsafe(6)
            user.set_password(passwords[name])
            user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=role))
    _save(kept, passwords)
    return passwords


def _file() -> Path:
    return settings.VAR_DIR / "demo-logins.json"


def _save(path: Path, passwords: dict[str, str]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(passwords, file)
