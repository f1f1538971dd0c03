"""The form of a one-off message: to whom, what, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chains.admin import one_off_coupon_form, one_off_trial_form
from chains.admin.one_off_letter_form import LetterForm
from chains.definition.one_off import Hour, languages_read
from chains.messages.rewards import rewards_named
from chains.messages.written import Block, WrittenText, written_texts
from chains.models import Chain, MessageTemplate, TemplateText
from crm.admin.conditional import conditional
from crm.models import Channel, Purpose
from crm.timezones import day_of
from segments.models import Segment

FARTHEST_DAYS = 365


def is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 18


def shows_coupon(texts: Iterable[WrittenText]) -> bool:
    return any("coupon" in rewards_named(text) for text in texts)


def name_taken(name: str) -> str:
    return _("There is a chain “%(name)s” already. If you have just sent this message, it is on its way.") % {
        "name": name
    }


class OneOffForm(forms.Form):
    """`forms_of_words` hold the letter by language; the shop's own is needed, where no template is chosen."""

    segment = forms.ModelChoiceField(
        Segment.objects.all(), label=gettext_lazy("To whom"), widget=UnfoldAdminSelectWidget
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy(
            "Only staff see it. The message becomes a chain of this name; there it shows how it fares."
        ),
    )
    template = forms.ModelChoiceField(
        MessageTemplate.objects.all(),
        label=gettext_lazy("Message"),
        required=False,
        empty_label=gettext_lazy("Written below"),
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("A template may speak over several channels; what is written below is a letter."),
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        choices=Purpose.choices,
        initial=Purpose.MARKETING,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy(
            "Service is about the customer's own order. Everything that invites to buy is marketing."
        ),
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("Topic"),
        choices=MessageTemplate.Topic.choices,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=MessageTemplate._meta.get_field("topic").help_text,
    )
    on = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: now. Quiet hours and the weekly limit hold all the same."),
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("At the hour"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
        initial=10,
        widget=UnfoldAdminSelectWidget,
    )
    clock = forms.ChoiceField(
        label=gettext_lazy("By whose clock"),
        choices=[
            (Chain.Clock.CUSTOMER, gettext_lazy("each customer's own")),
            (Chain.Clock.SHOP, gettext_lazy("the shop's")),
        ],
        initial=Chain.Clock.CUSTOMER,
        widget=UnfoldAdminSelectWidget,
    )

    class Media:
        # Of the whole page: of two such scripts it would keep one.
        js = (conditional({**one_off_coupon_form.SHOWN_WHEN, **one_off_trial_form.SHOWN_WHEN}),)

    def __init__(self, data: Any = None, *, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.now = now
        own = settings.LANGUAGE_CODE
        languages = sorted(dict(settings.LANGUAGES).items(), key=lambda language: language[0] != own)
        read = self._languages_read()
        self.forms_of_words = [
            (name, self._words(code)) for code, name in languages if code == own or not read or code in read
        ]

    def _languages_read(self) -> set[str]:
        """The shop's own stands in for all others, so it is asked for whatever the audience reads."""
        chosen = self.data.get("segment", "") if self.is_bound else self.initial.get("segment")
        if isinstance(chosen, str):
            chosen = Segment.objects.filter(pk=chosen).first() if is_id(chosen) else None
        return languages_read(chosen) if chosen else set()

    def _words(self, language: str) -> LetterForm:
        is_needed = language == settings.LANGUAGE_CODE
        text = TemplateText(language=language, channel=Channel.EMAIL, template=MessageTemplate())
        return LetterForm(
            self.data if self.is_bound else None,
            prefix=language,
            instance=text,
            empty_permitted=not is_needed,
            use_required_attribute=False,
        )

    def clean_name(self) -> str:
        """Taken since the page was shown: most likely by the first of two clicks."""
        name: str = self.cleaned_data["name"]
        if Chain.objects.filter(name=name).exists():
            raise ValidationError(name_taken(name))
        return name

    def clean_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["on"]
        today = day_of(self.now)
        if day and not today <= day <= today + dt.timedelta(days=FARTHEST_DAYS):
            raise ValidationError(_("Choose a day between today and a year from now."))
        return day

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("template"):
            return given
        for language, words in self.forms_of_words:
            if not words.is_valid():
                self.add_error(None, _("Something is missing in the letter in %(language)s.") % {"language": language})
        return given

    @property
    def written(self) -> MessageTemplate:
        given = self.cleaned_data
        return MessageTemplate(purpose=given["purpose"], topic=given["topic"])

    @property
    def texts(self) -> list[WrittenText]:
        """What goes out, by channel and language."""
        if template := self.cleaned_data["template"]:
            return written_texts(template)
        purpose = self.cleaned_data["purpose"]
        return [replace(words.text, purpose=purpose) for _name, words in self.forms_of_words if words.has_changed()]

    def texts_with(self, coupon: Mapping[str, Any] | None) -> list[WrittenText]:
        """What was written here shows the coupon by itself, below the words and above the button."""
        texts = self.texts
        if coupon is None or self.cleaned_data["template"] or shows_coupon(texts):
            return texts
        shown = Block("coupon", {"title": "", "note": ""})
        return [replace(text, blocks=(text.blocks[0], shown, *text.blocks[1:])) for text in texts]

    @property
    def purpose_of_message(self) -> str:
        template = self.cleaned_data["template"]
        return str(template.purpose if template else self.cleaned_data["purpose"])

    @property
    def channels(self) -> list[str]:
        return list(dict.fromkeys(text.channel for text in self.texts))

    @property
    def at(self) -> Hour | None:
        """None: now."""
        day = self.cleaned_data["on"]
        return Hour(day, self.cleaned_data["hour"], self.cleaned_data["clock"]) if day else None
