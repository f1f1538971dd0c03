"""What the editor of a rule asks while one edits: how many, and which values the shop has."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.models import Customer
from segments.compile import matching
from segments.describe import describe
from segments.editing import offers
from segments.patience import SCREEN, TookTooLong, impatient, supersede
from segments.rules import Rule, RuleError, parse

SAMPLE = 10


@require_POST
@permission_required("segments.view_segment", raise_exception=True)
def count_view(request: HttpRequest) -> JsonResponse:
    try:
        rule = parse(json.loads(request.POST.get("rule", "")))
        with impatient(SCREEN):
            supersede(_name(request))
            return JsonResponse(_counted(rule, request))
    except RuleError as error:
        return JsonResponse({"problem": str(error)})
    except (ValueError, RecursionError):
        return JsonResponse({"problem": _("This is not a rule.")})
    except TookTooLong:
        return JsonResponse({"problem": _("It takes long to count; save, and the members will be found.")})


@require_GET
@permission_required("segments.view_segment", raise_exception=True)
def values_view(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"values": offers(request.GET.get("field", ""), request.GET.get("q", "").strip())})


def _name(request: HttpRequest) -> str:
    """Of the counts of one person in one editor; PostgreSQL keeps 63 characters of it."""
    ticket = "".join(filter(str.isalnum, request.POST.get("ticket", "")[:20]))
    return f"encore count {request.user.pk} {ticket}"


def _counted(rule: Rule, request: HttpRequest) -> dict[str, Any]:
    members = matching(rule, timezone.now())
    count = members.count()
    everybody = Customer.objects.current().count()
    of = ngettext("customer of %(everybody)s", "customers of %(everybody)s", count)
    return {
        "count": _number(count),
        "of": of % {"everybody": _number(everybody)},
        "sentence": describe(rule),
        "sample": _sample(members[:SAMPLE]) if request.user.has_perm("crm.view_customer") else [],
    }


def _sample(customers: Any) -> list[dict[str, str]]:
    return [{"name": str(one), "url": reverse("admin:crm_customer_change", args=[one.pk])} for one in customers]


def _number(number: int) -> str:
    return formats.number_format(number, force_grouping=True)
