"""`/api/v1/`: customers, orders, products, consents, events, coupons and points, one at a time or in batches.

Each item of a batch is answered for itself: what is wrong with one keeps no other from being taken.
"""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI

from crm.intake.api import consents, coupons, customers, events, orders, points, problems, products, subscriptions
from crm.intake.api.keys import WRITES, ApiKey


class DescribedAPI(NinjaAPI):
    """Its document says that refusals are problems, as they are."""

    def get_openapi_schema(self, **options: Any) -> Any:
        document = super().get_openapi_schema(**options)
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {problems.CONTENT_TYPE: answer["content"]["application/json"]}
        return document


api = DescribedAPI(
    title="Encore",
    version="1",
    description="Facts in and out: what customers are, bought, did and agreed to. Times carry a zone; amounts are "
    "decimal numbers.",
    urls_namespace="api",
    auth=ApiKey(WRITES),
)
problems.register(api)
api.add_router("/orders", orders.router)
api.add_router("/customers", customers.router)
api.add_router("/products", products.router)
api.add_router("/consents", consents.router)
api.add_router("/events", events.router)
api.add_router("/coupons", coupons.router)
api.add_router("/points", points.router)
api.add_router("/subscriptions", subscriptions.router)
