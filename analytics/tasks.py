import logging

from celery import shared_task
from django.utils import timezone

from analytics import rollups
from analytics.predictions.nightly import predict

log = logging.getLogger(__name__)


@shared_task(name="analytics.tasks.refresh_rollups")
def refresh_rollups() -> None:
    if rollups.refresh(timezone.now()):
        log.info("figures of the dashboard counted anew")


@shared_task(name="analytics.tasks.predict_customers")
def predict_customers() -> None:
    log.info("predictions of %s customers changed", predict(timezone.now()))
