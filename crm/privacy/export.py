"""Everything Encore knows about one person, as a document that can be handed to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q

from crm.customer_columns import CUSTOMER_COLUMNS
from crm.models import (
    CaseAttachment,
    CaseMessage,
    Contact,
    Customer,
    CustomerPrediction,
    CustomerScore,
    CustomerStats,
    Milestone,
    OrderLine,
    WebhookMessage,
)
from crm.privacy import kept_payloads

# What an app knows about these customers, as lists of plain rows by name.
Exporter = Callable[[list[int]], dict[str, list[dict[str, Any]]]]

INTERNAL = {
    "id",
    "key",
    "recorded_by",
    "responsible",
    "owner",
    "order",
    "customer",
    "case",
    "author",
    "token",
}

_exporters: list[Exporter] = []


def register(exporter: Exporter) -> Exporter:
    """Let another app add what it keeps about a person."""
    if exporter not in _exporters:
        _exporters.append(exporter)
    return exporter


def export_person(customer: Customer) -> dict[str, Any]:
    """Profile, contacts, consents, orders with lines, cases, feedback, events and figures, ready for JSON.

    Includes what was known under duplicates merged into the customer.
    """
    person = customer.merged_into or customer
    records = Customer.objects.filter(Q(pk=person.pk) | Q(merged_into=person)).order_by("pk")
    ids = list(records.values_list("pk", flat=True))
    document: dict[str, Any] = {
        "customer": list(
            records.values(*(column.name for column in CUSTOMER_COLUMNS if column.is_exported), "company__name")
        ),
        "contacts": _rows(Contact.objects.filter(customer__in=ids).order_by("pk")),
        "consents": _rows(person.consent_records.order_by("occurred_at", "pk")),
        "orders": _orders(person),
        "cases": _rows(person.cases.order_by("opened_at")),
        "letters": _rows(CaseMessage.objects.filter(case__customer=person).order_by("occurred_at", "pk")),
        "files": list(
            CaseAttachment.objects.filter(message__case__customer=person).values("name", "content_type", "size")
        ),
        "feedback": _rows(person.feedback.order_by("left_at")),
        "points": _rows(person.points.order_by("occurred_at", "pk")),
        "coupons": _rows(person.coupons.order_by("issued_at", "pk")),
        "told_by_sources": list(
            kept_payloads.about(ids).order_by("pk").values("source__name", "topic", "received_at", "payload")
        ),
        "events": _rows(person.events.order_by("occurred_at", "pk")),
        "devices": _rows(person.devices.order_by("since", "pk")),
        # To whom of the shop's other systems: what was told is among the events.
        "told_to": list(
            WebhookMessage.objects.filter(customer=person, status=WebhookMessage.Status.TAKEN)
            .order_by("occurred_at", "pk")
            .values("endpoint__name", "kind", "occurred_at")
        ),
        "figures": _rows(CustomerStats.objects.filter(customer=person)),
        "scores": _rows(CustomerScore.objects.filter(customer=person)),
        "predictions": _rows(CustomerPrediction.objects.filter(customer=person)),
    }
    for exporter in _exporters:
        document |= exporter(ids)
    plain: dict[str, Any] = json.loads(json.dumps(document, cls=DjangoJSONEncoder))
    return plain


def _orders(person: Customer) -> list[dict[str, Any]]:
    orders = list(person.orders.order_by("placed_at"))
    lines: dict[int, list[dict[str, Any]]] = {order.pk: [] for order in orders}
    for line in OrderLine.objects.filter(order__in=orders).select_related("product").order_by("pk"):
        lines[line.order_id].append({"sku": line.product.sku, "name": str(line.product)} | _row(line))
    stages: dict[int, list[dict[str, Any]]] = {order.pk: [] for order in orders}
    for milestone in Milestone.objects.filter(order__in=orders).order_by("reached_at"):
        stages[milestone.order_id].append(_row(milestone))
    return [_row(order) | {"lines": lines[order.pk], "milestones": stages[order.pk]} for order in orders]


def _rows(records: Iterable[Model]) -> list[dict[str, Any]]:
    return [_row(record) for record in records]


def _row(record: Model) -> dict[str, Any]:
    """The record's own columns, without the ids that mean something only inside Encore."""
    return {
        field.name: field.value_from_object(record)
        for field in record._meta.concrete_fields
        if field.name not in INTERNAL
    }
