"""Chains for tests: built from short step descriptions and published like a marketer would."""

import itertools

from chains.models import Chain, MessageTemplate, Step, TemplateText
from chains.publishing import publish
from crm.models import Purpose
from tests.conftest import NOW

_serial = itertools.count(1)


def make_template(*, purpose=Purpose.SERVICE, topic="", subject="Hello {{ customer.first_name }}", body=None, **fields):
    template = MessageTemplate.objects.create(
        name=f"Template {next(_serial)}", purpose=purpose, topic=topic, tags=fields.pop("tags", [])
    )
    languages = fields.pop("languages", ("en",))
    for language in languages:
        TemplateText.objects.create(
            template=template, language=language, subject=subject, body=body or "Good day.", **fields
        )
    return template


def message(purpose=Purpose.SERVICE, *, template=None, **fields):
    """A message step; `topic`, `subject` and `body` go into its template."""
    words = {name: fields.pop(name) for name in ("topic", "subject", "body") if name in fields}
    fields.setdefault("name", f"{purpose} letter")
    return {
        "kind": Step.Kind.MESSAGE,
        "purpose": purpose,
        "template": template or make_template(purpose=purpose, **words),
        **fields,
    }


def marketing(**fields):
    return message(Purpose.MARKETING, **fields)


def wait(amount=1, unit="days", since=None, **fields):
    if since:
        fields |= {"wait": Step.Wait.OFFSET, "wait_from": since}
    return {"kind": Step.Kind.WAIT, "wait_amount": amount, "wait_unit": unit, **fields}


def task(name="Call the customer", **fields):
    return {"kind": Step.Kind.STAFF_TASK, "name": name, **fields}


def draft_chain(*steps, event="order.placed", **fields):
    fields.setdefault("name", f"Chain {next(_serial)}")
    chain = Chain.objects.create(trigger_event=event, **fields)
    for position, step in enumerate(steps):
        Step.objects.create(chain=chain, position=position, **step)
    return chain


def live_chain(*steps, at=NOW, **fields):
    chain = draft_chain(*steps, **fields)
    publish(chain, at)
    chain.refresh_from_db()
    return chain
