"""An answer of a colleague on its way out: its files, what speaks against it, and what is kept when it cannot go."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Case, ReadyAnswer
from crm.service.answer_files import add_file, files_of
from crm.service.letter_checks import doubts
from crm.service.sending import send_reply


def write(request: HttpRequest, case: Case, at: dt.datetime) -> str:
    """Send it, unless something speaks against it that its author has not seen. Its files wait until it has left."""
    by: User = request.user  # type: ignore[assignment]  # nobody else comes to a page of staff
    add_uploaded(request, case, by, at)
    text, files = request.POST.get("text", ""), list(files_of(case, by))
    if not request.POST.get("anyway") and doubts_about(request, case, has_files=bool(files), at=at):
        raise ValueError(_("Not sent yet: please look at what stands below your words."))
    channel, seen = request.POST.get("channel", ""), request.POST.get("seen", "")
    message = send_reply(case, text=text, at=at, by=by, channel=channel, files=files, seen=seen)
    if (ready := request.POST.get("ready", "")).isdecimal():
        ReadyAnswer.objects.count_use(int(ready[:15]), at)
    if message.failed_at:
        raise ValueError(message.failure)
    return _("Sent to %(address)s.") % {"address": message.where}


def doubts_about(request: HttpRequest, case: Case, *, has_files: bool, at: dt.datetime) -> list[str]:
    posted = request.POST
    return doubts(case, posted.get("text", ""), has_files=has_files, seen=posted.get("seen", ""), now=at)


def add_uploaded(request: HttpRequest, case: Case, by: User, at: dt.datetime) -> None:
    """What came with the form itself. ValueError for the first that is not taken; those before it wait already."""
    for upload in request.FILES.getlist("files"):
        add_file(case, by, name=upload.name or "", content=upload.read(), at=at)


def change_files(request: HttpRequest, case: Case, *, back: str) -> HttpResponse:
    """Files come or go while the answer is still being written. Without a script, back to its page."""
    by: User = request.user  # type: ignore[assignment]
    problems = []
    if (removed := request.POST.get("remove", "")).isdecimal():
        files_of(case, by).filter(pk=removed).delete()
    try:
        add_uploaded(request, case, by, timezone.now())
    except ValueError as problem:
        problems.append(str(problem))
    if request.headers.get("Accept", "").startswith("text/html-fragment"):
        context = {"answer_files": files_of(case, by), "problems": problems}
        return render(request, "crm/admin/case_answer_files.html", context)
    for words in problems:
        messages.error(request, words)
    return HttpResponseRedirect(f"{back}#answer")
