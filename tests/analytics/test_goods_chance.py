import random
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import hypergeom

from analytics.goods.chance import (
    at_least,
    corrected,
    differ,
    difference_bounds,
    met_as_categories,
    met_as_products,
)


def test_correction_for_how_many_were_looked_at():
    """The worked example of the field: two of ten pass, and in whatever order they are told."""
    told = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    expected = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057, 0.216, 0.216, 0.216]
    order = random.Random(1).sample(range(10), 10)

    found = corrected([told[place] for place in order], 10)

    assert found == pytest.approx([expected[place] for place in order], abs=1e-4)


def test_those_that_were_not_told_count_too():
    assert corrected([0.001, 0.008], 100) == pytest.approx([0.1, 0.4])
    assert corrected([0.9], 5) == [1]


@pytest.mark.parametrize(
    ("asked", "low", "high"), [((120, 1000, 90, 1000), 0.0031, 0.0570), ((5, 40, 0, 38), 0.0093, 0.2611)]
)
def test_newcombes_interval(asked, low, high):
    assert difference_bounds(*asked) == pytest.approx((low, high), abs=1e-4)


def test_shares_that_differ_are_told_both_ways():
    assert differ(20, 100, 140, 1900)[()] == pytest.approx(2 * 6.99e-5, rel=0.01)
    assert differ(140, 1900, 20, 100)[()] == pytest.approx(2 * 6.99e-5, rel=0.01)
    assert differ(10, 100, 100, 1000)[()] == 1


@pytest.mark.parametrize("buyers", [20, 100, 2_000])
@pytest.mark.parametrize("others", [40, 160, 4_000])
def test_a_binomial_of_the_same_mean_is_never_surer_than_fishers_test(buyers, others):
    everybody = 10_000
    expected = buyers * others / everybody
    seen = np.arange(int(expected) + 2, min(buyers, others))

    exact = hypergeom(everybody, others, buyers).sf(seen - 1)

    assert (at_least(seen, buyers, expected) >= exact * (1 - 1e-9)).all()


ROUNDS = 40_000


def drawn(weights, size):
    """Shares of single goods and of pairs in orders of so many different goods, drawn by their weights."""
    dice = np.random.default_rng(3)
    keys = dice.exponential(size=(ROUNDS, len(weights))) / np.array(weights)
    places = np.argsort(keys, axis=1)[:, :size]
    held = np.zeros((ROUNDS, len(weights)), bool)
    np.put_along_axis(held, places, True, axis=1)
    return held.mean(axis=0), lambda one, other: (held[:, one] & held[:, other]).mean()


@pytest.mark.parametrize("size", [2, 3, 6])
def test_products_that_know_nothing_of_each_other_meet_no_more_often_than_said(size):
    """In orders drawn by weight, of very popular and of rare goods; and not much less often."""
    shares, met = drawn([12, 6, 3, 3] + [1] * 30, size)
    spread = np.array(size - (shares**2).sum())

    for one, other in combinations(range(8), 2):
        said, seen = met_as_products(shares[one], shares[other], np.array(float(size)), spread), met(one, other)
        error = 4 * (seen / ROUNDS) ** 0.5
        assert seen - error < said < 1.2 * seen + error, (one, other)


@pytest.mark.parametrize("size", [2, 4])
def test_categories_that_know_nothing_of_each_other_meet_as_often_as_said(size):
    dice = np.random.default_rng(5)
    places = dice.choice(4, p=[0.4, 0.2, 0.1, 0.3], size=(200_000, size))
    held = np.stack([(places == category).any(axis=1) for category in range(4)], axis=1)

    for one, other in combinations(range(4), 2):
        said = met_as_categories(*(held[:, each].mean() for each in (one, other)), np.array(float(size)), np.array(0.0))
        assert said == pytest.approx((held[:, one] & held[:, other]).mean(), rel=0.03)


def test_where_all_orders_hold_the_same_nothing_is_divided_by_zero():
    assert met_as_products(np.array(1.0), np.array(1.0), np.array(2.0), np.array(0.0)) == 1
