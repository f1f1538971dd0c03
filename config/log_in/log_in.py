"""The pages staff sign in on: the password first, then the code of those who have switched two-step log-in on."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from unfold.forms import AuthenticationForm

from config.log_in import attempts, session_age, two_step

HALF_WAY = "half_way_in"
# Between the password and the code; afterwards the password is asked again.
HALF_WAY_SECONDS = 300


class StaffForm(AuthenticationForm):  # type: ignore[misc]
    """Refuses those who are no staff, as the admin's own form does."""

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if not user.is_staff:
            raise self.get_invalid_login_error()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class LogIn(LoginView):
    """The admin's own page, with a second step behind it."""

    form_class = StaffForm
    template_name = "admin/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and admin.site.has_permission(request):
            return HttpResponseRedirect(self.get_success_url())
        if request.method == "POST" and (seconds := attempts.seconds_to_wait(request)):
            return attempts.refusal(request, seconds)
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = self.request
        own = {"title": _("Log in"), "app_path": request.get_full_path(), "username": request.user.get_username()}
        return {**admin.site.each_context(request), **own, **super().get_context_data(**kwargs)}

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if not two_step.is_on(user):
            return _let_in(self.request, user, user.backend, self.get_success_url())
        # A session of its own: nobody is signed in by it, and what was open here before is not kept.
        self.request.session.flush()
        self.request.session[HALF_WAY] = [user.pk, user.backend, time.time(), self.get_success_url()]
        return HttpResponseRedirect(reverse("log_in_code"))


@sensitive_post_parameters()
@never_cache
@csrf_protect
def code_view(request: HttpRequest) -> HttpResponseBase:
    """The second step; only who has just given the right password comes here."""
    user, backend, then = _half_way(request)
    if user is None:
        return redirect_to_login(reverse("admin:index"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not attempts.is_allowed(request, user):
            return attempts.refusal(request)
        if two_step.accepts(user, form.cleaned_data["code"]):
            return _let_in(request, user, backend, then)
        attempts.note_failure(request, user)
        form.add_error("code", _("This code is not right, or it was used before. The next one comes in a moment."))
    return attempts.page(request, "code", form=form, title=_("Two-step log-in"))


def _half_way(request: HttpRequest) -> tuple[User | None, str, str]:
    pk, backend, since, then = request.session.get(HALF_WAY, (None, "", 0.0, ""))
    if time.time() - since > HALF_WAY_SECONDS:
        return None, "", ""
    return get_user_model().objects.filter(pk=pk, is_active=True, is_staff=True).first(), backend, then


def _let_in(request: HttpRequest, user: User, backend: str, then: str) -> HttpResponse:
    request.session.pop(HALF_WAY, None)
    login(request, user, backend=backend)
    session_age.begin(request)
    return HttpResponseRedirect(then)
