"""The settings with the shop's logo, which is made small before it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanWidget

from chains.admin.window_form import WindowForm
from chains.pictures.logo import keep_logo
from crm.pictures.shrinking import PictureError, shrink


class SettingsForm(WindowForm):
    logo_file = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("JPEG, PNG, GIF or WebP, made small by itself. At the head of pages and letters."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/gif,image/webp"}),
    )
    no_logo = forms.BooleanField(label=_("Show the name instead of a logo"), required=False, widget=UnfoldBooleanWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.logo:
            self.fields["no_logo"].widget = forms.HiddenInput()

    def clean_logo_file(self) -> UploadedFile[bytes] | None:
        told: UploadedFile[bytes] | None = self.cleaned_data["logo_file"]
        if told:
            try:
                shrink(told.read())
            except PictureError as error:
                raise ValidationError(str(error)) from error
            told.seek(0)
        return told

    def keep_logo(self, by: User) -> None:
        """A new one replaces the one before, whose letters keep it."""
        told = self.cleaned_data.get("logo_file")
        if told:
            self.instance.logo = keep_logo(told.read(), told.name or "logo", by)
        elif self.cleaned_data.get("no_logo"):
            self.instance.logo = ""
