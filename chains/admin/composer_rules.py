"""For whom a block is: the segment builder for the composer's dialog, and the rule it leaves, in words."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from chains.admin.composer import CHANGE_PERMISSION
from chains.admin.json_views import answers_json, problem
from chains.messages.text_problems import RULE_CONTEXT
from segments.describe import sentence_of
from segments.rule_field import RuleField

SHOWN = "block_rule"


def _field() -> RuleField:
    return RuleField(context=RULE_CONTEXT, required=False)


@answers_json(CHANGE_PERMISSION)
def rule_form_view(request: HttpRequest, data: dict[str, Any]) -> JsonResponse:
    field = _field()
    html = field.widget.render(SHOWN, field.prepare_value(data.get("rule")), {"id": SHOWN})  # type: ignore[arg-type]
    return JsonResponse({"html": html})


@answers_json(CHANGE_PERMISSION)
def rule_check_view(request: HttpRequest, data: dict[str, Any]) -> JsonResponse:
    """The builder leaves its rule as text."""
    written = data.get("rule")
    try:
        rule = _field().clean(written if isinstance(written, str) else "")
    except ValidationError as error:
        return problem(" ".join(error.messages))
    except (ValueError, RecursionError):
        return problem(_("This is not a rule."))
    return JsonResponse({"rule": rule, "words": sentence_of(rule) if rule else ""})
