"""Templates, texts and sent touches for the tests of letters and the pages behind them."""

import datetime as dt
import itertools

from tests.conftest import NOW, make_customer

_serial = itertools.count(1)


def make_text(**fields):
    from tests.chains.factories import written_text

    return written_text(**{"words": "Hello."} | fields)


def saved_text(*, purpose="service", topic="", tags=(), **fields):
    """A template of one text; returns the text."""
    from chains.models import MessageTemplate
    from tests.chains.factories import write

    template = MessageTemplate.objects.create(
        name=f"Saved template {next(_serial)}", purpose=purpose, topic=topic, tags=list(tags)
    )
    return write(template, **{"words": "Hello."} | fields)


def make_shop(**fields):
    from crm.models import Shop

    return Shop(**{"name": "Kettle & Co", "reply_address": "help@kettle.example.com"} | fields)


def compiled(**fields):
    from chains.messages.compiling import compile_text

    return compile_text(make_text(**fields), make_shop())


def rendered(context=None, **fields):
    from chains.messages.rendering import render
    from chains.messages.samples import sample

    return render(compiled(**fields), {**sample("en"), **(context or {})})


def make_touch(
    customer=None,
    *,
    order=None,
    sent_at=NOW - dt.timedelta(hours=3),
    links=("https://kettle.example.com/care",),
    tags=("recipes",),
    **fields,
):
    """A letter that was sent to the customer's email address."""
    from chains.models import Chain, ChainVersion, Enrolment, Touch

    customer = customer or make_customer()
    chain = Chain.objects.create(name=f"Sent chain {next(_serial)}")
    version = ChainVersion.objects.create(
        chain=chain, number=1, program={"steps": [{"key": "care", "kind": "message", "tags": list(tags)}]}
    )
    enrolment = Enrolment.objects.create(
        chain=chain, version=version, customer=customer, order=order, triggered_at=NOW, arrived_at=NOW, due_at=NOW
    )
    return Touch.objects.create(
        **{
            "enrolment": enrolment,
            "chain": chain,
            "customer": customer,
            "order": order,
            "contact": customer.contacts.filter(channel="email").first(),
            "step_key": "care",
            "channel": "email",
            "purpose": "marketing",
            "status": "sent",
            "due_at": sent_at,
            "useful_until": NOW + dt.timedelta(days=3),
            "sent_at": sent_at,
            "links": list(links),
        }
        | fields
    )
