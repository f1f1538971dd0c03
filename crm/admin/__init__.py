from crm.admin import (
    case,
    consent,
    customer,
    delivery,
    event,
    feedback,
    loyalty,
    merge,
    order,
    product,
    shop,
    source,
)

__all__ = [
    "case",
    "consent",
    "customer",
    "delivery",
    "event",
    "feedback",
    "loyalty",
    "merge",
    "order",
    "product",
    "shop",
    "source",
]
