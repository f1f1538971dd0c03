"""A one-off message tried on a share first; the better variant goes to the rest, and A when that is unclear."""

import datetime as dt
from collections import Counter

import pytest

from chains.definition import one_off, one_off_trial
from chains.definition.one_off_trial import Trial
from chains.engine.run import tick
from chains.experiments.verdict import Verdict, judge
from chains.models import Experiment, Touch
from tests.chains.factories import make_template
from tests.conftest import NOW, make_customer, make_order
from tests.segments.conftest import condition, make_segment

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def tried(shop):
    """Sixty buyers, about half of whom try the variants."""
    for _number in range(60):
        make_order(customer=make_customer(), placed_at=NOW - 30 * DAY)
    buyers = make_segment(condition("orders_count", "at_least", 1), name="Buyers")
    template = make_template(purpose="marketing", subject="Plain", words="News.")
    one_off.send("News", buyers, template, None, NOW, trial=Trial("subject", {"en": "Bold"}, share=50))
    tick(NOW + HOUR)
    return Experiment.objects.get()


def subjects(**of):
    return Counter(Touch.objects.filter(status="sent", **of).values_list("subject", flat=True))


def order_if(letter):
    for touch in Touch.objects.filter(variant__endswith=letter):
        make_order(customer=touch.customer, placed_at=NOW + DAY)


def test_a_share_tries_both_and_the_better_one_goes_to_the_rest(tried):
    assert set(subjects()) == {"Plain", "Bold"}
    assert 15 < sum(subjects().values()) < 45
    Experiment.objects.update(planned_size=10)
    order_if("B")

    assert one_off_trial.judge_due(NOW + 3 * DAY) == 0
    assert one_off_trial.judge_due(NOW + 3 * DAY + 13 * HOUR) == 1
    tick(NOW + 4 * DAY + 2 * HOUR)

    tried.refresh_from_db()
    assert (judge(tried).winner, tried.adopted) == ("B", "B")
    assert subjects(step_key=tried.rest_step_key).keys() == {"Bold"}
    assert sum(subjects().values()) == 60
    assert one_off_trial.judge_due(NOW + 5 * DAY) == 0


def test_with_too_few_to_tell_the_rest_gets_it_as_it_is(tried):
    order_if("B")

    one_off_trial.judge_due(NOW + 3 * DAY + 13 * HOUR)
    tick(NOW + 4 * DAY + 2 * HOUR)

    tried.refresh_from_db()
    assert (judge(tried).verdict, tried.adopted) == (Verdict.TOO_FEW, "A")
    assert subjects(step_key=tried.rest_step_key).keys() == {"Plain"}
    assert sum(subjects().values()) == 60
