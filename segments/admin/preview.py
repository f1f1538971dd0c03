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

from crm.customers.told_apart import told_apart
from crm.models import Customer, Order
from segments.compile import matching
from segments.describe import describe
from segments.query_timeout import SCREEN_LIMIT, QueryTookTooLong, cancel_earlier, time_limit
from segments.rule_field import is_blank, suggestions
from segments.rule_json import parse
from segments.rules import Rule, RuleError
from segments.subjects import Subject, contextual, matching_subjects
from segments.vocabulary.field import Context
from segments.vocabulary.registry import FIELDS

SAMPLE = 10
NEWEST = 1000


@require_POST
@permission_required("segments.view_segment", raise_exception=True)
def count_view(request: HttpRequest) -> JsonResponse:
    try:
        raw = json.loads(request.POST.get("rule", ""))
        if "optional" in request.POST and is_blank(raw):
            return JsonResponse({"count": "", "of": _("Everybody"), "sentence": "", "sample": []})
        rule = parse(raw, _context(request))
        with time_limit(SCREEN_LIMIT):
            cancel_earlier(_name(request))
            return JsonResponse(_counted_orders(rule) if contextual(rule) else _counted(rule, request))
    except RuleError as error:
        return JsonResponse({"problem": str(error)})
    except (ValueError, RecursionError):
        return JsonResponse({"problem": _("This is not a rule.")})
    except QueryTookTooLong:
        return JsonResponse({"problem": _("It takes long to count; save, and the members will be found.")})


@require_GET
@permission_required("segments.view_segment", raise_exception=True)
def values_view(request: HttpRequest) -> JsonResponse:
    field, text, about = (request.GET.get(name, "").strip() for name in ("field", "q", "about"))
    return JsonResponse(suggestions(field, text, about)._asdict())


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


def _context(request: HttpRequest) -> list[Context]:
    return [context for context in Context if context.value in request.POST.get("context", "").split(",")]


def _counted_orders(rule: Rule) -> dict[str, Any]:
    """Of how many of the newest orders it would hold; an event has yet to come, and its kind is said elsewhere."""
    answer = {"count": "", "sentence": describe(rule), "sample": []}
    contexts = {FIELDS[one.field].context for one in contextual(rule)}
    if Context.ANSWER in contexts:
        return answer | {"of": _("Asked when the webhook has answered, or its time is up.")}
    if Context.EVENT in contexts:
        return answer | {"of": _("Asked when the event comes.")}
    newest = Order.objects.order_by("-placed_at").values_list("pk", "customer")[:NEWEST]
    subjects = [Subject(order, customer, order) for order, customer in newest]
    count = len(matching_subjects(rule, subjects, timezone.now()))
    of = ngettext("of the newest %(orders)s order", "of the newest %(orders)s orders", len(subjects))
    return answer | {"count": _number(count), "of": of % {"orders": _number(len(subjects))}}


def _sample(customers: Any) -> list[dict[str, str]]:
    people = list(customers)
    hints = told_apart(people)
    return [
        {"name": str(one), "hint": hints[one.pk], "url": reverse("admin:crm_customer_change", args=[one.pk])}
        for one in people
    ]


def _number(number: int) -> str:
    return formats.number_format(number, force_grouping=True)
