"""Orders and events as plain Python facts beside the same in the database, and what conditions about them say by hand.

Shares nothing with the compiler, as the rest of tests.segments.world.
"""

import datetime as dt
import random
from decimal import Decimal

from tests.segments.world import COMPLEX, NAMES, PARENTS, PRODUCTS, RELATIONS, as_number, as_text, is_told

OPPOSITES = {
    "is_not": "is",
    "has_not": "has",
    "unknown": "known",
    "no": "yes",
    "contains_not": "contains",
}
EVENTS = [
    ("feedback.left", {"kind": "rating", "score": 2}),
    ("feedback.left", {"kind": "rating", "score": 5}),
    ("feedback.left", {"kind": "nps", "score": 9}),
    ("feedback.left", {"kind": "exit", "score": None, "answer": "too dear"}),
    ("message.clicked", {"touch": 1, "tags": ["recipes"], "address": "https://shop.example/Delivery", "link": 0}),
    ("message.opened", {"touch": 1, "tags": [], "is_machine": True}),
    ("page.viewed", {"url": "https://shop.example/100%", "seconds": 40}),
    ("page.viewed", {"url": "https://shop.example/delivery", "seconds": "90"}),
    ("order.returned", {"number": "1", "amount": "100.50"}),
    ("order.milestone", {"number": "1", "name": "frame"}),
    ("case.opened", {"case": 1, "kind": "complaint", "severity": "high"}),
    ("case.resolved", {"case": 1, "kind": "question", "severity": "low"}),
    ("customer.mood", {"mood": "bad", "by": ""}),
    ("segment.entered", {"segment": 7}),
    ("segment.left", {"segment": 8}),
    ("till.opened", {"plan": "gold", "score": 2, "kind": "rating", "mood": "bad", "segment": 7, "amount": 5}),
    ("till.opened", {"plan": 5, "until": "2024-02-27T23:00:00Z"}),
    ("till.opened", {}),
    ("referral.rewarded", {"referral": 1, "as": "friend"}),
    ("webhook.answered", {"status": 200, "ok": True, "answer": {"plan": "gold", "score": 2}}),
    ("webhook.answered", {"status": 422, "ok": False, "answer": {"plan": 5, "until": "2024-02-27"}}),
    ("webhook.answered", {"status": None, "ok": False, "answer": {}}),
]


def add_details(people, now, seed=5):
    """What only conditions about one order ask for, in the database; as dictionaries by order, and the events by id."""
    from crm import models

    rng = random.Random(seed)
    orders, events = {}, {}
    for person in people:
        made = models.Order.objects.filter(customer=person.pk).order_by("pk")
        for purchase, order in zip(person.purchases, made, strict=True):
            detail = orders[order.pk] = _detail(rng, person, purchase, order, now)
            order.save()
            purchase.discount, purchase.promised_at = order.discount, order.promised_at
            answers = [(kind, score, purchase.at) for kind, score in detail["scores"]]
            cases = [(kind, purchase.at, is_open) for kind, is_open in detail["cases"]]
            for one in (person, purchase):
                one.feedback += answers
                one.cases += cases
        for index in range(rng.randrange(3)):
            kind, told = rng.choice(EVENTS)
            event = models.Event.objects.create(
                kind=kind,
                customer_id=person.pk,
                occurred_at=now,
                source="entries",
                key=f"{person.pk}-{index}",
                properties=told,
            )
            events[event.pk] = {"kind": kind, "told": told}
            if kind.startswith("message."):
                person.letters.append((kind, told["touch"], now, told["tags"], told.get("is_machine", False)))
            else:
                person.events.append((kind, now, told))
    return orders, events


def _detail(rng, person, purchase, order, now):
    """The edges of days are what matters: moments lie around them."""
    edge = dt.timedelta(hours=rng.choice([-30, -3, 0, 3, 26]))
    order.discount = rng.choice([Decimal(0), Decimal(50)])
    order.promised_at = rng.choice([None, now + edge, purchase.at + dt.timedelta(days=2)])
    order.appointment_at = rng.choice([None, now - edge, now + dt.timedelta(days=rng.randrange(40))])
    order.paid_at = rng.choice([None, purchase.at])
    order.shipped_at = rng.choice([None, purchase.at])
    milestones = rng.sample(["frame", "roof"], rng.randrange(3))
    for name in milestones:
        order.milestones.create(name=name, reached_at=purchase.at)
    scores = [(kind, rng.randrange(1, 6)) for kind in rng.sample(["rating", "nps"], rng.randrange(3))]
    for kind, score in scores:
        order.feedback.create(
            customer=order.customer,
            kind=kind,
            score=score,
            left_at=purchase.at,
            source="entries",
            key=f"{order.pk}{kind}",
        )
    cases = [(kind, rng.random() < 0.5) for kind in rng.sample(["complaint", "question"], rng.randrange(2))]
    for kind, is_open in cases:
        order.cases.create(
            customer=order.customer, kind=kind, subject="x", opened_at=purchase.at, resolved_at=None if is_open else now
        )
    return {
        "person": person,
        "purchase": purchase,
        "order": order,
        "milestones": milestones,
        "scores": scores,
        "cases": cases,
    }


class EntryJudge:
    """Says by hand whether a rule holds for a customer with an order and an event, either of which may be missing."""

    def __init__(self, judge, orders, events):
        self.judge, self.orders, self.events = judge, orders, events

    def holds(self, rule, person, order, event):
        if person.has_left:
            return False
        return self._holds(rule, person, self.orders.get(order), self.events.get(event))

    def _holds(self, rule, person, order, event):
        for kind, joined in (("all", all), ("any", any)):
            if kind in rule:
                return joined(self._holds(item, person, order, event) for item in rule[kind])
        if "none" in rule:
            return not any(self._holds(item, person, order, event) for item in rule["none"])
        # Of an entry with an event that event is also what the webhook answered.
        about = {"order": order, "event": event, "answer": event}.get(rule["field"].partition("_")[0], person)
        return self.judge.holds(rule, person) if about is person else self.condition(rule, about)

    def condition(self, rule, about):
        if rule["operator"] in OPPOSITES:
            return not self.condition({**rule, "operator": OPPOSITES[rule["operator"]]}, about)
        if about is None:
            return False
        name, _, rest = rule["field"].partition("_")
        if name == "answer":
            known = self.webhook(rule, rest, about["told"])
        else:
            known = self.event(rule, rest, **about) if name == "event" else self.order(rule, rest, about)
        return self.judge.answer(known, rule["operator"], rule.get("value"))

    def order(self, rule, name, about):
        person, purchase, order = about["person"], about["purchase"], about["order"]
        if name in ("category", "product", "tier", "complexity", "named"):
            return any(self.is_product(rule, name, line.sku) for line in purchase.lines)
        if name == "lacking":
            return self.lacks(rule["value"], person, purchase)
        if name in ("rating", "nps"):
            asked = [score for kind, score, _at in purchase.feedback if kind == name]
            return any(self.judge.compare(score, rule["operator"], rule["value"]) for score in asked)
        standing = person.counted.index(purchase) if not purchase.is_cancelled else None
        before = person.counted[standing - 1] if standing else None
        return {
            "total": purchase.total,
            "discount": order.discount,
            "margin": None if purchase.is_cancelled else purchase.margin,
            "lines": len({line.sku for line in purchase.lines}),
            "units": sum(line.quantity for line in purchase.lines),
            "kind": purchase.kind,
            "state": self.state(purchase, order),
            "first": standing == 0,
            "ordinal": None if standing is None else standing + 1,
            "silence": (purchase.at - before.at) // dt.timedelta(days=1) if before else None,
            "coupon": purchase.coupon or None,
            "source": purchase.source or None,
            "placed": purchase.at,
            "delivered": self.moment(rule, purchase.delivered_at),
            "promised": self.moment(rule, order.promised_at),
            "appointment": self.moment(rule, order.appointment_at),
            "late": self.judge.is_late(order.promised_at, purchase.delivered_at),
            "returned": purchase.returned_at is not None,
            "milestone": about["milestones"],
            "case": [kind for kind, _at, is_open in purchase.cases if is_open],
        }[name]

    def moment(self, rule, at):
        if rule["operator"] != "next":
            return at
        return at is not None and 0 <= -self.judge.days(at) <= rule["value"]

    def state(self, purchase, order):
        is_some_left = purchase.kept if purchase.lines else purchase.net > 0
        moments = [
            ("cancelled", purchase.is_cancelled),
            ("returned", purchase.returned_at and not is_some_left),
            ("partly_returned", purchase.returned_at),
            ("delivered", purchase.delivered_at),
            ("shipped", order.shipped_at),
            ("paid", order.paid_at),
        ]
        return next((state for state, has_come in moments if has_come), "placed")

    def is_product(self, rule, name, sku):
        category, tier = PRODUCTS[sku]
        if name == "category":
            chosen = {self.judge.category_names[pk] for pk in rule["value"]}
            return category in chosen or PARENTS[category] in chosen
        if name == "named":
            return any(text.lower() in NAMES[sku].lower() for text in rule["value"])
        kind = "complex" if sku in COMPLEX else "simple"
        return {"product": sku, "tier": tier, "complexity": kind}[name] in rule["value"]

    def lacks(self, kinds, person, purchase):
        owned = {line.sku for one in person.counted for line in one.kept}
        # A cancelled order was never had.
        for line in [] if purchase.is_cancelled else purchase.kept:
            related = {other for sku, other, kind in RELATIONS if sku == line.sku and kind in kinds}
            if related and not related & owned:
                return True
        return False

    def event(self, rule, name, kind, told):
        if name == "property":
            return is_told(told, rule)
        if name in ("rating", "nps"):
            return told["score"] if kind == "feedback.left" and told["kind"] == name else None
        starts = {
            "case": ("case.", "kind"),
            "severity": ("case.", "severity"),
            "mood": ("customer.mood", "mood"),
            "answer": ("feedback.left", "answer"),
            "referral_as": ("referral.rewarded", "as"),
            "segment": ("segment.", "segment"),
            "milestone": ("order.milestone", "name"),
        }
        if name in starts:
            start, key = starts[name]
            return as_text(told.get(key)) if kind.startswith(start) else None
        if name in ("amount", "seconds"):
            start = {"amount": "order.returned", "seconds": "page.viewed"}[name]
            return as_number(told.get(name)) if kind == start else None
        return {
            "kind": kind,
            "link": told.get("address", ""),
            "tag": told.get("tags", []),
            "machine": told.get("is_machine", False),
            "url": told.get("url", ""),
        }[name]

    def webhook(self, rule, name, told):
        if name == "field":
            answer = told.get("answer")
            return is_told(answer if isinstance(answer, dict) else {}, rule)
        return {"came": told.get("status") is not None, "ok": told.get("ok", False)}[name]
