"""The small shop seen from outside: every page that its customers and friends reach, with all that may stand on it."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chains.models import PushKey, SignUp, Touch
from crm.customers.page_link import PageLink, token_of
from crm.jobs import jobs
from crm.models import (
    CaseOffer,
    ContentmentCheck,
    Customer,
    ReferralProgramme,
    Review,
    ReviewSettings,
    Source,
    Survey,
    Tier,
)
from crm.referrals.codes import codes_of
from crm.service import cases, contentment, offers
from crm.service.reviews.deciding import answer, publish
from crm.subscriptions.subscriptions import subscribe
from crm.surveys.ready import add_ready_surveys
from tests.chains.question_letters import KEY, make_asked_touch
from tests.chains.survey_letters import make_surveyed_touch
from tests.chains.written_messages import make_touch
from tests.config.pages.shop_rows import TOKEN, open_shop
from tests.conftest import NOW, make_case, make_customer, make_order, make_product
from tests.crm.test_jobs import make_template
from tests.photos import photo

CODE = "COME-BACK"
REVIEW = {
    "stars": "5",
    "text": "Quiet, and boils in three minutes.",
    "answer_0": "Tea took ages.",
    "may_publish": "on",
    "shown_as": "first_name",
}


@dataclass
class PublicPages:
    """`opened` is fetched as it is. `pressed` is sent as a form, as its page answers nothing else."""

    customer: Customer
    opened: dict[str, str] = field(default_factory=dict)
    of_their_own: dict[str, str] = field(default_factory=dict)
    pressed: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)

    def blank(self, name):
        """What may stand in a blank of an address."""
        return self.words.get(name, set())


def open_public_pages(shop):
    """Fetching any of them leaves everything as it was; what was pressed before lies behind letters of its own."""
    open_shop()
    # The shop's own, made when it is first needed.
    PushKey.load()
    customer = Touch.objects.get(token=TOKEN).customer
    fill_the_own_page(customer)
    pages = PublicPages(customer)
    letters = [
        open_letters(pages, customer),
        open_questions(pages, shop),
        open_surveys(pages, shop),
        open_reviews(pages),
        open_cases(pages, customer),
    ]
    open_forms(pages)
    open_own_pages(pages, customer)
    gifts = {"recommender_kind": "points", "recommender_value": 500, "friend_kind": "percent", "friend_value": 10}
    ReferralProgramme.objects.update(**gifts)
    # Whose kit is looked at; the others are offered one.
    codes_of([customer.pk], timezone.now())
    feed = ReviewSettings.load().feed_key
    hook = Source.objects.get(kind=Source.Kind.WEBHOOK).key
    link = token_of(PageLink(customer.pk, timezone.now()))
    photos = set(Review.objects.published().values_list("photos__token", flat=True))
    pages.words |= {
        "token": {TOKEN, link, *photos, *(token for tokens in letters for token in tokens)},
        "key": {TOKEN, KEY, feed, hook},
        "code": {CODE},
    }
    return pages


def fill_the_own_page(customer):
    now = timezone.now()
    Tier.objects.create(name="Platinum", threshold=5_000)
    make_order(customer=customer, product=make_product(name="Kettle Aria", warranty_months=24), number="K-1",
               placed_at=NOW, paid_at=NOW, delivered_at=NOW)  # fmt: skip
    make_order(customer=customer, product=make_product(name="Filter", repurchase_days=30), number="L-1",
               placed_at=NOW, promised_at=NOW)  # fmt: skip
    subscribe(customer, make_product(name="Descaler", price=Decimal(9)), at=now, every=30)
    work = make_order(customer=customer, number="J-1", placed_at=now, kind="service")
    job = jobs.start_job(work, make_template(), at=now)
    job.pictures.create(content=photo((900, 600)), extension="jpg", width=900, height=600)
    jobs.reach_stage(job.stages.get(name="Measuring"), words="Measured, all is straight.", at=now)
    jobs.reach_stage(job.stages.get(name="Tiles"), words="Laid, and dry.", at=now)
    case = make_case(customer, kind="question", subject="Does the filter fit?", at=now)
    case.messages.create(direction="received", text="Does the filter fit?")
    case.messages.create(direction="sent", text="It does.")


def open_letters(pages, customer):
    other = make_touch()
    for name in ("unsubscribe", "preferences", "review", "rate", "kit"):
        pages.opened[name] = reverse(f"chains:{name}", args=[TOKEN])
    for name in ("telegram", "push"):
        pages.opened[name] = reverse(f"channels:{name}", args=[TOKEN])
    pages.opened["unknown link"] = reverse("chains:preferences", args=["nowhere"])
    pages.pressed["unsubscribed"] = reverse("chains:unsubscribe", args=[other.token]), {}
    pages.pressed["preferences saved"] = reverse("chains:preferences", args=[other.token]), {"save": "yes"}
    jobs_of = [order.job for order in customer.orders.exclude(job=None).order_by("pk")]
    for number, job in enumerate(jobs_of):
        pages.opened[f"job {number}"] = reverse("chains:job", args=[job.token])
    return [other.token, *(job.token for job in jobs_of)]


def open_questions(pages, shop):
    """Of every shape; one of them is answered."""
    reasons = {"asks": "reasons", "answers": ["The price", "The delivery"]}
    shapes = ({"asks": "rating"}, {"asks": "nps", "low_words": "not at all", "high_words": "surely"}, reasons)
    made = {shape["asks"]: make_asked_touch(shop, **shape) for shape in shapes}
    for asks, touch in made.items():
        pages.opened[f"question of {asks}"] = reverse("chains:question", args=[touch.token, KEY])
    answered = make_asked_touch(shop, asks="rating")
    address = reverse("chains:question", args=[answered.token, KEY])
    pressed(address, answer="5", text="Good")
    pages.opened["question chosen"] = f"{reverse('chains:question', args=[made['nps'].token, KEY])}?answer=3"
    pages.opened["question answered"] = address
    pages.pressed["question without an answer"] = pages.opened["question of reasons"], {}
    return [answered.token, *(touch.token for touch in made.values())]


def open_surveys(pages, shop):
    """The ready ones, each with its own kinds of questions; one is answered so that something is offered."""
    add_ready_surveys("en")
    tokens = []
    for survey in Survey.objects.exclude(questions=None).order_by("pk"):
        touch = make_surveyed_touch(shop, survey)
        tokens.append(touch.token)
        pages.opened[f"survey {survey.name}"] = reverse("chains:question", args=[touch.token, KEY])
    asked = Survey.objects.get(name="Would you recommend us")
    answered = make_surveyed_touch(shop, asked)
    address = reverse("chains:question", args=[answered.token, KEY])
    first, _why_low, why_high = asked.questions.all()
    pressed(address, shown=[first.pk, why_high.pk], **{f"q{first.pk}": "9", f"q{why_high.pk}": "Quick"})
    pages.opened["survey answered"] = address
    pages.pressed["survey without an answer"] = pages.opened["survey After the delivery"], {}
    return [*tokens, answered.token]


def open_reviews(pages):
    """One that was sent with a photo and published with an answer, one half written, one withdrawn."""
    touches = [make_touch(order.customer, order=order) for order in (make_order() for _number in range(3))]
    sent, kept, gone = (reverse("chains:review", args=[touch.token]) for touch in touches)
    file = SimpleUploadedFile("home.jpg", photo((900, 600)), "image/jpeg")
    pressed(sent, photos=[file], **REVIEW)
    pressed(kept, keep="1", text="I shall write")
    review, now = Review.objects.get(customer=touches[0].customer), timezone.now()
    publish(review, at=now, by=None)
    answer(review, "Enjoy your tea!", at=now, by=None)
    pages.opened |= {"review published": sent, "review kept": kept}
    pages.pressed["review with nothing in it"] = kept, {}
    pages.pressed["review withdrawn"] = gone, {"withdraw": "1"}
    pages.opened["reviews of the shop"] = reverse("reviews_html", args=[ReviewSettings.load().feed_key])
    return [touch.token for touch in touches]


def open_cases(pages, customer):
    """An offer that waits and one that was answered; the question whether all is well, and its answer."""
    agent = User.objects.create_user("agent", is_staff=True)
    agent.groups.add(Group.objects.get(name="Support"))
    tokens = []
    for number in range(2):
        now = timezone.now()
        case = make_case(make_customer(), order=make_order(), at=now)
        offers.send_offer(case, solution="A new lid", alternative="Your money back", by=agent, at=now)
        offer = CaseOffer.objects.latest("pk")
        cases.resolve(solved := make_case(make_customer(), at=now), at=now)
        contentment.ask_if_content(solved, by=None, at=now)
        check = ContentmentCheck.objects.latest("pk")
        for name, message in (("offer", offer.message), ("contentment", check.message)):
            pages.opened[f"{name} {number}"] = reverse("chains:case", args=[message.token])
            tokens.append(message.token)
    pressed(pages.opened["offer 1"], answer="solution", words="Please soon")
    pressed(pages.opened["contentment 1"], answer="yes", words="Thanks")
    pages.pressed["offer without an answer"] = pages.opened["offer 0"], {}
    return tokens


def open_forms(pages):
    form = SignUp.objects.get(token=TOKEN).form
    now = timezone.now()
    old = SignUp.objects.create(form=form, email="old@example.com", asked_at=NOW, expires_at=NOW)
    friend = SignUp.objects.create(
        form=form, email="dan@example.com", asked_at=now, expires_at=now + (now - NOW), referral_code=CODE
    )
    pages.opened |= {
        "sign up": reverse("chains:sign-up", args=[TOKEN]),
        "sign up sent": reverse("chains:sign-up-sent", args=[TOKEN]),
        "confirm": reverse("chains:confirm", args=[TOKEN]),
        "confirm too late": reverse("chains:confirm", args=[old.token]),
        "friend": reverse("referral", args=[CODE]),
        "friend of nobody": reverse("referral", args=["NOBODY"]),
    }
    pages.pressed["sign up without an address"] = pages.opened["sign up"], {}
    pages.pressed["friend without an address"] = pages.opened["friend"], {}
    pages.pressed["friend welcomed"] = reverse("chains:confirm", args=[friend.token]), {}


def open_own_pages(pages, customer):
    """`in` is the link of a letter, which opens the others."""
    link = PageLink(customer.pk, timezone.now())
    old = token_of(PageLink(customer.pk, NOW))
    pages.opened |= {
        "own page's old link": reverse("chains:my-enter", args=[old]),
        "own page's link": reverse("chains:my-link"),
        "own page's link sent": reverse("chains:my-link-sent"),
    }
    pages.of_their_own |= {
        "in": reverse("chains:my-enter", args=[token_of(link)]),
        "home": reverse("chains:my"),
        "orders": reverse("chains:my-orders"),
        "question": reverse("chains:my-question", args=[customer.cases.get(kind="question").pk]),
        "letters": reverse("chains:my-letters"),
        "data": reverse("chains:my-data"),
    }
    for order in customer.orders.all():
        pages.of_their_own[f"order {order.number}"] = reverse("chains:my-order", args=[order.pk])


def pressed(address, **fields):
    """As the customer does on the page."""
    answered = Client().post(address, fields)
    assert answered.status_code in (200, 302, 303), answered.text
