"""Every address the URL configuration knows, with its blanks filled from the rows of a small shop."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from chains.models import HealthOverride, Rehearsal, TestOrder
from crm.admin.verb_buttons import VerbAdmin
from crm.models import (
    CaseAttachment,
    CouponBatch,
    JobPicture,
    PointsEntry,
    PrivacyRequest,
    ProductRegistration,
    ReviewPhoto,
    Source,
    WebhookEndpoint,
)
from tests.config.pages.shop_rows import LETTER_DAY, LETTER_NAME, TOKEN

ROWS = {
    "content_type_id": ContentType,
    "batch_id": CouponBatch,
    "endpoint_id": WebhookEndpoint,
    "entry_id": PointsEntry,
    "file_id": CaseAttachment,
    "override_id": HealthOverride,
    "registration_id": ProductRegistration,
    "photo_id": ReviewPhoto,
    "picture_id": JobPicture,
    "request_id": PrivacyRequest,
}
# What `pk` names there, where it is not the row that the part of the address before it is about.
OTHER_ROWS = {
    "chains_chain_rehearsal_stop": Rehearsal,
    "chains_sample": Rehearsal,
    "chains_chain_test_order_stop": TestOrder,
}
# Of sources, pages are there for one kind each.
KINDS_OF_SOURCES = {
    "crm_source_mapping": Source.Kind.FORM,
    "crm_source_past": Source.Kind.WOOCOMMERCE,
    "crm_source_test_order": Source.Kind.WEBHOOK,
    "crm_source_upload": Source.Kind.FEED,
    "webhook": Source.Kind.WEBHOOK,
}
WORDS = {
    "act": "points",
    "app_label": "crm",
    "call": "track",
    "channel": "email",
    "code": "COME-BACK",
    "day": LETTER_DAY,
    "extension": "csv",
    "form": "card",
    "index": "0",
    "key": TOKEN,
    "language": "en",
    "name": LETTER_NAME,
    "number": "A-1",
    "object_id": "1",
    "place": "0",
    "provider": "postmark",
    "secret": TOKEN,
    "sku": "SKU",
    "token": TOKEN,
    "url": "nowhere",
    "what": "tracking",
}


@dataclass(frozen=True)
class Address:
    """`template` has `%(name)s` for each of its blanks; `name` is that of the URL configuration, or the template."""

    name: str
    template: str
    blanks: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def of_staff(self) -> bool:
        return self.template.startswith("admin/")

    def filled(self, values: dict[str, str]) -> str:
        return "/" + self.template % values

    def about(self) -> Any:
        """The admin whose pages stand under this address."""
        parts = self.template.split("/")
        return next((one for model, one in admin.site._registry.items() if parts[1:3] == _parts_of(model)), None)


def _parts_of(model: Any) -> list[str]:
    return [model._meta.app_label, model._meta.model_name]


@cache
def addresses() -> tuple[Address, ...]:
    return tuple(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for pattern in patterns:
        template, blanks = normalize(pattern.pattern.regex.pattern)[0]
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, before + template)
        else:
            whole = before + template
            yield Address(pattern.name or whole, whole, tuple(blanks), pattern.callback)


def values_of(address: Address) -> dict[str, str]:
    return {blank: _value(address, blank) for blank in address.blanks}


def _value(address: Address, blank: str) -> str:
    if kind := KINDS_OF_SOURCES.get(address.name):
        source = Source.objects.get(kind=kind)
        return str(source.key if blank == "key" else source.pk)
    model = OTHER_ROWS.get(address.name) if blank == "pk" else ROWS.get(blank) or _model_named(blank)
    about = address.about()
    if model is None and about and blank in {"object_id", "id", "pk", "_0"}:
        model = about.model
    if model is not None:
        return str(row_of(model).pk)
    if blank == "_1":
        return str(row_of(about.model).history.earliest("history_id").history_id)
    return WORDS[blank]


def _model_named(blank: str) -> Any:
    names = {model._meta.model_name: model for model in admin.site._registry}
    return names.get(blank.removesuffix("_id")) if blank.endswith("_id") else None


def row_of(model: Any) -> Any:
    """The latest: what a new shop has from the start is older."""
    row = model._base_manager.order_by("pk").last()
    assert row is not None, f"the small shop has no {model._meta.label}: add one to shop_rows.py"
    return row


def verbs_of(address: Address) -> list[str]:
    """The buttons behind `…/do/<name>/`."""
    about = address.about()
    assert isinstance(about, VerbAdmin)
    return sorted(about.verbs())
