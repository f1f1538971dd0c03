"""What lies on the desk of the demo shop's support: cases in every state, tasks, goodwill, promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count

from django.contrib.auth.models import Group, User
from django.utils.translation import gettext as _

from crm.models import Case, Customer, Goodwill, Order, Promise, ReadyAnswer, Shop, StaffTask
from crm.service import case_notes, case_owners, case_pauses, cases, goodwill, hidden_pain, promises, staff_tasks
from crm.service.goodwill_limits import GoodwillDraft
from crm.service.ready_answers import language_of

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
QUESTIONS = {
    "en": ("Does the filter fit the H38?", "Can I have the invoice once more?", "Is delivery on a Saturday possible?",
           "How do I descale it?", "May I change the address?", "When will the beans be back?"),
    "ru": ("Подойдёт ли фильтр к H38?", "Можно получить чек ещё раз?", "Можно ли доставить в субботу?",
           "Как её чистить от накипи?", "Можно поменять адрес?", "Когда снова будет кофе в зёрнах?"),
}  # fmt: skip
Kind = Goodwill.Kind


def fill_desk(now: dt.datetime, agent: User, manager: User) -> None:
    """Questions of those who bought last; each of them has got as far as its place says."""
    asked = _questions(now)
    for case in asked[2:]:
        case_owners.assign(case, agent)
    if len(asked) >= 6:
        case_pauses.hold(asked[2], at=asked[2].opened_at + HOUR, whom=_("the maker, about the size"))
        case_pauses.await_customer(asked[3], at=asked[3].opened_at + HOUR)
        cases.resolve(asked[4], at=now - Shop.load().ask_content_days * DAY - 2 * HOUR, by=agent)
        case_notes.write_note(
            asked[5], text=_("@manager may I pay for the courier here?"), at=asked[5].opened_at + HOUR, by=agent
        )
    _give_goodwill(now, agent)
    _ask_for_tasks(now, agent, manager)
    _note_use_of_answers(now)


def _questions(now: dt.datetime) -> Sequence[Case]:
    newest = Order.objects.counted().select_related("customer").order_by("-placed_at")[:30]
    ages = (2 * HOUR, 75 * HOUR, 20 * HOUR, 26 * HOUR, 9 * DAY, 5 * HOUR)
    by_customer = {order.customer_id: order for order in newest if not order.customer.cases.open().exists()}
    return [
        _question(order, number, now - age)
        for number, (order, age) in enumerate(zip(by_customer.values(), ages, strict=False))
    ]


def _question(order: Order, number: int, at: dt.datetime) -> Case:
    words = QUESTIONS[language_of(order.customer)][number]
    at = max(at, order.customer.created_at)
    return cases.open_case(
        order.customer,
        kind=Case.Kind.QUESTION,
        subject=words,
        body=words,
        at=at,
        channel=Case.Channel.EMAIL,
        order=order if order.placed_at < at else None,
        promised_at=Shop.load().answer_due(Case.Severity.NORMAL, at),
        key=f"demo:question:{number}",
    )


def _give_goodwill(now: dt.datetime, agent: User) -> None:
    """For complaints of late: points at once, a coupon, and one that waits until the customer accepts."""
    complained = Case.objects.complaints().filter(answered_at__isnull=False).order_by("-opened_at")
    drafts = (
        GoodwillDraft(Kind.POINTS, _("Waited for the courier twice"), "demo:points", points=150),
        GoodwillDraft(Kind.PERCENT, _("Arrived scratched"), "demo:percent", percent=10),
        GoodwillDraft(Kind.CARD, _("A birthday without the present"), "demo:card"),
    )
    for case, draft in zip(complained[:3], drafts, strict=False):
        given = goodwill.promise(case, draft, by=agent, at=now - HOUR)
        if draft.kind != Kind.CARD:
            goodwill.give(given, at=now - HOUR)


def _ask_for_tasks(now: dt.datetime, agent: User, manager: User) -> None:
    """Asked for by a colleague, of one and of whoever comes first; one was tried in vain; one is late."""
    support = Group.objects.get(name="Support")
    regulars = Customer.objects.current().filter(stats__orders_count__gt=1).order_by("-stats__orders_count", "pk")
    kinds, ends = StaffTask.Kind, (5 * HOUR, -3 * HOUR, DAY, 2 * DAY)
    titles = (
        (kinds.CALL, _("Call back about the extended service")),
        (kinds.CARD, _("A card for the tenth order")),
        (kinds.GIFT, _("A sample of the new beans")),
        (kinds.CALL, _("Ask how the oven is doing")),
    )
    tasks = [
        staff_tasks.open_task(
            customer,
            title=title,
            kind=kind,
            at=now - DAY,
            due_at=now + end,
            owner=agent if number % 2 else None,
            owner_group=None if number % 2 else support,
            by=manager,
            key=f"demo:task:{number}",
        )
        for number, customer, (kind, title), end in zip(count(), regulars[:4], titles, ends, strict=False)
    ]
    if tasks and agent:
        staff_tasks.note_result(
            tasks[0],
            result=StaffTask.Result.NOT_REACHED,
            words=_("The mailbox answers."),
            at=now - 2 * HOUR,
            by=agent.pk,
            again_at=now + 4 * HOUR,
        )
    for customer in hidden_pain.in_pain(now).order_by("pk")[:1]:
        hidden_pain.ask_for_call(customer, at=now - HOUR, by=agent)


def _note_use_of_answers(now: dt.datetime) -> None:
    for number, pk in enumerate(ReadyAnswer.objects.order_by("pk").values_list("pk", flat=True)[:6]):
        for _use in range(9 - number):
            ReadyAnswer.objects.count_use(pk, now - number * HOUR)


def give_promises(now: dt.datetime, owner: User) -> None:
    """Six of the ready ones, each with its proof; complaints that name one break it."""
    ready = list(Promise.objects.order_by("place", "pk")[:6])
    Promise.objects.filter(pk__in=[promise.pk for promise in ready]).update(is_active=True, owner=owner)
    lately = Case.objects.complaints().filter(opened_at__gt=now - 60 * DAY).order_by("-opened_at")[:60]
    for case in lately:
        for promise in promises.suggested_for(case, ready)[:1]:
            promises.note_breach(case, promise, by=owner, at=case.opened_at + HOUR)
