"""How large a body may be, by its address, and where files may be in it: where staff bring them, and with a review."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.contrib.auth import get_user
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chains.models import Touch
from config.unsaved_words import page_of_form
from crm.intake.api import problems


@dataclass(frozen=True)
class Limit:
    """Of bytes; `name` tells apart what is counted together."""

    name: str
    most: int


PUBLIC = Limit("public pages", 100_000)
FORM = Limit("forms of staff", 2_621_440)
UPLOAD = Limit("files of staff", 301_000_000)
PICTURE = Limit("pictures of staff", 21_000_000)
# As many files as go with one answer, and its words.
ANSWER = Limit("answers of staff", 11_000_000)
DOOR = Limit("doors", 2_621_440)
# Photos with a review: behind the link of a letter alone.
PHOTOS = Limit("photos of customers", 42_000_000)
# A provider brings a letter with its pictures in one request.
LETTER = Limit("letters", 30_000_000)

UPLOADS = re.compile(r"^/admin/crm/(?:\w+/import/|source/\d+/upload/)$")
ANSWERS = re.compile(r"^/admin/crm/case/\d+/(?:do/write|answer-files)/$")
PICTURES = re.compile(r"^/admin/(?:chains/messagetemplate/pictures|crm/shop/\d+/change|crm/job/\d+/photos)/$")
REVIEW = re.compile(r"^/m/review/(?P<token>[^/]+)/$")
BY_START = (("/admin/", FORM), ("/hooks/mail/", LETTER), ("/hooks/", DOOR), ("/v1/", DOOR), ("/api/v1/", DOOR))


def of(path: str) -> Limit:
    if UPLOADS.match(path):
        return UPLOAD
    if PICTURES.match(path):
        return PICTURE
    if ANSWERS.match(path):
        return ANSWER
    if REVIEW.match(path):
        return PHOTOS
    return next((limit for start, limit in BY_START if path.startswith(start)), PUBLIC)


def told_size(environ: Mapping[str, Any]) -> int:
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def is_staff(user: Any) -> bool:
    return bool(user.is_active and user.is_staff)


def is_of_letter(path: str) -> bool:
    """Whether a review may be left there: the token of the link is all that allows it."""
    found = REVIEW.match(path)
    return found is not None and "\0" not in found["token"] and Touch.objects.filter(token=found["token"]).exists()


def keep(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: refuses what is too large by its own account, and files where none belong, before they are read."""

    def answer(request: HttpRequest) -> HttpResponse:
        limit = of(request.path)
        if told_size(request.META) > limit.most:
            return _refusal(request, limit, 413, _("The body is larger than %(most)s bytes.") % {"most": limit.most})
        if request.content_type != "multipart/form-data" or limit is LETTER:
            return get_response(request)
        if limit is PHOTOS:
            return get_response(request) if is_of_letter(request.path) else _without_files(request, get_response, limit)
        if limit not in (UPLOAD, PICTURE, ANSWER):
            return _without_files(request, get_response, limit)
        return (
            get_response(request)
            if is_staff(get_user(request))
            else redirect_to_login(page_of_form(request) or request.path)
        )

    return answer


def _without_files(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse], limit: Limit
) -> HttpResponse:
    if limit is DOOR:
        request.upload_handlers = [NameOnly(request)]
        return get_response(request)
    refusing = Refusing(request)
    request.upload_handlers = [refusing]
    response = get_response(request)
    return _refusal(request, limit, 415, _("No file is taken here.")) if refusing.has_refused else response


class NameOnly(FileUploadHandler):
    """Forms of others come with files, which are not kept: that there was one is."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        return UploadedFile(BytesIO(), self.file_name, self.content_type, 0, self.charset)


class Refusing(NameOnly):
    has_refused = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.has_refused = True
        raise StopUpload(connection_reset=True)


def _refusal(request: HttpRequest, limit: Limit, status: int, words: str) -> HttpResponse:
    if limit in (DOOR, LETTER):
        return problems.answer(status, words)
    return render(request, "config/refused_body.html", {"title": words}, status=status)
