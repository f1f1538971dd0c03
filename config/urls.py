from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from chains.incoming import telegram
from chains.public import connect, tracking
from config.health import healthz
from config.navigation import landing

handler403 = "config.error_pages.permission_denied"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("s/<str:code>", tracking.short, name="short"),
    path("push-worker.js", connect.worker, name="push_worker"),
    path("hooks/telegram/", telegram.webhook, name="telegram_webhook"),
    path("m/", include("chains.public.urls")),
    path("hooks/", include("chains.incoming.urls")),
    path("admin/", admin.site.admin_view(landing)),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
]
