"""What staff do with targets besides editing them."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from analytics.models import Target


def give_up(target: Target, at: dt.datetime) -> None:
    """It is kept, with its course, and can be taken up again."""
    if target.given_up_at:
        raise ValueError(_("This target is given up already."))
    if target.reached_on:
        raise ValueError(_("This target is reached: there is nothing to give up."))
    target.given_up_at = at
    target.save(update_fields=["given_up_at"])


def take_up_again(target: Target) -> None:
    """The days in between are read the night after."""
    if not target.given_up_at:
        raise ValueError(_("This target was not given up."))
    target.given_up_at = None
    try:
        with transaction.atomic():
            target.save(update_fields=["given_up_at"])
    except IntegrityError as error:
        raise ValueError(_("There is a target for this figure by this day already: change that one.")) from error
