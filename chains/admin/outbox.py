"""Letters that were not sent but kept, because no mail server is named: a list by day, and each as it would look."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from chains.admin.preview import framed
from chains.channels.email import outbox

LETTERS_A_PAGE = 50
HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Reply-To",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"[\w.-]+\.eml")


@dataclass(frozen=True)
class KeptLetter:
    """One letter of the list."""

    day: str
    name: str
    to: str
    subject: str
    at: str


def list_view(request: HttpRequest) -> TemplateResponse:
    _check_may_view(request)
    days = outbox.days()
    day = request.GET.get("day", "")
    day = day if day in days else next(iter(days), "")
    page = Paginator(outbox.letters(day) if day else [], LETTERS_A_PAGE).get_page(request.GET.get("page"))
    return _page(
        request,
        "outbox",
        days=days,
        day=day,
        page=page,
        letters=[_kept_letter(day, path) for path in page.object_list],
        is_sending=bool(settings.EMAIL_URL),
    )


def letter_view(request: HttpRequest, day: str, name: str) -> TemplateResponse:
    letter = _letter(request, day, name)
    return _page(
        request,
        "outbox_letter",
        day=day,
        name=name,
        headers=[(header, str(letter[header])) for header in HEADERS if letter[header]],
        text=_part(letter, "plain"),
        subject=str(letter["Subject"]),
    )


def page_view(request: HttpRequest, day: str, name: str) -> HttpResponse:
    """The HTML part alone, for a frame."""
    return framed(HttpResponse(_part(_letter(request, day, name), "html")))


def _kept_letter(day: str, path: Path) -> KeptLetter:
    with path.open("rb") as file:
        headers = email.message_from_bytes(file.read(8192), policy=email.policy.default)
    at = f"{path.name[:2]}:{path.name[2:4]}:{path.name[4:6]}"
    return KeptLetter(day, path.name, str(headers["To"]), str(headers["Subject"]), at)


def _letter(request: HttpRequest, day: str, name: str) -> EmailMessage:
    _check_may_view(request)
    path = settings.OUTBOX_DIR / day / name
    if not _DAY.fullmatch(day) or not _NAME.fullmatch(name) or not path.is_file():
        raise Http404
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def _part(letter: EmailMessage, subtype: str) -> str:
    body = letter.get_body((subtype,))
    return body.get_content() if body else ""


def _page(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    shared = {**admin.site.each_context(request), "title": _("Outbox")}
    return TemplateResponse(request, f"chains/admin/{template}.html", {**shared, **context})


def _check_may_view(request: HttpRequest) -> None:
    if not request.user.has_perm("chains.view_touch"):
        raise PermissionDenied
