"""Pages on which a chain is tried before it runs: against the shop's past, and as a test order to oneself."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chains.admin.preview import framed
from chains.admin.publishing import PublishingPages
from chains.health import problems
from chains.models import Chain, Trial
from chains.publishing import NotPublishable
from chains.reasons import because
from chains.rehearsal import conduct
from chains.rehearsal.period import DAY, Period
from chains.rehearsal.wording import ended, unknowable
from chains.trial import walk
from chains.trial.walk import note_of
from crm.models import Customer, Shop
from crm.search import find_customers
from crm.timezones import day_of

if TYPE_CHECKING:
    from django.http import HttpRequest

USUAL_DAYS = 60
TICK_COLOR = "#8b93a1"


class PeriodForm(forms.Form):
    first_on = forms.DateField(
        label=gettext_lazy("First day"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )
    last_on = forms.DateField(label=gettext_lazy("Last day"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("first_on") and given.get("last_on"):
            try:
                given["period"] = Period.of(given["first_on"], given["last_on"], timezone.now())
            except ValueError as error:
                self.add_error(None, str(error))
        return given


class TrialForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), widget=UnfoldAdminSelectWidget)
    customer = forms.CharField(
        label=gettext_lazy("As the customer"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Name, email, phone or order number. Empty: a made-up customer."),
    )

    def __init__(self, languages: list[tuple[str, str]], *args: Any, may_see_customers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        if not may_see_customers:
            del self.fields["customer"]

    def clean_customer(self) -> Customer | None:
        asked = self.cleaned_data["customer"]
        found = next(iter(find_customers(asked, limit=1)), None) if asked else None
        if asked and found is None:
            raise forms.ValidationError(_("Nobody was found by that."))
        return found


class RehearsalPages(PublishingPages):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:chain_id>/rehearsal/", wrap(self.rehearsal_view), name="chains_chain_rehearsal"),
            path("<int:chain_id>/rehearsal/<int:pk>/stop/", wrap(self.stop_view), name="chains_chain_rehearsal_stop"),
            path("<int:chain_id>/rehearsal/<int:pk>/letter/<int:place>/", wrap(self.sample_view), name="chains_sample"),
            path("<int:chain_id>/test-order/", wrap(self.trial_view), name="chains_chain_trial"),
            path(
                "<int:chain_id>/test-order/<int:pk>/stop/", wrap(self.stop_trial_view), name="chains_chain_trial_stop"
            ),
        ]
        return [*own, *super().get_urls()]

    def rehearsal_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        chain = self._chain(request, chain_id, may_read=request.method != "POST")
        now = timezone.now()
        yesterday = day_of(now) - DAY
        usual = {"first_on": yesterday - (USUAL_DAYS - 1) * DAY, "last_on": yesterday}
        form = PeriodForm(request.POST if request.method == "POST" else None, initial=usual)
        found = problems(chain, Shop.load())
        if request.method == "POST" and form.is_valid() and not found:
            conduct.ask(chain, form.cleaned_data["period"], now, request.user)  # type: ignore[arg-type]
            return HttpResponseRedirect(reverse("admin:chains_chain_rehearsal", args=[chain.pk]))
        conduct.settle(chain, now)
        runs = list(chain.rehearsals.all())
        asked = request.GET.get("run", "")
        shown = next((run for run in runs if str(run.pk) == asked), runs[0] if runs else None)
        told = self._told(request, shown.result) if shown and shown.result else {}
        extra = {
            "form": form,
            "problems": found,
            "runs": runs,
            "shown": shown,
            "may_change": self.has_change_permission(request, chain),
            "unknowable": unknowable(),
            **told,
        }
        return self._page(request, chain, "rehearsal", extra)

    def _told(self, request: HttpRequest, result: dict[str, Any]) -> dict[str, Any]:
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
            "chart": _chart(result),
            "busiest": result["busiest"] if may_see else [],
            "samples": [_dated(sample) for sample in result["samples"]] if may_see else [],
        }

    def stop_view(self, request: HttpRequest, chain_id: int, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chain = self._chain(request, chain_id)
        conduct.stop(get_object_or_404(chain.rehearsals, pk=pk), timezone.now())
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

    def trial_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        chain = self._chain(request, chain_id)
        form = TrialForm(
            _languages(),
            request.POST if request.method == "POST" else None,
            initial={"language": get_language()},
            may_see_customers=request.user.has_perm("crm.view_customer"),
        )
        address = getattr(request.user, "email", "")
        found = problems(chain, Shop.load())
        if request.method == "POST" and address and not found and form.is_valid():
            return self._try(request, chain, form)
        runs = Trial.objects.filter(chain=chain, asked_by=request.user).prefetch_related("letters")  # type: ignore[misc]
        trial = runs.select_related("customer").first()
        letters = [(letter, note_of(letter)) for letter in trial.letters.all()] if trial else []
        extra = {"form": form, "address": address, "problems": found, "trial": trial, "letters": letters}
        return self._page(request, chain, "test_order", {**extra, "runs": trial and trial.status == "running"})

    def _try(self, request: HttpRequest, chain: Chain, form: TrialForm) -> HttpResponse:
        given, by = form.cleaned_data, request.user
        try:
            walk.ask(chain, by, given["language"], given.get("customer"), timezone.now())  # type: ignore[arg-type]
        except NotPublishable as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:chains_chain_trial", args=[chain.pk]))

    def stop_trial_view(self, request: HttpRequest, chain_id: int, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chain = self._chain(request, chain_id)
        walk.stop(get_object_or_404(Trial, pk=pk, chain=chain, asked_by=request.user))
        return HttpResponseRedirect(reverse("admin:chains_chain_trial", args=[chain.pk]))


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def _dated(sample: dict[str, Any]) -> dict[str, Any]:
    at = timezone.localtime(dt.datetime.fromisoformat(sample["sent_at"]))
    return {**sample, "sent_on": formats.date_format(at, "SHORT_DATETIME_FORMAT")}


def _chart(result: dict[str, Any]) -> dict[str, Any]:
    """Messages a day, days without any included: `data` and `options` are Chart.js's."""
    told = {day["day"]: day for day in result["days"]}
    first, last = (dt.date.fromisoformat(result[name]) for name in ("from", "to"))
    days = [first + number * DAY for number in range((last - first).days + 1)]
    rows = [(day, *(told.get(day.isoformat(), {}).get(name, 0) for name in ("service", "marketing"))) for day in days]
    labels = [formats.date_format(day, "j M") for day in days]
    series = [
        _series(_("service"), [service for _day, service, _marketing in rows], "--color-primary-700"),
        _series(_("marketing"), [marketing for _day, _service, marketing in rows], "--color-primary-300"),
    ]
    return {
        "data": json.dumps({"labels": labels, "datasets": series}),
        "options": json.dumps(_options()),
        "rows": [row for row in rows if row[1] or row[2]],
    }


def _series(name: str, values: list[int], color: str) -> dict[str, Any]:
    return {"label": name, "data": values, "backgroundColor": f"var({color})", "maxBarThickness": 28}


def _options() -> dict[str, Any]:
    ticks = {"color": TICK_COLOR, "maxRotation": 0, "autoSkipPadding": 12}
    axis = {"stacked": True, "beginAtZero": True, "ticks": {**ticks, "precision": 0}, "grid": {"lineWidth": 0.5}}
    return {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {"legend": {"display": True, "align": "end", "labels": {"color": TICK_COLOR, "boxWidth": 10}}},
        "scales": {"x": {"stacked": True, "grid": {"display": False}, "ticks": ticks}, "y": axis},
    }
