from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from crm.admin.conditional import conditional

MOST_MEGABYTES = 50
HISTORY, NEW = "history", "new"


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

    acts = forms.ChoiceField(
        label=_("What is in it"),
        choices=[(HISTORY, _("history: nothing starts")), (NEW, _("new orders too: let chains act on them"))],
        initial=HISTORY,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    acts_on_days = forms.IntegerField(
        label=_("New are orders of the last … days"),
        help_text=_("Older ones stay history. How many would enter chains is shown before anything happens."),
        min_value=1,
        max_value=60,
        initial=3,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Media:
        js = (conditional({"acts_on_days": [{"acts": [NEW]}]}),)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        acts = cleaned.get("acts") == NEW
        if acts and not cleaned.get("acts_on_days") and "acts_on_days" not in self.errors:
            self.add_error("acts_on_days", _("Say how many days: 1 to 60."))
        cleaned["acts_on_days"] = cleaned.get("acts_on_days") if acts else None
        return cleaned

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_MEGABYTES << 20:
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB. Import it on the server: manage.py import_data."),
                params={"most": MOST_MEGABYTES},
            )
        return file
