"""Where a customer writes about what they bought, changes it, and takes it back: from any letter, without a log-in."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chains.models import Touch
from chains.public.pages import shop_page, touch_view
from chains.public.review_form import STARS, ReviewForm, initial
from chains.reactions.reviewing import Subject, questions_for, subjects_of
from crm.models import Review, ReviewPhoto, ReviewSettings
from crm.models.review import MOST_PHOTOS
from crm.pictures.photos import MOST_BYTES
from crm.service.reviews.photos import add_photo, remove_photos
from crm.service.reviews.writing import draft, send, withdraw

Status = Review.Status
UNSENT = (Status.DRAFT, Status.WITHDRAWN)


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def review_view(request: HttpRequest, touch: Touch) -> HttpResponse:
    now = timezone.now()
    subjects = subjects_of(touch, now)
    subject = _chosen(request, subjects)
    if subject is None:
        return _choice(request, subjects)
    if request.method == "POST":
        return _act(request, touch, subject, now)
    if _is_sent(subject) and "change" not in request.GET:
        return _sent(request, touch, subject, subjects)
    return _page(request, subject, ReviewForm(*_about(touch), initial=_initial(request, touch, subject)))


@require_safe
@touch_view
def photo_view(request: HttpRequest, touch: Touch, photo_id: int) -> HttpResponse:
    """The author's own look at it, published or not."""
    photo = ReviewPhoto.objects.filter(pk=photo_id, review__customer=touch.customer).only("thumbnail").first()
    if photo is None:
        raise Http404
    return HttpResponse(bytes(photo.thumbnail), content_type="image/jpeg")


def _chosen(request: HttpRequest, subjects: list[Subject]) -> Subject | None:
    asked = request.GET.get("product", "")
    if len(subjects) == 1:
        return subjects[0]
    return next((one for one in subjects if one.product and str(one.product.pk) == asked), None)


def _choice(request: HttpRequest, subjects: list[Subject]) -> HttpResponse:
    if not subjects:
        title, text = _("There is nothing to review here"), _("There is no order to write about, or it was cancelled.")
        return shop_page(request, "notice", title=title, text=text)
    score = _score(request)
    return shop_page(request, "review_choice", subjects=[(one, address_of(one, score)) for one in subjects])


def address_of(subject: Subject, score: str = "") -> str:
    told = {"product": subject.product.pk if subject.product else "", "score": score}
    return "?" + urlencode({name: value for name, value in told.items() if value})


def _act(request: HttpRequest, touch: Touch, subject: Subject, now: dt.datetime) -> HttpResponse:
    if "withdraw" in request.POST:
        if subject.review:
            withdraw(subject.review, at=now)
        return shop_page(request, "review_withdrawn", again=address_of(subject))
    if subject.review and subject.review.is_public:
        return _back(request, subject)
    form = ReviewForm(*_about(touch), request.POST)
    is_filled_in = form.is_valid()
    review = draft(touch.customer, order=subject.order, product=subject.product, words=form.words(), at=now)
    remove_photos(review, [int(pk) for pk in request.POST.getlist("remove") if pk.isdecimal() and len(pk) < 19], at=now)
    refused = _take_photos(request, review, now)
    if "keep" in request.POST or not is_filled_in or refused:
        return _kept(request, Subject(subject.order, subject.product, review), form, refused)
    send(review, form.words(), at=now)
    return _back(request, subject)


def _take_photos(request: HttpRequest, review: Review, now: dt.datetime) -> list[str]:
    """What was wrong with some of them; the others are kept."""
    files, refused = request.FILES.getlist("photos"), []
    for file in files[:MOST_PHOTOS]:
        try:
            add_photo(review, file.read(MOST_BYTES + 1), file.name or "", at=now)
        except ValueError as error:
            refused.append(f"{file.name}: {error}")
    for file in files[MOST_PHOTOS:]:
        refused.append(f"{file.name}: " + _("There is room for %(most)d photos.") % {"most": MOST_PHOTOS})
    return refused


def _kept(request: HttpRequest, subject: Subject, form: ReviewForm, refused: list[str]) -> HttpResponse:
    """For later, or until what is wrong is put right: nothing typed and no photo is lost."""
    if "keep" in request.POST and not refused:
        form.errors.clear()
        return _page(request, subject, form, is_kept=True)
    return _page(request, subject, form, refused=refused, status=400)


def _page(request: HttpRequest, subject: Subject, form: ReviewForm, **more: Any) -> HttpResponse:
    settings = ReviewSettings.load()
    return shop_page(
        request,
        "review",
        subject=subject,
        form=form,
        photos=_photos(subject),
        most_photos=MOST_PHOTOS,
        most_megabytes=MOST_BYTES // 1_000_000,
        reward=settings.reward_points if not (subject.review and subject.review.rewarded_points) else 0,
        **more,
    )


def _sent(request: HttpRequest, touch: Touch, subject: Subject, subjects: list[Subject]) -> HttpResponse:
    settings = ReviewSettings.load()
    others = [(one, address_of(one)) for one in subjects if not _is_sent(one)]
    return shop_page(
        request,
        "review_sent",
        subject=subject,
        review=subject.review,
        photos=_photos(subject),
        change=f"{address_of(subject).rstrip('?')}{'&' if subject.product else '?'}change=1",
        others=others,
        settings=settings,
    )


def _photos(subject: Subject) -> list[ReviewPhoto]:
    return list(subject.review.photos.defer("content", "thumbnail")) if subject.review else []


def _back(request: HttpRequest, subject: Subject) -> HttpResponse:
    """To what was sent, so that pressing reload sends nothing again."""
    response = HttpResponseRedirect(request.path + address_of(subject))
    response.status_code = 303
    return response


def _about(touch: Touch) -> tuple[list[str], Any]:
    return questions_for(touch), touch.customer


def _initial(request: HttpRequest, touch: Touch, subject: Subject) -> dict[str, Any]:
    return initial(subject.review, questions_for(touch), _score(request))


def _score(request: HttpRequest) -> str:
    told = request.GET.get("score", "")
    return told if told in dict(STARS) else ""


def _is_sent(subject: Subject) -> bool:
    return subject.review is not None and subject.review.status not in UNSENT
