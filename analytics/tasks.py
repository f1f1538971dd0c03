import logging

from celery import shared_task
from django.utils import timezone

from analytics import rollups
from analytics.goods import nightly
from analytics.predictions.nightly import predict
from analytics.targets.course import read_course

log = logging.getLogger(__name__)


@shared_task(name="analytics.tasks.refresh_rollups")
def refresh_rollups() -> None:
    if rollups.refresh(timezone.now()):
        log.info("figures of the dashboard counted anew")


@shared_task(name="analytics.tasks.predict_customers")
def predict_customers() -> None:
    log.info("predictions of %s customers changed", predict(timezone.now()))


@shared_task(name="analytics.tasks.read_targets")
def read_targets() -> None:
    log.info("%s readings of targets written", read_course(timezone.now()))


@shared_task(name="analytics.tasks.count_goods")
def count_goods() -> None:
    if counted := nightly.count_goods(timezone.now()):
        log.info("what goes with what counted from %s orders", counted.orders)
