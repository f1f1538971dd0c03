from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from config.log_in import two_step

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    actions = ("switch_two_step_off",)
    list_display = (
        "username",
        "first_name",
        "last_name",
        "email",
        "is_active",
        "is_superuser",
        "two_step",
        "last_login",
    )
    search_fields = ("username", "first_name", "last_name", "email")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        staff: QuerySet[User] = super().get_queryset(request)
        return staff.annotate(has_two_step=Exists(devices))

    @admin.display(description=_("two-step log-in"), boolean=True, ordering="has_two_step")
    def two_step(self, user: Any) -> bool:
        return bool(user.has_two_step)

    def has_superuser_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    @admin.action(description=_("Switch two-step log-in off"), permissions=["superuser"])
    def switch_two_step_off(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """For colleagues whose phone is gone."""
        names = sorted(user.get_username() for user in users)
        two_step.switch_off(*users)
        for user in users:
            self.log_change(request, user, "Two-step log-in switched off")
        self.message_user(request, _("Two-step log-in is off for: %(names)s") % {"names": ", ".join(names)})


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass
