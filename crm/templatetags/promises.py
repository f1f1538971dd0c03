"""Which promises a case broke, for its page: noted ones, those its words suggest, and the others."""

from __future__ import annotations

from typing import Any

from django import template

from crm.models import Case, Promise
from crm.service.promises import suggested_for

register = template.Library()


@register.inclusion_tag("crm/admin/case_promises.html", takes_context=True)
def case_promises(context: dict[str, Any], case: Case) -> dict[str, Any]:
    user = context["request"].user
    noted = list(case.breaches.select_related("promise", "noted_by").order_by("promise__place"))
    broken = {breach.promise_id for breach in noted}
    others = [promise for promise in Promise.objects.given() if promise.pk not in broken]
    suggested = suggested_for(case, others)
    return {
        "case": case,
        "noted": noted,
        "suggested": suggested,
        "others": [promise for promise in others if promise not in suggested],
        "may_note": user.has_perm("crm.add_promisebreach"),
        "request": context["request"],
    }
