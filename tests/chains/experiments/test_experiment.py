"""An experiment on a step: prepared as copies, drawn by hash, fixed while it runs, judged once, adopted."""

import datetime as dt
import itertools
from collections import Counter

import pytest
from django.core import mail

from chains.definition.checks import problems
from chains.definition.publishing import publish
from chains.engine.run import tick
from chains.experiments import lifecycle, outcomes
from chains.experiments.planning import expected_percent, flow, plan
from chains.experiments.variants import discard, prepare
from chains.experiments.verdict import Verdict, judge
from chains.models import Experiment, MessageTemplate, Touch
from chains.program import program
from crm.events import record
from tests.chains.factories import draft_chain, make_template, marketing, message, wait
from tests.chains.factories import write as write_text
from tests.conftest import NOW, make_customer, make_order

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db
_serial = itertools.count(1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def happens(customer, at):
    record("asked", customer=customer, occurred_at=at, source="test", key=f"{next(_serial)}")


PLAIN = {"subject": "Plain", "words": "First words.\n\nThe rest."}


def prepared(differs_in="subject", number=1, **fields):
    """A draft with one letter and an experiment on it whose variants still are copies."""
    template = fields.pop("template", None) or make_template(**PLAIN)
    chain = draft_chain(message(template=template, name="letter", **fields), event="asked")
    return chain, prepare(chain.steps.get(), differs_in, number)


def write(experiment, letter="B", **told):
    write_text(experiment.variants.get(letter=letter).template, **PLAIN | told)


def started(chain, at=NOW):
    publish(chain, at)
    return Experiment.objects.get(chain=chain)


def sent_to(count, at):
    people = [make_customer() for _number in range(count)]
    for person in people:
        happens(person, at)
    tick(at)
    return people


def test_each_customer_gets_one_variant_by_hash_and_the_touch_keeps_which():
    chain, experiment = prepared()
    write(experiment, subject="Bold")
    started(chain)

    sent_to(40, NOW + HOUR)

    subjects = dict(Touch.objects.values_list("variant", "subject").distinct())
    assert subjects == {f"{experiment.pk}A": "Plain", f"{experiment.pk}B": "Bold"}
    assert Counter(letter.subject for letter in mail.outbox).keys() == {"Plain", "Bold"}


def test_shares_hold_and_larger_ones_draw_the_same_people_again():
    chain, experiment = prepared(number=3)
    experiment.variants.update(share=10)
    for letter in "BCD":
        write(experiment, letter, subject=letter)
    publish(chain, NOW)
    chain.refresh_from_db()
    (step,) = program.load([chain.version_id])[chain.version_id].steps

    drawn = Counter(step.drawn(customer).key[-1] for customer in range(20_000))

    assert drawn["A"] == pytest.approx(14_000, rel=0.05)
    assert all(drawn[letter] == pytest.approx(2000, rel=0.1) for letter in "BCD")
    assert all(step.drawn(customer) == step.drawn(customer) for customer in range(50))


def test_an_hour_and_a_weekday_can_be_tried():
    chain, experiment = prepared("hour", at_hour=10)
    experiment.variants.update(at_hour=19)
    other, by_day = prepared("weekday")
    by_day.variants.update(at_weekday=5)
    started(chain)
    started(other)

    sent_to(30, NOW + HOUR)

    hours = set(Touch.objects.filter(chain=chain).values_list("variant", "due_at__hour"))
    assert len(hours) == 2
    saturdays = Touch.objects.filter(chain=other, variant__endswith="B")
    assert {due.weekday() for due in saturdays.values_list("due_at", flat=True)} == {5}


def test_one_thing_alone_may_differ(shop):
    chain, experiment = prepared()

    assert problems(chain, shop) == [
        "Step 1 (letter): variant B is the same as another one: change what is tried (subject)."
    ]

    write(experiment, subject="Bold", words="Other words.\n\nThe rest.")

    assert problems(chain, shop) == [
        "Step 1 (letter): variant B may differ from A in one thing (subject), but also differs in: the first words."
    ]


@pytest.mark.parametrize(
    ("differs_in", "words"),
    [
        ("subject", {"subject": "Bold"}),
        ("preheader", {"preheader": "Look inside"}),
        ("opening", {"words": "Other words.\n\nThe rest."}),
        ("button", {"button": ("Read", "https://example.com/")}),
        ("length", {"words": "First words."}),
        ("offer", {"subject": "Delivery is free", "words": "Delivery is free this week."}),
    ],
)
def test_what_an_experiment_is_about_may_differ(shop, differs_in, words):
    chain, experiment = prepared(differs_in)
    write(experiment, **words)

    assert problems(chain, shop) == []


def test_what_is_compared_is_fixed_while_it_runs(shop):
    chain, experiment = prepared()
    write(experiment, subject="Bold")
    started(chain)
    assert problems(chain, shop) == []

    chain.steps.get().template.texts.update(subject="Another")

    assert problems(chain, shop) == [
        "Step 1 (letter): an experiment runs here and what it compares must stay as it was: change it back, or stop it."
    ]


def test_a_step_under_test_may_not_be_taken_away(shop):
    chain, experiment = prepared()
    write(experiment, subject="Bold")
    started(chain)
    draft = chain.steps.get()
    draft.delete()
    chain.steps.create(kind="message", template=draft.template, purpose="service")

    assert problems(chain, shop) == ["The experiment “letter: subject” runs on a step that is gone: stop it first."]


def test_giving_up_takes_the_copies_along():
    chain, experiment = prepared()
    before = MessageTemplate.objects.count()

    discard(experiment)

    assert MessageTemplate.objects.count() == before - 1
    assert not Experiment.objects.exists()


def small_plan(experiment, size=10):
    """As if so few were enough."""
    Experiment.objects.filter(pk=experiment.pk).update(planned_size=size, outcome_days=3)
    experiment.refresh_from_db()


def test_outcomes_are_counted_by_assignment_from_the_moment_of_it():
    chain, experiment = prepared()
    write(experiment, subject="Bold")
    experiment = started(chain)
    small_plan(experiment)
    people = sent_to(12, NOW + HOUR)
    unreachable = make_customer(email="")
    happens(unreachable, NOW + HOUR)
    tick(NOW + HOUR)
    buyer = people[0]
    make_order(customer=buyer, placed_at=NOW - DAY, total=500)
    make_order(customer=buyer, placed_at=NOW + DAY, total=100, refunded=30)
    make_order(customer=buyer, placed_at=NOW + 2 * DAY, total=40, cancelled_at=NOW + 3 * DAY)
    make_order(customer=buyer, placed_at=NOW + 5 * DAY, total=900)
    sent_to(2, NOW + 3 * DAY)

    counted = outcomes.experiment_outcomes(experiment, NOW + 4 * DAY)

    letter = Touch.objects.filter(customer=buyer).get().variant[-1]
    assert sum(one.assigned for one in counted.values()) == 15
    assert sum(one.customers for one in counted.values()) == 13
    assert (counted[letter].ordered, counted[letter].revenue, counted[letter].revenue_squares) == (1, 70, 4900)
    assert sum(one.sent for one in counted.values()) == 14


def test_no_verdict_before_its_size_its_days_and_the_days_of_its_orders():
    chain, experiment = prepared()
    write(experiment, subject="Bold")
    experiment = started(chain)
    small_plan(experiment)
    people = sent_to(40, NOW + HOUR)
    for person in people:
        if Touch.objects.get(customer=person).variant.endswith("B"):
            make_order(customer=person, placed_at=NOW + 2 * HOUR, total=100)

    too_early = [NOW + DAY, NOW + 3 * DAY]
    assert [lifecycle.conclude_due(at) for at in too_early] == [0, 0]
    experiment.refresh_from_db()
    assert judge(experiment).verdict == Verdict.EARLY
    assert judge(experiment).comparisons == ()

    small_plan(experiment, size=1000)
    assert lifecycle.conclude_due(NOW + 30 * DAY) == 0
    small_plan(experiment)
    assert lifecycle.conclude_due(NOW + 30 * DAY) == 1
    assert lifecycle.conclude_due(NOW + 31 * DAY) == 0

    experiment.refresh_from_db()
    found = judge(experiment)
    assert (found.verdict, found.winner) == (Verdict.BETTER, "B")
    assert found.comparisons[0].orders.low > 0.7


def test_adopting_keeps_the_step_and_ends_the_drawing():
    chain, experiment = prepared()
    write(experiment, subject="Bold")
    experiment = started(chain)
    key = chain.steps.get().key
    with pytest.raises(ValueError, match="not over yet"):
        lifecycle.adopt(experiment, "B")
    lifecycle.stop(experiment, NOW + DAY)

    step = lifecycle.adopt(experiment, "B")
    publish(chain, NOW + 2 * DAY)
    sent_to(5, NOW + 2 * DAY + HOUR)

    assert (step.key, step.template) == (key, experiment.variants.get().template)
    assert set(Touch.objects.values_list("variant", "subject")) == {("", "Bold")}
    experiment.refresh_from_db()
    assert (experiment.adopted, judge(experiment).verdict) == ("B", Verdict.STOPPED)


def test_archiving_the_chain_stops_it():
    from chains.definition.pausing import archive

    chain, experiment = prepared()
    write(experiment, subject="Bold")
    started(chain)

    archive(chain, NOW + DAY)

    experiment.refresh_from_db()
    assert (experiment.status, experiment.ended_at) == ("stopped", NOW + DAY)


def test_an_uneven_drawing_gets_no_verdict():
    chain, experiment = prepared()
    write(experiment, subject="Bold")
    experiment = started(chain)
    small_plan(experiment)
    sent_to(40, NOW + HOUR)
    Touch.objects.exclude(pk__in=Touch.objects.order_by("pk")[:4]).update(variant=experiment.name_of("A"))

    assert lifecycle.conclude(experiment, NOW + 10 * DAY, time_is_up=True)

    experiment.refresh_from_db()
    assert judge(experiment).verdict == Verdict.UNEVEN


def test_the_plan_is_said_at_the_flow_of_the_step():
    chain = draft_chain(message(name="letter"), wait(1), marketing(), event="asked")
    publish(chain, NOW - 30 * DAY)
    for day in range(10):
        sent_to(4, NOW - (10 - day) * DAY)
    experiment = prepare(chain.steps.get(name="letter"), "subject", 1)

    told = plan(experiment, NOW)

    assert flow(chain, experiment.step_key, NOW).per_day == 4
    assert told.size == 9_798 * 2 - 1
    assert told.days == 4899 + 14
    assert expected_percent(chain, experiment.step_key, 14, NOW) is None


def test_only_one_experiment_at_a_time_and_only_on_messages():
    chain, experiment = prepared()

    with pytest.raises(ValueError, match="already"):
        prepare(chain.steps.get(), "subject", 1)
    with pytest.raises(ValueError, match="Only a message"):
        prepare(draft_chain(wait(1), message()).steps.get(kind="wait"), "subject", 1)
