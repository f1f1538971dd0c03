"""In what form a channel takes a short message. Each channel's folder says it, and it is listed here at the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crm.models import Channel


def _any_length(words: str) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class NoteForm:
    is_html: bool = False  # a few tags: bold, italics, links and lists stay, and the subject stands above in bold
    has_buttons: bool = True  # without them, the links stand at the end of the words, and all of them are short
    has_stop_button: bool = True  # in marketing, besides the one that the text names
    takes_links_in_words: bool = True
    takes_pictures: bool = True
    needs_subject: bool = False
    cut_at: int | None = None  # characters; the rest is left out without a word
    check_length: Callable[[str], None] = _any_length  # of what is seen; raises TemplateError when it is too long


_forms: dict[str, NoteForm] = {}


def register(channel: str, form: NoteForm) -> None:
    _forms[channel] = form


def written_channels() -> list[str]:
    """Those that templates have texts for."""
    return [Channel.EMAIL.value, *_forms]


def note_form(channel: str) -> NoteForm:
    return _forms[channel]
