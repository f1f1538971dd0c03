from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import BLANK_CHOICE_DASH, Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chains.admin import outbox, preview
from chains.admin.text_form import TextForm
from chains.channels.description import TemplateFields
from chains.channels.registry import CHANNELS
from chains.messages.placeholders import PLACEHOLDERS
from chains.models import MessageTemplate, TemplateText
from crm.models import Channel
from crm.models.channel import default_channel_order

LANGUAGES = dict(settings.LANGUAGES)
HELP = {
    "placeholders": PLACEHOLDERS,
    "replacement": "{{ customer.first_name | default: '…' }}",
    "condition": "{% if order.promised_on != '' %} … {% endif %}",
}


class TextFormSet(forms.models.BaseInlineFormSet):  # type: ignore[type-arg]
    """The texts of one channel. Offers an empty form for each language that has no text yet."""

    channel = Channel.EMAIL

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = {text.language for text in self.queryset or ()}
        self.initial_extra = [{"language": code} for code in LANGUAGES if code not in taken]

    @classmethod
    def get_default_prefix(cls) -> str:
        return "texts" if cls.channel == Channel.EMAIL else f"texts_{cls.channel}"

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """The channel decides what a text may hold, so it is known before the text is checked."""
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # the stubs leave it out
        form.instance.channel = self.channel
        return form


class TextInline(StackedInline):  # type: ignore[misc]
    model = TemplateText
    form = TextForm
    extra = len(LANGUAGES)
    max_num = len(LANGUAGES)
    channel: Channel
    held: TemplateFields

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateText]:
        found: QuerySet[TemplateText] = super().get_queryset(request)
        return found.filter(channel=self.channel)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            choices = [*BLANK_CHOICE_DASH, *settings.LANGUAGES]
            return forms.ChoiceField(label=_("Language"), choices=choices, widget=UnfoldAdminSelectWidget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> type[TextFormSet]:
        # Named one by one: without a maximum on the screen a long line is refused after typing it all.
        kwargs["widgets"] = {name: UnfoldAdminTextInputWidget() for name in _one_liners(self.held)}
        kwargs["formset"] = type("TextFormSet", (TextFormSet,), {"channel": self.channel})
        return super().get_formset(request, obj, **kwargs)  # type: ignore[no-any-return]


def text_inline(channel: str, held: TemplateFields) -> type[TextInline]:
    """The forms for the texts of one channel, with the fields that it takes."""
    lines = _one_liners(held)
    above = [name for name in ("subject", "preheader") if name in lines]
    below = ["picture_url"] if channel != Channel.SMS else []
    return type(
        "TextInline",
        (TextInline,),
        {
            "channel": Channel(channel),
            "held": held,
            "fields": ("language", *above, "body", ("cta_label", "cta_url"), *below),
            "tab": channel != Channel.EMAIL,
            "verbose_name": held.title,
            "verbose_name_plural": held.title,
        },
    )


def _one_liners(held: TemplateFields) -> list[str]:
    has = {"subject": held.has_subject, "preheader": held.has_preheader}
    return [name for name, is_held in has.items() if is_held]


def text_inlines() -> list[type[TextInline]]:
    """The detailed ones first, as default_channel_order() has them."""
    described = ((channel, CHANNELS[channel].template_fields) for channel in default_channel_order())
    return [text_inline(channel, held) for channel, held in described if held]


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = MessageTemplate
        fields = ("name", "purpose", "topic", "tags")
        widgets = {"tags": UnfoldAdminTextInputWidget()}


@admin.register(MessageTemplate)
class TemplateAdmin(ModelAdmin):  # type: ignore[misc]
    form = TemplateForm
    inlines = text_inlines()
    fieldsets = ((None, {"fields": ("name", ("purpose", "topic"), "tags")}),)
    list_display = ("name", "shown_purpose", "topic", "channels", "languages", "chains_count")
    list_filter = (("purpose", ChoicesDropdownFilter), ("topic", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name__icontains", "texts__subject__icontains")
    search_help_text = _("A part of the name or of the subject")
    ordering = ("name",)
    change_form_outer_before_template = "chains/admin/template_placeholders.html"
    change_form_outer_after_template = "chains/admin/template_preview.html"

    class Media:
        js = ("chains/sms.js",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("outbox/", wrap(outbox.list_view), name="chains_outbox"),
            path("outbox/<str:day>/<str:name>/", wrap(outbox.letter_view), name="chains_outbox_letter"),
            path("outbox/<str:day>/<str:name>/page/", wrap(outbox.page_view), name="chains_outbox_page"),
            path("<int:pk>/letter/<str:language>/", wrap(preview.letter_view), name="chains_template_letter"),
            path("<int:pk>/test-message/", wrap(preview.test_message_view), name="chains_template_test_message"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageTemplate]:
        found: QuerySet[MessageTemplate] = super().get_queryset(request).prefetch_related("texts")
        return found.annotate(
            chains_total=Count("steps__chain", filter=~Q(steps__chain__status="archived"), distinct=True)
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**HELP, **preview.preview_context(request, object_id), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)  # type: ignore[no-any-return]

    @display(description=_("purpose"), ordering="purpose", label={"service": "info", "marketing": "warning"})
    def shown_purpose(self, template: MessageTemplate) -> tuple[str, str]:
        return template.purpose, template.get_purpose_display()

    @display(description=_("languages"))
    def languages(self, template: MessageTemplate) -> str:
        codes = sorted({text.language for text in template.texts.all()})
        return ", ".join(str(LANGUAGES.get(code, code)) for code in codes)

    @display(description=_("channels"))
    def channels(self, template: MessageTemplate) -> str:
        written = {text.channel for text in template.texts.all()}
        return ", ".join(str(label) for value, label in Channel.choices if value in written)

    @display(description=_("in chains"), ordering="chains_total")
    def chains_count(self, template: MessageTemplate) -> int:
        return template.chains_total  # type: ignore[attr-defined, no-any-return]
