import logging

from celery import shared_task
from django.utils import timezone

from chains.engine.run import run

logger = logging.getLogger(__name__)

# Beat rings again within seconds, so that no run has to last; a new one notices settings and chains that changed.
RUN_SECONDS = 50


@shared_task(name="chains.tasks.run_engine")
def run_engine() -> None:
    counts = {name: count for name, count in run(timezone.now, RUN_SECONDS).items() if count}
    if counts:
        logger.info("Chains: %s", ", ".join(f"{name} {count}" for name, count in counts.items()))
