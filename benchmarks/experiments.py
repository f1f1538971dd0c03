"""How often the intervals of experiments hold the truth.

2,000 simulated experiments a row: orders of customers at 0.5, 2 and 10 % in two groups of the planned size, at equal
shares and with a control group of a tenth, without an effect and with one; what each order brings is lognormal, so that
a few are very large. An honest interval holds the truth 95 times of 100.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chains.experiments.sample_size import everybody_needed
from chains.experiments.statistics import Numbers, RevenueSums, difference_of_revenue, difference_of_shares

EXPERIMENTS = 2000
RATES = (0.005, 0.02, 0.1)
LIFTS = (0.0, 0.3)
SHARES = (0.5, 0.1)
MEAN_ORDER, SPREAD = 60.0, 1.0
ALLOWED = 0.015


def main() -> None:
    rng = np.random.default_rng(20_260_401)
    started = time.perf_counter()
    print("base    effect  control  customers   orders held  revenue held")
    worst = 0.0
    for rate in RATES:
        for lift in LIFTS:
            for share in SHARES:
                orders, revenue, customers = coverage(rng, rate, lift, share, EXPERIMENTS)
                worst = max(worst, abs(orders - 0.95), abs(revenue - 0.95))
                print(f"{rate:6.1%}{lift:8.0%}{share:9.0%}{customers:11,}{orders:14.1%}{revenue:14.1%}")
    print(f"Farthest from 95 %: {worst:.1%} (allowed {ALLOWED:.1%}), {time.perf_counter() - started:.1f} s")
    if worst > ALLOWED:
        sys.exit("An interval holds the truth too rarely, or is too wide.")


def coverage(
    rng: np.random.Generator, rate: float, lift: float, share: float, experiments: int
) -> tuple[float, float, int]:
    """In how many experiments the interval of orders held the truth, and that of revenue; and their size."""
    everybody = everybody_needed(rate, rate * 1.3, share)
    control_size = round(everybody * share)
    treated = simulated(rng, rate * (1 + lift), everybody - control_size, experiments)
    control = simulated(rng, rate, control_size, experiments)
    of_orders = difference_of_shares(treated.ordered, treated.customers, control.ordered, control.customers)
    of_revenue = difference_of_revenue(treated, control)
    return held(of_orders, rate * lift), held(of_revenue, rate * lift * MEAN_ORDER), everybody


def simulated(rng: np.random.Generator, rate: float, customers: int, experiments: int) -> RevenueSums:
    ordered = rng.binomial(customers, rate, experiments)
    amounts = rng.lognormal(np.log(MEAN_ORDER) - SPREAD**2 / 2, SPREAD, int(ordered.sum()))
    of = np.repeat(np.arange(experiments), ordered)
    revenue, squares = (np.bincount(of, amounts**power, experiments).astype(float) for power in (1, 2))
    return RevenueSums(np.full(experiments, float(customers)), ordered.astype(float), revenue, squares)


def held(interval: tuple[Numbers, Numbers], truth: float) -> float:
    low, high = interval
    return float(np.mean((low <= truth) & (truth <= high)))


if __name__ == "__main__":
    main()
