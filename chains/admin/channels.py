"""How each channel is set up and fares, with a way to try it out."""

from __future__ import annotations

import datetime as dt
import smtplib
from dataclasses import dataclass
from typing import Any

from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from unfold.admin import ModelAdmin

from chains.channels.description import ChannelDescription, SetUpError, StaffPage, TestMessage
from chains.channels.registry import CHANNELS, senders
from chains.channels.sender import Outcome, Result
from chains.engine.deliver.throttle import try_channel_again
from chains.models import ChannelState, Touch
from chains.simulate import test_message
from crm.models import Shop


@dataclass(frozen=True)
class ChannelCard:
    """One channel as the page shows it."""

    channel: Touch.Channel
    is_set_up: bool
    without_provider: StrOrPromise
    state: ChannelState | None
    is_waiting: bool  # shut until a moment that has not come yet
    rate: float | None
    staff_page: StaffPage
    test_message: TestMessage | None
    own_address: str
    test_form_context: dict[str, Any]


@admin.register(ChannelState)
class ChannelsAdmin(ModelAdmin):  # type: ignore[misc]
    """No list and no forms: one page. Whoever sees chains sees it, whoever edits them may act."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(page_view), name="chains_channelstate_changelist"),
            path("<str:channel>/register/", wrap(register_view), name="chains_channel_register"),
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
        "cards": [
            _card(channel, channel.staff_page, states.get(channel.value), request, now)
            for channel in CHANNELS.values()
            if channel.staff_page
        ],
        "may_act": request.user.has_perm("chains.change_chain"),
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


def register_view(request: HttpRequest, channel: str) -> HttpResponse:
    """Tell the channel's provider what it has to know of this shop."""
    if (refused := _refused(request)) is not None:
        return refused
    button = _staff_page(channel).button
    if button is None:
        raise Http404
    try:
        messages.success(request, button.press())
    except SetUpError as error:
        messages.error(request, str(error))
    return _back()


def test_message_view(request: HttpRequest, channel: str) -> HttpResponse:
    if (refused := _refused(request)) is not None:
        return refused
    test = _staff_page(channel).test_message
    if channel not in senders():
        raise Http404
    try:
        with test.address(request.POST) as address:
            outcome = test_message.send(channel, address, test.content, Shop.load())
        _tell(request, outcome)
    except (ValueError, KeyError, TypeError, OSError, smtplib.SMTPException, AnymailError) as error:
        messages.error(request, _("It could not be sent: %(why)s") % {"why": error})
    return _back()


def _staff_page(channel: str) -> StaffPage:
    described = CHANNELS.get(channel)
    if described is None or described.staff_page is None:
        raise Http404
    return described.staff_page


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    if outcome.result is Result.SENT:
        messages.success(request, _("The provider took it: look whether it arrives."))
    elif outcome.result is Result.UNKNOWN:
        messages.warning(request, _("Perhaps sent: %(why)s") % {"why": outcome.detail})
    else:
        messages.error(request, _("It could not be sent: %(why)s") % {"why": outcome.detail})


def _card(
    channel: ChannelDescription,
    staff_page: StaffPage,
    state: ChannelState | None,
    request: HttpRequest,
    now: dt.datetime,
) -> ChannelCard:
    test = staff_page.test_message if channel.value in senders() else None
    return ChannelCard(
        channel=Touch.Channel(channel.value),
        is_set_up=channel.is_set_up(),
        without_provider=channel.without_provider,
        state=state,
        is_waiting=bool(state and state.resumes_at and state.resumes_at > now),
        rate=settings.CHANNEL_RATES.get(channel.value),
        staff_page=staff_page,
        test_message=test,
        own_address=test.own_address(request.user) if test else "",
        test_form_context=test.form_context() if test else {},
    )


def _refused(request: HttpRequest) -> HttpResponse | None:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("chains.change_chain"):
        raise PermissionDenied
    return None


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:chains_channelstate_changelist"))
