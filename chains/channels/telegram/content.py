"""What a customer's message to the bot holds, in words and files: values in, values out.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from crm.service.conversations import Attachment

TEXT_LIMIT = 4096
# What Telegram tells of the chat itself: nobody said anything.
NOTICES = frozenset(
    {"pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed"}
)


@dataclass(frozen=True, slots=True)
class Content:
    words: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class FileKind:
    """What is said of a file that came without words, and how it is named where it has no name of its own."""

    words: StrOrPromise
    name: str
    content_type: str = ""


# An animation is told as a document too, so that it comes first.
FILE_KINDS: Mapping[str, FileKind] = {
    "photo": FileKind(gettext_lazy("(sent a picture)"), "picture.jpg", "image/jpeg"),
    "animation": FileKind(gettext_lazy("(sent an animation)"), "animation.mp4"),
    "document": FileKind(gettext_lazy("(sent a file)"), "file"),
    "voice": FileKind(gettext_lazy("(sent a voice message)"), "voice.ogg", "audio/ogg"),
    "audio": FileKind(gettext_lazy("(sent a recording)"), "audio.mp3"),
    "video": FileKind(gettext_lazy("(sent a video)"), "video.mp4", "video/mp4"),
    "video_note": FileKind(gettext_lazy("(sent a video message)"), "video-message.mp4", "video/mp4"),
    "sticker": FileKind(gettext_lazy("(sent a sticker)"), "sticker.webp"),
}


def content_of(message: Mapping[str, Any]) -> Content | None:
    """None when it holds nothing that the bot can take."""
    words = cleaned(message.get("text") or message.get("caption") or "")[:TEXT_LIMIT]
    for kind, known in FILE_KINDS.items():
        if told := message.get(kind):
            # Of a picture there are several sizes, the largest last.
            file = _file(told[-1] if kind == "photo" else told, known)
            return Content(words or _described(kind, told), (file,))
    for kind, describe in DESCRIPTIONS.items():
        if told := message.get(kind):
            words = "\n".join(filter(None, (words, describe(told))))
            break
    return Content(words) if words.strip() else None


def cleaned(text: object) -> str:
    """Without what neither database nor screen can take."""
    return str(text).replace("\0", "").encode(errors="replace").decode()


def _described(kind: str, told: Any) -> str:
    emoji = f" {cleaned(told['emoji'])}" if kind == "sticker" and told.get("emoji") else ""
    return f"{FILE_KINDS[kind].words}{emoji}"


def _file(told: Mapping[str, Any], kind: FileKind) -> Attachment:
    return Attachment(
        name=" ".join(cleaned(told.get("file_name") or kind.name).split()) or kind.name,
        content_type=cleaned(told.get("mime_type") or kind.content_type),
        size=max(int(told.get("file_size") or 0), 0),
        key=cleaned(told.get("file_unique_id") or told["file_id"]),
        remote_id=cleaned(told["file_id"]),
    )


def _venue(told: Mapping[str, Any]) -> str:
    place = ", ".join(cleaned(told[name]) for name in ("title", "address") if told.get(name))
    return _("(sent a place) %(place)s: %(where)s") % {"place": place, "where": _coordinates(told["location"])}


def _location(told: Mapping[str, Any]) -> str:
    return _("(sent where they are) %(where)s") % {"where": _coordinates(told)}


def _coordinates(told: Mapping[str, Any]) -> str:
    return f"{float(told['latitude']):.6f}, {float(told['longitude']):.6f}"


def _contact(told: Mapping[str, Any]) -> str:
    who = " ".join(cleaned(told[name]) for name in ("first_name", "last_name", "phone_number") if told.get(name))
    return _("(sent a contact) %(who)s") % {"who": who}


def _poll(told: Mapping[str, Any]) -> str:
    return _("(sent a poll) %(question)s") % {"question": cleaned(told["question"])}


def _dice(told: Mapping[str, Any]) -> str:
    return cleaned(told["emoji"])


# A place is told as where it is too, so that it comes first.
DESCRIPTIONS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
}
