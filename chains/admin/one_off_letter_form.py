"""The letter of a one-off message in one language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from chains.messages.text_problems import problems
from chains.messages.written import WrittenText, plain_blocks
from chains.models import TemplateText

WORDS = ("subject", "preheader")
# The usual blocks of a letter, by the names of their fields in this form.
PLACES = {("words", "source"): "body", ("button", "label"): "cta_label", ("button", "link"): "cta_url"}


class LetterForm(forms.ModelForm):  # type: ignore[type-arg]
    """Words that could not be sent to somebody are refused."""

    body = forms.CharField(label=_("Text"), strip=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}))
    cta_label = forms.CharField(
        label=_("Words on the button"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget
    )
    cta_url = forms.CharField(
        label=_("Where it leads"), max_length=1000, required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = TemplateText
        fields = WORDS
        widgets = {name: UnfoldAdminTextInputWidget() for name in WORDS}

    @property
    def text(self) -> WrittenText:
        given, text = self.cleaned_data, self.instance
        button = (given.get("cta_label", ""), given.get("cta_url", ""))
        return WrittenText(
            channel=text.channel,
            language=text.language,
            subject=text.subject,
            preheader=text.preheader,
            blocks=plain_blocks(given.get("body", ""), button if any(button) else None),
        )

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if "body" not in self.cleaned_data:
            return
        text = self.text
        for path, error in problems(text):
            self.add_error(self._field(text, path), error)

    def _field(self, text: WrittenText, path: str) -> str | None:
        if path in self.fields:
            return path
        _blocks, _dot, rest = path.partition(".")
        number, _dot, name = rest.partition(".")
        kind: Any = text.blocks[int(number)].kind if number else ""
        return PLACES.get((kind, name))


class TestForm(forms.Form):
    to = forms.CharField(
        label=_("A test to these addresses"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "email"}),
    )

    prefix = "test"
