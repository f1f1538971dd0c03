"""Pictures for letters: uploaded by a script, and offered again."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chains.admin.composer import CHANGE_PERMISSION, VIEW
from chains.admin.json_views import problem
from chains.models import LetterPicture
from chains.pictures.keeping import keep_picture
from crm.pictures.shrinking import PictureError

OFFERED = 60


def pictures_view(request: HttpRequest) -> HttpResponseBase:
    if request.method not in {"GET", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    if not request.user.has_perm(VIEW if request.method == "GET" else CHANGE_PERMISSION):
        raise PermissionDenied
    if request.method == "GET":
        return JsonResponse({"pictures": [_told(one) for one in LetterPicture.objects.all()[:OFFERED]]})
    return _upload(request)


def _upload(request: HttpRequest) -> JsonResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return problem(_("There is no picture in it."))
    try:
        picture = keep_picture(file.read(), file.name or "", cast(User, request.user))
    except PictureError as error:
        return problem(str(error))
    return JsonResponse(_told(picture))


def _told(picture: LetterPicture) -> dict[str, Any]:
    return {"url": picture.url, "name": picture.name, "width": picture.width, "height": picture.height}
