from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrPromise

from crm.models import Customer


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a customer's own page. `read` gives what its template needs, in a constant number of queries.

    Nothing where there is nothing to show: then neither the section nor its entry above is there. `name` is its anchor
    and its template, `chains/public/my/sections/<name>.html`. What `asks_for_more` is not shown while a complaint of
    theirs is open.
    """

    name: str
    title: StrPromise | str
    read: Callable[[Customer, dt.datetime], dict[str, Any] | None]
    asks_for_more: bool = False

    @property
    def template(self) -> str:
        return f"chains/public/my/sections/{self.name}.html"
