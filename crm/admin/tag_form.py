from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

TAG_LENGTH = 100


class TagActionForm(ActionForm):  # type: ignore[misc]
    """The list's action bar with a field for the tag."""

    tag = forms.CharField(
        required=False,
        label="",
        max_length=TAG_LENGTH,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("tag"), "aria-label": _("tag")}),
    )

    @staticmethod
    def tag_of(request: HttpRequest) -> str:
        return request.POST.get("tag", "").replace("\x00", "").strip()[:TAG_LENGTH]
