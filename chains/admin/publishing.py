"""Where a marketer publishes and resumes a chain, and looks at its versions."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chains.admin import health
from chains.admin.chain_page import asks_for_piece, renewed, unpublished
from chains.admin.numbers import number_in
from chains.admin.versions import under_way_by_version, versions_context
from chains.definition import pausing
from chains.definition.draft_history import act
from chains.definition.publishing import LetIn, NotPublishable, compiled, compiled_entry, digest, publish, widens
from chains.definition.restoring import content_of_version, restore
from chains.engine.enrol import backlog, calendar
from chains.engine.local_time import DAY
from chains.explain.entry_sentences import ending_sentence, entry_sentence
from chains.explain.version_moves import moves
from chains.models import Chain, Pause
from chains.program import program
from chains.program.program import Program
from crm.admin.verb_buttons import VerbAdmin
from crm.models import Shop
from crm.timezones import shop_zone

LOOK_BACK_DAYS = 30
LONGEST_LOOK_BACK = 3650
SECONDS_TO_COUNT = 5


class LookBackForm(forms.Form):
    """How far back the page looks for customers who could be let in."""

    days = forms.IntegerField(min_value=1, max_value=LONGEST_LOOK_BACK)


class PublishForm(forms.Form):
    """The marketer's decisions; a page that asks nothing leaves them out."""

    agreed = forms.CharField()
    people = forms.ChoiceField(choices=[("finish", ""), ("move", "")], required=False)
    past = forms.ChoiceField(choices=[("none", ""), ("now", ""), ("spread", "")], required=False)
    days = forms.IntegerField(min_value=1, max_value=LONGEST_LOOK_BACK, required=False)
    spread_days = forms.IntegerField(
        min_value=1,
        max_value=365,
        required=False,
        error_messages={"invalid": gettext_lazy("Say over how many days.")},
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("past") == "spread" and not given.get("spread_days"):
            self.add_error("spread_days", _("Say over how many days they are spread."))
        return given

    def let_in(self, now: dt.datetime) -> LetIn | None:
        given = self.cleaned_data
        if given["past"] not in ("now", "spread"):
            return None
        since = now - (given["days"] or LOOK_BACK_DAYS) * DAY
        return LetIn(since, given["spread_days"] if given["past"] == "spread" else 0)


class PublishingPages(VerbAdmin):
    """Pages below a chain's own: each shows in numbers what would happen, and asks for a decision."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        pages = {"publish": self.publish_view, "resume": self.resume_view, "versions": self.versions_view}
        own = [path(f"<int:chain_id>/{name}/", wrap(view), name=f"chains_chain_{name}") for name, view in pages.items()]
        return [*own, *super().get_urls()]

    def publish_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        """A panel of the chain's page: what changes, what it does to people, and the button."""
        chain = self._chain(request, chain_id)
        if request.method == "POST":
            form = PublishForm(request.POST)
            return self._publish(request, chain, form) if form.is_valid() else _asked_again(request, chain, form, [])
        if not asks_for_piece(request):
            return HttpResponseRedirect(f"{self.page_of(chain)}#publish")
        return _publish_panel(request, chain, PublishForm())

    def _publish(self, request: HttpRequest, chain: Chain, form: PublishForm) -> HttpResponse:
        now = timezone.now()
        try:
            version = publish(
                chain,
                now,
                request.user,  # type: ignore[arg-type]
                moves_people=form.cleaned_data["people"] == "move",
                let_in=form.let_in(now),
                agreed=form.cleaned_data["agreed"],
            )
        except NotPublishable as error:
            return _asked_again(request, chain, form, error.problems)
        return renewed(request, chain, _("Published as version %(number)d.") % {"number": version.number})

    def resume_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        chain = self._chain(request, chain_id)
        if chain.status != Chain.Status.PAUSED:
            return HttpResponseRedirect(self.page_of(chain))
        if request.method == "POST":
            try:
                pausing.resume(chain, timezone.now(), request.POST.get("decision", ""), request.user)  # type: ignore[arg-type]
            except ValueError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("It goes on."))
                return HttpResponseRedirect(self.page_of(chain))
        extra = {"paused": pausing.paused_work(chain, timezone.now()), "decisions": Pause.Decision.choices[1:]}
        return self._page(request, chain, "resume", extra)

    def versions_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        """All versions, or one of them drawn, or any two compared; and one brought back as the draft."""
        chain = self._chain(request, chain_id, may_read=request.method != "POST")
        if request.method == "POST":
            return self._bring_back(request, chain)
        may_change = self.has_change_permission(request, chain)
        return self._page(request, chain, "versions", versions_context(request, chain, may_change=may_change))

    def _bring_back(self, request: HttpRequest, chain: Chain) -> HttpResponse:
        version = chain.versions.filter(number=number_in(request.POST, "version")).first()
        if version is None:
            messages.error(request, _("This chain has no such version."))
            return HttpResponseRedirect(request.path)
        words = _("Version %(number)d brought back") % {"number": version.number}
        with act(chain, request.user, what=words):  # type: ignore[arg-type]
            restore(chain, content_of_version(version))
        messages.success(request, _("The draft is as in version %(number)d now.") % {"number": version.number})
        return HttpResponseRedirect(self.page_of(chain))

    def _chain(self, request: HttpRequest, chain_id: int, *, may_read: bool = False) -> Chain:
        chain = self.get_queryset(request).filter(pk=chain_id).first()
        if chain is None:
            raise Http404
        allowed = self.has_view_permission if may_read else self.has_change_permission
        if not allowed(request, chain):
            raise PermissionDenied
        return chain  # type: ignore[no-any-return]

    def _page(self, request: HttpRequest, chain: Chain, name: str, extra: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": str(chain), "chain": chain, **extra}
        return TemplateResponse(request, f"chains/admin/{name}.html", context)


def _asked_again(request: HttpRequest, chain: Chain, form: PublishForm, problems_found: list[str]) -> HttpResponse:
    response = _publish_panel(request, chain, form, problems_found)
    response.status_code = 400
    return response


def _publish_panel(
    request: HttpRequest, chain: Chain, form: PublishForm, found_now: list[str] | None = None
) -> HttpResponse:
    context = {"chain": chain, "form": form, "found_now": found_now, **_publish_context(request, chain, timezone.now())}
    return TemplateResponse(request, "chains/admin/publish.html", context)


def _publish_context(request: HttpRequest, chain: Chain, now: dt.datetime) -> dict[str, Any]:
    """What the panel says and asks before publishing."""
    shop = Shop.load()
    launch = health.launch_context(request, chain, now)
    may_launch = launch["launch"].may_launch
    draft = compiled(chain, shop) if may_launch else compiled_entry(chain)
    running = chain.version.program if chain.version and chain.status != Chain.Status.ARCHIVED else None
    plan = program.parse(0, chain.pk, draft)
    return {
        **launch,
        "agreed": digest(draft),
        "is_same": running == draft,
        "entry": entry_sentence(plan),
        "ending": ending_sentence(plan),
        "differences": unpublished(chain, shop, may_launch=may_launch) if running is not None else [],
        "under_way": (under_way := sum(under_way_by_version(chain).values())),
        "moves": moves(chain, plan) if may_launch and under_way else [],
        **(_entrants_context(request, plan, now) if may_launch and widens(draft, running) else {}),
    }


def _entrants_context(request: HttpRequest, plan: Program, now: dt.datetime) -> dict[str, Any]:
    """How many would enter: from the past, or at the next moment of the calendar."""
    if plan.trigger.is_by_calendar:
        coming = calendar.coming(plan.trigger, shop_zone(), now)
        return {"coming": coming, "crowd": calendar.audience(plan, now).count()}
    look_back = LookBackForm(request.GET or {"days": LOOK_BACK_DAYS})
    days = look_back.cleaned_data["days"] if look_back.is_valid() else LOOK_BACK_DAYS
    return {
        "past": backlog.count(plan, now - days * DAY, now, _time_is_up()),
        "days": days,
        "longest": LONGEST_LOOK_BACK,
    }


def _time_is_up() -> Iterator[bool]:
    """Asked again and again while counting: whether the person before the screen has waited long enough."""
    end = time.monotonic() + SECONDS_TO_COUNT
    while True:
        yield time.monotonic() > end
