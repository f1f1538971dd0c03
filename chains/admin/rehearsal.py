"""The page on which a chain is rehearsed against the shop's past before it runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from chains.admin.preview import framed
from chains.admin.publishing import PublishingPages
from chains.admin.rehearsal_chart import chart_of
from chains.definition.checks import problems
from chains.explain.reasons import because
from chains.simulate.rehearsal import job
from chains.simulate.rehearsal.period import DAY, RehearsalPeriod
from chains.simulate.rehearsal.wording import ended, unknowable
from crm.models import Shop
from crm.timezones import day_of

USUAL_DAYS = 60


class RehearsalPeriodForm(forms.Form):
    first_on = forms.DateField(
        label=gettext_lazy("First day"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )
    last_on = forms.DateField(label=gettext_lazy("Last day"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("first_on") and given.get("last_on"):
            try:
                given["period"] = RehearsalPeriod.of(given["first_on"], given["last_on"], timezone.now())
            except ValueError as error:
                self.add_error(None, str(error))
        return given


class RehearsalPages(PublishingPages):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:chain_id>/rehearsal/", wrap(self.rehearsal_view), name="chains_chain_rehearsal"),
            path("<int:chain_id>/rehearsal/<int:pk>/stop/", wrap(self.stop_view), name="chains_chain_rehearsal_stop"),
            path("<int:chain_id>/rehearsal/<int:pk>/letter/<int:place>/", wrap(self.sample_view), name="chains_sample"),
        ]
        return [*own, *super().get_urls()]

    def rehearsal_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        chain = self._chain(request, chain_id, may_read=request.method != "POST")
        now = timezone.now()
        yesterday = day_of(now) - DAY
        usual = {"first_on": yesterday - (USUAL_DAYS - 1) * DAY, "last_on": yesterday}
        form = RehearsalPeriodForm(request.POST if request.method == "POST" else None, initial=usual)
        found = problems(chain, Shop.load())
        if request.method == "POST" and form.is_valid() and not found:
            job.start(chain, form.cleaned_data["period"], now, request.user)  # type: ignore[arg-type]
            return HttpResponseRedirect(reverse("admin:chains_chain_rehearsal", args=[chain.pk]))
        job.clear_up(chain, now)
        runs = list(chain.rehearsals.all())
        chosen = request.GET.get("run", "")
        shown = next((run for run in runs if str(run.pk) == chosen), runs[0] if runs else None)
        result_context = self._result_context(request, shown.result) if shown and shown.result else {}
        extra = {
            "form": form,
            "problems": found,
            "runs": runs,
            "shown": shown,
            "may_change": self.has_change_permission(request, chain),
            "unknowable": unknowable(),
            **result_context,
        }
        return self._page(request, chain, "rehearsal", extra)

    def _result_context(self, request: HttpRequest, result: dict[str, Any]) -> dict[str, Any]:
        may_see = request.user.has_perm("crm.view_customer")
        steps = [
            {**step, "reasons": [(because(one["reason"], {}), one["count"]) for one in step["not_sent"]]}
            for step in result["steps"]
        ]
        return {
            "result": result,
            "steps": steps,
            "messages_count": sum(step["sent"] for step in steps),
            "refused_count": sum(count for step in steps for _words, count in step["reasons"]),
            "endings": ended(result),
            "chart": chart_of(result),
            "busiest": result["busiest"] if may_see else [],
            "samples": [_dated(sample) for sample in result["samples"]] if may_see else [],
        }

    def stop_view(self, request: HttpRequest, chain_id: int, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chain = self._chain(request, chain_id)
        job.stop(get_object_or_404(chain.rehearsals, pk=pk), timezone.now())
        return HttpResponseRedirect(reverse("admin:chains_chain_rehearsal", args=[chain.pk]))

    def sample_view(self, request: HttpRequest, chain_id: int, pk: int, place: int) -> HttpResponse:
        """One letter alone, for a frame."""
        chain = self._chain(request, chain_id, may_read=True)
        if not request.user.has_perm("crm.view_customer"):
            raise PermissionDenied
        result = get_object_or_404(chain.rehearsals, pk=pk).result or {"samples": []}
        if place >= len(result["samples"]):
            raise Http404
        return framed(HttpResponse(result["samples"][place]["html"]))


def _dated(sample: dict[str, Any]) -> dict[str, Any]:
    at = timezone.localtime(dt.datetime.fromisoformat(sample["sent_at"]))
    return {**sample, "sent_on": formats.date_format(at, "SHORT_DATETIME_FORMAT")}
