"""Pictures in letters, for whoever opens one, for years."""

from __future__ import annotations

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from chains.models.letter_picture import FOLDER

YEAR_SECONDS = 365 * 24 * 3600
TYPES = {"jpg": "image/jpeg", "png": "image/png"}
_NAME = re.compile(r"[\w-]{10,40}\.(jpg|png)", re.ASCII)


@require_safe
@cache_control(public=True, max_age=YEAR_SECONDS, immutable=True)
def picture_view(request: HttpRequest, name: str) -> HttpResponseBase:
    found = _NAME.fullmatch(name)
    if found is None:
        raise Http404
    try:
        file = default_storage.open(f"{FOLDER}/{name}")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, content_type=TYPES[found[1]])
