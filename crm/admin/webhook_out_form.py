"""What is asked about a webhook to another system: where it is, and what it is told of."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from crm.models import WebhookEndpoint
from crm.webhooks_out.kinds import OFFERED, choices

MOST_OWN = 50
MOST_OWN_LENGTH = 100


class WebhookEndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """Kinds of Encore's own are ticked; those that the shop's systems send are typed."""

    chosen = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("History that is imported is not told. A step of a chain calls it whatever is ticked here."),
    )
    own_kinds = forms.CharField(
        label=_("Events of your own"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As your shop or site sends them, with commas between: quiz.done, warranty.asked."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "tells_email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.kinds
        # Who may only look gets no fields.
        if "chosen" in self.fields:
            self.fields["chosen"].initial = [kind for kind in known if kind in OFFERED]
            self.fields["own_kinds"].initial = ", ".join(kind for kind in known if kind not in OFFERED)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValidationError(_("The address has to begin with https:// or http://."))
        return url

    def clean_own_kinds(self) -> list[str]:
        found = list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", self.cleaned_data["own_kinds"]))))
        if len(found) > MOST_OWN:
            raise ValidationError(_("At most %(most)d of them.") % {"most": MOST_OWN})
        if long := next((kind for kind in found if len(kind) > MOST_OWN_LENGTH), ""):
            raise ValidationError(_("“%(kind)s…” is too long for the name of an event.") % {"kind": long[:30]})
        return found

    def save(self, commit: bool = True) -> WebhookEndpoint:
        self.instance.kinds = list(dict.fromkeys([*self.cleaned_data["chosen"], *self.cleaned_data["own_kinds"]]))
        saved: WebhookEndpoint = super().save(commit)
        return saved
