from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.customers.merge import accept, reject
from crm.models import MergeProposal


@admin.register(MergeProposal)
class MergeProposalAdmin(VerbAdmin):
    list_display = ("keeper", "duplicate", "reason", "status", "created_at")
    list_select_related = ("keeper", "duplicate")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_filter_submit = True
    ordering = ("-status", "-created_at")
    fields = ("reason", "status", "created_at", "decided_at")
    readonly_fields = fields
    change_form_outer_before_template = "crm/admin/merge_panel.html"

    def verbs(self) -> dict[str, Verb]:
        return {"merge": _merge, "reject": _reject}

    def get_queryset(self, request: HttpRequest) -> QuerySet[MergeProposal]:
        pairs = super().get_queryset(request).select_related("keeper__stats", "duplicate__stats")
        return pairs.prefetch_related("keeper__contacts", "duplicate__contacts")  # type: ignore[no-any-return]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _merge(request: HttpRequest, proposal: MergeProposal, at: dt.datetime) -> str:
    accept(proposal, at=at)
    return gettext("Merged: the history of both is now on one page.")


def _reject(request: HttpRequest, proposal: MergeProposal, at: dt.datetime) -> str:
    reject(proposal, at=at)
    return gettext("Noted: these are different people.")
