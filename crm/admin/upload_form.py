from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

MOST_MEGABYTES = 50


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, also packed with gzip. The first line holds the names of the columns."),
        widget=UnfoldAdminFileFieldWidget,
    )
    encoding = forms.ChoiceField(
        label=_("Letters of a CSV file"),
        choices=[
            ("utf-8", _("UTF-8 (usual)")),
            ("cp1251", _("Windows-1251 (Cyrillic, older Excel)")),
            ("cp1252", _("Windows-1252 (Western, older Excel)")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    keeps_attributes = forms.BooleanField(
        label=_("Keep unknown columns as attributes of the customer"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_MEGABYTES << 20:
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB. Import it on the server: manage.py import_data."),
                params={"most": MOST_MEGABYTES},
            )
        return file
