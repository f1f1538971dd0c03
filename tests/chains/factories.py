"""Chains for tests: built from short step descriptions and published like a marketer would."""

import datetime as dt
import itertools

from chains.definition.publishing import publish
from chains.messages.written import WrittenText, plain_blocks, save_text
from chains.models import BranchArm, Chain, Enrolment, MessageTemplate, Step, Touch
from crm.models import Contact, Customer, EventKind, Purpose
from tests.conftest import NOW

_serial = itertools.count(1)


def make_template(*, purpose=Purpose.SERVICE, topic="", subject="Hello {{ customer.first_name }}", **fields):
    template = MessageTemplate.objects.create(
        name=f"Template {next(_serial)}", purpose=purpose, topic=topic, tags=fields.pop("tags", [])
    )
    languages = fields.pop("languages", ("en",))
    for language in languages:
        write(template, language, subject=subject, **fields)
    return template


def write(template, language="en", *, words="Good day.", button=None, picture="", blocks=None, **fields):
    """The text of a template in a language, in place of what it was; `button` is (label, link), `blocks` all of it."""
    return save_text(
        template, written_text(language, words=words, button=button, picture=picture, blocks=blocks, **fields)
    )


def written_text(language="en", *, words="Good day.", button=None, picture="", blocks=None, **fields):
    given = {"subject": "Hello"} | fields
    return WrittenText(
        language=language, blocks=tuple(plain_blocks(words, button, picture) if blocks is None else blocks), **given
    )


def message(purpose=Purpose.SERVICE, *, template=None, **fields):
    """A message step; `topic`, `subject` and `words` go into its template."""
    written = {name: fields.pop(name) for name in ("topic", "subject", "words") if name in fields}
    fields.setdefault("name", f"{purpose} letter")
    return {
        "kind": Step.Kind.MESSAGE,
        "purpose": purpose,
        "template": template or make_template(purpose=purpose, **written),
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


def branch(*arms, **fields):
    """Arms as (rule, *steps) in their order; the last one's rule is None."""
    return {"kind": Step.Kind.BRANCH, "arms": [{"rule": rule, "steps": steps} for rule, *steps in arms], **fields}


def split(*arms, **fields):
    """Arms as (weight, *steps)."""
    return {"kind": Step.Kind.SPLIT, "arms": [{"weight": weight, "steps": steps} for weight, *steps in arms], **fields}


def until(event, *, happened=(), ran_out=(), amount=3, unit="days", **fields):
    """A wait for an event with its two ways out."""
    return {
        "kind": Step.Kind.WAIT,
        "wait": Step.Wait.EVENT,
        "wait_event": event,
        "wait_amount": amount,
        "wait_unit": unit,
        "arms": [{"steps": happened}, {"steps": ran_out}],
        **fields,
    }


def add_tag(tag):
    return {"kind": Step.Kind.CHANGE, "change": Step.Change.ADD_TAG, "tag": tag}


def call(webhook, **fields):
    return {"kind": Step.Kind.CALL, "webhook": webhook, **fields}


def leave():
    return {"kind": Step.Kind.LEAVE}


def draft_chain(*steps, event="order.placed", **fields):
    fields.setdefault("name", f"Chain {next(_serial)}")
    if event not in ("", Chain.CUSTOM_EVENT, *EventKind.values):
        event, fields["custom_event"] = Chain.CUSTOM_EVENT, event
    chain = Chain.objects.create(trigger_event=event, **fields)
    _lay_out(chain, None, steps)
    return chain


def _lay_out(chain, arm, steps):
    for position, fields in enumerate(steps):
        step = Step.objects.create(
            chain=chain,
            arm=arm,
            position=position,
            **{name: value for name, value in fields.items() if name != "arms"},
        )
        for place, one in enumerate(fields.get("arms", ())):
            below = BranchArm.objects.create(
                step=step,
                position=place,
                name=one.get("name", "abcdef"[place]),
                rule=one.get("rule"),
                weight=one.get("weight", 1),
            )
            _lay_out(chain, below, one["steps"])


def live_chain(*steps, at=NOW, **fields):
    chain = draft_chain(*steps, **fields)
    publish(chain, at)
    chain.refresh_from_db()
    return chain


def fill_due(chain, *, customers, each=1, due_at=NOW, useful_days=3):
    """Many customers, each with so many touches of a chain's first step that are due; written in a few statements."""
    step = chain.version.program["steps"][0]
    people = Customer.objects.bulk_create([Customer(first_name=f"Ann {number}") for number in range(customers)])
    Contact.objects.bulk_create(
        [
            Contact(
                customer=person,
                channel="email",
                address=f"customer{person.pk}@example.com",
                marketing_consent="granted",
            )
            for person in people
        ]
    )
    enrolments = Enrolment.objects.bulk_create(
        [
            Enrolment(
                chain=chain,
                version=chain.version,
                customer=person,
                entry_key=f"at:{number}",
                triggered_at=due_at,
                arrived_at=due_at,
                entered_at=due_at,
                status=Enrolment.Status.FINISHED,
                ending=Enrolment.Ending.LAST_STEP,
                ended_at=due_at,
            )
            for person in people
            for number in range(each)
        ]
    )
    Touch.objects.bulk_create(
        [
            Touch(
                enrolment=enrolment,
                chain=chain,
                customer_id=enrolment.customer_id,
                step_key=step["key"],
                step_name=step["name"],
                channel="email",
                purpose=step["purpose"],
                due_at=due_at,
                useful_until=due_at + dt.timedelta(days=useful_days),
                created_at=due_at,
            )
            for enrolment in enrolments
        ]
    )
    return people
