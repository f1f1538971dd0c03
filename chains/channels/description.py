"""What the rest of Encore asks about a channel. The channel.py in each channel's folder answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern
from django_stubs_ext import StrOrPromise

from chains.channels.sender import Sender
from chains.messages.note_form import NoteForm
from chains.messages.short_message import ShortMessage


class SetUpError(Exception):
    """What a provider said against it, in words for staff."""


@dataclass(frozen=True, kw_only=True)
class SetUpButton:
    """Something a provider has to be told once, by a button on the page of channels."""

    label: StrOrPromise
    press: Callable[[], str]  # says what was achieved; raises SetUpError


def _typed_address(given: Mapping[str, Any]) -> AbstractContextManager[str]:
    return nullcontext(given.get("address", ""))


def _no_address(user: Any) -> str:
    return ""


def plain_note(subject: str, words: str) -> Any:
    return ShortMessage(subject=subject, text=words, links=[])


@dataclass(frozen=True, kw_only=True)
class TestMessage:
    """How a colleague tries the channel out: the form they fill in, the address it gives, and what goes there."""

    label: StrOrPromise = ""
    own_address: Callable[[Any], str] = _no_address
    form: str = "chains/admin/channel_test_message.html"
    form_context: Callable[[], dict[str, Any]] = dict
    address: Callable[[Mapping[str, Any]], AbstractContextManager[str]] = _typed_address
    content: Callable[[str, str], Any] = plain_note


@dataclass(frozen=True, kw_only=True)
class StaffPage:
    """The channel on the page of channels."""

    set_up: StrOrPromise  # what to do when it is not set up
    set_by: str  # the names of the settings, for whoever runs Encore
    test_message: TestMessage
    button: SetUpButton | None = None
    needs_https: bool = False  # customers connect on a page of ours
    # The address that the provider has to be told by hand, to bring there what customers write.
    hears_at: Callable[[], str] | None = None


@dataclass(frozen=True, kw_only=True)
class TemplateFields:
    """What a template holds for the channel, besides its blocks and a language."""

    title: StrOrPromise
    rows: int
    has_subject: bool = True
    has_preheader: bool = False


@dataclass(frozen=True, kw_only=True)
class ChannelDescription:
    value: str  # of Touch.Channel
    sender: Callable[[], Sender]
    is_set_up: Callable[[], bool]
    # Where messages go although settings name no provider, in a word or two; without it, the channel is not used then.
    without_provider: StrOrPromise = ""
    urls: Sequence[URLPattern] = ()
    staff_page: StaffPage | None = None
    template_fields: TemplateFields | None = None
    note_form: NoteForm | None = None  # of all but letters and tasks
