"""What is asked about a source when it is connected, by its kind. Secrets are written, never shown again."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from crm.intake.feeds.taking import BY_VENDOR_CODE
from crm.intake.sources import KINDS, replace_secret
from crm.models import Source

# Shown where the kind names them in `KindOfSource.fields`, in this order.
FIELDS_OF_KINDS = (
    "site_address",
    "feed_sku",
    "their_secret",
    "api_user",
    "api_secret",
    "is_consent_asked",
    "are_readers_recognised",
    "rights",
    "requests_a_minute",
)
SHOWN_WHEN = {
    name: [{"kind": [kind for kind, asked in KINDS.items() if name in asked.fields]}] for name in FIELDS_OF_KINDS
}


def _secret(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=500,
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    their_secret = _secret(
        _("Secret that its webhooks are signed with"), _("As the other side shows it. Left empty, it stays as it is.")
    )
    api_secret = _secret(
        _("Secret or token of its API"),
        _(
            "WooCommerce: the consumer secret (cs_…); Shopify: the access token (shpat_…). "
            "Left empty, it stays as it is."
        ),
    )

    feed_sku = forms.ChoiceField(
        label=_("Orders name its products by"),
        choices=[("", _("the id of the offer")), (BY_VENDOR_CODE, _("the vendor's code"))],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Source
        fields = (
            "kind", "name", "site_address", "api_user", "is_consent_asked", "are_readers_recognised", "rights",
            "requests_a_minute", "id_prefix", "silent_after_hours",
        )  # fmt: skip
        help_texts: ClassVar = {
            "site_address": _("As its visitors see it, https:// included; of a feed, the address of the file itself."),
            "api_user": _("WooCommerce: the consumer key (ck_…). It may follow later: without it no past comes in."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What a kind does not ask is not sent either, and keeps what it begins with.
        for name in self.fields.keys() & set(FIELDS_OF_KINDS):
            self.fields[name].required = False
        if "feed_sku" in self.fields:
            self.fields["feed_sku"].initial = self.instance.mapping.get("sku", "")

    def clean_requests_a_minute(self) -> int:
        asked: int | None = self.cleaned_data["requests_a_minute"]
        return asked or self.instance.requests_a_minute

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        kind = self.instance.kind or told.get("kind")
        asked = KINDS[Source.Kind(kind)] if kind else None
        is_needed = asked is not None and asked.has_secret_of_theirs and not asked.shows_secret_later
        if is_needed and not (told.get("their_secret") or self.instance.secret):
            self.add_error("their_secret", ValidationError(_("Without it nobody can tell whether it is really them.")))
        return told

    def save(self, commit: bool = True) -> Source:
        if their_secret := self.cleaned_data.get("their_secret"):
            replace_secret(self.instance, their_secret, timezone.now())
        if "feed_sku" in self.cleaned_data and self.instance.kind == Source.Kind.FEED:
            self.instance.mapping = {"sku": self.cleaned_data["feed_sku"]}
        if api_secret := self.cleaned_data.get("api_secret"):
            self.instance.api_secret = api_secret
        saved: Source = super().save(commit)
        return saved
