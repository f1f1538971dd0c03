"""A small shop with a row for every page of staff, and what stands in the addresses behind letters and at the doors."""

import datetime as dt
from decimal import Decimal

from axes.models import AccessFailureLog, AccessLog
from django.contrib.auth.models import Group, User

from analytics.models import Target
from chains.experiments.variants import prepare
from chains.models import (
    ChannelState,
    Enrolment,
    Experiment,
    HealthOverride,
    IncomingMail,
    PageLetter,
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
    CouponBatch,
    Customer,
    CustomerTier,
    Delivery,
    EarningRule,
    ErasedAddress,
    ErasureCertificate,
    ExchangeRate,
    Feedback,
    Goodwill,
    Job,
    JobPicture,
    JobStage,
    JobTemplate,
    LoyaltySettings,
    MergeProposal,
    PointsEntry,
    PrivacyRequest,
    ProductRegistration,
    Promise,
    ReadyAnswer,
    Referral,
    ReferralCode,
    ReferralProgramme,
    Review,
    ReviewSettings,
    Source,
    StaffTask,
    Subscription,
    SubscriptionRenewal,
    Survey,
    SurveyQuestion,
    Tier,
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
    leave_review(order)
    Coupon.objects.create(code="COME-BACK", kind=Coupon.Kind.PERCENT, value=10, customer=customer)
    EarningRule.objects.create(name="Points for orders")
    CouponBatch.objects.create(name="Summer", code="SUMMER", kind=Coupon.Kind.PERCENT, value=10, most=5)
    tier = Tier.objects.create(name="Gold", threshold=500)
    CustomerTier.objects.create(customer=customer, tier=tier, since=NOW)
    LoyaltySettings(pk=1).save()
    MergeProposal.objects.create(keeper=customer, duplicate=make_customer(), reason="same name")
    Company.objects.create(name="Acme")
    recommend(customer)
    gone = ErasedAddress.objects.create(channel="email", digest="0" * 64, erased_at=NOW)
    ErasureCertificate.objects.create(address=gone)
    AccessLog.objects.create(username="owner")
    AccessFailureLog.objects.create(username="owner")
    open_job(order)
    ExchangeRate.objects.create(currency="USD", day=NOW.date(), rate=Decimal("0.9"))
    one = Subscription.objects.create(
        customer=customer, product=order.lines.get().product, every=30, anchor_on=NOW.date(), next_on=NOW.date()
    )
    SubscriptionRenewal.objects.create(
        subscription=one, due_on=NOW.date(), product=one.product, quantity=1, status="asked", asked_at=NOW
    )
    ProductRegistration.objects.create(customer=customer, order=order, product=one.product, serial="K-1")
    PageLetter.objects.create(customer=customer, kind="link", email="ann@example.com", asked_at=NOW)
    open_case_with_a_file(customer)
    connect_sources(customer)
    call_other_systems(customer)
    segment = Segment.objects.create(name="Everybody", rule={"all": []})
    Membership.objects.create(segment=segment, customer=customer, entered_at=NOW)
    write_to(customer, order, owner)
    way = {"starts_on": NOW.date(), "read_until": NOW.date(), "due_on": NOW.date() + dt.timedelta(days=36_500)}
    Target.objects.create(figure="revenue", start_value=100, wanted_value=200, set_by=owner, **way)
    # Of the customer whose number stands in the addresses.
    entry = {"customer": Customer.objects.latest("pk"), "kind": "accrual", "points": 10, "unspent": 10}
    PointsEntry.objects.create(**entry, key="staff:1", by=owner)


def recommend(customer):
    """The programme is on, and the code is the one in the addresses."""
    ReferralProgramme.objects.create(pk=1, is_on=True)
    ReferralCode.objects.create(customer=customer, code="COME-BACK")
    friend = make_customer(first_name="Ben", last_name="Green")
    Referral.objects.create(recommender=customer, friend=friend, came_by="form", joined_at=NOW)
    Promise.objects.create(words="We answer within four hours")


def leave_review(order):
    ReviewSettings.load().save()
    about = {"order": order, "product": order.lines.get().product}
    sent = {"status": "waiting", "stars": 5, "may_publish": True, "language": "en", "sent_at": NOW}
    review = Review.objects.create(customer=order.customer, **about, **sent)
    review.photos.create(name="lid.jpg", digest="0", content=b"1", thumbnail=b"1", width=1, height=1)


def open_job(order):
    template = JobTemplate.objects.create(name="Repair")
    job = Job.objects.create(order=order, template=template, name="Repair", token=TOKEN, started_at=NOW)
    JobStage.objects.create(job=job, name="Diagnosis", due_on=NOW.date())
    JobPicture.objects.create(job=job, content=b"jpeg", extension="jpg", width=1, height=1)


def open_case_with_a_file(customer):
    letter = CaseMessage.objects.create(case=make_case(customer), direction="received", subject="The lid")
    CaseAttachment.objects.create(message=letter, name="lid.txt", content_type="text/plain", size=2, content=b"ok")
    bonus = {"kind": "points", "points": 10, "currency": "EUR", "reason": "Sorry"}
    Goodwill.objects.create(case=letter.case, key="1", **bonus)
    ReadyAnswer.objects.create(title="Where is it?")


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
