"""What pydantic finds wrong with a value, in words of our own that are translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

# By pydantic's name of the error; %(…)s are of its context.
WORDS: dict[str, Any] = {
    "missing": gettext_lazy("It is missing."),
    "extra_forbidden": gettext_lazy("Encore knows no field of this name."),
    "string_type": gettext_lazy("It has to be a text."),
    "int_type": gettext_lazy("It has to be a whole number."),
    "int_parsing": gettext_lazy("It has to be a whole number."),
    "int_from_float": gettext_lazy("It has to be a whole number."),
    "decimal_type": gettext_lazy("It has to be a decimal number."),
    "decimal_parsing": gettext_lazy("It has to be a decimal number."),
    "finite_number": gettext_lazy("It has to be a finite number."),
    "bool_type": gettext_lazy("It has to be true or false."),
    "bool_parsing": gettext_lazy("It has to be true or false."),
    "list_type": gettext_lazy("It has to be a list."),
    "dict_type": gettext_lazy("It has to be an object."),
    "model_type": gettext_lazy("It has to be an object."),
    "model_attributes_type": gettext_lazy("It has to be an object."),
    "greater_than": gettext_lazy("It has to be more than %(gt)s."),
    "greater_than_equal": gettext_lazy("It has to be %(ge)s or more."),
    "less_than": gettext_lazy("It has to be less than %(lt)s."),
    "less_than_equal": gettext_lazy("It has to be %(le)s or less."),
    "literal_error": gettext_lazy("It has to be one of: %(expected)s."),
    "string_pattern_mismatch": gettext_lazy("It has to look like %(pattern)s."),
    "timezone_aware": gettext_lazy("It needs its time zone: 2026-03-10T12:00:00+03:00."),
    "date_from_datetime_inexact": gettext_lazy("It has to be a date without a time."),
    "url_scheme": gettext_lazy("It has to begin with http:// or https://."),
    "json_invalid": gettext_lazy("It is no JSON."),
} | dict.fromkeys(
    ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
    gettext_lazy("It has to be a moment such as 2026-03-10T12:00:00+03:00."),
) | dict.fromkeys(
    ("date_type", "date_parsing", "date_from_datetime_parsing"),
    gettext_lazy("It has to be a date such as 2026-03-10."),
) | dict.fromkeys(
    ("url_type", "url_parsing", "url_syntax_violation"),
    gettext_lazy("It has to be an address such as https://example.com/page."),
)  # fmt: skip


def in_words(error: Mapping[str, Any]) -> str:
    """Says it in English as pydantic does where none of ours fits."""
    context = dict(error.get("ctx") or {})
    kind = error["type"]
    if kind in {"string_too_short", "too_short"} and context.get("min_length") == 1:
        return _("It must not be empty.")
    if kind in {"string_too_short", "string_too_long"}:
        return _length(context, kind)
    if kind in {"too_short", "too_long"}:
        return _count(context, kind)
    if kind == "value_error" and "error" in context:
        return str(context["error"])
    return str(WORDS[kind]) % context if kind in WORDS else str(error["msg"])


def _length(context: Mapping[str, Any], kind: str) -> str:
    if kind == "string_too_short":
        least = context["min_length"]
        return ngettext("It needs at least %(n)s character.", "It needs at least %(n)s characters.", least) % {
            "n": least
        }
    most = context["max_length"]
    return ngettext("It holds more than %(n)s character.", "It holds more than %(n)s characters.", most) % {"n": most}


def _count(context: Mapping[str, Any], kind: str) -> str:
    if kind == "too_short":
        least = context["min_length"]
        return ngettext("It needs at least %(n)s item.", "It needs at least %(n)s items.", least) % {"n": least}
    most = context["max_length"]
    return ngettext("It holds more than %(n)s item.", "It holds more than %(n)s items.", most) % {"n": most}
