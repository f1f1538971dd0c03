"""What the composer asks while a message is written: how it looks, what is wrong, and to be kept."""

from __future__ import annotations

from html import unescape
from typing import Any, cast

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from chains.admin.composer_data import ago, composer_data, is_document, rule_words, written_state
from chains.admin.json_views import answers_json, problem
from chains.admin.test_send import could_not, send_test
from chains.definition.checks.codes import RULES
from chains.definition.checks.letter import letter_of
from chains.definition.checks.letter_rules import letter_findings
from chains.definition.message_step import named_by_its_words
from chains.definition.names import NAME_KEPT, free_name
from chains.messages.content import ContentError, check_content, save_content, texts_of
from chains.messages.drafts import (
    ChangedMeanwhile,
    Seen,
    base_of,
    discard_draft,
    keep_draft,
    revision_of,
    save_draft,
)
from chains.messages.sandbox import TemplateError
from chains.messages.short_message import ShortMessage
from chains.messages.sms_parts import SmsSize
from chains.messages.written import WrittenText
from chains.models import MessageTemplate
from chains.simulate import preview
from chains.simulate.made_up_coupon import coupon_before
from crm.models import Channel, Customer, Shop

VIEW, CHANGE_PERMISSION = "chains.view_messagetemplate", "chains.change_messagetemplate"


@require_GET
def data_view(request: HttpRequest, pk: int) -> JsonResponse:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    template = get_object_or_404(MessageTemplate.objects.select_related("changed_by"), pk=pk)
    return JsonResponse(composer_data(template, request))


@answers_json(VIEW)
def preview_view(request: HttpRequest, data: dict[str, Any], pk: int) -> JsonResponse:
    """One text as it is written now, with what is wrong in it by its places."""
    template, content, place = get_object_or_404(MessageTemplate, pk=pk), data.get("content"), data.get("place")
    if not is_document(content) or type(place) is not int or not 0 <= place < len(content["texts"]):
        return problem(_("This is not what belongs here."))
    alone = content | {"texts": [content["texts"][place]]}
    found = {_placed(path, place): said for path, said in check_content(alone).items() if path.startswith("texts.")}
    answer: dict[str, Any] = {"problems": found, "rules": rule_words(alone)}
    try:
        [text] = texts_of(alone)
        answer["findings"] = _findings(text)
        coupon = coupon_before(template, [text])
        shown = preview.rendered(text, _customer(request, data), timezone.now(), Shop.load(), coupon)
    except (ContentError, TemplateError) as error:
        return JsonResponse(answer | {"problem": str(error)})
    return JsonResponse(answer | _look(shown, text.channel))


def _findings(text: WrittenText) -> list[dict[str, str]]:
    """What the health check of a chain would say of it, with the key of the block it is about."""
    found = letter_findings(letter_of(text))
    return [{"block": one.block, "said": capfirst(one.words), "why": str(RULES[one.code].why)} for one in found]


def _placed(path: str, place: int) -> str:
    return f"texts.{place}{path.removeprefix('texts.0')}"


def _look(shown: preview.Preview, channel: str) -> dict[str, Any]:
    if shown.letter:
        return {
            "html": shown.letter.html,
            "text": shown.letter.text,
            "subject": shown.letter.subject,
            "preheader": shown.preheader,
            "bytes": shown.bytes,
            "hidden": list(shown.hidden),
        }
    note = cast(ShortMessage, shown.note)
    return {
        # Elsewhere it stands in the words, or nowhere.
        "note": note.subject if channel == Channel.PUSH else "",
        "text": _without_tags(note.text),
        "label": note.label if shown.sms is None else "",
        "picture": note.picture,
        "parts": parts_words(shown.sms) if shown.sms else "",
        "hidden": list(shown.hidden),
    }


@answers_json(CHANGE_PERMISSION)
def draft_view(request: HttpRequest, data: dict[str, Any], pk: int) -> JsonResponse:
    template, content = get_object_or_404(MessageTemplate, pk=pk), data.get("content")
    if not is_document(content):
        return problem(_("This is not what belongs here."))
    try:
        draft = keep_draft(pk, content, _seen(data), cast(User, request.user), timezone.now())
    except ChangedMeanwhile as changed:
        return _clash(template, changed)
    return JsonResponse({"revision": revision_of(draft), "problems": check_content(content, template)})


@answers_json(CHANGE_PERMISSION)
def save_view(request: HttpRequest, data: dict[str, Any], pk: int) -> JsonResponse:
    template, content = get_object_or_404(MessageTemplate, pk=pk), data.get("content")
    if is_document(content):
        content = named_by_its_words(template, content)
    try:
        template = save_draft(pk, content, _seen(data), cast(User, request.user))
    except ChangedMeanwhile as changed:
        return _clash(template, changed)
    except ContentError as error:
        return problem(_("It is not saved yet: there is something to mend."), problems=error.problems)
    LogEntry.objects.log_actions(str(request.user.pk), [template], CHANGE, "", single_object=True)
    return JsonResponse({"base": base_of(template), "id": template.pk, "name": template.name})


@answers_json(CHANGE_PERMISSION)
def discard_view(request: HttpRequest, data: dict[str, Any], pk: int) -> JsonResponse:
    template = get_object_or_404(MessageTemplate, pk=pk)
    try:
        template = discard_draft(pk, _seen(data))
    except ChangedMeanwhile as changed:
        return _clash(template, changed)
    return JsonResponse(written_state(template))


@answers_json("chains.add_messagetemplate")
def copy_view(request: HttpRequest, data: dict[str, Any]) -> JsonResponse:
    """What is written, as a template of its own."""
    content = data.get("content")
    if not is_document(content):
        return problem(_("This is not what belongs here."))
    name = free_name(MessageTemplate, _("%(name)s (copy)") % {"name": content["name"][:NAME_KEPT]})
    by = cast(User, request.user)
    try:
        copy = save_content(MessageTemplate(), content | {"name": name}, by)
    except ContentError:
        # With something to mend it is kept as the draft of an empty one.
        copy = save_content(MessageTemplate(), {"name": name, "purpose": "service", "topic": "", "tags": []}, by)
        keep_draft(copy.pk, content | {"name": name}, Seen(base_of(copy)), by, timezone.now())
    address = reverse("admin:chains_messagetemplate_change", args=[copy.pk])
    return JsonResponse({"id": copy.pk, "name": name, "url": address})


@answers_json(VIEW)
def test_view(request: HttpRequest, data: dict[str, Any], pk: int) -> JsonResponse:
    """A test of what is written now, by one channel, in one language or in every one."""
    template, channel = get_object_or_404(MessageTemplate, pk=pk), data.get("channel")
    try:
        written = [one for one in texts_of(data.get("content")) if one.channel == channel]
    except ContentError as error:
        return problem(could_not(error))
    texts = [one for one in written if data.get("language") in (None, "", one.language)]
    try:
        coupon = coupon_before(template, texts)
        said = send_test(texts, data, _customer(request, data), timezone.now(), coupon)
    except ValueError as error:
        return problem(str(error))
    return JsonResponse({"said": said})


def parts_words(size: SmsSize) -> str:
    words = ngettext("%(parts)s SMS", "%(parts)s SMS", size.parts) % {"parts": size.parts}
    foreign = _("“%(sign)s” is not in the SMS alphabet: 70 characters each instead of 160") % {"sign": size.foreign}
    return " · ".join([words, *([foreign] if size.foreign else []), _("links are shorter when sent")])


def _without_tags(text: str) -> str:
    return unescape(strip_tags(text))


def _seen(data: dict[str, Any]) -> Seen:
    return Seen(str(data.get("base", "")), str(data.get("revision", "")))


def _clash(template: MessageTemplate, changed: ChangedMeanwhile) -> JsonResponse:
    template.refresh_from_db()
    words = _("%(by)s changed it %(at)s.") % {"by": changed.by or _("Somebody"), "at": ago(changed.at)}
    return problem(words, status=409, theirs=written_state(template))


def _customer(request: HttpRequest, data: dict[str, Any]) -> Customer | None:
    pk = data.get("customer")
    if type(pk) is not int or not 0 < pk < 2**63 or not request.user.has_perm("crm.view_customer"):
        return None
    return Customer.objects.current().filter(pk=pk).first()
