"""A small file of each kind, to be filled in: titles in the language of whoever asks, all of which an import reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from django.utils.translation import gettext as _

from crm.intake.files import header_words
from crm.intake.files.kinds import KINDS
from crm.shop_currency import shop_currency

Row = dict[str, str]


def text(kind: str) -> str:
    """Every column of the kind over its example rows."""
    names = [column.name for column in KINDS[kind].columns]
    file = io.StringIO()
    out = csv.writer(file, delimiter=header_words.delimiter(), lineterminator="\r\n")
    out.writerow([header_words.title(kind, name) for name in names])
    out.writerows([row.get(name, "") for name in names] for row in ROWS[kind]())
    return file.getvalue()


def _orders() -> list[Row]:
    order = {
        "order_number": "1001",
        "email": "ann@example.com",
        "first_name": _("Ann"),
        "placed_at": "2026-03-01 14:30",
        "paid_at": "2026-03-01 14:31",
        "promised_at": "2026-03-05",
        "currency": shop_currency(),
        "discount": "5",
    }
    return [
        {**order, "sku": "K-1", "product": _("Kettle"), "category": _("Kitchen / Kettles")}
        | {"quantity": "1", "price": "39.90"},
        {"order_number": "1001", "sku": "F-1", "product": _("Filter"), "quantity": "2", "price": "4.90"},
    ]


def _customers() -> list[Row]:
    return [
        {"customer_id": "77", "email": "ann@example.com", "first_name": _("Ann"), "birth_date": "1990-05-17"}
        | {"tags": "vip; b2b", "email_consent": "yes", "email_consent_wording": _("Yes, send me offers by email")}
        | {"email_consent_at": "2026-03-01 14:30"},
        {"customer_id": "78", "phone": "+442079460000", "sms_consent": "no", "sms_consent_at": "2026-03-01"},
    ]


def _products() -> list[Row]:
    return [
        {"sku": "K-1", "name": _("Kettle"), "category": _("Kitchen / Kettles"), "kind": "goods", "price": "39.90"}
        | {"warranty_months": "24", "in_stock": "yes", "consumables": "F-1"},
        {"sku": "F-1", "name": _("Filter"), "category": _("Kitchen"), "repurchase_days": "60", "price": "4.90"},
    ]


ROWS: dict[str, Callable[[], list[Row]]] = {"orders": _orders, "customers": _customers, "products": _products}
