from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from chains.models import LetterPicture
from crm.pictures.shrinking import shrink


def keep_picture(data: bytes, name: str, by: User | None) -> LetterPicture:
    """Shrink and keep it under a name that nobody guesses; raises PictureError."""
    shrunk = shrink(data)
    picture = LetterPicture(
        name=name[-200:], width=shrunk.width, height=shrunk.height, bytes=len(shrunk.data), uploaded_by=by
    )
    picture.file.save(f"{secrets.token_urlsafe(16)}.{shrunk.extension}", ContentFile(shrunk.data))
    return picture
