"""What a message can be made of, as JSON for those who draw forms: kinds of blocks with their fields, placeholders."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import BlockKind
from chains.messages.blocks.registry import BLOCK_KINDS, is_held_by
from chains.messages.note_form import written_channels
from chains.messages.placeholders import PLACEHOLDERS, Placeholder
from chains.messages.samples import sample
from crm.models import Survey

GROUPS = {
    "customer": _("Customer"),
    "order": _("Order"),
    "product": _("The main thing bought"),
    "coupon": _("Coupon"),
    "points": _("Points"),
    "tier": _("Tier"),
    "referral": _("Recommendation"),
    "subscription": _("Subscription"),
    "shop": _("Shop"),
    "pages": _("Pages of Encore"),
}


def block_catalogue(language: str) -> list[dict[str, Any]]:
    """Labels are in this language; `content` is what a new block begins with."""
    with translation.override(language):
        return [_kind(kind) for kind in BLOCK_KINDS.values()]


def _kind(kind: BlockKind) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "label": str(kind.label),
        "icon": kind.icon,
        "help": str(kind.help),
        "is_call_to_action": kind.is_call_to_action,
        "channels": [channel for channel in written_channels() if is_held_by(channel, kind)],
        "content": {field.name: field.empty for field in kind.fields},
        "fields": [_field(field) for field in kind.fields],
    }


def _field(field: BlockField) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": str(field.label),
        "input": field.input.value,
        "help": str(field.help),
        "is_needed": field.is_needed,
        "choices": _surveys() if field.input == Input.SURVEY else [[value, str(one)] for value, one in field.choices],
        "least": field.least,
        "most": field.most,
    }


def _surveys() -> list[list[Any]]:
    """Closed ones too, so that a block that has one says so."""
    surveys = Survey.objects.order_by("is_closed", "name")
    return [[one.pk, _("%(name)s (closed)") % {"name": one} if one.is_closed else str(one)] for one in surveys]


def placeholder_catalogue(language: str) -> list[dict[str, Any]]:
    """Each with what it is for a made-up customer, and the group it belongs to."""
    values = sample(language)
    with translation.override(language):
        return [_placeholder(placeholder, values) for placeholder in PLACEHOLDERS]


def _placeholder(placeholder: Placeholder, values: dict[str, Any]) -> dict[str, Any]:
    root, _dot, name = placeholder.path.partition(".")
    value = values[root][name] if name else values[root]
    return {
        "path": placeholder.path,
        "label": str(placeholder.meaning),
        "sample": value if isinstance(value, str) else "",
        "group": str(GROUPS[root]) if name else str(GROUPS["pages"]),
        "is_link": placeholder.is_link,
    }
