"""What chains keep about people: for the document handed to them, and for their erasure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from chains.channels.email.kept_letters import OUTBOX_LETTERS
from chains.models import (
    Enrolment,
    IncomingMail,
    OrderAttribution,
    PageLetter,
    PushSubscription,
    SignUp,
    Touch,
)
from chains.models.incoming import IncomingMailQuerySet
from chains.models.push import PushSubscriptionQuerySet
from chains.models.sign_up import SignUpQuerySet
from chains.models.touch import TouchQuerySet
from chains.sign_ups.forgetting import forget
from chains.simulate.rehearsal.kept_samples import REHEARSALS
from crm.models import Channel
from crm.privacy.holding import holds
from crm.privacy.kept import Kept, blanked, columns, delete
from crm.privacy.person import Person

TOUCH = (
    "chain__name", "step_name", "channel", "purpose", "status", "reason", "subject", "links", "created_at", "sent_at",
    "opened_at", "clicked_at", "last_clicked_at", "delivered_at", "bounced_at", "replied_at", "complained_at",
    "unsubscribed_at",
)  # fmt: skip
SIGN_UP = (
    "form__name", "email", "first_name", "topics", "wording", "asked_at", "ip", "user_agent", "page", "letter_sent_at",
    "confirmed_at",
)  # fmt: skip
ATTRIBUTED = ("order__number", "touch__chain__name", "touch__step_name", "how", "touched_at")
BLANK_TOKEN = Concat(Value("*"), Cast("pk", CharField()))


def _enrolments(person: Person) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(customer__in=person.ids).order_by("pk")


def _touches(person: Person) -> TouchQuerySet:
    return Touch.objects.filter(customer__in=person.ids).order_by("created_at", "pk")


def _erase_touches(found: TouchQuerySet, at: dt.datetime) -> int:
    found.forget_tokens()
    return blanked(found, subject="", links=[], facts={})


def _attributed_orders(person: Person) -> QuerySet[OrderAttribution]:
    return OrderAttribution.objects.filter(order__customer__in=person.ids).order_by("pk")


def _letters_received(person: Person) -> IncomingMailQuerySet:
    """Theirs; those nobody could place, by the sender; reports about letters to them, and with their address in it."""
    theirs = Q(customer__in=person.ids) | Q(touch__customer__in=person.ids)
    theirs |= Q(message__case__customer__in=person.ids) | Q(customer=None, sender__in=person.emails)
    unplaced = holds("subject", person.emails) | holds("detail", person.emails)
    return IncomingMail.objects.filter(theirs | Q(customer=None) & unplaced).order_by("received_at", "pk")


def _erase_letters_received(found: IncomingMailQuerySet, at: dt.datetime) -> int:
    """A mailbox that is read anew finds them taken, under a name that tells nothing."""
    found.forget_keys()
    return blanked(found, sender="", subject="", text="", detail="")


def _sign_ups(person: Person) -> SignUpQuerySet:
    """Confirmed ones, and those that wait under an address of theirs."""
    waiting = Q(confirmed_at=None, email__in=person.emails)
    return SignUp.objects.filter(Q(customer__in=person.ids) | waiting).order_by("asked_at", "pk")


def _erase_confirmed(found: SignUpQuerySet, at: dt.datetime) -> int:
    confirmed = found.filter(confirmed_at__isnull=False)
    return blanked(confirmed, email="", first_name="", ip=None, user_agent="", page="", token=BLANK_TOKEN)


def _waiting_sign_ups(person: Person) -> SignUpQuerySet:
    return SignUp.objects.pending().filter(email__in=person.emails).order_by("form", "pk")


def _forget_waiting(found: SignUpQuerySet, at: dt.datetime) -> int:
    ids: dict[int, list[int]] = defaultdict(list)
    for form_id, pk in found.values_list("form", "pk"):
        ids[form_id].append(pk)
    return sum(forget(form_id, pks) for form_id, pks in ids.items())


def _page_letters(person: Person) -> QuerySet[PageLetter]:
    return PageLetter.objects.filter(customer__in=person.ids).order_by("asked_at", "pk")


def _browsers(person: Person) -> PushSubscriptionQuerySet:
    return PushSubscription.objects.filter(pk__in=person.at(Channel.PUSH)).order_by("pk")


def _erase_browsers(found: PushSubscriptionQuerySet, at: dt.datetime) -> int:
    """The contacts are gone by now; a browser that somebody else has too stays theirs."""
    return found.orphaned().delete()[0]


KEPT = (
    # Advance ends them; that somebody was in a chain names nobody.
    Kept("chains", _enrolments, columns("chain__name", "status", "ending", "entered_at", "ended_at")),
    Kept("touches", _touches, columns(*TOUCH), _erase_touches),
    # Erased with nobody's name in it; figures go on counting it.
    Kept("attributed_orders", _attributed_orders, columns(*ATTRIBUTED)),
    Kept(
        "letters_received",
        _letters_received,
        columns("kind", "sender", "subject", "text", "detail", "received_at"),
        _erase_letters_received,
    ),
    Kept("sign_ups", _sign_ups, columns(*SIGN_UP), _erase_confirmed),
    # Told with the others.
    Kept("sign_ups_waiting", _waiting_sign_ups, None, _forget_waiting, _("sign-ups nobody confirmed")),
    Kept("page_letters", _page_letters, columns("kind", "email", "asked_at", "sent_at"), delete),
    Kept("browsers", _browsers, columns("endpoint", "created_at"), _erase_browsers),
    REHEARSALS,
    OUTBOX_LETTERS,
)
