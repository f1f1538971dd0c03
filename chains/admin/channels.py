"""How each channel is set up and fares, with a way to try it out."""

from __future__ import annotations

import datetime as dt
import json
import smtplib
from dataclasses import dataclass
from typing import Any

import requests
from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from unfold.admin import ModelAdmin

from chains.channels.push.page import public_key, read_subscription
from chains.channels.registry import senders
from chains.channels.sender import Outcome, Result
from chains.channels.telegram.sender import register_webhook
from chains.engine.by_hand import try_channel_again
from chains.models import ChannelState, PushSubscription
from chains.simulate import test_message
from crm.models import Channel, Shop

HELP: dict[str, StrOrPromise] = {
    Channel.EMAIL: gettext_lazy("Name the mail server with EMAIL_URL; until then letters are kept in the outbox."),
    Channel.TELEGRAM: gettext_lazy("Make a bot with @BotFather and name it with TELEGRAM_TOKEN and TELEGRAM_BOT."),
    Channel.PUSH: gettext_lazy("Name an email address of yours with PUSH_CONTACT; the site must be https."),
    Channel.SMS: gettext_lazy("Name Twilio or another gateway with SMS_URL."),
}
ADDRESSES: dict[str, StrOrPromise] = {
    Channel.EMAIL: gettext_lazy("Your email address"),
    Channel.TELEGRAM: gettext_lazy("Number of your chat: the bot tells it when you write to it"),
    Channel.SMS: gettext_lazy("Your phone number"),
}


@dataclass(frozen=True)
class ChannelCard:
    """One channel as the page shows it."""

    channel: Channel
    is_set_up: bool
    state: ChannelState | None
    is_waiting: bool  # shut until a moment that has not come yet
    rate: float | None
    help: StrOrPromise
    address: StrOrPromise


@admin.register(ChannelState)
class ChannelsAdmin(ModelAdmin):  # type: ignore[misc]
    """No list and no forms: one page. Whoever sees chains sees it, whoever edits them may act."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(page_view), name="chains_channelstate_changelist"),
            path("telegram/register/", wrap(register_view), name="chains_channel_register"),
            path("<str:channel>/again/", wrap(again_view), name="chains_channel_again"),
            path("<str:channel>/test-message/", wrap(test_message_view), name="chains_channel_test_message"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("chains.view_chain")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


def page_view(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("chains.view_chain"):
        raise PermissionDenied
    states, now = ChannelState.objects.in_bulk(), timezone.now()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Channels"),
        "cards": [_card(channel, states.get(channel), now) for channel in Channel],
        "may_act": request.user.has_perm("chains.change_chain"),
        "own_email": getattr(request.user, "email", ""),
        "push_key": public_key() if settings.PUSH_CONTACT else "",
        "is_outbox": not settings.EMAIL_URL,
        "is_https": settings.SITE_URL.startswith("https://"),
    }
    return TemplateResponse(request, "chains/admin/channels.html", context)


def again_view(request: HttpRequest, channel: str) -> HttpResponse:
    if (refused := _refused(request)) is not None:
        return refused
    count = try_channel_again(channel, timezone.now())
    messages.success(
        request, _("The next message tries the channel. Messages waiting for it: %(count)d") % {"count": count}
    )
    return _back()


def register_view(request: HttpRequest) -> HttpResponse:
    """Tell Telegram where this shop hears what customers tell the bot."""
    if (refused := _refused(request)) is not None:
        return refused
    try:
        wrong = register_webhook(settings.SITE_URL + reverse("channels:telegram_webhook"))
    except requests.RequestException as error:
        wrong = type(error).__name__
    if wrong:
        messages.error(request, _("Telegram did not take it: %(why)s") % {"why": wrong})
    else:
        messages.success(request, _("The bot is connected: customers can press Start."))
    return _back()


def test_message_view(request: HttpRequest, channel: str) -> HttpResponse:
    if (refused := _refused(request)) is not None:
        return refused
    if channel not in senders() or channel not in Channel.values:
        raise Http404
    try:
        _tell(request, _tried(channel, request.POST))
    except (ValueError, KeyError, TypeError, OSError, smtplib.SMTPException, AnymailError) as error:
        messages.error(request, _("It could not be sent: %(why)s") % {"why": error})
    return _back()


def _tried(channel: str, given: QueryDict) -> Outcome:
    shop = Shop.load()
    if channel != Channel.PUSH:
        return test_message.send(channel, given.get("address", ""), shop)
    subscription = read_subscription(json.loads(given.get("subscription", "")))
    subscription.save()
    try:
        return test_message.send(channel, subscription.key, shop)
    finally:
        PushSubscription.objects.orphaned().filter(pk=subscription.pk).delete()


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    if outcome.result is Result.SENT:
        messages.success(request, _("The provider took it: look whether it arrives."))
    elif outcome.result is Result.UNKNOWN:
        messages.warning(request, _("Perhaps sent: %(why)s") % {"why": outcome.detail})
    else:
        messages.error(request, _("It could not be sent: %(why)s") % {"why": outcome.detail})


def _card(channel: Channel, state: ChannelState | None, now: dt.datetime) -> ChannelCard:
    is_set_up = channel in senders() and (channel != Channel.EMAIL or bool(settings.EMAIL_URL))
    return ChannelCard(
        channel=channel,
        is_set_up=is_set_up,
        state=state,
        is_waiting=bool(state and state.resumes_at and state.resumes_at > now),
        rate=settings.CHANNEL_RATES.get(channel),
        help=HELP[channel],
        address=ADDRESSES.get(channel, ""),
    )


def _refused(request: HttpRequest) -> HttpResponse | None:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("chains.change_chain"):
        raise PermissionDenied
    return None


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:chains_channelstate_changelist"))
