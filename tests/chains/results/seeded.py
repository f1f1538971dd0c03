"""A chain with results, made by hand: what pages show of it is known beforehand."""

import datetime as dt

from django.utils import timezone

from chains.models import Touch
from chains.results import rollups
from chains.results.attribution import attribute_waiting
from tests.chains.factories import fill_due, live_chain, message, wait
from tests.conftest import make_order

HOUR = dt.timedelta(hours=1)


def chain_with_results(name="Care", sent=4, clicked=2, ordered=1, days_ago=3):
    """So many letters of its first step, clicked and followed by an order of 30; and to whom."""
    chain = live_chain(message(name="Thanks"), wait(), message(name="Care tips"), name=name)
    at = timezone.now() - days_ago * 24 * HOUR
    people = fill_due(chain, customers=sent, due_at=at)
    touches = Touch.objects.filter(chain=chain)
    touches.update(status="sent", sent_at=at, opened_at=at)
    reached = [person.pk for person in people[:clicked]]
    touches.filter(customer__in=reached).update(clicked_at=at + HOUR, last_clicked_at=at + HOUR)
    for person in people[:ordered]:
        make_order(customer=person, placed_at=at + 2 * HOUR, total=30)
    return chain, people


def count():
    attribute_waiting(timezone.now())
    rollups.rebuild(timezone.now())
