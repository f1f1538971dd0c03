"""A small shop with a row for every page of staff, and what stands in the addresses behind letters and at the doors."""

import datetime as dt
from decimal import Decimal

from axes.models import AccessFailureLog, AccessLog
from django.contrib.auth.models import Group, User

from chains.experiments.variants import prepare
from chains.models import (
    ChannelState,
    Enrolment,
    Experiment,
    HealthOverride,
    IncomingMail,
    Rehearsal,
    SignUp,
    SignUpForm,
    TestOrder,
    Touch,
)
from crm.intake.sources import new_secret
from crm.models import (
    CaseAttachment,
    CaseMessage,
    Company,
    Contact,
    Coupon,
    Delivery,
    ErasedAddress,
    ErasureCertificate,
    ExchangeRate,
    Feedback,
    MergeProposal,
    PointsEntry,
    PrivacyRequest,
    Source,
    StaffTask,
    Survey,
    SurveyQuestion,
    WebhookEndpoint,
    WebhookMessage,
)
from segments.models import Membership, Segment
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_case, make_customer, make_order, make_product

TOKEN = "a-token-that-letters-hold"
SECRET = "whsec_c2VjcmV0"
LETTER_DAY, LETTER_NAME = "2026-03-10", "1.eml"


def open_shop():
    """One row of each kind; of sources one of each kind."""
    owner = User.objects.create_user("owner", is_staff=True)
    customer = make_customer(phone="+447700900123")
    order = make_order(customer=customer, product=make_product(sku="SKU", category="Kettles"), number="A-1")
    Feedback.objects.create(customer=customer, order=order, score=5, source="letter", key="1")
    survey = Survey.objects.create(name="Recommend")
    SurveyQuestion.objects.create(survey=survey, words={"en": {"question": "Would you recommend us?"}})
    Coupon.objects.create(code="COME-BACK", kind=Coupon.Kind.PERCENT, value=10, customer=customer)
    PointsEntry.objects.create(customer=customer, kind="accrual", points=10, unspent=10, key="1")
    MergeProposal.objects.create(keeper=customer, duplicate=make_customer(), reason="same name")
    Company.objects.create(name="Acme")
    gone = ErasedAddress.objects.create(channel="email", digest="0" * 64, erased_at=NOW)
    ErasureCertificate.objects.create(address=gone)
    AccessLog.objects.create(username="owner")
    AccessFailureLog.objects.create(username="owner")
    ExchangeRate.objects.create(currency="USD", day=NOW.date(), rate=Decimal("0.9"))
    open_case_with_a_file(customer)
    connect_sources(customer)
    call_other_systems(customer)
    segment = Segment.objects.create(name="Everybody", rule={"all": []})
    Membership.objects.create(segment=segment, customer=customer, entered_at=NOW)
    write_to(customer, order, owner)


def open_case_with_a_file(customer):
    letter = CaseMessage.objects.create(case=make_case(customer), direction="received", subject="The lid")
    CaseAttachment.objects.create(message=letter, name="lid.txt", content_type="text/plain", size=2, content=b"ok")


def connect_sources(customer):
    for kind in Source.Kind:
        secret = new_secret(kind) if kind != Source.Kind.FEED else ""
        source = Source.objects.create(kind=kind, name=f"Our {kind}", key=f"{kind}-key", secret=secret)
        Delivery.objects.create(source=source, key="1", topic="order.paid", payload={})
        asked = {"kind": PrivacyRequest.Kind.ACCESS, "customer": customer}
        PrivacyRequest.objects.create(source=source, key="1", **asked)


def call_other_systems(customer):
    endpoint = WebhookEndpoint.objects.create(name="Their CRM", url="http://127.0.0.1:9/", secret=SECRET)
    WebhookMessage.objects.create(endpoint=endpoint, key="1", kind="order.paid", customer=customer, occurred_at=NOW)


def write_to(customer, order, owner):
    chain = live_chain(message())
    enrolment = Enrolment.objects.create(
        chain=chain,
        version=chain.version,
        customer=customer,
        entry_key="1",
        triggered_at=NOW,
        arrived_at=NOW,
        due_at=NOW,
    )
    touch = Touch.objects.create(
        enrolment=enrolment,
        chain=chain,
        customer=customer,
        order=order,
        contact=Contact.objects.filter(customer=customer).first(),
        channel="email",
        purpose="service",
        token=TOKEN,
        links=["https://kettle.example.com/"],
        due_at=NOW,
        useful_until=NOW + dt.timedelta(days=1),
    )
    task = {"touch_id": touch.pk, "customer": customer, "title": "Call", "due_at": NOW}
    StaffTask.objects.create(**task, owner_group=Group.objects.get(name="Support"))
    IncomingMail.objects.create(key="1", kind=IncomingMail.Kind.STRANGER, sender="ann@example.com")
    ChannelState.objects.create(channel="email")
    HealthOverride.objects.create(chain=chain, words="A rule.", reason="It is right here.")
    prepare(chain.steps.get(), Experiment.DiffersIn.SUBJECT, number=1)
    Rehearsal.objects.create(chain=chain, first_on=NOW.date(), last_on=NOW.date(), asked_by=owner)
    TestOrder.objects.create(chain=chain, asked_by=owner, language="en")
    form = SignUpForm.objects.create(key=TOKEN, name="Footer", title="Letters", wording="Yes, write", language="en")
    until = NOW + dt.timedelta(days=36_500)
    SignUp.objects.create(form=form, token=TOKEN, email="new@example.com", asked_at=NOW, expires_at=until)
