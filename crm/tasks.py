import datetime as dt
import logging
import time
from collections import Counter

from celery import shared_task
from django.utils import timezone

from crm.customers import visitors
from crm.figures.scores import score_all
from crm.intake import deliveries
from crm.intake.api import idempotency
from crm.intake.doors import read
from crm.intake.feeds import fetching
from crm.intake.history.history import fetch_next
from crm.intake.history.runs import begin_catching_up
from crm.intake.privacy.leaving import carry_out_some
from crm.jobs.status import tell_due
from crm.loyalty import approve_due, expire_points, follow_changed, record_expiring, review_tiers
from crm.loyalty.birthdays import earn_birthdays
from crm.loyalty.point_ends import follow_settings
from crm.models import Source
from crm.outbound_http import session
from crm.recommendations.nightly import learn
from crm.referrals.attributing import attribute_waiting
from crm.referrals.settling import settle_all
from crm.service import case_pauses
from crm.service.contentment import ask_due
from crm.service.reviews.deciding import publish_undecided
from crm.subscriptions import renewals
from crm.webhooks_out import clearing, sending

logger = logging.getLogger(__name__)

# Beat rings again within seconds, so that no run has to last.
APPLY_SECONDS = 50
# A small shop's two workers spend most of it waiting for an answer, and have letters to send.
FETCH_SECONDS = 10
SEND_SECONDS = 50
# A night that was missed is made up for.
FOLLOWED = dt.timedelta(days=3)


@shared_task
def score_customers() -> None:
    logger.info("Customers whose scores changed: %s", score_all(timezone.now()))


@shared_task
def learn_recommendations() -> None:
    logger.info("Pairs of products that are bought one after the other: %s", learn(timezone.now()))


@shared_task
def watch_loyalty() -> None:
    """Whoever gets or keeps something by it gets it before what is over is written off."""
    now = timezone.now()
    logger.info("Orders whose points followed a change: %s", follow_changed(now - FOLLOWED, now))
    logger.info("Birthdays that earned points: %s; earnings that came due: %s", earn_birthdays(now), approve_due(now))
    logger.info("Ends of points that follow the settings: %s", follow_settings())
    logger.info("Gifts of points expired: %s; ends recorded: %s", expire_points(now), record_expiring(now))
    logger.info("Customers of another tier, or warned: %s", review_tiers(now))


@shared_task
def close_silent_cases() -> None:
    now = timezone.now()
    while closed := case_pauses.close_silent(now):
        logger.info("Cases closed whose customers said no word: %s", closed)


@shared_task
def settle_referrals() -> None:
    now = timezone.now()
    counts = {"attributed": attribute_waiting(now), **settle_all(now)}
    if any(counts.values()):
        logger.info("Recommendations: %s", ", ".join(f"{name} {count}" for name, count in counts.items() if count))


@shared_task
def tend_subscriptions() -> None:
    if counts := renewals.tend(timezone.now()):
        logger.info("Subscriptions: %s", ", ".join(f"{name} {count}" for name, count in counts.items()))


@shared_task
def publish_reviews() -> None:
    logger.info("Reviews that waited long enough, published: %s", publish_undecided(timezone.now()))


@shared_task
def apply_deliveries() -> None:
    end = time.monotonic() + APPLY_SECONDS
    counts: Counter[str] = Counter()
    while time.monotonic() < end and (done := deliveries.apply_due(timezone.now(), read)):
        counts += done
    if counts:
        logger.info("Deliveries: %s", ", ".join(f"{status} {count}" for status, count in counts.items()))


@shared_task
def fetch_feeds() -> None:
    logger.info("Feeds taken: %s", fetching.fetch_all(timezone.now()))


@shared_task
def fetch_feed(source_id: int, is_trusted: bool = False) -> None:
    fetching.fetch(Source.objects.get(pk=source_id), timezone.now(), is_trusted=is_trusted)


@shared_task
def carry_out_privacy() -> None:
    """Beat rings again, and it goes on from where it came to."""
    end, done = time.monotonic() + APPLY_SECONDS, 0
    while time.monotonic() < end and (some := carry_out_some(timezone.now())):
        done += some
    if done:
        logger.info("Erased for shops that left, customers and deliveries: %s", done)


@shared_task
def forget_payloads() -> None:
    now = timezone.now()
    logger.info("Deliveries emptied: %s", deliveries.forget_payloads(now))
    logger.info("Answers to repeatable calls forgotten: %s", idempotency.forget_answers(now))


@shared_task
def fetch_from_shops() -> None:
    end = time.monotonic() + FETCH_SECONDS
    begin_catching_up(timezone.now())
    requests = 0
    with session() as http:
        while time.monotonic() < end and fetch_next(timezone.now(), http):
            requests += 1
    if requests:
        logger.info("Requests to shops: %s", requests)


@shared_task
def forget_visits() -> None:
    logger.info("Visits that nobody claimed, forgotten: %s", visitors.forget_unclaimed(timezone.now()))


@shared_task
def ask_whether_content() -> None:
    if asked := ask_due(timezone.now()):
        logger.info("Customers asked whether all is well: %s", asked)


@shared_task
def send_webhooks() -> None:
    end = time.monotonic() + SEND_SECONDS
    counts: Counter[str] = Counter()
    while time.monotonic() < end and (done := sending.send_due(timezone.now())):
        counts += done
    if counts:
        logger.info("Webhooks out: %s", ", ".join(f"{status} {count}" for status, count in counts.items()))


@shared_task
def clear_webhooks() -> None:
    logger.info("Webhook messages cleared away: %s", clearing.clear(timezone.now()))


@shared_task
def tell_job_statuses() -> None:
    logger.info("Jobs whose status is due today: %s", tell_due(timezone.now()))
