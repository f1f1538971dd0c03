import logging

from celery import shared_task
from django.utils import timezone

from crm.figures.scores import score_all
from crm.loyalty import expire_points, record_expiring

logger = logging.getLogger(__name__)


@shared_task
def score_customers() -> None:
    logger.info("Customers whose scores changed: %s", score_all(timezone.now()))


@shared_task
def watch_loyalty() -> None:
    now = timezone.now()
    logger.info("Gifts of points expired: %s; ends recorded: %s", expire_points(now), record_expiring(now))
