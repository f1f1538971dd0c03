"""Templates, texts and sent touches for the tests of letters and the pages behind them."""

import datetime as dt
import itertools

from tests.conftest import NOW, make_customer

_serial = itertools.count(1)


def make_text(*, purpose="service", topic="", tags=(), is_saved=False, **fields):
    from chains.models import MessageTemplate, TemplateText

    template = MessageTemplate(name=f"Template {next(_serial)}", purpose=purpose, topic=topic, tags=list(tags))
    given = {"language": "en", "subject": "Hello", "body": "Hello."} | fields
    text = TemplateText(template=template, **given)
    if is_saved:
        template.save()
        text.save()
    return text


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
    chain = Chain.objects.create(name=f"Chain {next(_serial)}")
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
