from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Q
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from chains.admin import outbox, preview
from chains.letters.placeholders import PLACEHOLDERS
from chains.models import MessageTemplate, TemplateText

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

LANGUAGES = dict(settings.LANGUAGES)
HELP = {
    "placeholders": PLACEHOLDERS,
    "replacement": "{{ customer.first_name | default: '…' }}",
    "condition": "{% if order.promised_on != '' %} … {% endif %}",
}


class TextFormSet(forms.models.BaseInlineFormSet):  # type: ignore[type-arg]
    """Offers an empty form for each language that has no text yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = {text.language for text in self.queryset or ()}
        self.initial_extra = [{"language": code} for code in LANGUAGES if code not in taken]


class TextInline(StackedInline):  # type: ignore[misc]
    model = TemplateText
    formset = TextFormSet
    extra = len(LANGUAGES)
    max_num = len(LANGUAGES)
    fields = ("language", "subject", "preheader", "body", ("cta_label", "cta_url"), "picture_url")

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> type[TextFormSet]:
        words, lines = UnfoldAdminTextInputWidget, UnfoldAdminTextareaWidget(attrs={"rows": 14})
        # Named one by one: without a maximum on the screen a long line is refused after typing it all.
        fields = ("subject", "preheader", "cta_label", "cta_url", "picture_url")
        kwargs["widgets"] = {name: words() for name in fields} | {"body": lines}
        return super().get_formset(request, obj, **kwargs)  # type: ignore[no-any-return]


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = MessageTemplate
        fields = ("name", "purpose", "topic", "tags")
        widgets = {"tags": UnfoldAdminTextInputWidget()}


@admin.register(MessageTemplate)
class TemplateAdmin(ModelAdmin):  # type: ignore[misc]
    form = TemplateForm
    inlines = (TextInline,)
    fieldsets = ((None, {"fields": ("name", ("purpose", "topic"), "tags")}),)
    list_display = ("name", "shown_purpose", "topic", "languages", "chains_count")
    list_filter = (("purpose", ChoicesDropdownFilter), ("topic", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name__icontains", "texts__subject__icontains")
    search_help_text = _("A part of the name or of the subject")
    ordering = ("name",)
    change_form_outer_before_template = "chains/admin/template_placeholders.html"
    change_form_outer_after_template = "chains/admin/template_preview.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("outbox/", wrap(outbox.list_view), name="chains_outbox"),
            path("outbox/<str:day>/<str:name>/", wrap(outbox.letter_view), name="chains_outbox_letter"),
            path("outbox/<str:day>/<str:name>/page/", wrap(outbox.page_view), name="chains_outbox_page"),
            path("<int:pk>/letter/<str:language>/", wrap(preview.letter_view), name="chains_template_letter"),
            path("<int:pk>/trial/", wrap(preview.trial_view), name="chains_template_trial"),
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
        context = {**HELP, **preview.panel(request, object_id), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)  # type: ignore[no-any-return]

    @display(description=_("purpose"), ordering="purpose", label={"service": "info", "marketing": "warning"})
    def shown_purpose(self, template: MessageTemplate) -> tuple[str, str]:
        return template.purpose, template.get_purpose_display()

    @display(description=_("languages"))
    def languages(self, template: MessageTemplate) -> str:
        return ", ".join(str(LANGUAGES.get(text.language, text.language)) for text in template.texts.all())

    @display(description=_("in chains"), ordering="chains_total")
    def chains_count(self, template: MessageTemplate) -> int:
        return template.chains_total  # type: ignore[attr-defined, no-any-return]
