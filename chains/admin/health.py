"""The health check on pages of a chain: its list with links to where things are mended, and a manager's decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_stubs_ext import StrPromise

from chains.admin.audit import audit_view
from chains.definition.checks import blocking
from chains.definition.checks.codes import Code, Target
from chains.definition.checks.finding import Finding
from chains.definition.checks.overriding import override
from chains.definition.launch import LaunchList, launch_list
from chains.definition.tree import tree_of
from chains.models import Chain, HealthOverride
from chains.stats.light import Light, lights
from crm.models import Shop

OVERRIDE = "chains.override_health"


@dataclass(frozen=True)
class Mending:
    """A link to where it is mended, in words."""

    label: StrPromise
    url: str


@dataclass(frozen=True)
class ListedFinding:
    finding: Finding
    mending: Mending | None
    may_override: bool


@dataclass(frozen=True)
class FindingsOfOneRule:
    why: StrPromise | str
    found: list[ListedFinding]


@dataclass(frozen=True)
class ChainLight:
    chain: Chain
    light: Light


def launch_context(request: HttpRequest, chain: Chain, now: dt.datetime) -> dict[str, Any]:
    """For launch_list.html."""
    launch = launch_list(chain, Shop.load(), now)
    return {"launch": launch, "launch_chain": chain, **_listed(request, chain, launch)}


def notices(now: dt.datetime) -> dict[str, Any]:
    """Chains that annoy or stand still, for the page of chains."""
    running = list(Chain.objects.running())
    found = lights(running, Shop.load(), now)
    told = [ChainLight(chain, found[chain.pk]) for chain in running]
    return {
        "annoying": [one for one in told if one.light.is_red],
        "standing": [one for one in told if one.light.standstill],
    }


def _listed(request: HttpRequest, chain: Chain, launch: LaunchList) -> dict[str, Any]:
    return {
        "launch_blocking": list(_by_rule(request, chain, launch.blocking)),
        "launch_warnings": list(_by_rule(request, chain, launch.warnings)),
        "may_override": request.user.has_perm(OVERRIDE),
    }


def _by_rule(request: HttpRequest, chain: Chain, findings: Iterable[Finding]) -> Iterator[FindingsOfOneRule]:
    in_order = sorted(findings, key=lambda one: list(Code).index(one.code))
    for _code, found in groupby(in_order, key=lambda one: one.code):
        rows = [
            ListedFinding(
                one,
                mending(request, chain, one),
                may_override=one.may_be_overridden and request.user.has_perm(OVERRIDE),
            )
            for one in found
        ]
        yield FindingsOfOneRule(rows[0].finding.why, rows)


def mending(request: HttpRequest, chain: Chain, finding: Finding) -> Mending | None:
    """None where this person may not open the page, or is on it already."""
    place = finding.place
    chain_page = reverse("admin:chains_chain_change", args=[chain.pk])
    pages = {
        Target.STEP: ("chains.view_step", f"{chain_page}#step-{place.step_id}", gettext_lazy("Go to the step")),
        Target.TEXT: ("chains.view_messagetemplate", _text_page(finding), gettext_lazy("Open the text")),
        Target.SETTINGS: ("crm.change_shop", reverse("admin:crm_shop_changelist"), gettext_lazy("Open the settings")),
        Target.CHANNELS: (
            "chains.view_chain",
            reverse("admin:chains_channelstate_changelist"),
            gettext_lazy("Open the channels"),
        ),
        Target.TEST_ORDER: (
            "chains.change_chain",
            reverse("admin:chains_chain_test_order", args=[chain.pk]),
            gettext_lazy("Make a test order"),
        ),
        Target.SOURCES: (
            "crm.view_source",
            reverse("admin:crm_source_changelist"),
            gettext_lazy("See where facts come from"),
        ),
    }
    permission, url, label = pages.get(finding.target, ("", "", gettext_lazy("Go to the step")))
    return Mending(label, url) if url and request.user.has_perm(permission) else None


def _text_page(finding: Finding) -> str:
    if not finding.place.template:
        return ""
    return reverse("admin:chains_messagetemplate_change", args=[finding.place.template])


@require_POST
def override_view(request: HttpRequest, chain_id: int) -> HttpResponseRedirect:
    """Decide about what the manager has seen: what became something else meanwhile is asked about anew."""
    chain = _chain_to_decide_about(request, chain_id)
    asked = (request.POST.get("code"), request.POST.get("step"), request.POST.get("basis"))
    found = blocking(chain, Shop.load(), tree_of(chain))
    finding = next((one for one in found if (one.code.value, one.place.step, one.basis) == asked), None)
    if finding is None:
        messages.error(request, _("The chain was changed meanwhile: look at the list again."))
        return _back(chain)
    try:
        override(chain, finding, request.POST.get("reason", ""), request.user, timezone.now())  # type: ignore[arg-type]
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept with your reason: the chain may be published in spite of it."))
    return _back(chain)


@require_POST
def withdraw_view(request: HttpRequest, chain_id: int, override_id: int) -> HttpResponseRedirect:
    chain = _chain_to_decide_about(request, chain_id)
    if HealthOverride.objects.filter(pk=override_id, chain=chain).withdraw(timezone.now()):
        messages.success(request, _("Taken back: the rule holds again."))
    return _back(chain)


def _chain_to_decide_about(request: HttpRequest, chain_id: int) -> Chain:
    if not (request.user.has_perm(OVERRIDE) and request.user.has_perm("chains.view_chain")):
        raise PermissionDenied
    return get_object_or_404(Chain, pk=chain_id)


def _back(chain: Chain) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:chains_chain_change", args=[chain.pk]) + "#launch")


def urls(wrap: Any) -> list[URLPattern]:
    return [
        path("audit/", wrap(audit_view), name="chains_audit"),
        path("<int:chain_id>/override/", wrap(override_view), name="chains_chain_override"),
        path("<int:chain_id>/override/<int:override_id>/", wrap(withdraw_view), name="chains_chain_withdraw"),
    ]
