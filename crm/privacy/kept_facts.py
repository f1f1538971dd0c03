"""What crm keeps about people, in the order in which it is erased."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Least

from crm.models import (
    AnonymousEvent,
    Case,
    CaseAttachment,
    CaseMessage,
    CaseNote,
    ConsentRecord,
    Contact,
    Coupon,
    Customer,
    CustomerPrediction,
    CustomerScore,
    CustomerStats,
    Event,
    EventInbox,
    Feedback,
    KnownVisitor,
    MergeProposal,
    Milestone,
    Order,
    OrderLine,
    PointsEntry,
    StaffTask,
    WebhookMessage,
)
from crm.models.case_queries import CaseQuerySet
from crm.models.staff_task import StaffTaskQuerySet
from crm.models.webhook_out import WebhookMessageQuerySet
from crm.privacy.kept import ERASED, Finder, Kept, Rows, blank, blanked, columns, delete, row, rows
from crm.privacy.person import Person

# Unique, and never equal to what somebody types, as typed codes are read without dashes.
BLANK_CODE = Concat(Value("—"), Cast("pk", CharField()))
# Opens no page: no token has a star.
BLANK_TOKEN = Concat(Value("*"), Cast("pk", CharField()))
BLANK_KEY = Concat(Value("erased:"), Cast("pk", CharField()))


def theirs(model: Any, *order: str) -> Finder:
    """Rows that name one of their records."""
    return lambda person: model._default_manager.filter(customer__in=person.ids).order_by(*order, "pk")


def _letters(person: Person) -> QuerySet[CaseMessage]:
    return CaseMessage.objects.filter(case__customer__in=person.ids).order_by("occurred_at", "pk")


def _notes(person: Person) -> QuerySet[CaseNote]:
    return CaseNote.objects.filter(case__customer__in=person.ids).order_by("written_at", "pk")


def _files(person: Person) -> QuerySet[CaseAttachment]:
    return CaseAttachment.objects.filter(message__case__customer__in=person.ids).order_by("pk")


def _visits(person: Person) -> QuerySet[AnonymousEvent]:
    """What waits for whoever owns their devices."""
    own = KnownVisitor.objects.by_themselves().filter(customer__in=person.ids)
    return AnonymousEvent.objects.filter(anonymous_id__in=own.values("anonymous_id")).order_by("occurred_at", "pk")


def _likenesses(person: Person) -> QuerySet[MergeProposal]:
    return MergeProposal.objects.filter(Q(keeper__in=person.ids) | Q(duplicate__in=person.ids)).order_by("pk")


def _profile_history(person: Person) -> QuerySet[Any]:
    return Customer.history.filter(id__in=person.ids).order_by("history_date", "history_id")  # type: ignore[no-any-return]


def _told_to(found: WebhookMessageQuerySet) -> Rows:
    """To whom of the shop's other systems: what was told is among the events."""
    taken = found.filter(status=WebhookMessage.Status.TAKEN)
    return columns("endpoint__name", "kind", "occurred_at")(taken)


def _orders(found: QuerySet[Order]) -> Rows:
    orders = list(found)
    lines: dict[int, Rows] = {order.pk: [] for order in orders}
    for line in OrderLine.objects.filter(order__in=orders).select_related("product").order_by("pk"):
        lines[line.order_id].append({"sku": line.product.sku, "name": str(line.product)} | row(line))
    stages: dict[int, Rows] = {order.pk: [] for order in orders}
    for milestone in Milestone.objects.filter(order__in=orders).order_by("reached_at"):
        stages[milestone.order_id].append(row(milestone))
    return [row(order) | {"lines": lines[order.pk], "milestones": stages[order.pk]} for order in orders]


def _erase_cases(found: CaseQuerySet, at: dt.datetime) -> int:
    found.open().update(resolved_at=at, held_at=None, awaits_customer_at=None)
    return blanked(found, subject=ERASED, body="", solution="", alternative="", goodwill="", held_for="")


def _erase_events(found: QuerySet[Event], at: dt.datetime) -> int:
    """Nobody hears of them any more; names that others gave them may be addresses. An order knows its own by theirs."""
    EventInbox.objects.filter(event__in=found).delete()
    found.filter(Q(key__contains="@") | Q(order=None, source__startswith="source:")).update(key=BLANK_KEY)
    return blanked(found, properties={})


def _erase_told(found: WebhookMessageQuerySet, at: dt.datetime) -> int:
    """What waits is not sent any more; what was answered says no longer what."""
    found.waiting().update(status=WebhookMessage.Status.DROPPED, claimed_until=None, settled_at=at)
    return blanked(found, data={}, answer="", reason="")


def _erase_coupons(found: QuerySet[Coupon], at: dt.datetime) -> int:
    return blanked(found, code=BLANK_CODE, gift=ERASED, expires_at=Least(F("expires_at"), Value(at)))


def _erase_staff_tasks(found: StaffTaskQuerySet, at: dt.datetime) -> int:
    found.open().update(status=StaffTask.Status.DROPPED, done_at=at)
    return blanked(found, title=ERASED, script="", outcome="")


KEPT = (
    Kept("consents", theirs(ConsentRecord, "occurred_at"), rows, blank(address="", evidence={})),
    Kept("orders", theirs(Order, "placed_at"), _orders, blank(tracking_number="", receipt_url="", coupon_code="")),
    Kept("cases", theirs(Case, "opened_at"), rows, _erase_cases),
    Kept("files", _files, columns("name", "content_type", "size"), delete),
    Kept("letters", _letters, rows, blank(address="", subject="", text="", failure="", key=None, token=BLANK_TOKEN)),
    Kept(
        "staff_tasks",
        theirs(StaffTask, "created_at"),
        columns("title", "script", "status", "outcome", "created_at", "done_at"),
        _erase_staff_tasks,
    ),
    Kept("notes", _notes, columns("text", "written_at"), blank(text="")),
    Kept("feedback", theirs(Feedback, "left_at"), rows, blank(answer="", text="", may_publish=False)),
    Kept("points", theirs(PointsEntry, "occurred_at"), rows, blank(reason="", unspent=0)),
    Kept("coupons", theirs(Coupon, "issued_at"), rows, _erase_coupons),
    Kept("events", theirs(Event, "occurred_at"), rows, _erase_events),
    Kept("told_to", theirs(WebhookMessage, "occurred_at"), _told_to, _erase_told),
    Kept("visits", _visits, rows, delete),
    Kept("devices", theirs(KnownVisitor, "since"), rows, delete),
    Kept("figures", theirs(CustomerStats), rows),
    Kept("scores", theirs(CustomerScore), rows, delete),
    Kept("predictions", theirs(CustomerPrediction), rows, delete),
    Kept("profile_history", _profile_history, rows, delete),
    # A question to staff, about two people.
    Kept("likenesses", _likenesses, None, delete),
    Kept("contacts", theirs(Contact), rows, delete),
)
