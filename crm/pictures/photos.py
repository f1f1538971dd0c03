"""Photos that customers send, read in a process of its own and kept small, without what a camera noted of the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crm.limited_process import Died, Limits, OverLimit, answers
from crm.pictures.shrinking import NO_PICTURE, Frame, PictureError, Shrunk, shrink

MOST_BYTES = 8_000_000
PHOTO = Frame(widest=1600, tallest=1600, aimed_bytes=400_000, most_bytes=MOST_BYTES)
THUMBNAIL = Frame(widest=320, tallest=320, aimed_bytes=30_000)
# 50 million pixels take so much, twice over while they are turned.
LIMITS = Limits(megabytes=600, seconds=20)


@dataclass(frozen=True)
class Photo:
    large: Shrunk
    small: Shrunk


def photo_of(data: bytes) -> Photo:
    """Raises PictureError."""
    if len(data) > MOST_BYTES:
        shrink(data, PHOTO)  # says so, before a process is started for it
    try:
        large, small = answers(LIMITS, made, data)
    except (OverLimit, Died):
        raise PictureError(NO_PICTURE) from None
    return Photo(large, small)


def made(data: bytes) -> Iterator[Shrunk]:
    large = shrink(data, PHOTO)
    yield large
    yield shrink(large.data, THUMBNAIL)
