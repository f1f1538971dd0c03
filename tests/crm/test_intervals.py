"""Bounds of shares and of the NPS, against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.figures.intervals import nps, share


@pytest.mark.parametrize(
    ("hits", "low", "high"), [(55, 0.452, 0.644), (20, 0.133, 0.289), (0, 0, 0.037), (100, 0.963, 1)]
)
def test_a_share_of_a_hundred(hits, low, high):
    found = share(hits, 100)

    assert (found.low, found.high) == (pytest.approx(low, abs=0.0006), pytest.approx(high, abs=0.0006))


@pytest.mark.parametrize(
    ("answers", "value", "low", "high"), [((55, 25, 20), 35, 18.6, 49.2), ((9, 1, 0), 90, 48.8, 98.2)]
)
def test_nps_of_known_answers(answers, value, low, high):
    found = nps(*answers)

    assert found.value == pytest.approx(value)
    assert (found.low, found.high) == (pytest.approx(low, abs=0.1), pytest.approx(high, abs=0.1))


def test_without_answers_there_is_nothing_to_say():
    assert share(0, 0) is None
    assert nps(0, 0, 0) is None


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_bounds_hold_the_value_and_never_leave_the_scale(promoters, passives, detractors):
    found = nps(promoters, passives, detractors)

    if found:
        assert -100 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 100
        assert found.is_enough is (promoters + passives + detractors >= 10)


@given(st.integers(1, 500), st.integers(0, 500))
def test_what_is_praised_is_the_mirror_of_what_is_blamed(one, other):
    praised, blamed = nps(one, 3, other), nps(other, 3, one)

    assert praised.value == pytest.approx(-blamed.value)
    assert praised.low == pytest.approx(-blamed.high)
