"""Files that a colleague puts to an answer before it is sent. They wait with the case until the answer has left."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable
from pathlib import PurePath

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image

from crm.locks import lock_fact
from crm.models import AnswerFile, Case, CaseAttachment, CaseMessage

MOST_BYTES = 5_000_000
MOST_BYTES_TOGETHER = 10_000_000
MOST_FILES = 10
LONGEST_NAME = 100
KEPT = dt.timedelta(days=7)
PICTURES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = PICTURES | {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "zip": "application/zip",
    "doc": "application/msword",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}
# How the content of each begins, so that a program is not sent under the name of a document.
BEGINNINGS = {
    "pdf": b"%PDF",
    "zip": b"PK",
    "docx": b"PK",
    "xlsx": b"PK",
    "odt": b"PK",
    "ods": b"PK",
    "doc": b"\xd0\xcf\x11\xe0",
    "xls": b"\xd0\xcf\x11\xe0",
}
NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')


@transaction.atomic
def add_file(case: Case, by: User, *, name: str, content: bytes, at: dt.datetime) -> AnswerFile:
    """ValueError says in words why the file is not taken."""
    name = safe_name(name)
    ending = PurePath(name).suffix.lower().removeprefix(".")
    _check(name, ending, content)
    lock_fact(case)
    waiting = files_of(case, by)
    together = waiting.aggregate(sum=Sum("size"))["sum"] or 0
    if together + len(content) > MOST_BYTES_TOGETHER or waiting.count() >= MOST_FILES:
        raise ValueError(
            _("“%(name)s” is too much: at most %(count)d files go with one answer, %(size)s together.")
            % {"name": name, "count": MOST_FILES, "size": filesizeformat(MOST_BYTES_TOGETHER)}
        )
    return AnswerFile.objects.create(
        case=case,
        author=by,
        name=name,
        content_type=TYPES[ending],
        size=len(content),
        content=content,
        added_at=at,
    )


def files_of(case: Case, by: User) -> QuerySet[AnswerFile]:
    """What this colleague has put to an answer in this case; the contents stay where they are until they are read."""
    return AnswerFile.objects.filter(case=case, author=by).defer("content").order_by("pk")


def attach(message: CaseMessage, files: Iterable[AnswerFile]) -> None:
    """They become files of the letter, and wait no more."""
    known = list(AnswerFile.objects.filter(pk__in=[file.pk for file in files]).order_by("pk"))
    CaseAttachment.objects.bulk_create(
        CaseAttachment(
            message=message, name=file.name, content_type=file.content_type, size=file.size, content=bytes(file.content)
        )
        for file in known
    )
    AnswerFile.objects.filter(pk__in=[file.pk for file in known]).delete()


def forget_unsent(now: dt.datetime) -> int:
    return AnswerFile.objects.filter(added_at__lt=now - KEPT).delete()[0]


def safe_name(name: str) -> str:
    """One that every file system takes, and that does not read as something else: no paths, no hidden signs."""
    plain = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] != "C")
    words = " ".join(NOT_IN_NAMES.sub(" ", plain.replace("\\", "/").rpartition("/")[2]).split()).strip(". ")
    path = PurePath(words or "file")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix)]}{path.suffix}"[:LONGEST_NAME]


def _check(name: str, ending: str, content: bytes) -> None:
    if ending not in TYPES:
        known = ", ".join(sorted(TYPES))
        raise ValueError(_("“%(name)s” cannot be sent. Files may be: %(known)s.") % {"name": name, "known": known})
    if not content:
        raise ValueError(_("“%(name)s” is empty.") % {"name": name})
    if len(content) > MOST_BYTES:
        words = {"name": name, "size": filesizeformat(MOST_BYTES)}
        raise ValueError(_("“%(name)s” is larger than %(size)s.") % words)
    if not content.startswith(BEGINNINGS.get(ending, b"")) or ending in PICTURES and not _is_picture(content):
        raise ValueError(_("“%(name)s” is not what its name says.") % {"name": name})


def _is_picture(content: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "WEBP")) as picture:
                picture.load()
    except (OSError, SyntaxError, ValueError, EOFError, Warning, Image.DecompressionBombError):
        return False
    return True
