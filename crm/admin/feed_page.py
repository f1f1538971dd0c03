"""A catalogue feed on its source's page: fetched at once, trusted although much left it, or uploaded as a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from celery import current_app
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from crm.admin.verb_buttons import Verb
from crm.intake.feeds.fetching import take_upload
from crm.intake.feeds.reading import MOST_BYTES
from crm.intake.files import uploads
from crm.models import Source


def _fetch(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    return _begin(source, is_trusted=False)


def _trust(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    return _begin(source, is_trusted=True)


FEED_VERBS: dict[str, Verb] = {"fetch-feed": _fetch, "trust-feed": _trust}


def _begin(source: Source, *, is_trusted: bool) -> str:
    if source.kind != Source.Kind.FEED or not source.site_address:
        raise ValueError(gettext("This source has no address to fetch from."))
    current_app.send_task("crm.tasks.fetch_feed", [source.pk, is_trusted], ignore_result=True)
    return gettext("It is being fetched; this page shows what came of it in a moment.")


def upload_view(request: HttpRequest, source_id: int) -> HttpResponseBase:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    source = get_object_or_404(Source, pk=source_id, kind=Source.Kind.FEED)
    if not request.user.has_perm("crm.change_source"):
        raise PermissionDenied
    file = request.FILES.get("feed")
    if not isinstance(file, UploadedFile) or not file.size or file.size > MOST_BYTES:
        most = {"most": MOST_BYTES // 1_000_000}
        messages.error(request, gettext("Choose a file that is not empty, of at most %(most)s megabytes.") % most)
    elif _take(source, file):
        messages.success(request, gettext("The feed was taken."))
    else:
        messages.error(request, gettext("The feed could not be taken; below it says why."))
    return HttpResponseRedirect(reverse("admin:crm_source_change", args=[source.pk]))


def _take(source: Source, file: UploadedFile[Any]) -> bool:
    path = uploads.store(file)
    try:
        return take_upload(source, path, timezone.now())
    finally:
        path.unlink(missing_ok=True)
