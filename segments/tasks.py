import logging

from celery import shared_task
from django.utils import timezone

from segments import refresh
from segments.models import Segment

log = logging.getLogger(__name__)


@shared_task(name="segments.tasks.refresh_segments")
def refresh_segments() -> None:
    done = refresh.refresh_due(timezone.now())
    log.info("%s segments refreshed, %s broken", len(done), sum(one.is_broken for one in done.values()))


@shared_task(name="segments.tasks.refresh_segment")
def refresh_segment(segment_id: int) -> None:
    for segment in Segment.objects.active().filter(pk=segment_id):
        log.info("segment %s: %s", segment_id, refresh.refresh(segment, timezone.now()))
