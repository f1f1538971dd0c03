"""The arithmetic of experiments, against published numbers and against simulated truth."""

import numpy as np
import pytest

from benchmarks.experiments import coverage
from chains.experiments.planning import needed_of, size_needed
from chains.experiments.sample_size import everybody_needed, is_drawn_as_planned, smallest_lift_told
from chains.experiments.statistics import GroupOutcome, lift_in_orders, lift_in_revenue


@pytest.mark.parametrize(
    ("base", "target", "each"),
    [
        (0.02, 0.03, 3826), (0.05, 0.06, 8158), (0.05, 0.075, 1471), (0.10, 0.12, 3841), (0.10, 0.15, 686),
        (0.20, 0.25, 1094),
    ],
)  # fmt: skip
def test_the_size_of_each_of_two_equal_groups(base, target, each):
    everybody = everybody_needed(base, target)

    assert needed_of(everybody, {"A": 50, "B": 50}) == {"A": each, "B": each}


@pytest.mark.parametrize(
    ("base", "target", "with_a_fifth", "with_a_tenth"),
    [(0.10, 0.12, 12_223, 21_853), (0.10, 0.15, 2_223, 3_993), (0.20, 0.25, 3_478, 6_215)],
)
def test_a_small_control_group_takes_more_people(base, target, with_a_fifth, with_a_tenth):
    assert everybody_needed(base, target, share=0.2) == with_a_fifth
    assert everybody_needed(base, target, share=0.1) == with_a_tenth


def test_the_smallest_lift_is_that_for_which_so_many_are_needed():
    assert smallest_lift_told(0.10, 7_682) == pytest.approx(0.2, abs=0.001)
    assert everybody_needed(0.10, 0.10 * (1 + smallest_lift_told(0.10, 500))) == 500
    assert smallest_lift_told(0.005, 100) is None


def test_more_variants_take_more_people():
    two, three = size_needed({"A": 50, "B": 50}, 5, 20), size_needed({"A": 34, "B": 33, "C": 33}, 5, 20)

    assert two == 16_316
    assert three > 1.5 * two


def outcome(ordered, customers, revenue=0.0, squares=0.0):
    return GroupOutcome(customers, ordered, revenue, squares, assigned=customers)


@pytest.mark.parametrize(
    ("group", "other", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table II, method 5.
        ((56, 70), (48, 80), 0.0528, 0.3382),
        ((9, 10), (3, 10), 0.1700, 0.8406),
        ((10, 10), (0, 10), 0.6636, 1.0),
    ],
)
def test_the_interval_of_a_difference_as_published(group, other, low, high):
    interval = lift_in_orders(outcome(*group), outcome(*other))

    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.0001)


def test_an_empty_group_tells_nothing():
    assert lift_in_orders(outcome(0, 0), outcome(1, 10)) is None
    assert lift_in_revenue(outcome(0, 10), outcome(1, 10, 50, 2500)) is None


def test_the_interval_of_revenue_lies_around_the_difference():
    interval = lift_in_revenue(outcome(20, 100, 2000, 250_000), outcome(10, 100, 1000, 125_000))

    assert (interval.low + interval.high) / 2 == pytest.approx(10)
    assert interval.low < 0 < interval.high


# The benchmark does it for all rates with 2,000 experiments each. With 1,000, chance alone is 1.4 % at most.
@pytest.mark.parametrize(("rate", "share"), [(0.005, 0.5), (0.02, 0.1), (0.1, 0.5)])
def test_intervals_hold_the_truth_about_95_times_of_100(rate, share):
    orders, revenue, _size = coverage(np.random.default_rng(7), rate, 0.3, share, experiments=1000)

    assert orders == pytest.approx(0.95, abs=0.02)
    assert revenue == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("counts", "shares", "is_even"),
    [
        ([5000, 5100], [50, 50], True),
        ([5000, 5400], [50, 50], False),
        ([9000, 1000], [90, 10], True),
        ([0, 0], [50, 50], True),
    ],
)
def test_groups_that_chance_would_not_draw_are_noticed(counts, shares, is_even):
    assert is_drawn_as_planned(counts, shares) is is_even
