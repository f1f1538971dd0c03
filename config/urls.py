from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from chains.public import referral, referral_kit, tracking
from config.health import healthz
from config.log_in.log_in import LogIn, code_view
from config.log_in.two_step_page import two_step_view
from config.navigation import landing
from crm.admin.autocomplete import Autocomplete
from crm.admin.desk import counts_view, desk_view, times_view
from crm.intake.api.api import api
from crm.intake.hooks import webhook
from crm.intake.site.script import script
from crm.intake.tracking.views import tracking as tracking_api
from crm.review_feeds.script import script as script_of_reviews

handler403 = "config.error_pages.permission_denied"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    # Asked for by whoever does not read the page, such as a reader of feeds or an old browser.
    path("favicon.ico", RedirectView.as_view(url=static("encore/favicon.ico"))),
    path("i18n/", include("django.conf.urls.i18n")),
    path("s/<str:code>", tracking.short, name="short"),
    path("r/<str:code>", referral.landing_view, name="referral"),
    path("r/<str:code>/seen", referral.seen_view, name="referral_seen"),
    path("r/<str:code>/forward", referral_kit.forward_view, name="referral_forward"),
    path("r/<str:code>/<slug:form>.png", referral_kit.picture_view, name="referral_card"),
    path("api/v1/", api.urls),
    path("reviews/", include("crm.review_feeds.urls")),
    path("reviews.js", script_of_reviews, name="reviews_script"),
    path("encore.js", script, name="site_script"),
    # As Segment's clients call it; those for browsers write only the first letter.
    re_path(r"^v1/(?P<call>identify|track|page|screen|group|alias|batch|import|[itpsgab])/?$", tracking_api),
    path("m/", include("chains.public.urls")),
    path("", include("chains.channels.urls")),
    # After the addresses of channels, which have names of their own under hooks/.
    path("hooks/<str:key>/", webhook, name="webhook"),
    # Before the admin's own page of this address.
    path("admin/login/", LogIn.as_view()),
    path("admin/login/code/", code_view, name="log_in_code"),
    path("admin/autocomplete/", admin.site.admin_view(Autocomplete.as_view(admin_site=admin.site))),
    path("admin/two-step/", admin.site.admin_view(two_step_view), name="two_step"),
    path("admin/desk/", admin.site.admin_view(desk_view), name="desk"),
    path("admin/desk/counts/", admin.site.admin_view(counts_view), name="desk_counts"),
    path("admin/desk/times/", admin.site.admin_view(times_view), name="desk_times"),
    path("admin/", admin.site.admin_view(landing)),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
]
