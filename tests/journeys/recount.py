"""Who should get which letter and when, worked out from the order file alone: nothing of the engine is used here.

The shop of the journey: a care letter three days after each delivery; somebody who has not ordered for 10 days gets an
offer, and another a week later, until they order. Offers need consent and room: one letter in any seven days. Nobody
is written to between 21:00 and 9:00; whose letter fell into the night gets it within the first hour of the morning.
The engine runs at every full hour.
"""

import csv
import datetime as dt
import gzip
from collections import defaultdict
from dataclasses import dataclass, field

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
START = dt.datetime(2017, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2017, 3, 1, tzinfo=dt.UTC)
CARE_AFTER, LAPSE, SECOND_AFTER = 3 * DAY, 10 * DAY, 7 * DAY
USEFUL = {"care": 72 * HOUR, "first offer": 240 * HOUR, "second offer": 96 * HOUR}
WEEKLY_CAP = 1


@dataclass
class Purchase:
    number: str
    customer: str
    city: str
    placed_at: dt.datetime
    paid_at: dt.datetime | None
    shipped_at: dt.datetime | None
    delivered_at: dt.datetime | None
    cancelled_at: dt.datetime | None
    lines: list = field(default_factory=list)

    def stands(self, at):
        """Whether the order had been placed, and not been cancelled, by then."""
        return self.placed_at <= at and (self.cancelled_at is None or self.cancelled_at > at)


def purchases(path, until=END):
    """Orders placed before the end, oldest first. The file does not say when an order was cancelled: an hour later."""
    found = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            moments = {
                name: dt.datetime.fromisoformat(row[name]) if row[name] else None
                for name in ("placed_at", "paid_at", "shipped_at", "delivered_at")
            }
            if moments["placed_at"] >= until:
                continue
            cancelled_at = moments["placed_at"] + HOUR if row["status"] == "cancelled" else None
            if cancelled_at:
                moments |= {"paid_at": None, "shipped_at": None, "delivered_at": None}
            purchase = found.setdefault(
                row["order_number"],
                Purchase(row["order_number"], row["customer_id"], row["city"], **moments, cancelled_at=cancelled_at),
            )
            purchase.lines.append((row["sku"], row["quantity"], row["price"], row["product"], row["category"]))
    return sorted(found.values(), key=lambda purchase: (purchase.placed_at, purchase.number))


def agrees(customer):
    """Two in three said yes to offers; made up, as the file has no consents."""
    return int(customer[:4], 16) % 3 != 0


def letters(orders):
    """(hour it leaves, customer, letter), in no particular order."""
    by_customer = defaultdict(list)
    for purchase in orders:
        by_customer[purchase.customer].append(purchase)
    return [
        (hour, customer, letter) for customer, own in by_customer.items() for hour, letter in _letters(customer, own)
    ]


def next_hour(at):
    whole = at.replace(minute=0, second=0, microsecond=0)
    return whole if whole == at else whole + HOUR


def _letters(customer, own):
    waiting = [(purchase.delivered_at + CARE_AFTER, "care", None) for purchase in own if _is_cared_for(purchase)]
    for purchase in own:
        lapsed_at = purchase.placed_at + LAPSE
        noticed_at = next_hour(lapsed_at)
        if lapsed_at > START and _last(own, noticed_at) is purchase:
            waiting.append((lapsed_at, "first offer", lapsed_at))
            waiting.append((lapsed_at + SECOND_AFTER, "second offer", lapsed_at))
    return list(_sent(customer, own, waiting))


def _is_cared_for(purchase):
    return purchase.delivered_at is not None and purchase.delivered_at > START


def _last(own, at):
    standing = [purchase for purchase in own if purchase.stands(at)]
    return max(standing, key=lambda purchase: purchase.placed_at, default=None)


def _sent(customer, own, waiting):
    """Hour by hour: what is due, is allowed, and finds room."""
    useful_until = {(letter, due): due + USEFUL[letter] for due, letter, _since in waiting}
    touches = [[due, letter, since, useful_until[letter, due]] for due, letter, since in waiting]
    sent = []
    while touches:
        hour = next_hour(min(touch[0] for touch in touches))
        if hour >= END:
            return
        # Service before offers, then the older one.
        for touch in sorted(
            (touch for touch in touches if touch[0] <= hour), key=lambda touch: (touch[1] != "care", touch[0])
        ):
            due_again = _decided(customer, own, touch, sent, hour)
            if due_again is None:
                touches.remove(touch)
            elif due_again == hour:
                touches.remove(touch)
                sent.append(hour)
                yield hour, touch[1]
            else:
                touch[0] = due_again


def _decided(customer, own, touch, sent, hour):
    """The same hour: it leaves now. A later one: it waits. None: it is not sent."""
    _due, letter, since, useful_until = touch
    if hour > useful_until:
        return None
    if letter != "care":
        if any(purchase.stands(hour) and purchase.placed_at > since for purchase in own):
            return None
        week = [at for at in sent if at > hour - 7 * DAY]
        if len(week) >= WEEKLY_CAP:
            room_at = sorted(week)[len(week) - WEEKLY_CAP] + 7 * DAY
            return room_at if room_at <= useful_until else None
        if not agrees(customer):
            return None
    if hour.hour >= 21 or hour.hour < 9:
        morning = (hour + (DAY if hour.hour >= 21 else 0 * DAY)).replace(hour=9)
        # Somewhere in the hour after nine, which the pass at ten sees.
        due_again = min(morning + HOUR / 2, max(morning, useful_until))
        return due_again if due_again <= useful_until else None
    return hour
