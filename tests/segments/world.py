"""A small shop as plain Python facts, the same facts in the database, and what a rule says about them by hand.

The evaluation here shares nothing with the compiler: it walks lists and counts.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

KITCHEN, KETTLES, BIKES = "Kitchen", "Kettles", "Bikes"
PARENTS = {KETTLES: KITCHEN, KITCHEN: None, BIKES: None}
PRODUCTS = {"K1": (KETTLES, "budget"), "K2": (KETTLES, "premium"), "T1": (KITCHEN, "middle"), "B1": (BIKES, "")}
CITIES = ["", "Moscow", "Kazan", "Perm"]
TAGS = ["vip-club", "wholesale", "press"]


@dataclass
class Line:
    sku: str
    quantity: int
    cost: int | None


@dataclass
class Purchase:
    at: dt.datetime
    total: Decimal
    refunded: Decimal
    lines: list[Line]
    is_cancelled: bool = False
    is_returned: bool = False

    @property
    def net(self):
        return self.total - self.refunded

    @property
    def margin(self):
        if not self.lines or any(line.cost is None for line in self.lines):
            return None
        return self.net - sum(line.quantity * line.cost for line in self.lines)


@dataclass
class Person:
    city: str = ""
    born_on: dt.date | None = None
    language: str = ""
    source: str = ""
    mood: str = ""
    tags: list[str] = field(default_factory=list)
    created_at: dt.datetime | None = None
    contacts: list[tuple[str, str, str]] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    cases: list[tuple[str, dt.datetime, bool]] = field(default_factory=list)
    feedback: list[tuple[str, int | None, dt.datetime]] = field(default_factory=list)
    letters: list[tuple[str, int, dt.datetime, list[str], bool]] = field(default_factory=list)
    is_vip: bool = False
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
        return Purchase(
            at=moment(),
            total=total,
            refunded=rng.choice([Decimal(0), Decimal(0), total, total / 2]),
            lines=[
                Line(rng.choice(list(PRODUCTS)), rng.randrange(1, 4), rng.choice([None, 10, 100, 2000]))
                for _ in range(rng.randrange(3))
            ],
            is_cancelled=rng.random() < 0.2,
            is_returned=rng.random() < 0.2,
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

    return [
        Person(
            city=rng.choice(CITIES),
            born_on=born_on(),
            language=rng.choice(["", "en", "ru"]),
            source=rng.choice(["", "ads", "friend"]),
            mood=rng.choice(["", "good", "bad"]),
            tags=rng.sample(TAGS, rng.randrange(3)),
            created_at=moment(),
            contacts=[
                (channel, rng.choice(["active", "bounced"]), rng.choice(["granted", "unknown", "withdrawn"]))
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
                    rng.choice(["message.opened", "message.clicked"]),
                    rng.randrange(3),
                    moment(),
                    rng.choice([[], ["recipes"], ["recipes", "tips"]]),
                    rng.random() < 0.2,
                )
                for _ in range(rng.randrange(4))
            ],
            is_vip=rng.random() < 0.2,
            has_left=rng.random() < 0.1,
        )
        for _ in range(count)
    ]


def store(people, now):
    """Write the facts; derived figures by crm.stats, as everywhere. Returns the ids of the categories by name."""
    from crm import models, stats

    categories = {}
    for name in (KITCHEN, BIKES, KETTLES):
        categories[name] = models.Category.objects.create(name=name, parent=categories.get(PARENTS[name]))
    products = {
        sku: models.Product.objects.create(sku=sku, category=categories[category], price_tier=tier)
        for sku, (category, tier) in PRODUCTS.items()
    }
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
        created_at=person.created_at,
        erased_at=now if person.has_left else None,
    )
    person.pk = customer.pk
    for channel, state, consent in person.contacts:
        customer.contacts.create(channel=channel, address=f"a{number}", state=state, marketing_consent=consent)
    for index, purchase in enumerate(person.purchases):
        order = models.Order.objects.create(
            number=f"{number}-{index}",
            customer=customer,
            placed_at=purchase.at,
            currency="EUR",
            total=purchase.total,
            refunded=purchase.refunded,
            cancelled_at=purchase.at if purchase.is_cancelled else None,
            returned_at=purchase.at if purchase.is_returned else None,
        )
        for line in purchase.lines:
            order.lines.create(product=products[line.sku], quantity=line.quantity, price=1, cost=line.cost)
    for kind, opened_at, is_open in person.cases:
        resolved_at = None if is_open else opened_at
        customer.cases.create(kind=kind, subject="x", opened_at=opened_at, resolved_at=resolved_at)
    for index, (kind, score, left_at) in enumerate(person.feedback):
        customer.feedback.create(kind=kind, score=score, left_at=left_at, source="test", key=f"{number}-{index}")
    for index, (kind, touch, at, tags, is_machine) in enumerate(person.letters):
        properties = {"touch": touch, "tags": tags, "is_machine": is_machine}
        customer.events.create(kind=kind, occurred_at=at, source="test", key=f"{number}-{index}", properties=properties)
    if person.is_vip:
        models.CustomerScore.objects.create(
            customer=customer, recency=1, frequency=1, monetary=1, is_vip=True, scored_at=now
        )


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
        opposites = {"is_not": "is", "has_not": "has", "not_bought": "bought", "unknown": "known", "no": "yes"}
        if operator in opposites:
            return not self.condition({**rule, "operator": opposites[operator]}, person)
        known = getattr(self, f"ask_{rule['field']}")(rule, person)
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
        for narrowing in rule.get("where", ()):
            if narrowing["field"] == "total":
                found = [one for one in found if self.compare(one.total, narrowing["operator"], narrowing["value"])]
            else:
                wanted = narrowing["operator"] == "bought"
                found = [one for one in found if self.has_product(narrowing, one) == wanted]
        return found

    def has_product(self, rule, purchase):
        return any(self.is_product(rule, line.sku) for line in purchase.lines)

    def is_product(self, rule, sku):
        category, tier = PRODUCTS[sku]
        if rule["field"].endswith("product"):
            return sku in rule["value"]
        if rule["field"].endswith("tier"):
            return tier in rule["value"]
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
        return sum(one.net for one in person.counted) / len(person.counted) if person.counted else None

    def ask_first_order(self, rule, person):
        return person.counted[0].at if person.counted else None

    def ask_last_order(self, rule, person):
        return person.counted[-1].at if person.counted else None

    def ask_interval(self, rule, person):
        return median(person.gaps) if person.gaps else None

    def ask_returns(self, rule, person):
        return sum(one.is_returned for one in person.counted)

    def ask_bought_category(self, rule, person):
        bought = [one for one in person.counted if self.in_window(rule, one.at)]
        return any(self.has_product(rule, one) for one in bought)

    ask_bought_product = ask_bought_tier = ask_bought_category

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
        return person.is_vip

    def ask_city(self, rule, person):
        return person.city or None

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
        if person.born_on is None:
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
            for channel, state, consent in person.contacts
        )

    def ask_open_case(self, rule, person):
        return any(is_open and kind in rule["value"] for kind, _at, is_open in person.cases)

    def ask_complaints(self, rule, person):
        return sum(kind == "complaint" and self.in_window(rule, at) for kind, at, _open in person.cases)

    def scores(self, person, kind):
        """By time; of two at one moment the later written is the later."""
        found = [(at, index, score) for index, (one, score, at) in enumerate(person.feedback) if one == kind]
        return [(at, score) for at, _index, score in sorted(found)]

    def ask_last_rating(self, rule, person):
        scores = self.scores(person, "rating")
        return scores[-1][1] if scores else None

    def ask_last_nps(self, rule, person):
        scores = self.scores(person, "nps")
        return scores[-1][1] if scores else None

    def ask_any_rating(self, rule, person):
        return any(
            self.compare(score, rule["operator"], rule["value"])
            for at, score in self.scores(person, "rating")
            if self.in_window(rule, at)
        )

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

    def ask_clicked(self, rule, person):
        return self.letters(rule, person, "message.clicked")
