"""One thing that arrived, before it is kept, and why it may not be believed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.http import HttpRequest

from crm.models import Source


class Untrusted(Exception):
    """Why it is not believed, in words."""


@dataclass(frozen=True)
class Arrival:
    """`key` tells it from all others of its source, however often it is sent.

    `subject` is the order or customer it is about: those of one subject are applied in the order in which they came.
    """

    key: str
    topic: str
    payload: Any
    subject: str = ""


# Raises Untrusted unless the request is surely from this source, judged by its raw bytes.
Check: TypeAlias = Callable[[HttpRequest, Source, dt.datetime], None]
# What to keep of a request that is believed; None where it is answered and forgotten. ValueError says in words why not.
Open: TypeAlias = Callable[[HttpRequest], Arrival | None]
