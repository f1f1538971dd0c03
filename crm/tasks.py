import logging
import time
from collections import Counter

from celery import shared_task
from django.utils import timezone

from crm.figures.scores import score_all
from crm.intake import deliveries
from crm.intake.doors import read
from crm.loyalty import expire_points, record_expiring

logger = logging.getLogger(__name__)

# Beat rings again within seconds, so that no run has to last.
APPLY_SECONDS = 50


@shared_task
def score_customers() -> None:
    logger.info("Customers whose scores changed: %s", score_all(timezone.now()))


@shared_task
def watch_loyalty() -> None:
    now = timezone.now()
    logger.info("Gifts of points expired: %s; ends recorded: %s", expire_points(now), record_expiring(now))


@shared_task
def apply_deliveries() -> None:
    end = time.monotonic() + APPLY_SECONDS
    counts: Counter[str] = Counter()
    while time.monotonic() < end and (done := deliveries.apply_due(timezone.now(), read)):
        counts += done
    if counts:
        logger.info("Deliveries: %s", ", ".join(f"{status} {count}" for status, count in counts.items()))


@shared_task
def forget_payloads() -> None:
    logger.info("Deliveries emptied: %s", deliveries.forget_payloads(timezone.now()))
