from django.conf import settings
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chains.channels.description import ChannelDescription, StaffPage, TemplateFields, TestMessage
from chains.channels.sender import Sender
from chains.channels.sms import receiver, twilio_receipts
from chains.channels.sms.gateway import GatewaySender
from chains.channels.sms.twilio import TwilioSender
from chains.messages.note_form import NoteForm
from chains.messages.sandbox import TemplateError
from chains.messages.sms_parts import sms_parts
from chains.models import Touch

MOST_PARTS = 6


def _check_length(words: str) -> None:
    parts = sms_parts(words).parts
    if parts > MOST_PARTS:
        raise TemplateError(
            ngettext(
                "It takes %(parts)d SMS; the longest that is sent takes %(limit)d.",
                "It takes %(parts)d SMS; the longest that is sent takes %(limit)d.",
                parts,
            )
            % {"parts": parts, "limit": MOST_PARTS}
        )


def _sender() -> Sender:
    return TwilioSender() if settings.SMS["kind"] == "twilio" else GatewaySender()


SMS = ChannelDescription(
    value=Touch.Channel.SMS,
    sender=_sender,
    is_set_up=lambda: bool(settings.SMS),
    urls=[
        path("hooks/sms/twilio/", receiver.twilio_message, name="twilio_message"),
        path("hooks/sms/twilio/<str:token>/", twilio_receipts.status, name="twilio"),
        path("hooks/sms/in/<str:secret>/", receiver.gateway_message, name="sms_message"),
    ],
    staff_page=StaffPage(
        set_up=_("Twilio or another gateway has to be connected."),
        set_by="SMS_URL",
        test_message=TestMessage(label=_("Your phone number")),
        hears_at=receiver.incoming_address,
    ),
    template_fields=TemplateFields(title=_("SMS"), rows=4, has_subject=False),
    note_form=NoteForm(has_buttons=False, takes_pictures=False, check_length=_check_length),
)
