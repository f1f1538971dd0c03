"""WooCommerce's REST API, version 3: numbered pages in the order of ids, so that what is added comes at the end.

An order tells of its refunds only their numbers and sums. Which goods went back is asked for, order by order, and kept
as “refund.created”: WooCommerce's own refund, with its order added as `order_id`, and as `parent_id` where that lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from crm.intake.history.addresses import base_of
from crm.intake.history.asking import Answer, Question
from crm.intake.history.page import NOUNS, Fetched, Page, count_in, fetched, objects_of, text
from crm.models import FetchRun, Source

PAGE_SIZE = 100


def has_credentials(source: Source) -> bool:
    return bool(source.site_address and source.api_user and source.api_secret)


def probe(source: Source, resource: str) -> Question:
    return _question(source, f"/{resource}", str(FetchRun.Resource(resource).label), {"per_page": 1})


def question(run: FetchRun) -> Question:
    if refunds := run.cursor.get("refunds"):
        order, page = refunds[0]
        params = {"per_page": PAGE_SIZE, "page": page}
        return _question(run.source, f"/orders/{quote(str(order), safe='')}/refunds", _("refunds"), params)
    params = {"per_page": PAGE_SIZE, "page": run.cursor.get("page", 1), "orderby": "id", "order": _direction(run)}
    if run.changed_since:
        params |= {"modified_after": f"{run.changed_since:%Y-%m-%dT%H:%M:%S}", "dates_are_gmt": "true"}
    return _question(run.source, f"/{run.resource}", str(FetchRun.Resource(run.resource).label), params)


def read(run: FetchRun, answer: Answer) -> Page:
    listed = objects_of(answer.body)
    if refunds := run.cursor.get("refunds"):
        order, page = refunds[0]
        more = [[order, page + 1]] if _has_more(answer, page, listed) else []
        return Page([_refund(order, one) for one in listed], _after_refunds(run, more))
    total = count_in(answer.headers.get("X-WP-Total", ""))
    cursor = _next(run, answer, listed, total)
    objects = [_fetched(run.resource, one) for one in listed]
    refunds = [[one["id"], 1] for one in listed if one.get("refunds") and run.resource == FetchRun.Resource.ORDERS]
    after = cursor | {"refunds": refunds} if cursor or refunds else None
    return Page(_changed(run, objects), after, len(listed), total)


def detour(run: FetchRun, status: int) -> Page | None:
    """An order that was deleted since its page came has no refunds any more: the run goes on without."""
    if status == 404 and run.cursor.get("refunds"):
        return Page(cursor=_after_refunds(run, []))
    return None


def _question(source: Source, path: str, about: str, params: Mapping[str, Any]) -> Question:
    return Question(f"{base_of(source)}/wp-json/wc/v3{path}", about, params, auth=(source.api_user, source.api_secret))


def _lists_newest_first(run: FetchRun) -> bool:
    """WooCommerce does not list customers by when they changed. New ones are found from the end; what else changed
    about a customer comes with their next order."""
    return run.changed_since is not None and run.resource == FetchRun.Resource.CUSTOMERS


def _direction(run: FetchRun) -> str:
    return "desc" if _lists_newest_first(run) else "asc"


def _changed(run: FetchRun, objects: Sequence[Fetched]) -> list[Fetched]:
    since = run.changed_since
    return [one for one in objects if since is None or one.changed_at is None or one.changed_at >= since]


def _next(run: FetchRun, answer: Answer, listed: Sequence[dict[str, Any]], total: int | None) -> dict[str, Any]:
    """The cursor after this page, empty after the last.

    What was deleted meanwhile let everything after it move up, beyond pages that were read before: they are read again,
    once from each page.
    """
    page: int = run.cursor.get("page", 1)
    back_from: int = run.cursor.get("back_from", 1)
    deleted = run.totals.get(run.resource, 0) - total if total is not None else 0
    if deleted > 0 and page > back_from:
        return {"page": max(page - ceil(deleted / PAGE_SIZE), 1), "back_from": page}
    if _lists_newest_first(run) and not _changed(run, [_fetched(run.resource, one) for one in listed[-1:]]):
        return {}
    return {"page": page + 1, "back_from": back_from} if _has_more(answer, page, listed) else {}


def _after_refunds(run: FetchRun, more: list[list[Any]]) -> dict[str, Any] | None:
    left = more + run.cursor["refunds"][1:]
    return {**run.cursor, "refunds": left} if left or run.cursor.get("page") else None


def _has_more(answer: Answer, page: int, listed: Sequence[Any]) -> bool:
    """Some proxies take away the headers that say so: then a page that is not full is the last."""
    pages = count_in(answer.headers.get("X-WP-TotalPages", ""))
    return page < pages if pages is not None else len(listed) >= PAGE_SIZE


def _fetched(resource: str, body: dict[str, Any]) -> Fetched:
    noun = NOUNS[FetchRun.Resource(resource)]
    created = text(body, "date_created_gmt", "date_created")
    return fetched(noun, f"{noun}.updated", body, created, text(body, "date_modified_gmt", "date_modified"))


def _refund(order: Any, body: dict[str, Any]) -> Fetched:
    created = text(body, "date_created_gmt", "date_created")
    told = {"parent_id": order} | body | {"order_id": order}
    return fetched("refund", "refund.created", told, created, "", f"order {order}")
