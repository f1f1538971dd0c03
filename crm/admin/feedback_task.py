"""What a customer thinks of a product or a delivery, handed to the people concerned."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.admin.case_tasks_form import TaskForm, asked_of
from crm.admin.refused import keep_refused, pop_refused
from crm.models import Case, Feedback
from crm.service.handing_over import hand_over_feedback


def task_of(request: HttpRequest, feedback_id: str | None) -> dict[str, Any]:
    """The form, with what was typed into it and refused, and the case that the rating opened."""
    feedback = Feedback.objects.filter(pk=feedback_id).first() if feedback_id and feedback_id.isdecimal() else None
    if feedback is None or not request.user.has_perm("crm.change_case"):
        return {}
    typed = pop_refused(request, feedback).get("typed", {})
    return {
        "task_form": TaskForm(initial={**typed, "token": uuid.uuid4().hex}),
        "typed": typed,
        "case": Case.objects.filter(key=f"feedback:{feedback.pk}").first(),
    }


def hand_over_view(request: HttpRequest, feedback_id: int) -> HttpResponseBase:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("crm.change_case"):
        raise PermissionDenied
    feedback = get_object_or_404(Feedback, pk=feedback_id)
    page = HttpResponseRedirect(reverse("admin:crm_feedback_change", args=[feedback.pk]))
    try:
        task = hand_over_feedback(feedback, at=timezone.now(), by=request.user, **asked_of(request))  # type: ignore[arg-type]
    except ValueError as error:
        messages.error(request, str(error))
        keep_refused(request, feedback, "hand_over", str(error))
        return page
    messages.success(request, _("%(whom)s has it as a task.") % {"whom": task.owner or task.owner_group})
    return page
