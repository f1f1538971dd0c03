"""What the composer begins with, as JSON: the template, its draft, and all that can be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chains.admin.composer_words import WORDS
from chains.channels.description import StaffPage
from chains.channels.registry import CHANNELS, senders
from chains.messages.catalogue import block_catalogue, placeholder_catalogue
from chains.messages.content import check_content, content_of
from chains.messages.drafts import base_of, revision_of
from chains.models import MessageTemplate, TemplateDraft
from crm.models import Channel, Product, Purpose
from crm.models.channel import default_channel_order
from segments.describe import sentence_of

ACTS = ("preview", "test", "draft", "discard", "save")
QUESTIONS = ("copy", "customers", "products", "rule_form", "rule_check", "pictures")


def composer_data(template: MessageTemplate, request: HttpRequest) -> dict[str, Any]:
    language = get_language() or settings.LANGUAGE_CODE
    written = written_state(template)
    return written | {
        "problems": check_content(written["content"], template),
        "ruleWords": rule_words(written["content"]),
        "productNames": product_names(written["content"]),
        "kinds": block_catalogue(language),
        "placeholders": placeholder_catalogue(language),
        "channels": channels(),
        "languages": [[code, str(name)] for code, name in settings.LANGUAGES],
        "language": language,
        "shopLanguage": settings.LANGUAGE_CODE,
        "purposes": [[value, str(label)] for value, label in Purpose.choices],
        "topics": [[value, str(label)] for value, label in MessageTemplate.Topic.choices],
        "words": {name: str(words) for name, words in WORDS.items()},
        "canChange": request.user.has_perm("chains.change_messagetemplate"),
        "maySeeCustomers": request.user.has_perm("crm.view_customer"),
        "maySendTests": request.user.has_perm("chains.view_messagetemplate"),
        "ownAddress": getattr(request.user, "email", ""),
        "urls": urls(template),
    }


def written_state(template: MessageTemplate) -> dict[str, Any]:
    """The draft where there is one, or else the template; and what to name when writing over it."""
    draft = TemplateDraft.objects.filter(template=template).select_related("updated_by").first()
    return {
        "content": draft.content if draft else content_of(template),
        "base": base_of(template),
        "draft": {
            "revision": revision_of(draft),
            "by": str(draft.updated_by or _("somebody")),
            "at": ago(draft.updated_at),
        }
        if draft
        else None,
    }


def ago(moment: Any) -> str:
    passed = timezone.now() - moment
    if passed.total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


def urls(template: MessageTemplate) -> dict[str, str]:
    acts = {name: reverse(f"admin:chains_composer_{name}", args=[template.pk]) for name in ACTS}
    acts["channels"] = reverse("admin:chains_channelstate_changelist")
    return acts | {name: reverse(f"admin:chains_composer_{name}") for name in QUESTIONS}


def channels() -> list[dict[str, Any]]:
    """The detailed ones first; of each which lines stand above its blocks, and which kinds of blocks it takes."""
    kinds = block_catalogue(get_language() or settings.LANGUAGE_CODE)
    return [
        {
            "value": channel,
            "label": str(Channel(channel).label),
            "lines": {
                name: str(label)
                for name, label, is_there in (
                    ("subject", _("Subject") if channel == Channel.EMAIL else _("Title"), fields.has_subject),
                    ("preheader", _("Preheader"), fields.has_preheader),
                )
                if is_there
            },
            "kinds": [kind["kind"] for kind in kinds if channel in kind["channels"]],
            "test": _test(CHANNELS[channel].staff_page, is_connected=channel in senders()),
        }
        for channel in default_channel_order()
        if (fields := CHANNELS[channel].template_fields)
    ]


def _test(page: StaffPage | None, *, is_connected: bool) -> dict[str, Any] | None:
    """How a colleague gets a test message: what they type, or the key by which this browser subscribes."""
    if page is None:
        return None
    context = page.test_message.form_context() if is_connected else {}
    return {
        "isConnected": is_connected,
        "setUp": str(page.set_up),
        "address": str(page.test_message.label),
        "pushKey": context.get("push_key", ""),
        "pushWorker": reverse("channels:push_worker"),
    }


def rule_words(content: dict[str, Any]) -> dict[str, str]:
    """For whom each personal block is, by its key."""
    return {block["key"]: sentence_of(block["rule"]) for block in blocks(content) if block.get("rule")}


def product_names(content: dict[str, Any]) -> dict[int, str]:
    ids = {
        one
        for block in blocks(content)
        for value in block["content"].values()
        if isinstance(value, list)
        for one in value
        if type(one) is int and 0 < one < 2**63
    }
    return dict(Product.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def blocks(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for text in content["texts"]:
        yield from text["blocks"]


def is_document(content: Any) -> TypeGuard[dict[str, Any]]:
    """Whether the composer can show it again, whatever may be wrong in it."""
    return (
        isinstance(content, dict)
        and all(isinstance(content.get(name), str) for name in ("name", "purpose", "topic"))
        and _are(str, content.get("tags"))
        and _are(dict, content.get("texts"))
        and all(_is_text(text) for text in content["texts"])
    )


def _is_text(text: dict[str, Any]) -> bool:
    return (
        all(isinstance(text.get(name), str) for name in ("channel", "language", "subject", "preheader"))
        and _are(dict, text.get("blocks"))
        and all(_is_block(block) for block in text["blocks"])
    )


def _is_block(block: dict[str, Any]) -> bool:
    return (
        all(isinstance(block.get(name), str) for name in ("key", "kind"))
        and isinstance(block.get("content"), dict)
        and (block.get("rule") is None or isinstance(block["rule"], dict))
    )


def _are(kind: type, values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(one, kind) for one in values)
