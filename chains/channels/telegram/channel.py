from html import escape

from django.conf import settings
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.channels.description import ChannelDescription, SetUpButton, StaffPage, TemplateFields, TestMessage
from chains.channels.telegram import page, receiver
from chains.channels.telegram.sender import TelegramSender
from chains.channels.telegram.webhook import connect_bot
from chains.messages.note_form import NoteForm
from chains.messages.sandbox import TemplateError
from chains.messages.short_message import ShortMessage
from chains.models import Touch

MOST_CHARACTERS = 4096  # those that are seen, as the Bot API counts them


def _check_length(words: str) -> None:
    if len(words) > MOST_CHARACTERS:
        raise TemplateError(gettext("A Telegram message holds %(limit)d characters.") % {"limit": MOST_CHARACTERS})


def _test_note(subject: str, words: str) -> ShortMessage:
    return ShortMessage(subject=subject, text=escape(words), links=[])


TELEGRAM = ChannelDescription(
    value=Touch.Channel.TELEGRAM,
    sender=TelegramSender,
    is_set_up=lambda: bool(settings.TELEGRAM_TOKEN),
    urls=[
        path("hooks/telegram/", receiver.webhook, name="telegram_webhook"),
        path("m/t/<str:token>/", page.telegram, name="telegram"),
    ],
    staff_page=StaffPage(
        set_up=_("A bot made with @BotFather has to be connected."),
        set_by="TELEGRAM_TOKEN, TELEGRAM_BOT",
        test_message=TestMessage(
            label=_("Number of your chat: the bot tells it when you write to it"), content=_test_note
        ),
        button=SetUpButton(label=_("Connect the bot"), press=connect_bot),
        needs_https=True,
    ),
    template_fields=TemplateFields(title=_("Telegram"), rows=8),
    note_form=NoteForm(is_html=True, check_length=_check_length),
)
