"""The job of an order, on the order's page: begun there, and run on a page of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext

from crm.admin.verb_buttons import colleagues_at_work
from crm.jobs.jobs import start_job
from crm.jobs.shown import job_for_order
from crm.models import JobTemplate, Order, OrderLine, Product


def job_context(request: HttpRequest, order: Order) -> dict[str, Any]:
    """Templates are offered for services, and for whatever they are made for; those made for it come first."""
    if not request.user.has_perm("crm.view_job"):
        return {}
    if job := job_for_order(order):
        return {"job": job}
    if order.cancelled_at or not request.user.has_perm("crm.change_job"):
        return {}
    lines = OrderLine.objects.filter(order=order, product__job_templates=OuterRef("pk"))
    templates = JobTemplate.objects.filter(is_active=True).annotate(is_proposed=Exists(lines))
    if order.kind != Product.Kind.SERVICE:
        templates = templates.filter(is_proposed=True)
    return {
        "job_templates": list(templates.order_by("-is_proposed", "name")),
        "job_colleagues": colleagues_at_work(),
        "job_responsible": order.responsible_id or request.user.pk,
    }


def begin(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    if not request.user.has_perm("crm.change_job"):
        raise ValueError(gettext("You may not begin jobs."))
    template = JobTemplate.objects.filter(is_active=True, pk=_number(request, "template")).first()
    if template is None:
        raise ValueError(gettext("Choose how the job goes."))
    responsible = colleagues_at_work().filter(pk=_number(request, "responsible")).first()
    start_job(order, template, at=at, responsible=responsible)
    return gettext("The job has begun.")


def _number(request: HttpRequest, name: str) -> int:
    typed = request.POST.get(name, "")[:18]
    return int(typed) if typed.isdecimal() else 0
