"""What customers tell the bot: to connect, to stop, or something a person should read. Idempotent by update."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound, JsonResponse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chains.channels import connecting
from chains.channels.telegram.content import NOTICES, cleaned
from chains.channels.telegram.files import ring_files
from chains.channels.telegram.letters import answered_by, is_correction, letter_of
from chains.channels.telegram.presses import hear_press
from chains.channels.telegram.webhook import webhook_secret
from chains.incoming.messenger import hear
from chains.incoming.stop import asks_to_stop
from chains.messages.context import language_of
from chains.models import Touch
from crm.events import ring_on_commit
from crm.languages import spoken
from crm.models import Channel, Contact, Shop

SOURCE = "telegram"


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """https://core.telegram.org/bots/api#setwebhook; the answer, if there is one, is said in the response."""
    secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not settings.TELEGRAM_TOKEN or not constant_time_compare(secret, webhook_secret()):
        return HttpResponseNotFound()
    try:
        update = json.loads(request.body)
        if pressed := update.get("callback_query"):
            return JsonResponse(hear_press(pressed, timezone.now()))
        answer = _answer(update, timezone.now())
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return HttpResponseBadRequest()
    if not answer:
        return HttpResponse()
    chat = _message(update)["chat"]["id"]
    return JsonResponse({"method": "sendMessage", "chat_id": chat, "text": answer})


def _message(update: dict[str, Any]) -> dict[str, Any]:
    """What was written, or what was made of it afterwards, which says when."""
    corrected = update.get("edited_message") or {}
    return update.get("message") or (corrected and {"edit_date": corrected["date"], **corrected})


def _answer(update: dict[str, Any], now: dt.datetime) -> str:
    """Do what was asked and return what to answer."""
    if "my_chat_member" in update:
        _note_membership(update["my_chat_member"], now)
        return ""
    message = _message(update)
    if message.get("chat", {}).get("type") != "private" or _asks_nothing(message):
        return ""
    chat, number = str(int(message["chat"]["id"])), int(update["update_id"])
    told_at = int(message.get("edit_date") or message["date"])
    at = min(dt.datetime.fromtimestamp(told_at, dt.UTC), now)
    text = cleaned(message.get("text", ""))
    command, _space, rest = text.partition(" ")
    with translation.override(_language(chat, message)):
        if command == "/start":
            return _start(chat, rest.strip(), at, number)
        if command == "/stop" or asks_to_stop(text):
            return _stop(chat, at, number)
        return _pass_on(chat, message, at, number)


def _asks_nothing(message: dict[str, Any]) -> bool:
    """A notice about the chat, or where somebody is who lets us watch them move."""
    return bool(NOTICES & message.keys()) or (is_correction(message) and "location" in message)


def _start(chat: str, token: str, at: dt.datetime, number: int) -> str:
    touch = Touch.objects.select_related("customer").filter(token=token).first() if token else None
    if touch is None or touch.customer.erased_at:
        return _stranger(chat)
    evidence = {"touch": touch.pk, "update": number}
    with translation.override(language_of(touch.customer)):
        connecting.connect(touch.customer, Channel.TELEGRAM, chat, at=at, source=SOURCE, evidence=evidence)
        return _("Welcome! %(shop)s writes to you here from now on. /stop ends it.") % {"shop": Shop.load().name}


def _stop(chat: str, at: dt.datetime, number: int) -> str:
    connecting.disconnect(Channel.TELEGRAM, chat, at=at, source=SOURCE, evidence={"update": number})
    return _("We write to you here no more. /start with the link in a letter brings it back.")


def _pass_on(chat: str, message: dict[str, Any], at: dt.datetime, number: int) -> str:
    """Anything else is for a person."""
    known = connecting.contacts_at(Channel.TELEGRAM, chat)
    if not known:
        return _stranger(chat)
    letter = letter_of(message, chat, at, number)
    if letter is None:
        return _("This cannot be read here. Please tell us in words, or send a picture or a file.")
    is_new = hear(known[0].customer, letter, answered_by(message, chat))
    ring_on_commit(ring_files)
    # An album comes as several messages, and is answered once.
    if not is_new and letter.is_piece:
        return ""
    # Where the bot may answer, it is not said that a person does.
    if Shop.load().bot_answers:
        return _("Thank you, we have got it and answer you here.")
    return _("Thank you, a person reads this and answers you.")


def _stranger(chat: str) -> str:
    """Also how staff learn their own number, to try the channel out."""
    return _("Please press the link in one of our letters, so that we know who you are. (This chat is %(chat)s.)") % {
        "chat": chat
    }


def _note_membership(change: dict[str, Any], now: dt.datetime) -> None:
    """Whoever blocks the bot cannot be written to; whoever unblocks it, can."""
    chat, status = str(int(change["chat"]["id"])), change["new_chat_member"]["status"]
    contacts = Contact.objects.filter(channel=Channel.TELEGRAM, address=chat)
    if status == "kicked":
        blocked = _("the bot was blocked")
        contacts.filter(state=Contact.State.ACTIVE).update(state=Contact.State.STALE, state_reason=blocked)
    elif status == "member":
        contacts.filter(state=Contact.State.STALE).update(state=Contact.State.ACTIVE, state_reason="")


def _language(chat: str, message: dict[str, Any]) -> str:
    """The customer's, where the chat is known; otherwise Telegram's, where we speak it."""
    known = connecting.contacts_at(Channel.TELEGRAM, chat)
    if known:
        return language_of(known[0].customer)
    return spoken(str(message.get("from", {}).get("language_code", ""))[:2])
