"""What crm keeps about people, in the order in which it is erased."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import CharField, F, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Least

from crm.models import (
    AnonymousEvent,
    AnswerFile,
    Case,
    CaseAttachment,
    CaseMessage,
    CaseNote,
    CaseOffer,
    ConsentRecord,
    Contact,
    ContentmentCheck,
    Coupon,
    Customer,
    CustomerNote,
    CustomerPrediction,
    CustomerScore,
    CustomerStats,
    CustomerTier,
    Earning,
    Event,
    EventInbox,
    Feedback,
    Goodwill,
    Job,
    JobPicture,
    JobStage,
    KnownVisitor,
    MergeProposal,
    Milestone,
    Order,
    OrderLine,
    PainSetAside,
    PointsEntry,
    PointsHold,
    ProductRegistration,
    Review,
    ReviewPhoto,
    StaffTask,
    StaffTaskTry,
    Subscription,
    SubscriptionRenewal,
    WebhookMessage,
)
from crm.models.case import CaseQuerySet
from crm.models.goodwill import GoodwillQuerySet
from crm.models.staff_task import StaffTaskQuerySet
from crm.models.subscription import SubscriptionQuerySet
from crm.models.webhook_out import WebhookMessageQuerySet
from crm.privacy.kept import ERASED, Finder, Kept, Rows, blank, blanked, columns, delete, row, rows
from crm.privacy.person import Person

# Unique, and never equal to what somebody types, as typed codes are read without dashes.
BLANK_CODE = Concat(Value("—"), Cast("pk", CharField()))
# Opens no page: no token has a star.
BLANK_TOKEN = Concat(Value("*"), Cast("pk", CharField()))
JOB = ("order__number", "name", "started_at", "closed_at", "report", "next_words", "next_on")
JOB_STAGE = ("job__name", "name", "due_on", "reached_at", "words", "accepted_at", "refused_at", "refusal")
BLANK_KEY = Concat(Value("erased:"), Cast("pk", CharField()))


def theirs(model: Any, *order: str) -> Finder:
    """Rows that name one of their records."""
    return lambda person: model._default_manager.filter(customer__in=person.ids).order_by(*order, "pk")


def _their_subscriptions(person: Person) -> SubscriptionQuerySet:
    found = Subscription.objects.filter(customer__in=person.ids)
    return found.select_related("product").order_by("started_at", "pk")


def _letters(person: Person) -> QuerySet[CaseMessage]:
    return CaseMessage.objects.filter(case__customer__in=person.ids).order_by("occurred_at", "pk")


def _notes(person: Person) -> QuerySet[CaseNote]:
    return CaseNote.objects.filter(case__customer__in=person.ids).order_by("written_at", "pk")


def _files(person: Person) -> QuerySet[CaseAttachment]:
    return CaseAttachment.objects.filter(message__case__customer__in=person.ids).order_by("pk")


def _of_their_cases(model: Any, *order: str) -> Finder:
    return lambda person: model._default_manager.filter(case__customer__in=person.ids).order_by(*order, "pk")


def _review_photos(person: Person) -> QuerySet[ReviewPhoto]:
    return ReviewPhoto.objects.filter(review__customer__in=person.ids).order_by("pk")


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


def _task_tries(person: Person) -> QuerySet[StaffTaskTry]:
    return StaffTaskTry.objects.filter(task__customer__in=person.ids).order_by("at", "pk")


def _jobs(person: Person) -> QuerySet[Job]:
    return Job.objects.filter(order__customer__in=person.ids).order_by("started_at", "pk")


def _job_stages(person: Person) -> QuerySet[JobStage]:
    return JobStage.objects.filter(job__order__customer__in=person.ids).order_by("job", "position", "pk")


def _job_pictures(person: Person) -> QuerySet[JobPicture]:
    return JobPicture.objects.filter(job__order__customer__in=person.ids).order_by("pk")


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


def _erase_offers(found: QuerySet[CaseOffer], at: dt.datetime) -> int:
    """That they chose the alternative is kept; then there has to have been one."""
    found.exclude(alternative="").update(alternative=ERASED)
    return blanked(found, solution=ERASED, words="")


def _erase_goodwill(found: GoodwillQuerySet, at: dt.datetime) -> int:
    """What was promised and not given yet is not given any more. What it cost stays."""
    found.promised().update(undone_at=at)
    found.exclude(gift="").update(gift=ERASED)
    return blanked(found, reason=ERASED)


def _erase_coupons(found: QuerySet[Coupon], at: dt.datetime) -> int:
    return blanked(found, code=BLANK_CODE, gift=ERASED, expires_at=Least(F("expires_at"), Value(at)))


def _erase_staff_tasks(found: StaffTaskQuerySet, at: dt.datetime) -> int:
    found.open().update(status=StaffTask.Status.DROPPED, done_at=at)
    return blanked(found, title=ERASED, script="", outcome="")


def _subscriptions(found: QuerySet[Subscription]) -> Rows:
    renewals: dict[int, Rows] = {one.pk: [] for one in found}
    for renewal in SubscriptionRenewal.objects.filter(subscription__in=found).order_by("due_on"):
        renewals[renewal.subscription_id].append(row(renewal))
    return [row(one) | {"sku": one.product.sku, "renewals": renewals[one.pk]} for one in found]


def _erase_subscriptions(found: SubscriptionQuerySet, at: dt.datetime) -> int:
    """Nothing comes round any more; that something did, stays in the figures."""
    reason = Subscription.StopReason.ERASED
    stopped = found.live().update(stopped_at=at, stop_reason=reason, paused_at=None, paused_until=None)
    SubscriptionRenewal.objects.waiting().filter(subscription__in=found).update(
        status=SubscriptionRenewal.Status.MISSED, settled_at=at
    )
    return max(stopped, blanked(found, stop_words=""))


def _reviews(found: QuerySet[Review]) -> Rows:
    """With the product's name: an id says nothing to who wrote about it."""
    reviews = found.select_related("product").prefetch_related(
        Prefetch("photos", ReviewPhoto.objects.only("name", "review"))
    )
    return [row(review) | {"product": str(review.product or ""), "photos": _names(review)} for review in reviews]


def _names(review: Review) -> list[str]:
    return [photo.name for photo in review.photos.all()]


def _erase_reviews(found: QuerySet[Review], at: dt.datetime) -> int:
    """Gone from wherever they were shown; that so many stars were given stays a figure."""
    found.exclude(status=Review.Status.WITHDRAWN).update(
        status=Review.Status.WITHDRAWN, published_at=None, refusal="", changed_at=at
    )
    return blanked(found, text="", answers=[], reply="", may_publish=False)


KEPT = (
    Kept("consents", theirs(ConsentRecord, "occurred_at"), rows, blank(address="", evidence={})),
    Kept("orders", theirs(Order, "placed_at"), _orders, blank(tracking_number="", receipt_url="", coupon_code="")),
    Kept("cases", theirs(Case, "opened_at"), rows, _erase_cases),
    Kept("offers", _of_their_cases(CaseOffer, "sent_at"), rows, _erase_offers),
    Kept("contentment", _of_their_cases(ContentmentCheck, "asked_at"), rows, blank(words="")),
    Kept("goodwill", _of_their_cases(Goodwill, "promised_at"), rows, _erase_goodwill),
    Kept("answer_files", _of_their_cases(AnswerFile), columns("name", "content_type", "size"), delete),
    Kept("files", _files, columns("name", "content_type", "size"), delete),
    Kept("letters", _letters, rows, blank(address="", subject="", text="", failure="", key=None, token=BLANK_TOKEN)),
    Kept(
        "staff_tasks",
        theirs(StaffTask, "created_at"),
        columns("title", "script", "status", "outcome", "created_at", "done_at"),
        _erase_staff_tasks,
    ),
    Kept("case_notes", _notes, columns("text", "written_at"), blank(text="")),
    Kept("task_tries", _task_tries, columns("task__title", "result", "words", "at"), blank(words="")),
    Kept("set_aside", theirs(PainSetAside), columns("why", "at", "until"), delete),
    Kept("job_stages", _job_stages, columns(*JOB_STAGE), blank(words="", refusal="")),
    Kept("job_pictures", _job_pictures, columns("taken", "added_at", "width", "height"), delete),
    Kept("jobs", _jobs, columns(*JOB), blank(report="", next_words="", token=BLANK_TOKEN)),
    Kept("notes", theirs(CustomerNote, "written_at"), rows, delete),
    Kept("feedback", theirs(Feedback, "left_at"), rows, blank(answer="", text="", may_publish=False)),
    Kept("points", theirs(PointsEntry, "occurred_at"), rows, blank(reason="", unspent=0, owed=0, taken={})),
    Kept("earnings", theirs(Earning, "earned_at"), rows, blank(points=0)),
    Kept("points_held", theirs(PointsHold, "held_at"), rows, delete),
    Kept("tier", theirs(CustomerTier), rows, delete),
    Kept("review_photos", _review_photos, columns("name", "width", "height", "uploaded_at"), delete),
    Kept("reviews", theirs(Review, "created_at"), _reviews, _erase_reviews),
    Kept("coupons", theirs(Coupon, "issued_at"), rows, _erase_coupons),
    Kept("registrations", theirs(ProductRegistration, "registered_at"), rows, blank(serial="", place="")),
    Kept("subscriptions", _their_subscriptions, _subscriptions, _erase_subscriptions),
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
