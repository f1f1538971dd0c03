"""Where facts come from: connecting a place, its key, and how it fares."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
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

from crm.admin.any_shape_page import mapping_view
from crm.admin.conditional import conditional
from crm.admin.feed_page import FEED_VERBS, upload_view
from crm.admin.source_days import counts_by_day
from crm.admin.source_form import FIELDS_OF_KINDS, SHOWN_WHEN, SourceForm
from crm.admin.source_past import PAST_VERBS, past_of, past_view
from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.intake import examples, test_order
from crm.intake.deliveries import try_again
from crm.intake.examples import EXAMPLES
from crm.intake.sources import KINDS, address_of, change_secret, new_secret
from crm.models import Delivery, EventKind, Source
from crm.timezones import day_of, start_of

# The session says whose secret its page shows next, once; the secret itself stays in the database.
SHOWN_ONCE = "source_secret_shown_once"
# On their pages is more than how to connect them.
SHOWN_ALWAYS = frozenset({Source.Kind.FEED, Source.Kind.FORM, Source.Kind.SITE})
LIGHTS: dict[str, tuple[str, StrOrPromise]] = {
    "paused": ("warning", _("paused")),
    "never": ("info", _("never heard")),
    "silent": ("danger", _("silent")),
    "heard": ("success", _("heard lately")),
}


@admin.register(Source)
class SourceAdmin(VerbAdmin):
    list_display = ("name", "light", "kind", "last_heard_at", "today", "failed")
    fields = ("kind", "name", *FIELDS_OF_KINDS, "id_prefix", "silent_after_hours")
    form = SourceForm
    change_form_outer_before_template = "crm/admin/source_panel.html"
    actions = None

    class Media:
        js = (conditional(SHOWN_WHEN),)

    def verbs(self) -> dict[str, Verb]:
        own = {"change-secret": _change_secret, "pause": _pause, "resume": _resume, "again": _again}
        return own | FEED_VERBS | PAST_VERBS

    def get_urls(self) -> list[URLPattern]:
        """Pages of one source, by the last part of their address."""
        pages = {
            "test-order": ("crm_source_test_order", self.test_order_view),
            "upload": ("crm_source_upload", upload_view),
            "mapping": ("crm_source_mapping", mapping_view),
            "past": ("crm_source_past", past_view),
        }
        wrap = self.admin_site.admin_view
        return [
            *(path(f"<int:source_id>/{part}/", wrap(view), name=name) for part, (name, view) in pages.items()),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        midnight = start_of(day_of(timezone.now()))
        sources: QuerySet[Source] = super().get_queryset(request)
        own = Delivery.objects.filter(source=OuterRef("pk")).order_by().values("source").annotate(count=Count("pk"))
        return sources.annotate(
            today_count=_counted(own.filter(received_at__gte=midnight)),
            failed_count=_counted(own.filter(status=Delivery.Status.FAILED)),
        )

    def get_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        """Of a connected source, what its kind asks; of a new one everything, shown by the kind that is chosen."""
        asked = KINDS[Source.Kind(obj.kind)].fields if obj else FIELDS_OF_KINDS
        return [name for name in self.fields if name not in FIELDS_OF_KINDS or name in asked]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [(kind.value, kind.label) for kind in KINDS]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, source: Source, form: ModelForm[Source], change: bool) -> None:
        if not change and KINDS[Source.Kind(source.kind)].has_own_secret:
            source.secret = new_secret(source.kind)
        super().save_model(request, source, form, change)

    def response_add(self, request: HttpRequest, source: Source, post_url_continue: str | None = None) -> HttpResponse:
        if KINDS[Source.Kind(source.kind)].has_own_secret:
            request.session[SHOWN_ONCE] = source.pk
        return HttpResponseRedirect(self.page_of(source))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        source = self.get_object(request, object_id)
        extra = _panel(request, source) if source and source.kind in KINDS else {}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def test_order_view(self, request: HttpRequest, source_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        source = get_object_or_404(Source, pk=source_id, kind__in=EXAMPLES)
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        result = test_order.send(source, timezone.now())
        labels = dict(EventKind.choices)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Test order"),
            "source": source,
            "result": result,
            "events": [labels.get(kind, kind) for kind in result.event_kinds],
        }
        return TemplateResponse(request, "crm/admin/source_test_order.html", context)

    @display(description=_("state"), label={name: tone for name, (tone, _words) in LIGHTS.items()})
    def light(self, source: Source) -> tuple[str, StrOrPromise]:
        name = _light(source, timezone.now())
        return name, LIGHTS[name][1]

    @display(description=_("today"))
    def today(self, source: Any) -> int | None:
        return source.today_count if source.kind != Source.Kind.API else None

    @display(description=_("failed"))
    def failed(self, source: Any) -> int | None:
        return source.failed_count if source.kind != Source.Kind.API else None


def _counted(deliveries: QuerySet[Any]) -> Coalesce:
    """Along an index of its own, where joined deliveries of all times would be counted."""
    return Coalesce(Subquery(deliveries.values("count")), 0)


def _light(source: Source, now: dt.datetime) -> str:
    if source.is_paused:
        return "paused"
    if source.last_heard_at is None:
        return "never"
    return "silent" if source.is_silent(now) else "heard"


def _panel(request: HttpRequest, source: Source) -> dict[str, Any]:
    now = timezone.now()
    is_shown = request.method == "GET" and request.session.get(SHOWN_ONCE) == source.pk
    if is_shown:
        del request.session[SHOWN_ONCE]
    key = examples.key_for(source) if is_shown else ""
    kind = KINDS[Source.Kind(source.kind)]
    light = _light(source, now)
    is_before_good = len(source.secrets_at(now)) > 1
    return {
        "is_connected": True,
        "address": address_of(source) if kind.path else "",
        "has_own_secret": kind.has_own_secret,
        "host": settings.SITE_URL,
        "is_key": source.kind in examples.NAMED_BY_KEY,
        "has_test_order": source.kind in EXAMPLES,
        "how_to": f"crm/admin/sources/{source.kind}.html",
        "secret": key,
        "curl": examples.curl(source, key or gettext("YOUR_KEY"), now),
        "light": light,
        "is_set_up_shown": is_shown or light == "never" or source.kind in SHOWN_ALWAYS,
        "light_words": LIGHTS[light][1],
        "previous_until": source.previous_secret_until if is_before_good else None,
        "failed": source.deliveries.failed().count(),
        "past": past_of(source),
        "held": source.deliveries.held().count(),
        "days": counts_by_day(source, now),
    }


def _change_secret(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    change_secret(source, at)
    request.session[SHOWN_ONCE] = source.pk
    return gettext("Changed. The one before stays good for a day.")


def _pause(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    source.is_paused = True
    source.save(update_fields=["is_paused"])
    return gettext("Paused: what arrives is refused.")


def _resume(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    source.is_paused = False
    source.save(update_fields=["is_paused"])
    return gettext("What arrives is taken again.")


def _again(request: HttpRequest, source: Source, at: dt.datetime) -> str:
    count = try_again(source.deliveries.failed(), at)
    return gettext("Tried again: %(count)d.") % {"count": count}
