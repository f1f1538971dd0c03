"""Sign-up forms of the shop's site: their words, what to copy into the site, and how many said yes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from chains.admin.preview import framed
from chains.messages.page_urls import PREVIEW
from chains.messages.rendering import Rendered
from chains.models import SignUp, SignUpForm
from chains.models.template import TOPICS
from chains.sign_ups.letter import render
from crm.models import Shop


@admin.register(SignUpForm)
class SignUpFormAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "shown_state", "asked_count", "confirmed_count", "confirmed_share", "shown_language")
    search_fields = ("name__icontains",)
    ordering = ("name",)
    show_full_result_count = False
    change_form_outer_before_template = "chains/admin/sign_up_panel.html"
    change_form_outer_after_template = "chains/admin/sign_up_letter.html"
    fieldsets = (
        (None, {"fields": (("name", "language"), "title", "wording")}),
        (_("What it asks"), {"fields": ("asks_name", "topics")}),
        (_("Afterwards"), {"fields": ("landing_url", ("days_to_confirm", "is_open"))}),
    )

    def get_urls(self) -> list[URLPattern]:
        letter = self.admin_site.admin_view(self.letter_view)
        return [path("<int:pk>/letter/", letter, name="chains_signupform_letter"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignUpForm]:
        forms_of_shop: QuerySet[SignUpForm] = super().get_queryset(request)
        return forms_of_shop.with_counts()  # type: ignore[attr-defined, no-any-return]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Consents came by it: a form that is not to be is closed."""
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            kwargs["widget"] = UnfoldAdminSelectWidget(choices=settings.LANGUAGES)
            return db_field.formfield(**kwargs)
        if db_field.name == "topics":
            return forms.MultipleChoiceField(
                label=capfirst(db_field.verbose_name),
                help_text=db_field.help_text,
                choices=[(topic.value, capfirst(topic.label)) for topic in TOPICS],
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"language": settings.LANGUAGE_CODE}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        extra = _panel(found) if found else {}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def letter_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The letter alone, for a frame."""
        found = get_object_or_404(SignUpForm, pk=pk)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return framed(HttpResponse(_letter(found).html))

    @display(description=_("state"), label={"open": "success", "closed": "warning"})
    def shown_state(self, form: SignUpForm) -> tuple[str, Any]:
        return ("open", _("takes sign-ups")) if form.is_open else ("closed", _("closed for now"))

    @display(description=_("language"), ordering="language")
    def shown_language(self, form: SignUpForm) -> str:
        return str(dict(settings.LANGUAGES).get(form.language, form.language))

    @display(description=_("signed up"), ordering="asked")
    def asked_count(self, form: Any) -> int:
        return int(form.asked)

    @display(description=_("confirmed"), ordering="confirmed")
    def confirmed_count(self, form: Any) -> int:
        return int(form.confirmed)

    @display(description=_("share"))
    def confirmed_share(self, form: Any) -> str | None:
        return f"{round(100 * form.confirmed / form.asked)} %" if form.asked else None


def _panel(form: SignUpForm) -> dict[str, Any]:
    address = settings.SITE_URL + reverse("chains:sign-up", args=[form.key])
    return {
        "address": address,
        "snippet": snippet(form, address),
        "letter": _letter(form),
        "refused": SignUp.objects.pending().filter(form=form, letter_due_at=None).exclude(refusal="").count(),
    }


def snippet(form: SignUpForm, address: str) -> str:
    """Plain HTML for the shop's own site, in the form's language: no script, no cookie, the site's own look."""
    topics = [topic for topic in TOPICS if topic in form.topics]
    with translation.override(form.language):
        return render_to_string(
            "chains/admin/sign_up_snippet.html", {"form": form, "address": address, "topics": topics}
        ).strip()


def _letter(form: SignUpForm) -> Rendered:
    """As it would leave now."""
    now = timezone.now()
    expires_at = now + dt.timedelta(days=form.days_to_confirm)
    made_up = SignUp(form=form, token=PREVIEW, wording=form.wording, asked_at=now, expires_at=expires_at)
    return render(made_up, Shop.load())
