"""What is under way for a customer who is merged into another goes on for the one who is kept."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Subquery

from chains.models import Enrolment, Entrant, IncomingMail, PageLetter, SignUp, Touch
from crm.models import Customer


def follow(keeper: Customer, duplicate: Customer, at: dt.datetime) -> None:
    """Move enrolments and touches within the merge's transaction, which has both customers locked.

    Where the keeper is in the chain already, the double enrolment ends, and guard skips what still waits for it.
    """
    _keep_groups(keeper, duplicate)
    enrolments = Enrolment.objects.filter(customer=duplicate)
    same = Enrolment.objects.filter(customer=keeper, chain=OuterRef("chain"), entry_key=OuterRef("entry_key"))
    ended = list(enrolments.active().filter(Exists(same)).values_list("pk", flat=True))
    Enrolment.objects.filter(pk__in=ended).update(
        status=Enrolment.Status.LEFT,
        ending=Enrolment.Ending.MERGED,
        step_key="",
        due_at=None,
        awaits=Enrolment.Awaits.NOTHING,
        ended_at=at,
    )
    enrolments.exclude(Exists(same)).update(customer=keeper)
    Touch.objects.filter(customer=duplicate).update(customer=keeper)
    Touch.objects.filter(enrolment__in=ended).wake(at)
    IncomingMail.objects.filter(customer=duplicate).update(customer=keeper)
    SignUp.objects.filter(customer=duplicate).update(customer=keeper)
    PageLetter.objects.filter(customer=duplicate).update(customer=keeper)
    waiting = Entrant.objects.filter(customer=keeper, chain=OuterRef("chain"), entry_key=OuterRef("entry_key"))
    Entrant.objects.filter(Exists(waiting), customer=duplicate).delete()
    Entrant.objects.filter(customer=duplicate).update(customer=keeper)


def _keep_groups(keeper: Customer, duplicate: Customer) -> None:
    """In each chain the group drawn first holds for what is under way: control or not. What is over stays as it was."""
    both = Enrolment.objects.filter(customer__in=[keeper, duplicate])
    first = Subquery(both.filter(chain=OuterRef("chain")).order_by("entered_at", "pk").values("is_control")[:1])
    both.active().exclude(is_control=first).update(is_control=first)
