import logging

from celery import shared_task
from django.utils import timezone

from crm.scores import score_all

logger = logging.getLogger(__name__)


@shared_task
def score_customers() -> None:
    logger.info("Customers whose scores changed: %s", score_all(timezone.now()))
