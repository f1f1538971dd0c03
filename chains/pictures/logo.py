"""The shop's logo, at the head of its pages and letters: a picture like any other, only smaller."""

from __future__ import annotations

from django.contrib.auth.models import User

from chains.pictures.keeping import keep_picture
from crm.pictures.shrinking import Frame

# Twice what it is shown at, for screens with fine points.
LOGO = Frame(widest=480, tallest=160, aimed_bytes=200_000, keeps_alpha=True)


def keep_logo(data: bytes, name: str, by: User | None) -> str:
    """The name of its file; raises PictureError."""
    kept = keep_picture(data, name, by, LOGO)
    return str(kept.file.name).rpartition("/")[2]
