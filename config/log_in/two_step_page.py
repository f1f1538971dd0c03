"""Each colleague's page: two-step log-in switched on, its recovery codes renewed, and switched off by a code."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from config.log_in import attempts, two_step
from config.log_in.log_in import CodeForm


@sensitive_post_parameters()
@never_cache
def two_step_view(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not attempts.is_allowed(request, user):
            return attempts.refusal(request)
        if answer := _done(request, user, form.cleaned_data["code"]):
            return answer
        attempts.note_failure(request, user)
        form.add_error("code", _("This code is not right, or it was used before. The next one comes in a moment."))
    return _page(request, user, form=form)


def _done(request: HttpRequest, user: Any, code: str) -> HttpResponse | None:
    """None for a wrong code."""
    if not two_step.is_on(user):
        codes = two_step.confirm(user, code)
        return _page(request, user, codes=codes) if codes else None
    if not two_step.accepts(user, code):
        return None
    if "off" not in request.POST:
        return _page(request, user, codes=two_step.new_recovery_codes(user))
    two_step.switch_off(user)
    messages.success(request, _("Two-step log-in is off."))
    return HttpResponseRedirect(reverse("two_step"))


def _page(request: HttpRequest, user: Any, **shown: Any) -> HttpResponse:
    is_on = two_step.is_on(user)
    context = {**admin.site.each_context(request), "title": _("Two-step log-in"), "is_on": is_on, **shown}
    if is_on:
        context["codes_left"] = two_step.recovery_codes_left(user)
    else:
        device = two_step.begun(user)
        # Drawn by us, out of a secret of ours.
        context |= {"secret": two_step.secret(device), "picture": mark_safe(two_step.picture(device))}  # noqa: S308
    return render(request, "config/log_in/two_step.html", context)
