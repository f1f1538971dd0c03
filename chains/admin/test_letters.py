"""A test of a letter to the addresses that somebody types, and what came of it in words."""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Sequence

from anymail.exceptions import AnymailError
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from chains.messages.sandbox import TemplateError
from chains.messages.written import WrittenText
from chains.program.step import ProgramChange
from chains.simulate import preview
from crm.models import Channel, Customer

MOST_ADDRESSES = 5


class TestForm(forms.Form):
    to = forms.CharField(
        label=gettext_lazy("A test to these addresses"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "email"}),
    )

    prefix = "test"


def send_test(
    texts: Sequence[WrittenText],
    typed: str,
    customer: Customer | None,
    now: dt.datetime,
    coupon: ProgramChange | None = None,
) -> str:
    """Where it went; ValueError says why it could not."""
    to = [one for one in typed.replace(";", ",").replace(",", " ").split() if one]
    try:
        _check(to)
        letters = [text for text in texts if text.channel == Channel.EMAIL]
        number = len(preview.send(letters, to, customer, now, coupon))
    except (TemplateError, ValueError, OSError, smtplib.SMTPException, AnymailError) as error:
        raise ValueError(_("It could not be sent: %(why)s") % {"why": error}) from error
    if not number:
        raise ValueError(_("There is no letter in this language yet."))
    where = ", ".join(to)
    if settings.EMAIL_URL:
        return _("Sent to %(to)s.") % {"to": where}
    return _("Put into the outbox for %(to)s: no mail server is set up.") % {"to": where}


def _check(to: Sequence[str]) -> None:
    if not to:
        raise ValueError(_("type an address."))
    if len(to) > MOST_ADDRESSES:
        raise ValueError(_("at most %(most)d addresses at once.") % {"most": MOST_ADDRESSES})
    for address in to:
        try:
            validate_email(address)
        except ValidationError:
            raise ValueError(_("“%(address)s” is no email address.") % {"address": address[:100]}) from None
