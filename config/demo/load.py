"""Fill an empty database with the demo shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils.translation import gettext as _

from analytics import rollups
from analytics.goods.nightly import count_goods
from chains.results import rollups as chain_results
from chains.results.attribution import attribute_waiting
from config.demo import catalogue, past, purchases
from config.demo.desk import fill_desk, give_promises
from config.demo.jobs import fit_kitchens
from config.demo.logins import demo_colleagues
from config.demo.loyalty import live_through_past, print_coupons, set_up_loyalty
from config.demo.referrals import recommend, set_up_programme
from config.demo.replay import replay
from config.demo.shop_settings import fill_in_settings, switch_on_chains
from config.demo.subscriptions import begin_subscriptions
from config.demo.surveys import switch_on_survey
from config.demo.targets import set_targets
from config.starters import add_missing
from crm.events import as_history
from crm.figures.scores import score_all
from crm.models import Customer, Order
from crm.recommendations.nightly import learn
from segments.refresh import refresh_due

SEED = 2026
LIVED_THROUGH = dt.timedelta(days=14)


def is_loaded() -> bool:
    return Order.objects.filter(source=past.SOURCE).exists()


def load(
    now: dt.datetime,
    *,
    say: Callable[[str], None],
    customers: int = purchases.CUSTOMERS,
    lived_through: dt.timedelta = LIVED_THROUGH,
) -> None:
    """Two years up to `now`. All or nothing: a demo cut short leaves an empty database to start again with."""
    if Customer.objects.exists():
        raise ImproperlyConfigured(
            _("This database already holds customers. The demo wants an empty one of its own: set ENCORE_VAR.")
        )
    random = Random(SEED)  # noqa: S311 (a simulation, to be the same every time)
    since = now - lived_through
    # Nobody has to be woken yet, and the bells of two simulated weeks would find no worker.
    settings.ENCORE_RING = False
    with transaction.atomic():
        fill_in_settings()
        agent, manager = demo_colleagues("support", "manager")
        add_missing(since)
        shelves = catalogue.stock_shelves(random, in_russian=settings.LANGUAGE_CODE == "ru", now=since)
        bought = purchases.simulate(random, shelves, now=now, customers=customers)
        say(_("Writing two years of a shop: %(count)d orders…") % {"count": len(bought)})
        past.write(bought, until=since)
        rule = set_up_loyalty(since)
        with connection.cursor() as cursor:
            # Rows of this transaction are news to the planner; without them it joins everybody with everybody.
            cursor.execute("ANALYZE")
        live_through_past(rule, until=since)
        print_coupons(since, manager)
        begin_subscriptions(bought, since=since, until=now)
        with as_history():
            recommend(Random(SEED), set_up_programme(), until=since)  # noqa: S311
            fit_kitchens(since, manager)
        give_promises(since, manager)
        score_all(since)
        learn(since)
        refresh_due(since)
        switch_on_chains(since)
        switch_on_survey(since)
    say(_("Living through its last days, chains on…"))
    replay(bought, since=since, until=now, random=random)
    fill_desk(now, agent, manager)
    attribute_waiting(now)
    chain_results.rebuild(now)
    score_all(now)
    learn(now)
    refresh_due(now)
    rollups.rebuild(now)
    count_goods(now)
    set_targets(now, manager)
