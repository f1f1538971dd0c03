import logging

from celery import shared_task
from django.utils import timezone

logger = logging.getLogger(__name__)


@shared_task
def live_in_demo() -> None:
    """Scheduled by `manage.py demo` alone."""
    from config.demo.ongoing import record_next_fact

    logger.info("demo: %s", record_next_fact(timezone.now()))


@shared_task
def forget_what_is_old() -> None:
    from config.forgetting import forget_what_is_old

    logger.info("forgotten: %s", forget_what_is_old(timezone.now()))
