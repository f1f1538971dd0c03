"""Webhooks out: which other systems are told what, and how that goes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.decorators import display

from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.admin.webhook_out_form import WebhookEndpointForm
from crm.models import WebhookEndpoint, WebhookMessage
from crm.webhooks_out import endpoints
from crm.webhooks_out.kinds import words
from crm.webhooks_out.testing import send_test

# The session says whose secret its page shows next, once; the secret itself stays in the database.
SHOWN_ONCE = "webhook_secret_shown_once"
LIGHTS: dict[str, tuple[str, StrOrPromise]] = {
    "gone": ("danger", _("switched off by the other side")),
    "paused": ("warning", _("paused")),
    "down": ("danger", _("down, asked from time to time")),
    "troubled": ("warning", _("the last attempt failed")),
    "never": ("info", _("nothing sent yet")),
    "working": ("success", _("working")),
}


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(VerbAdmin):
    list_display = ("name", "light", "told_of", "last_success_at", "waiting", "failed")
    fields = ("name", "url", "chosen", "own_kinds", "tells_email")
    form = WebhookEndpointForm
    change_form_outer_before_template = "crm/admin/webhook_panel.html"
    actions = None

    def verbs(self) -> dict[str, Verb]:
        return {"change-secret": _change_secret, "pause": _pause, "resume": _resume, "again": _again}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<int:endpoint_id>/test/", view, name="crm_webhookendpoint_test"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        found: QuerySet[WebhookEndpoint] = super().get_queryset(request)
        return found.annotate(
            waiting_count=Count("messages", filter=Q(messages__status=WebhookMessage.Status.WAITING)),
            failed_count=Count("messages", filter=Q(messages__status=WebhookMessage.Status.FAILED)),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Chains that run may call it: it is paused instead."""
        return False

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.secret = endpoints.new_secret()
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        request.session[SHOWN_ONCE] = obj.pk
        return HttpResponseRedirect(self.page_of(obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        endpoint = self.get_object(request, object_id)
        extra = _panel(request, endpoint) if endpoint else {}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def test_view(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)
        if not self.has_change_permission(request, endpoint):
            raise PermissionDenied
        message, answer = send_test(endpoint, timezone.now())
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Test of a webhook"),
            "endpoint": endpoint,
            "message": message,
            "answer": answer,
        }
        return TemplateResponse(request, "crm/admin/webhook_test.html", context)

    @display(description=_("state"), label={name: tone for name, (tone, _words) in LIGHTS.items()})
    def light(self, endpoint: WebhookEndpoint) -> tuple[str, StrOrPromise]:
        name = endpoints.state(endpoint)
        return name, LIGHTS[name][1]

    @display(description=_("what it is told"))
    def told_of(self, endpoint: WebhookEndpoint) -> str:
        named = [words(kind) for kind in endpoint.kinds[:3]]
        more = len(endpoint.kinds) - len(named)
        return ", ".join(named) + (f" +{more}" if more else "")

    @display(description=_("waiting"))
    def waiting(self, endpoint: Any) -> int:
        return int(endpoint.waiting_count)

    @display(description=_("failed"))
    def failed(self, endpoint: Any) -> int:
        return int(endpoint.failed_count)


def _panel(request: HttpRequest, endpoint: WebhookEndpoint) -> dict[str, Any]:
    is_shown = request.method == "GET" and request.session.get(SHOWN_ONCE) == endpoint.pk
    if is_shown:
        del request.session[SHOWN_ONCE]
    light = endpoints.state(endpoint)
    tone, light_words = LIGHTS[light]
    return {
        "webhook": endpoint,
        "secret": endpoint.secret if is_shown else "",
        "light_tone": {"danger": "bad", "warning": "warn", "success": "good"}.get(tone, ""),
        "light_words": light_words,
        "stands_still": light in ("gone", "paused", "down"),
        "previous_until": endpoint.previous_secret_until if len(endpoint.secrets_at(timezone.now())) > 1 else None,
        "waiting": endpoint.messages.waiting().count(),
        "failed": endpoint.messages.failed().count(),
    }


def _change_secret(request: HttpRequest, endpoint: WebhookEndpoint, at: dt.datetime) -> str:
    endpoints.change_secret(endpoint, at)
    request.session[SHOWN_ONCE] = endpoint.pk
    return gettext("Changed. For a day messages are signed with both.")


def _pause(request: HttpRequest, endpoint: WebhookEndpoint, at: dt.datetime) -> str:
    endpoints.pause(endpoint)
    return gettext("Paused: what happens waits.")


def _resume(request: HttpRequest, endpoint: WebhookEndpoint, at: dt.datetime) -> str:
    endpoints.resume(endpoint)
    return gettext("What waited is sent.")


def _again(request: HttpRequest, endpoint: WebhookEndpoint, at: dt.datetime) -> str:
    count = endpoints.try_again(endpoint.messages.failed(), at)
    return gettext("Tried again: %(count)d.") % {"count": count}
