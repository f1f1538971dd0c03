from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chains.admin import composer, composer_offers, composer_rules, outbox, pictures
from chains.messages.content import copy_template
from chains.models import MessageTemplate
from crm.models import Channel

LANGUAGES = dict(settings.LANGUAGES)


class NewTemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name, and what it begins with; the rest is written in the composer."""

    begin_with = forms.ModelChoiceField(
        MessageTemplate.objects.all(),
        required=False,
        label=_("Begin with a copy of"),
        empty_label=_("nothing: an empty template"),
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = MessageTemplate
        fields = ("name",)
        widgets = {"name": UnfoldAdminTextInputWidget()}

    def create(self, by: User) -> MessageTemplate:
        name, source = self.cleaned_data["name"], self.cleaned_data["begin_with"]
        if source:
            return copy_template(source, name, by)
        return MessageTemplate.objects.create(name=name, changed_by=by)


@admin.register(MessageTemplate)
class TemplateAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "shown_purpose", "topic", "channels", "languages", "chains_count")
    list_filter = (("purpose", ChoicesDropdownFilter), ("topic", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name__icontains", "texts__subject__icontains")
    search_help_text = _("A part of the name or of the subject")
    ordering = ("name",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        # What the composer asks, by its name; the last are about one template.
        questions: dict[str, Any] = {
            "copy": composer.copy_view,
            "customers": composer_offers.customers_view,
            "products": composer_offers.products_view,
            "rule_form": composer_rules.rule_form_view,
            "rule_check": composer_rules.rule_check_view,
            "pictures": pictures.pictures_view,
        }
        acts: dict[str, Any] = {
            "data": composer.data_view,
            "preview": composer.preview_view,
            "test": composer.test_view,
            "draft": composer.draft_view,
            "discard": composer.discard_view,
            "save": composer.save_view,
        }
        return [
            path("outbox/", wrap(outbox.list_view), name="chains_outbox"),
            path("outbox/<str:day>/<str:name>/", wrap(outbox.letter_view), name="chains_outbox_letter"),
            path("outbox/<str:day>/<str:name>/page/", wrap(outbox.page_view), name="chains_outbox_page"),
            *(path(f"{name}/", wrap(view), name=f"chains_composer_{name}") for name, view in questions.items()),
            *(path(f"<int:pk>/{name}/", wrap(view), name=f"chains_composer_{name}") for name, view in acts.items()),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        source = request.GET.get("begin_with", "")
        form = NewTemplateForm(request.POST or None, initial={"begin_with": source if source.isdecimal() else ""})
        if request.method == "POST" and form.is_valid():
            made = form.create(cast(User, request.user))
            return HttpResponseRedirect(reverse("admin:chains_messagetemplate_change", args=[made.pk]))
        context = self._context(request, title=_("New template"), form=form)
        return TemplateResponse(request, "chains/admin/template_new.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The composer saves by itself: nothing is posted here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        is_id = object_id.isascii() and object_id.isdecimal() and len(object_id) < 19
        template = get_object_or_404(MessageTemplate, pk=object_id if is_id else 0)
        context = self._context(
            request,
            title=template.name,
            original=template,
            data_url=reverse("admin:chains_composer_data", args=[template.pk]),
            may_add=self.has_add_permission(request),
            may_delete=self.has_delete_permission(request, template),
        )
        return TemplateResponse(request, "chains/admin/template.html", context)

    def _context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, **more}

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageTemplate]:
        found: QuerySet[MessageTemplate] = super().get_queryset(request).prefetch_related("texts")
        return found.annotate(
            chains_total=Count("steps__chain", filter=~Q(steps__chain__status="archived"), distinct=True)
        )

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
