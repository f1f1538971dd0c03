"""Shopify's REST Admin API: pages follow each other by a cursor in the header `Link`.

Refunds are part of each order. The first request counts; the next asks for everything after id 0, which is in the order
of ids, so that what is added meanwhile comes at the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _
from requests.utils import parse_header_links

from crm.intake.history.addresses import base_of
from crm.intake.history.asking import Answer, Question
from crm.intake.history.page import NOUNS, Fetched, Page, count_in, fetched, objects_of, text
from crm.models import FetchRun, Source

# Shopify answers with the oldest version that it still supports once this one is gone.
VERSION = "2025-01"
PAGE_SIZE = 250
TOPICS = {
    FetchRun.Resource.CUSTOMERS: "customers/update",
    FetchRun.Resource.PRODUCTS: "products/update",
    FetchRun.Resource.ORDERS: "orders/updated",
}
# The bucket that a shop's requests fall into is emptied within this time, whatever its size.
BUCKET_SECONDS = 20
FULL_ENOUGH = 0.8
DRAINED_TO = 0.5


def has_credentials(source: Source) -> bool:
    return bool(source.site_address and source.api_secret)


def probe(source: Source, resource: str) -> Question:
    return _question(source, resource, "/count", _filters(resource))


def question(run: FetchRun) -> Question:
    if not run.cursor:
        return probe(run.source, run.resource)
    if page_info := run.cursor.get("page_info"):
        return _question(run.source, run.resource, "", {"page_info": page_info, "limit": PAGE_SIZE})
    after = {"since_id": run.cursor["last_id"], "limit": PAGE_SIZE}
    return _question(run.source, run.resource, "", after | _filters(run.resource))


def read(run: FetchRun, answer: Answer) -> Page:
    body = answer.body if isinstance(answer.body, dict) else {}
    pause = pause_after(answer.headers.get("X-Shopify-Shop-Api-Call-Limit", ""))
    if not run.cursor:
        return Page(cursor={"last_id": 0}, total=_count(body), pause=pause)
    listed = objects_of(body.get(run.resource))
    page_info = _next(answer.headers.get("Link", ""))
    cursor = {"page_info": page_info, "last_id": listed[-1]["id"]} if page_info and listed else None
    return Page([_fetched(run.resource, one) for one in listed], cursor, len(listed), pause=pause)


def detour(run: FetchRun, status: int) -> Page | None:
    """A cursor of Shopify's lasts for some time only; ids last."""
    if status == 400 and "page_info" in run.cursor:
        return Page(cursor={"last_id": run.cursor["last_id"]})
    return None


def pause_after(bucket: str) -> dt.timedelta:
    """Before the bucket runs over, until it is half empty. `bucket` is as Shopify says it: “38/40”."""
    used, size = (count_in(part) or 0 for part in bucket.partition("/")[::2])
    if not used >= size * FULL_ENOUGH > 0:
        return dt.timedelta()
    return dt.timedelta(seconds=min((used / size - DRAINED_TO) * BUCKET_SECONDS, BUCKET_SECONDS))


def _question(source: Source, resource: str, ending: str, params: Mapping[str, Any]) -> Question:
    return Question(
        f"{base_of(source)}/admin/api/{VERSION}/{resource}{ending}.json",
        str(FetchRun.Resource(resource).label),
        params,
        headers={"X-Shopify-Access-Token": source.api_secret},
    )


def _filters(resource: str) -> dict[str, str]:
    """Without it only open orders are told."""
    return {"status": "any"} if resource == FetchRun.Resource.ORDERS else {}


def _count(body: Mapping[str, Any]) -> int:
    count = body.get("count")
    if not isinstance(count, int):
        raise ValueError(_("The shop does not say how many there are: is it the address of a Shopify shop?"))
    return count


def _next(link: str) -> str:
    """Only the cursor is taken of the address: where the shop is, staff have said."""
    for one in parse_header_links(link):
        if one.get("rel") == "next":
            return parse_qs(urlsplit(one["url"]).query).get("page_info", [""])[0]
    return ""


def _fetched(resource: str, body: dict[str, Any]) -> Fetched:
    noun = NOUNS[FetchRun.Resource(resource)]
    topic = TOPICS[FetchRun.Resource(resource)]
    return fetched(noun, topic, body, text(body, "created_at"), text(body, "updated_at"))
