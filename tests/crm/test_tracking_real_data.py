"""Every example of Segment's own documents, called as its libraries would, is taken or refused in words."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.intake import deliveries
from crm.intake.api.keys import key_of
from crm.intake.doors import read
from crm.intake.sources import new_secret
from crm.models import Delivery, Order, Source
from tests.order_files import NOT_SHIPPED

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]

EXAMPLES = NOT_SHIPPED / "webhooks" / "segment" / "spec_examples.json"
# What a browser's library knows by itself of whoever calls it.
DEVICE = {"anonymousId": "device-1"}
UNKNOWN_TRAITS = "Traits of a visitor of whom neither an id nor an address is known."
NOBODY = "It has neither a userId nor an anonymousId."
# The documents give back 30 of an order that they say was paid with 27.50.
MORE_THAN_PAID = "order 50314b8e9bcf000000000000: 30.00 cannot be given back, 27.50 is left."


def body(example):
    """`raw` is a body as it stands; the others are the arguments of a function of analytics.js."""
    call, arguments = example["call"], list(example["args"])
    if call == "raw":
        return arguments[0]
    words = [arguments.pop(0) for _word in range(2) if arguments and isinstance(arguments[0], str)]
    told = arguments[0] if arguments else {}
    named = {
        "identify": {"userId": words[0] if words else None, "traits": told},
        "track": {"event": words[0] if words else None, "properties": told},
        "page": {"name": words[-1] if words else None, "properties": told},
        "group": {"groupId": words[0] if words else None, "traits": told},
        "alias": {"userId": words[0] if words else None, "previousId": DEVICE["anonymousId"]},
    }
    return DEVICE | {"type": call} | {name: value for name, value in named[call].items() if value is not None}


def test_every_example_is_taken_or_refused_in_words(client, settings):
    settings.CURRENCY = "USD"
    source = Source.objects.create(kind="tracking", name="Site", secret=new_secret("tracking"))
    examples = json.loads(EXAMPLES.read_text())
    headers = {"Authorization": f"Bearer {key_of(source)}"}
    for place, example in enumerate(examples):
        told = body(example) | {"messageId": f"m{place}"}
        answer = client.post(
            "/v1/batch", json.dumps({"batch": [told]}), content_type="application/json", headers=headers
        )
        assert (answer.status_code, answer.json()) == (200, {"success": True}), example
    while deliveries.apply_due(timezone.now(), read):
        pass

    assert Delivery.objects.count() == len(examples) == 53
    reasons = dict(Delivery.objects.exclude(reason="").values_list("key", "reason"))
    assert set(reasons.values()) == {UNKNOWN_TRAITS, NOBODY, MORE_THAN_PAID}
    refused = [examples[int(key[1:])] for key, reason in reasons.items() if reason == NOBODY]
    assert all(one["call"] == "raw" and not {"userId", "anonymousId"} & one["args"][0].keys() for one in refused)
    order = Order.objects.get()
    assert (order.number, order.currency, order.total) == ("50314b8e9bcf000000000000", "USD", Decimal("27.50"))
    assert order.cancelled_at is not None
