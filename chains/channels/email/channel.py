from html import escape
from typing import Any

from django.conf import settings
from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _

from chains.channels.description import ChannelDescription, StaffPage, TemplateFields, TestMessage
from chains.channels.email import webhooks
from chains.channels.email.sender import EmailSender
from chains.messages.rendering import Rendered
from chains.models import Touch


def _test_letter(subject: str, words: str) -> Rendered:
    return Rendered(subject, f"<p>{escape(words)}</p>", words + "\n", [])


def _own_address(user: Any) -> str:
    return getattr(user, "email", "")


EMAIL = ChannelDescription(
    value=Touch.Channel.EMAIL,
    sender=EmailSender,
    is_set_up=lambda: bool(settings.EMAIL_URL),
    without_provider=_("outbox only"),
    urls=[
        # Mandrill tells everything at one address.
        path("hooks/mail/<slug:provider>/", webhooks.webhook, {"what": ""}, name="mail_provider"),
        re_path(
            r"^hooks/mail/(?P<provider>[a-z-]+)/(?P<what>tracking|inbound|inbound_mime)/$",
            webhooks.webhook,
            name="mail_provider_part",
        ),
    ],
    staff_page=StaffPage(
        set_up=_("A mail server has to be connected; until then letters are kept in the outbox."),
        set_by="EMAIL_URL",
        test_message=TestMessage(label=_("Your email address"), own_address=_own_address, content=_test_letter),
    ),
    template_fields=TemplateFields(title=_("Email"), rows=14, has_preheader=True),
)
