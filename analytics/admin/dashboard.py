from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from analytics.admin.pages import ACTS, PAGES, FigureAct, FigurePage
from analytics.models import Dashboard


@admin.register(Dashboard)
class DashboardAdmin(ModelAdmin):  # type: ignore[misc]
    """Pages of figures instead of a list: rollups are nobody's to edit."""

    def get_urls(self) -> list[URLPattern]:
        pages = [path(page.path, self._view(page), name=page.url_name) for page in PAGES]
        acts = [path(act.path, self._button(act), name=act.url_name) for act in ACTS]
        return [*pages, *acts, path("", self._view(PAGES[0]), name="analytics_dashboard_changelist")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def _view(self, page: FigurePage) -> Callable[[HttpRequest], HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            request.current_app = self.admin_site.name
            tabs = [(each, each is page) for each in PAGES]
            return page.view(request, {**self.admin_site.each_context(request), "title": _("Dashboard"), "tabs": tabs})

        return self.admin_site.admin_view(view)  # type: ignore[no-any-return]

    def _button(self, act: FigureAct) -> Callable[[HttpRequest], HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            if not self.has_view_permission(request):
                raise PermissionDenied
            return act.do(request)

        return self.admin_site.admin_view(view)  # type: ignore[no-any-return]
