"""The buttons of a review: what each decides, and what it says then."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext

from crm.admin.verb_buttons import Verb
from crm.models import Review, ReviewPhoto
from crm.service.reviews.deciding import answer, publish, refuse, show_photo

LONGEST_ANSWER = 5_000


def _publish(request: HttpRequest, review: Review, at: dt.datetime) -> str:
    publish(review, at=at, by=request.user, seen=_seen(request))  # type: ignore[arg-type]
    return gettext("Published: it is on the site, and letters may quote it.")


def _refuse(request: HttpRequest, review: Review, at: dt.datetime) -> str:
    reason = request.POST.get("reason", "")
    refuse(review, reason, at=at, by=request.user, seen=_seen(request))  # type: ignore[arg-type]
    return gettext("Refused. Its author reads why, and may change it and send it again.")


def _answer(request: HttpRequest, review: Review, at: dt.datetime) -> str:
    text = request.POST.get("text", "")[:LONGEST_ANSWER]
    answer(review, text, at=at, by=request.user)  # type: ignore[arg-type]
    if not review.reply:
        return gettext("The answer is taken back.")
    return gettext("The answer is saved. It is shown below the review.")


def _hide(request: HttpRequest, review: Review, at: dt.datetime) -> str:
    show_photo(_photo(request, review), is_shown=False, at=at, by=request.user)  # type: ignore[arg-type]
    return gettext("The photo is hidden from everybody but its author.")


def _show(request: HttpRequest, review: Review, at: dt.datetime) -> str:
    show_photo(_photo(request, review), is_shown=True, at=at, by=request.user)  # type: ignore[arg-type]
    return gettext("The photo is shown again.")


def _photo(request: HttpRequest, review: Review) -> ReviewPhoto:
    asked = request.POST.get("photo", "")
    photo = review.photos.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    if photo is None:
        raise ValueError(gettext("Its author has taken the photo back."))
    return photo


def _seen(request: HttpRequest) -> dt.datetime | None:
    """When the review was changed last, as the page with this button showed it."""
    try:
        return dt.datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        raise ValueError(gettext("The review was changed while you read it. Please look at it again.")) from None


VERBS: dict[str, Verb] = {
    "publish": _publish,
    "refuse": _refuse,
    "answer": _answer,
    "hide": _hide,
    "show": _show,
}
