"""Gamma-Gamma: what a buyer spends on a purchase, beyond the few that were seen.

P. Fader, B. Hardie: The Gamma-Gamma Model of Monetary Value (2013), brucehardie.com/notes/025. It takes spending and
frequency for independent; `correlation` says how far that holds. It knows no purchases that cost nothing, so it is
learnt from those that cost something, and what it expects is then reduced to the share of those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from analytics.predictions.histories import Column, PurchaseHistories
from analytics.predictions.search import Found, search

NAMES = ("p", "q", "v")
STARTS = ((0, 0, 0), (1, 1, 1), (3, 0, -2))


@dataclass(frozen=True)
class Spending:
    p: float
    q: float
    v: float
    log_likelihood: float
    buyers: int
    correlation: float
    at_edge: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """Of a buyer of whom nothing is known yet."""
        return self.p * self.v / (self.q - 1)

    def spend(self, known: PurchaseHistories) -> Column:
        """What to expect of a paid purchase of each buyer: their own mean, drawn to the shop's the less is known."""
        x = known.paid_repeats
        return self.p * (self.v + x * known.spend) / (self.p * x + self.q - 1)


def fit(known: PurchaseHistories) -> Spending | None:
    """From those who came back and paid; None when none were found, or no parameters for them."""
    paid = known.paid_repeats > 0
    x, m = known.paid_repeats[paid], known.spend[paid]
    if len(x) < 2:
        return None
    sizes = np.array([1, 1, float(m.mean())])

    def loss(logs: Column) -> tuple[float, Column]:
        values = np.exp(logs) * sizes
        likelihood, slopes = _log_likelihood(x, m, values)
        return -likelihood / len(x), -slopes * values / len(x)

    found = search(loss, STARTS)
    return _spending(found, sizes, x, m) if found else None


def _spending(found: Found, sizes: Column, x: Column, m: Column) -> Spending:
    values = np.exp(found.logs) * sizes
    p, beyond_one, v = (float(one) for one in values)
    likelihood, _slopes = _log_likelihood(x, m, values)
    return Spending(p, 1 + beyond_one, v, likelihood, len(x), _correlation(x, m), found.at_edge(NAMES))


def _correlation(x: Column, m: Column) -> float:
    return float(np.corrcoef(x, m)[0, 1]) if x.std() and m.std() else 0.0


def _log_likelihood(x: Column, m: Column, values: Column) -> tuple[float, Column]:
    """And its slopes. q is told by what it is above 1: below, the mean over all buyers would be negative."""
    p, q, v = values[0], 1 + values[1], values[2]
    px, total = p * x, x * m + v
    gammas = gammaln(px + q) - gammaln(px) - gammaln(q)
    slopes = (
        x * (digamma(px + q) - digamma(px) + np.log(m) + np.log(x) - np.log(total)),
        digamma(px + q) - digamma(q) + np.log(v) - np.log(total),
        q / v - (px + q) / total,
    )
    likelihood = gammas + q * np.log(v) + (px - 1) * np.log(m) + px * np.log(x) - (px + q) * np.log(total)
    return float(likelihood.sum()), np.stack(slopes).sum(axis=1)
