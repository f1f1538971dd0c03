"""Ready answers: written once, in each language, for questions that come often."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from crm.admin.starters import StartersAdmin
from crm.models import ReadyAnswer, ReadyAnswerText, Shop
from crm.service.ready_answers import (
    PLACEHOLDERS,
    add_ready_answers,
    missing_ready_answers,
    unknown_placeholders,
)


class TextForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := unknown_placeholders(text):
            words = _("There is no placeholder %(names)s. Those that there are stand below.")
            raise forms.ValidationError(words % {"names": ", ".join(f"{{{{ {name} }}}}" for name in unknown)})
        return text


class TextInline(TabularInline):  # type: ignore[misc]
    model = ReadyAnswerText
    form = TextForm
    fields = ("language", "text")
    min_num = 1
    extra = 0
    hide_title = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            return forms.ChoiceField(
                label=_("language"),
                choices=settings.LANGUAGES,
                initial=settings.LANGUAGE_CODE,
                widget=UnfoldAdminSelectWidget,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ReadyAnswer)
class ReadyAnswerAdmin(StartersAdmin):
    list_display = ("title", "languages", "bot_label", "uses", "used_at", "is_active")
    list_filter = ("bot_may_send", "is_active")
    search_fields = ("title", "keywords", "texts__text")
    search_help_text = _("Title or words")
    ordering = ("-uses", "title")
    show_full_result_count = False
    fields = ("title", "keywords", "is_active", "bot_may_send", "triggers")
    inlines = (TextInline,)
    list_before_template = "crm/admin/add_starters.html"
    change_form_after_template = "crm/admin/ready_answer_help.html"

    def missing_starters(self, language: str) -> list[str]:
        return [answer.title for answer in missing_ready_answers(language).values()]

    def add_starters(self, language: str, now: dt.datetime) -> list[str]:
        return add_ready_answers(language)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReadyAnswer]:
        return super().get_queryset(request).prefetch_related("texts")  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        placeholders = [(f"{{{{ {name} }}}}", words) for name, words in PLACEHOLDERS.items()]
        extra = {"placeholders": placeholders, "bot_is_on": Shop.load().bot_answers, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    @display(description=_("languages"))
    def languages(self, answer: ReadyAnswer) -> str:
        return ", ".join(text.language for text in answer.texts.all())

    @display(description=_("bot"), label={"yes": "info"}, ordering="bot_may_send")
    def bot_label(self, answer: ReadyAnswer) -> tuple[str, Any] | None:
        return ("yes", _("may send it")) if answer.bot_may_send else None
