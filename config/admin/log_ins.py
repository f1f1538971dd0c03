"""Who came in, and who was refused: read-only, for those who look after staff."""

from axes.models import AccessFailureLog, AccessLog
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice
from unfold.admin import ModelAdmin

# Their secrets are nobody's to look at: each colleague has a page of their own, and staff an action.
admin.site.unregister(StaticDevice)
admin.site.unregister(TOTPDevice)


class _LogAdmin(ModelAdmin):  # type: ignore[misc]
    search_fields = ("username", "ip_address")
    date_hierarchy = "attempt_time"
    ordering = ("-attempt_time",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AccessLog)
class LogInAdmin(_LogAdmin):
    list_display = ("attempt_time", "username", "ip_address", "user_agent", "logout_time")
    fields = ("attempt_time", "username", "ip_address", "user_agent", "logout_time")


@admin.register(AccessFailureLog)
class FailedLogInAdmin(_LogAdmin):
    list_display = ("attempt_time", "username", "ip_address", "locked_out", "user_agent")
    list_filter = ("locked_out",)
    fields = ("attempt_time", "username", "ip_address", "locked_out", "user_agent", "path_info")
