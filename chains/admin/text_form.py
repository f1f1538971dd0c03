from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from chains.messages.text_problems import problems
from chains.messages.written import Block, WrittenText, plain_blocks, written
from chains.models import MessageBlock, TemplateText

# The usual three blocks of a text, by the names of their fields in this form.
PLACES = {
    "body": ("words", "source"),
    "cta_label": ("button", "label"),
    "cta_url": ("button", "link"),
    "picture_url": ("picture", "url"),
}


class TextForm(forms.ModelForm):  # type: ignore[type-arg]
    """Words that could not be sent to somebody are not saved."""

    body = forms.CharField(label=_("Text"), strip=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}))
    cta_label = forms.CharField(
        label=_("Words on the button"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget
    )
    cta_url = forms.CharField(
        label=_("Where it leads"), max_length=1000, required=False, widget=UnfoldAdminTextInputWidget
    )
    picture_url = forms.CharField(
        label=_("Picture"), max_length=1000, required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = TemplateText
        fields = ("channel", "language", "subject", "preheader")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blocks = written(self.instance, "service").blocks if self.instance.pk else ()
        for name, (kind, field) in PLACES.items():
            first = next((block for block in self.blocks if block.kind == kind), None)
            if first and name in self.fields:
                self.initial[name] = first.content[field]

    @property
    def text(self) -> WrittenText:
        given, text = self.cleaned_data, self.instance
        button = (given.get("cta_label", ""), given.get("cta_url", ""))
        plain = plain_blocks(given.get("body", ""), button if any(button) else None, given.get("picture_url", ""))
        return WrittenText(
            channel=text.channel,
            language=text.language,
            subject=text.subject,
            preheader=text.preheader,
            blocks=self._with_others(plain),
        )

    def _with_others(self, plain: tuple[Block, ...]) -> tuple[Block, ...]:
        """What this form does not show stays behind what it does."""
        firsts = {next((block.key for block in self.blocks if block.kind == kind), "") for kind, _f in PLACES.values()}
        return (*plain, *(block for block in self.blocks if block.key not in firsts))

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
        kind = text.blocks[int(number)].kind if number else ""
        return next((field for field, place in PLACES.items() if place == (kind, name)), None)

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # the stubs leave it out
        self.instance.blocks.all().delete()
        MessageBlock.objects.bulk_create(
            MessageBlock(
                text=self.instance, key=one.key, position=position, kind=one.kind, rule=one.rule, content=one.content
            )
            for position, one in enumerate(self.text.blocks)
        )
