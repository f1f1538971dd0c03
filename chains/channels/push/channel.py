from typing import Any

from django.conf import settings
from django.urls import path
from django.utils.translation import gettext_lazy as _

from chains.channels.description import ChannelDescription, StaffPage, TemplateFields, TestMessage
from chains.channels.push import page
from chains.channels.push.sender import PushSender
from chains.channels.push.subscribing import public_key, subscribed_for_a_test
from chains.messages.note_form import NoteForm
from chains.models import Touch


def _form_context() -> dict[str, Any]:
    return {"push_key": public_key()}


PUSH = ChannelDescription(
    value=Touch.Channel.PUSH,
    sender=PushSender,
    is_set_up=lambda: bool(settings.PUSH_CONTACT),
    urls=[
        path("m/n/<str:token>/", page.push, name="push"),
        path("push-worker.js", page.worker, name="push_worker"),
    ],
    staff_page=StaffPage(
        set_up=_("Push services ask for an email address of yours, and the site must be https."),
        set_by="PUSH_CONTACT",
        test_message=TestMessage(
            form="chains/admin/channel_test_push.html", form_context=_form_context, address=subscribed_for_a_test
        ),
        needs_https=True,
    ),
    template_fields=TemplateFields(title=_("Push"), rows=3),
    # No phone shows more than 500 characters, and all of a push has to fit into 4 KB.
    note_form=NoteForm(has_stop_button=False, takes_links_in_words=False, needs_subject=True, cut_at=500),
)
