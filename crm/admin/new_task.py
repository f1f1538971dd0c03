"""A task that somebody asks a colleague for: from a customer's page, an order or a case."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from crm.admin.complaint_form import orders_of
from crm.admin.customer_page import url_of
from crm.admin.new_task_form import ADDRESS, BY_POST, NewTaskForm
from crm.customers import profiles
from crm.models import Case, Customer, Order, StaffTask
from crm.service.staff_tasks import open_task
from crm.service.task_scripts import FIND_ADDRESS, SCRIPTS, filled


def new_task_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    agent = request.user
    if not isinstance(agent, User) or not agent.has_perms(["crm.view_customer", "crm.change_stafftask"]):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    case = customer.cases.filter(pk=_number(request, "case")).select_related("order").first()
    order = customer.orders.filter(pk=_number(request, "order")).first() or (case.order if case else None)
    form = NewTaskForm(request.POST or None, customer=customer, initial=_proposed(request, customer, order, agent))
    if request.method == "POST" and form.is_valid():
        task = _ask(customer, form.cleaned_data, case, agent, timezone.now())
        messages.success(request, gettext("The task is noted."))
        back = reverse("admin:crm_stafftask_change", args=[task.pk]) if task.owner == agent else url_of(customer.pk)
        return HttpResponseRedirect(back)
    context = {
        **admin.site.each_context(request),
        "title": gettext("New task") + f" · {customer}",
        "customer": customer,
        "case": case,
        "order": order,
        "form": form,
        "scripts": [(name, script.label) for name, script in SCRIPTS.items()],
        "chosen": request.GET.get("ready", ""),
        "back": url_of(customer.pk),
    }
    return TemplateResponse(request, "crm/admin/new_task.html", context, status=400 if form.errors else 200)


def _number(request: HttpRequest, name: str) -> int:
    typed = request.GET.get(name, "")[:18]
    return int(typed) if typed.isdecimal() else 0


def _proposed(request: HttpRequest, customer: Customer, order: Order | None, agent: User) -> dict[str, Any]:
    proposed: dict[str, Any] = {
        "kind": StaffTask.Kind.CALL,
        "owner": agent,
        "order": order,
        "token": uuid.uuid4().hex,
        **{name: getattr(customer, name) for name in ADDRESS},
    }
    if script := SCRIPTS.get(request.GET.get("ready", "")):
        newest = order or orders_of(customer).first()
        ready = filled(script, customer, newest)
        can_be_packed = ready.kind == StaffTask.Kind.GIFT and newest is not None and not newest.shipped_at
        proposed |= {"kind": ready.kind, "title": ready.title, "script": ready.words}
        proposed |= {"order": newest, "is_for_parcel": can_be_packed}
    return proposed


@transaction.atomic
def _ask(customer: Customer, facts: dict[str, Any], case: Case | None, by: User, at: dt.datetime) -> StaffTask:
    key = f"staff:{facts['token']}"
    if facts["kind"] in BY_POST and not facts["is_for_parcel"]:
        _keep_address(customer, facts, at)
    if facts["find_address"] and not customer.address:
        _ask_for_address(customer, facts, by, at, key)
    return open_task(
        customer,
        **{name: facts[name] for name in ("kind", "title", "script", "due_at", "order", "owner", "owner_group")},
        is_for_parcel=facts["is_for_parcel"],
        case=case,
        by=by,
        at=at,
        key=key,
    )


def _keep_address(customer: Customer, facts: dict[str, Any], at: dt.datetime) -> None:
    """What was typed here is where they live now."""
    changed = [name for name in ADDRESS if facts[name] and facts[name] != getattr(customer, name)]
    if not changed:
        return
    for name in changed:
        setattr(customer, name, facts[name])
    profiles.note(customer, profiles.columns_of_sources(changed), at)
    customer.save(update_fields=[*changed, "told"])


def _ask_for_address(customer: Customer, facts: dict[str, Any], by: User, at: dt.datetime, key: str) -> None:
    """Half of the time is for finding it out."""
    script = filled(FIND_ADDRESS, customer, None)
    open_task(
        customer,
        title=script.title[:200],
        script=script.words,
        kind=script.kind,
        reason=StaffTask.Reason.ADDRESS,
        owner=facts["owner"],
        owner_group=facts["owner_group"],
        due_at=at + (facts["due_at"] - at) / 2,
        by=by,
        at=at,
        key=f"{key}:address",
    )
