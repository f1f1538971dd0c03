"""Secrets that have to be read again, so they cannot be hashed: kept encrypted with a key made from SECRET_KEY."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models

PURPOSE = b"encore.secrets:"


def box(purpose: bytes) -> Fernet:
    """What is locked for one purpose cannot be passed off for another."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(purpose + settings.SECRET_KEY.encode()).digest()))


class SecretField(models.TextField):  # type: ignore[type-arg]
    """Text that is readable in Python and encrypted in the database; with another SECRET_KEY it reads as empty."""

    def get_prep_value(self, value: Any) -> Any:
        return box(PURPOSE).encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: str | None, *_args: object) -> str:
        if not value:
            return ""
        try:
            return box(PURPOSE).decrypt(value.encode()).decode()
        except InvalidToken:
            return ""
