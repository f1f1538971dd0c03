"""A small shop as plain Python facts, the same facts in the database, and what a rule says about them by hand.

The evaluation here shares nothing with the compiler: it walks lists and counts.
"""

import datetime as dt
import json
import random
import re
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

KITCHEN, KETTLES, BIKES = "Kitchen", "Kettles", "Bikes"
PARENTS = {KETTLES: KITCHEN, KITCHEN: None, BIKES: None}
PRODUCTS = {"K1": (KETTLES, "budget"), "K2": (KETTLES, "premium"), "T1": (KITCHEN, "middle"), "B1": (BIKES, "")}
NAMES = {"K1": "Blue kettle", "K2": "Kettle, electric", "T1": "Toaster 100%", "B1": ""}
COMPLEX = {"K2", "B1"}
# What goes with what: (product, goes with it, kind).
RELATIONS = [("K1", "T1", "accessory"), ("K1", "K2", "upgrade"), ("B1", "K1", "accessory"), ("K2", "B1", "service")]
ANSWERS = ["too dear", "moved away"]
SIGNS = {"message.clicked", "message.replied", "feedback.left", "page.viewed", "case.opened"}
CITIES = ["", "Moscow", "Kazan", "Perm"]
TAGS = ["vip-club", "wholesale", "press"]


@dataclass
class Line:
    sku: str
    quantity: int
    cost: int | None
    returned: int = 0

    @property
    def kept(self):
        return self.quantity - self.returned


@dataclass
class Purchase:
    at: dt.datetime
    total: Decimal
    refunded: Decimal
    lines: list[Line]
    is_cancelled: bool = False
    returned_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None
    kind: str = "goods"
    coupon: str = ""
    source: str = ""
    discount: int = 0
    promised_at: dt.datetime | None = None
    # Those of the customer's that are about it.
    feedback: list[tuple[str, int | None, dt.datetime]] = field(default_factory=list)
    cases: list[tuple[str, dt.datetime, bool]] = field(default_factory=list)

    @property
    def net(self):
        return self.total - self.refunded

    @property
    def margin(self):
        if not self.lines or any(line.cost is None for line in self.kept):
            return None
        return self.net - sum(line.kept * line.cost for line in self.kept)

    @property
    def kept(self):
        return [line for line in self.lines if line.kept]


REFERRALS = ["referral.came", "referral.joined", "referral.used", "referral.rewarded", "referral.forwarded"]


@dataclass
class Person:
    city: str = ""
    born_on: dt.date | None = None
    language: str = ""
    source: str = ""
    mood: str = ""
    tags: list[str] = field(default_factory=list)
    created_at: dt.datetime | None = None
    contacts: list[tuple[str, str, str, str]] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    cases: list[tuple[str, dt.datetime, bool]] = field(default_factory=list)
    feedback: list[tuple[str, int | None, dt.datetime]] = field(default_factory=list)
    chosen: list[tuple[str, dt.datetime]] = field(default_factory=list)
    letters: list[tuple[str, int, dt.datetime, list[str], bool]] = field(default_factory=list)
    events: list[tuple[str, dt.datetime, dict]] = field(default_factory=list)
    attributes: dict = field(default_factory=dict)
    profiling: list[tuple[dt.datetime, str]] = field(default_factory=list)
    scores: tuple[int, int, int] | None = None
    is_vip: bool = False
    prediction: tuple[int | None, float, int, dt.date | None] | None = None
    has_left: bool = False
    pk: int = 0

    @property
    def counted(self):
        return sorted((one for one in self.purchases if not one.is_cancelled), key=lambda one: one.at)

    @property
    def gaps(self):
        moments = [one.at for one in self.counted]
        return [(b - a).total_seconds() / 86400 for a, b in zip(moments, moments[1:], strict=False)]


def make_people(seed, now, zone, count=60):
    rng = random.Random(seed)
    midnight = dt.datetime.combine(now.astimezone(zone).date(), dt.time.min, tzinfo=zone)

    def moment():
        """Often just around the edge of a day that some rule asks for."""
        days = rng.choice([0, 1, 2, 29, 30, 31, 59, 60, 89, 90, 91, 179, 180, 181, 364, 365, 366, rng.randrange(700)])
        shift = rng.choice([dt.timedelta(0), dt.timedelta(seconds=-1), dt.timedelta(hours=5)])
        at = dt.datetime.combine(midnight.date() - dt.timedelta(days=days), dt.time.min, tzinfo=zone) + shift
        return min(at, now)

    def purchase():
        total = Decimal(rng.randrange(0, 60)) * 100
        at = moment()
        return Purchase(
            at=at,
            total=total,
            refunded=rng.choice([Decimal(0), Decimal(0), total, total / 2]),
            lines=[
                Line(rng.choice(list(PRODUCTS)), rng.randrange(1, 4), rng.choice([None, 10, 100, 2000]))
                for _ in range(rng.randrange(3))
            ],
            is_cancelled=rng.random() < 0.2,
            returned_at=max(at, moment()) if rng.random() < 0.2 else None,
            delivered_at=max(at, moment()) if rng.random() < 0.6 else None,
            kind=rng.choice(["goods", "goods", "service"]),
            coupon=rng.choice(["", "", "SPRING", "HELLO"]),
            source=rng.choice(["", "site", "till"]),
        )

    def born_on():
        today = now.astimezone(zone).date()
        return rng.choice(
            [
                None,
                dt.date(1992, 2, 29),
                dt.date(1996, 12, 31),
                today.replace(year=today.year - rng.randrange(20, 40)),
                today.replace(year=today.year - rng.randrange(20, 40)) + dt.timedelta(days=rng.randrange(-3, 4)),
            ]
        )

    # Drawn apart, so that the other facts stay what they were before there were predictions.
    other = random.Random(seed + 1)

    def prediction():
        today = now.astimezone(zone).date()
        ahead = dt.timedelta(days=other.choice([-31, -30, -1, 0, 1, 30, 31, 365, 366]))
        known = (other.choice([None, 0, 50, 100]), other.choice([0, 0.5, 2]), other.choice([0, 100, 3000]))
        return other.choice([None, (*known, other.choice([None, today + ahead]))])

    people = [
        Person(
            city=rng.choice(CITIES),
            born_on=born_on(),
            language=rng.choice(["", "en", "ru"]),
            source=rng.choice(["", "ads", "friend"]),
            mood=rng.choice(["", "good", "bad"]),
            tags=rng.sample(TAGS, rng.randrange(3)),
            created_at=moment(),
            contacts=[
                (
                    channel,
                    rng.choice(["active", "bounced"]),
                    rng.choice(["granted", "unknown", "withdrawn"]),
                    rng.choice(["unknown", "withdrawn"]),
                )
                for channel in rng.sample(["email", "sms"], rng.randrange(3))
            ],
            purchases=[purchase() for _ in range(rng.choice([0, 1, 1, 2, 3, 5]))],
            cases=[
                (rng.choice(["complaint", "question"]), moment(), rng.random() < 0.5) for _ in range(rng.randrange(3))
            ],
            feedback=[
                (kind, rng.randrange(1, 6), moment()) for kind in rng.choices(["rating", "nps"], k=rng.randrange(4))
            ],
            letters=[
                (
                    rng.choice(["message.opened", "message.clicked", "message.replied"]),
                    rng.randrange(3),
                    moment(),
                    rng.choice([[], ["recipes"], ["recipes", "tips"]]),
                    rng.random() < 0.2,
                )
                for _ in range(rng.randrange(4))
            ],
            events=[
                (
                    rng.choice(["page.viewed", "page.viewed", "points.expiring", *REFERRALS]),
                    moment(),
                    rng.choice(
                        [
                            {"url": "https://shop.example/Delivery", "seconds": rng.choice([5, 40, "90", None])},
                            {"url": "https://shop.example/100%", "plan": "gold"},
                            {"as": rng.choice(["recommender", "friend"])},
                            {"plan": rng.choice(["gold", 5, True, None, "5.0", [90]]), "7": "x"},
                            {"until": rng.choice(["2024-02-27", "2024-02-27T23:00:00Z", "2024-02-3", 2024, "soon"])},
                            {},
                        ]
                    ),
                )
                for _ in range(rng.randrange(4))
            ],
            attributes=rng.choice(
                [
                    {},
                    {"family": "married", "since": "2024-01-28"},
                    {"family": "single", "children": 2},
                    {"family": ["x"], "children": "2", "since": "2024-02-27 12:00"},
                ]
            ),
            profiling=[
                (moment(), rng.choice(["granted", "withdrawn", "requested"])) for _ in range(rng.choice([0, 0, 1, 2]))
            ],
            scores=rng.choice([None, tuple(rng.randrange(1, 6) for _ in range(3))]),
            is_vip=rng.random() < 0.2,
            has_left=rng.random() < 0.1,
            prediction=prediction(),
        )
        for _ in range(count)
    ]
    give_back(people, random.Random(seed + 2))
    choose(people, random.Random(seed + 3), now)
    tell_of_purchases([one for one in people if one.purchases], random.Random(seed + 4))
    return people


def tell_of_purchases(people, rng):
    """What only conditions on some order ask for. Drawn apart, too."""
    for bought in [bought for one in people for bought in one.purchases]:
        bought.discount = rng.choice([0, 0, 50])
        bought.promised_at = rng.choice([None, bought.at, bought.at + dt.timedelta(days=rng.randrange(400))])
    for one in people:
        for told in one.feedback:
            rng.choice(one.purchases).feedback.append(told)
        for told in one.cases:
            rng.choice(one.purchases).cases.append(told)


def give_back(people, rng):
    """Goods of the orders that had a return: none of them where only money came back. Drawn apart, too."""
    for line in [line for one in people for bought in one.purchases if bought.returned_at for line in bought.lines]:
        line.returned = rng.choice([0, 1, line.quantity, line.quantity])


def choose(people, rng, now):
    """Answers to questions of the shop's own. Drawn apart, too."""
    for one in people:
        one.chosen = [
            (rng.choice(ANSWERS), now - dt.timedelta(days=rng.choice([0, 1, 29, 30, 31, 200])))
            for _ in range(rng.choice([0, 0, 1, 2]))
        ]


def store(people, now):
    """Write the facts; derived figures as everywhere. Returns the ids of the categories by name."""
    from crm import models
    from crm.figures import stats

    categories = {}
    for name in (KITCHEN, BIKES, KETTLES):
        categories[name] = models.Category.objects.create(name=name, parent=categories.get(PARENTS[name]))
    products = {
        sku: models.Product.objects.create(
            sku=sku,
            name=NAMES[sku],
            category=categories[category],
            price_tier=tier,
            complexity="complex" if sku in COMPLEX else "simple",
        )
        for sku, (category, tier) in PRODUCTS.items()
    }
    for sku, related, kind in RELATIONS:
        products[sku].relations.create(related=products[related], kind=kind)
    for number, person in enumerate(people):
        _store_person(models, person, number, now, products)
    stats.rebuild()
    return {name: str(category.pk) for name, category in categories.items()}


def _store_person(models, person, number, now, products):
    customer = models.Customer.objects.create(
        city=person.city,
        born_on=person.born_on,
        language=person.language,
        source=person.source,
        mood=person.mood,
        tags=person.tags,
        attributes=person.attributes,
        created_at=person.created_at,
        erased_at=now if person.has_left else None,
    )
    person.pk = customer.pk
    for channel, state, consent, service in person.contacts:
        customer.contacts.create(
            channel=channel,
            address=f"a{number}",
            state=state,
            marketing_consent=consent,
            service_consent=service,
        )
    order_of = {}
    for index, purchase in enumerate(person.purchases):
        order = models.Order.objects.create(
            number=f"{number}-{index}",
            customer=customer,
            placed_at=purchase.at,
            currency="EUR",
            total=purchase.total,
            refunded=purchase.refunded,
            cancelled_at=purchase.at if purchase.is_cancelled else None,
            returned_at=purchase.returned_at,
            delivered_at=purchase.delivered_at,
            kind=purchase.kind,
            coupon_code=purchase.coupon,
            source=purchase.source,
            discount=purchase.discount,
            promised_at=purchase.promised_at,
        )
        order_of |= {id(told): order for told in (*purchase.feedback, *purchase.cases)}
        for line in purchase.lines:
            order.lines.create(
                product=products[line.sku],
                quantity=line.quantity,
                price=1,
                cost=line.cost,
                returned_quantity=line.returned,
            )
    for case in person.cases:
        kind, opened_at, is_open = case
        about = {"order": order_of.get(id(case)), "resolved_at": None if is_open else opened_at}
        customer.cases.create(kind=kind, subject="x", opened_at=opened_at, **about)
    for index, answer in enumerate(person.feedback):
        kind, score, left_at = answer
        about = {"order": order_of.get(id(answer)), "source": "test", "key": f"{number}-{index}"}
        customer.feedback.create(kind=kind, score=score, left_at=left_at, **about)
    for index, (answer, left_at) in enumerate(person.chosen):
        key = f"{number}-chosen-{index}"
        customer.feedback.create(kind="exit", answer=answer, left_at=left_at, source="test", key=key)
    for index, (kind, touch, at, tags, is_machine) in enumerate(person.letters):
        properties = {"touch": touch, "tags": tags, "is_machine": is_machine}
        customer.events.create(kind=kind, occurred_at=at, source="test", key=f"{number}-{index}", properties=properties)
    for index, (kind, at, properties) in enumerate(person.events):
        customer.events.create(kind=kind, occurred_at=at, source="site", key=f"{number}-{index}", properties=properties)
    for at, action in person.profiling:
        customer.consent_records.create(purpose="profiling", action=action, occurred_at=at, source="test")
    if person.prediction:
        names = ("alive_percent", "orders", "revenue", "next_order_on")
        known = dict(zip(names, person.prediction, strict=True))
        models.CustomerPrediction.objects.create(customer=customer, predicted_at=now, **known)
    if person.scores:
        recency, frequency, monetary = person.scores
        models.CustomerScore.objects.create(
            customer=customer,
            recency=recency,
            frequency=frequency,
            monetary=monetary,
            is_vip=person.is_vip,
            scored_at=now,
        )


def as_text(value):
    """A value of a JSON document as PostgreSQL prints it."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def is_told(document, rule):
    """Whether a named value of a JSON document is as a condition says."""
    name, value = rule["value"]
    operator, known = rule["operator"], document.get(name)
    if operator == "is":
        return as_text(known) == value
    if operator == "contains":
        return value.lower() in (as_text(known) or "").lower()
    if operator in ("since", "before"):
        is_day = isinstance(known, str) and re.match(r"\d{4}-\d\d-\d\d(?![^T ])", known)
        return bool(is_day) and (known[:10] >= value if operator == "since" else known[:10] < value)
    amount = as_number(known)
    return amount is not None and (amount >= value if operator == "at_least" else amount <= value)


def as_number(known):
    if isinstance(known, bool) or not isinstance(known, int | float | str):
        return None
    try:
        return float(known)
    except ValueError:
        return None


class Judge:
    """Says by hand whether a rule (its JSON) holds for a person."""

    def __init__(self, now, zone, categories, language="en"):
        self.now, self.zone, self.language = now, zone, language
        self.today = now.astimezone(zone).date()
        self.category_names = {pk: name for name, pk in categories.items()}

    def members(self, rule, people):
        return {one.pk for one in people if not one.has_left and self.holds(rule, one)}

    def holds(self, rule, person):
        if "all" in rule:
            return all(self.holds(item, person) for item in rule["all"])
        if "any" in rule:
            return any(self.holds(item, person) for item in rule["any"])
        if "none" in rule:
            return not any(self.holds(item, person) for item in rule["none"])
        return self.condition(rule, person)

    def condition(self, rule, person):
        operator, value = rule["operator"], rule.get("value")
        opposites = {
            "is_not": "is",
            "has_not": "has",
            "not_bought": "bought",
            "unknown": "known",
            "no": "yes",
            "contains_not": "contains",
            "not_bought_like": "bought_like",
        }
        if operator in opposites:
            return not self.condition({**rule, "operator": opposites[operator]}, person)
        return self.answer(getattr(self, f"ask_{rule['field']}")(rule, person), operator, value)

    def answer(self, known, operator, value):
        if isinstance(known, bool):
            return known
        if operator == "known":
            return known not in (None, "")
        if known is None:
            return False
        return self.compare(known, operator, value)

    def compare(self, known, operator, value):
        if operator == "at_least":
            return known >= value
        if operator == "at_most":
            return known <= value
        if operator == "exactly":
            return known == value
        if operator == "is":
            return known in value
        if operator == "contains":
            return any(text.lower() in known.lower() for text in value)
        if operator == "has":
            return bool(set(known) & set(value))
        return self.compare_days(known, operator, value)

    def compare_days(self, known, operator, value):
        days = self.days(known)
        if operator == "within":
            return days <= value
        if operator == "ago":
            return days >= value
        if operator == "ago_exactly":
            return days == value
        if operator == "since":
            return known.astimezone(self.zone).date() >= dt.date.fromisoformat(value)
        return known.astimezone(self.zone).date() < dt.date.fromisoformat(value)

    def days(self, moment):
        return (self.today - moment.astimezone(self.zone).date()).days

    def in_window(self, rule, moment):
        return rule.get("window") is None or self.days(moment) <= rule["window"]

    def purchases(self, rule, person):
        found = [one for one in person.counted if self.in_window(rule, one.at)]
        asked = rule.get("where", ())
        return [one for one in found if all(self.order_fits(narrowing, one, person) for narrowing in asked)]

    def order_fits(self, rule, purchase, person):
        operator, value = rule["operator"], rule.get("value")
        if operator in ("bought", "not_bought"):
            return self.has_product(rule, purchase) == (operator == "bought")
        negations = {"is_not": "is", "unknown": "known", "no": "yes"}
        if operator in negations:
            return not self.order_fits({**rule, "operator": negations[operator]}, purchase, person)
        if rule["field"] == "rating":
            ratings = [score for kind, score, _at in purchase.feedback if kind == "rating"]
            return any(self.compare(score, operator, value) for score in ratings)
        known = {
            "first": person.counted[0] is purchase,
            "discount": purchase.discount,
            "late": self.is_late(purchase.promised_at, purchase.delivered_at),
            "complaint": any(kind == "complaint" for kind, _at, _is_open in purchase.cases),
            "total": purchase.total,
            "order_margin": purchase.margin,
            "kind": purchase.kind,
            "coupon": purchase.coupon or None,
            "order_source": purchase.source or None,
            "returned": purchase.returned_at is not None,
            "delivered": purchase.delivered_at,
        }[rule["field"]]
        return self.answer(known, operator, value)

    def is_late(self, promised_at, delivered_at):
        came_on = self.today if delivered_at is None else delivered_at.astimezone(self.zone).date()
        return promised_at is not None and came_on > promised_at.astimezone(self.zone).date()

    def has_product(self, rule, purchase):
        return any(self.is_product(rule, line.sku) for line in purchase.lines)

    def is_product(self, rule, sku):
        category, tier = PRODUCTS[sku]
        if rule["field"].endswith("product"):
            return sku in rule["value"]
        if rule["field"].endswith("tier"):
            return tier in rule["value"]
        if rule["field"] == "bought_named":
            return any(text.lower() in NAMES[sku].lower() for text in rule["value"])
        if rule["field"].endswith("complexity"):
            return ("complex" if sku in COMPLEX else "simple") in rule["value"]
        chosen = {self.category_names[pk] for pk in rule["value"]}
        return category in chosen or PARENTS[category] in chosen

    def ask_orders_count(self, rule, person):
        return len(self.purchases(rule, person))

    def ask_revenue(self, rule, person):
        return sum((one.net for one in self.purchases(rule, person)), Decimal(0))

    def ask_margin(self, rule, person):
        margins = [one.margin for one in self.purchases(rule, person) if one.margin is not None]
        return sum(margins) if margins else None

    def ask_average_order(self, rule, person):
        found = self.purchases(rule, person)
        return sum(one.net for one in found) / len(found) if found else None

    def ask_first_order(self, rule, person):
        return min((one.at for one in self.purchases(rule, person)), default=None)

    def ask_last_order(self, rule, person):
        return max((one.at for one in self.purchases(rule, person)), default=None)

    def ask_came_back(self, rule, person):
        pairs = zip(person.counted, person.counted[1:], strict=False)
        return any(
            self.days(before.at) - self.days(after.at) >= rule["value"] and self.in_window(rule, after.at)
            for before, after in pairs
        )

    def ask_interval(self, rule, person):
        return median(person.gaps) if person.gaps else None

    def ask_returns(self, rule, person):
        found = self.purchases({**rule, "window": None}, person)
        return sum(one.returned_at is not None and self.in_window(rule, one.returned_at) for one in found)

    def ask_bought_without(self, rule, person):
        owned = {line.sku for one in person.counted for line in one.kept}
        for one in person.counted:
            if not self.in_window(rule, one.at):
                continue
            for line in one.kept:
                related = {other for sku, other, kind in RELATIONS if sku == line.sku and kind in rule["value"]}
                if related and not related & owned and self.line_fits(rule, line):
                    return True
        return False

    def line_fits(self, rule, line):
        return all(
            self.is_product(narrowing, line.sku) == (narrowing["operator"] == "is")
            for narrowing in rule.get("where", ())
        )

    def ask_bought_category(self, rule, person):
        bought = [one for one in person.counted if self.in_window(rule, one.at)]
        if rule["operator"] == "has":
            return any(self.is_product(rule, line.sku) for one in bought for line in one.kept)
        return any(self.has_product(rule, one) for one in bought)

    ask_bought_named = ask_bought_product = ask_bought_tier = ask_bought_complexity = ask_bought_category

    def ask_stage(self, rule, person):
        if not person.counted:
            return "none"
        silent = self.days(person.counted[-1].at)
        habit = median(person.gaps) if person.gaps else 0
        if self.days(person.counted[0].at) <= 30:
            return "new"
        if silent > 365:
            return "lost"
        if silent >= 180:
            return "sleeping"
        return "active" if silent <= (habit * 1.5 if habit >= 1 else 90) else "at_risk"

    def ask_vip(self, rule, person):
        return person.is_vip and person.scores is not None

    def ask_recency_score(self, rule, person):
        return person.scores[0] if person.scores else None

    def ask_frequency_score(self, rule, person):
        return person.scores[1] if person.scores else None

    def ask_monetary_score(self, rule, person):
        return person.scores[2] if person.scores else None

    def ask_alive(self, rule, person):
        return person.prediction and person.prediction[0]

    def ask_expected_orders(self, rule, person):
        return person.prediction and person.prediction[1]

    def ask_expected_revenue(self, rule, person):
        return person.prediction and person.prediction[2]

    def ask_next_order(self, rule, person):
        day = person.prediction and person.prediction[3]
        if day is None:
            return False
        operator, value = rule["operator"], rule["value"]
        if operator in ("since", "before"):
            return (day >= dt.date.fromisoformat(value)) == (operator == "since")
        ahead = (day - self.today).days
        return 0 <= ahead <= value if operator == "next" else -ahead >= value

    def may_profile(self, person):
        """By time; of two at one moment the later written is the later."""
        lines = sorted((at, index, action) for index, (at, action) in enumerate(person.profiling))
        return not lines or lines[-1][2] == "granted"

    def ask_city(self, rule, person):
        return (person.city or None) if self.may_profile(person) else None

    def ask_attribute(self, rule, person):
        return self.may_profile(person) and is_told(person.attributes, rule)

    def ask_source(self, rule, person):
        return person.source or None

    def ask_mood(self, rule, person):
        return person.mood or None

    def ask_language(self, rule, person):
        return person.language or self.language

    def ask_tags(self, rule, person):
        return person.tags

    def ask_known_since(self, rule, person):
        return person.created_at

    def ask_age(self, rule, person):
        if person.born_on is None or not self.may_profile(person):
            return None
        had_birthday = (self.today.month, self.today.day) >= (person.born_on.month, person.born_on.day)
        return self.today.year - person.born_on.year - (not had_birthday)

    def ask_birthday(self, rule, person):
        if person.born_on is None:
            return False
        for ahead in range(rule["value"] + 1):
            day = self.today + dt.timedelta(days=ahead)
            celebrated = {(day.month, day.day)}
            if celebrated == {(2, 28)}:
                celebrated.add((2, 29))
            if (person.born_on.month, person.born_on.day) in celebrated:
                return True
        return False

    def ask_reachable(self, rule, person):
        return any(
            channel in rule["value"] and (state, consent) == ("active", "granted")
            for channel, state, consent, _service in person.contacts
        )

    def ask_reachable_for_service(self, rule, person):
        return any(
            channel in rule["value"] and state == "active" and service != "withdrawn"
            for channel, state, _consent, service in person.contacts
        )

    def contacts(self, rule, person):
        return [
            one
            for one in person.contacts
            if all((one[0] in asked["value"]) == (asked["operator"] == "is") for asked in rule.get("where", ()))
        ]

    def ask_marketing_consent(self, rule, person):
        return any(consent in rule["value"] for _channel, _state, consent, _service in self.contacts(rule, person))

    def ask_deliverability(self, rule, person):
        return any(state in rule["value"] for _channel, state, _consent, _service in self.contacts(rule, person))

    def ask_open_case(self, rule, person):
        return any(is_open and kind in rule["value"] for kind, _at, is_open in person.cases)

    def ask_complaints(self, rule, person):
        return sum(kind == "complaint" and self.in_window(rule, at) for kind, at, _open in person.cases)

    def answers(self, person, kind):
        """By time; of two at one moment the later written is the later."""
        found = [(at, index, score) for index, (one, score, at) in enumerate(person.feedback) if one == kind]
        return [(at, score) for at, _index, score in sorted(found)]

    def ask_last_rating(self, rule, person):
        scores = self.answers(person, "rating")
        return scores[-1][1] if scores else None

    def ask_last_nps(self, rule, person):
        scores = self.answers(person, "nps")
        return scores[-1][1] if scores else None

    def any_score(self, rule, person, kind):
        return any(
            self.compare(score, rule["operator"], rule["value"])
            for at, score in self.answers(person, kind)
            if self.in_window(rule, at)
        )

    def ask_any_rating(self, rule, person):
        return self.any_score(rule, person, "rating")

    def ask_any_nps(self, rule, person):
        return self.any_score(rule, person, "nps")

    def ask_chosen_answer(self, rule, person):
        return any(answer in rule["value"] and self.in_window(rule, at) for answer, at in person.chosen)

    def log(self, person):
        """Every event, as (kind, moment, properties)."""
        letters = [
            (kind, at, {"touch": touch, "tags": tags, "is_machine": is_machine})
            for kind, touch, at, tags, is_machine in person.letters
        ]
        return letters + person.events

    def ask_silent(self, rule, person):
        return any(
            one.delivered_at is not None
            and self.days(one.delivered_at) >= rule["value"]
            and any(line.sku in COMPLEX for line in one.kept)
            and not any(other.at > one.delivered_at for other in person.counted)
            and not any(
                kind in SIGNS and at > one.delivered_at and not told.get("is_machine")
                for kind, at, told in self.log(person)
            )
            for one in person.counted
        )

    def happened(self, rule, person, kinds):
        return sum(
            self.in_window(rule, at)
            and (kinds is None or kind in kinds)
            and all(self.event_fits(narrowing, kind, told) for narrowing in rule.get("where", ()))
            for kind, at, told in self.log(person)
        )

    def event_fits(self, rule, kind, told):
        operator, value = rule["operator"], rule["value"]
        if operator in ("is_not", "contains_not"):
            return not self.event_fits({**rule, "operator": operator.removesuffix("_not")}, kind, told)
        if rule["field"] == "kind":
            return kind in value
        if rule["field"] == "property":
            return is_told(told, rule)
        if rule["field"] == "url":
            return any(text.lower() in told.get("url", "").lower() for text in value)
        return isinstance(told.get("seconds"), int) and told["seconds"] >= value

    def ask_pages(self, rule, person):
        return self.happened(rule, person, {"page.viewed"})

    def ask_came_by_referral(self, rule, person):
        return any(kind == "referral.came" for kind, _at, _told in person.events)

    def ask_friends_brought(self, rule, person):
        return self.happened(rule, person, {"referral.joined"})

    def ask_friends_ordered(self, rule, person):
        return self.happened(rule, person, {"referral.used"})

    def ask_forwarded(self, rule, person):
        return self.happened(rule, person, {"referral.forwarded"})

    def ask_referral_rewards(self, rule, person):
        return sum(
            kind == "referral.rewarded" and told.get("as") == "recommender" and self.in_window(rule, at)
            for kind, at, told in person.events
        )

    def ask_happened(self, rule, person):
        return self.happened(rule, person, None)

    def letters(self, rule, person, kind):
        touches = set()
        for one, touch, at, tags, is_machine in person.letters:
            if one != kind or is_machine or not self.in_window(rule, at):
                continue
            if all(
                bool(set(tags) & set(narrowing["value"])) == (narrowing["operator"] == "has")
                for narrowing in rule.get("where", ())
            ):
                touches.add(touch)
        return len(touches)

    def ask_opened(self, rule, person):
        return self.letters(rule, person, "message.opened")

    def ask_replied(self, rule, person):
        return self.letters(rule, person, "message.replied")

    def ask_clicked(self, rule, person):
        return self.letters(rule, person, "message.clicked")
