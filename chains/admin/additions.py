"""What may be put into a chain, as the list behind every plus offers it."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from chains.definition.step_kinds import STEP_KINDS
from chains.models import Step
from crm.models import EventKind, Purpose

Kind = Step.Kind


class Addition(NamedTuple):
    label: Any
    help: Any
    kind: str
    filled: dict[str, str]  # what the form of the new step begins with
    parts: bool = False  # the way

    @property
    def icon(self) -> str:
        return STEP_KINDS[self.kind].icon

    @property
    def query(self) -> str:
        return urlencode({"kind": self.kind, **self.filled})


ADDITIONS = (
    Addition(
        _("Service message"),
        _("About the customer's own order: email, SMS, Telegram or push."),
        Kind.MESSAGE,
        {"purpose": Purpose.SERVICE.value},
    ),
    Addition(
        _("Marketing message"),
        _("Everything that invites to buy: only to those who agreed to it."),
        Kind.MESSAGE,
        {"purpose": Purpose.MARKETING.value},
    ),
    Addition(_("Wait"), _("For a time, until an hour, a weekday or a date, or counted from a date."), Kind.WAIT, {}),
    Addition(
        _("Wait until something happens"),
        _("A click, an order, a payment: one way if it happens, another if time runs out."),
        Kind.WAIT,
        {"wait": Step.Wait.EVENT.value, "wait_event": EventKind.MESSAGE_CLICKED.value},
        parts=True,
    ),
    Addition(_("Branch"), _("Different ways for different people."), Kind.BRANCH, {}, parts=True),
    Addition(_("Random split"), _("Ways drawn by chance, by the shares you say."), Kind.SPLIT, {}, parts=True),
    Addition(
        _("Coupon"),
        _("A personal coupon, which the messages behind it may show."),
        Kind.CHANGE,
        {"change": Step.Change.ISSUE_COUPON.value},
    ),
    Addition(
        _("Points"), _("Points of the loyalty programme."), Kind.CHANGE, {"change": Step.Change.GIVE_POINTS.value}
    ),
    Addition(_("Tag or attribute"), _("Marks the customer for segments and rules."), Kind.CHANGE, {}),
    Addition(_("Task for a colleague"), _("A call, a handwritten card, a gift."), Kind.STAFF_TASK, {}),
    Addition(_("Call of a webhook"), _("Tells another system and waits for its answer."), Kind.CALL, {}),
    Addition(_("End of the way"), _("Nothing more comes for whoever gets here."), Kind.LEAVE, {}),
)
