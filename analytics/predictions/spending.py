"""Gamma-Gamma: what a buyer spends on a purchase, beyond the few that were seen.

P. Fader, B. Hardie: The Gamma-Gamma Model of Monetary Value (2013), brucehardie.com/notes/025. It takes spending and
frequency for independent; `correlation` says how far that holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from analytics.predictions.histories import PurchaseHistories

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Spending:
    p: float
    q: float
    v: float
    log_likelihood: float
    buyers: int
    correlation: float

    @property
    def mean(self) -> float:
        """Of a buyer of whom nothing is known yet."""
        return self.p * self.v / (self.q - 1)

    def spend(self, known: PurchaseHistories) -> Column:
        """What to expect of a purchase of each buyer: their own mean, drawn to the shop's the less is known."""
        x = np.where(known.spend > 0, known.repeats, 0)
        return self.p * (self.v + x * known.spend) / (self.p * x + self.q - 1)


def fit(known: PurchaseHistories) -> Spending | None:
    """From those who came back and paid; None when none were found, or no parameters for them."""
    paid = (known.repeats > 0) & (known.spend > 0)
    x, m = known.repeats[paid], known.spend[paid]
    if len(x) < 2:
        return None
    scale = float(m.mean())

    def loss(logs: Column) -> float:
        p, q, v = _parameters(logs)
        return -_log_likelihood(x, m, p, q, v * scale) / len(x)

    found = minimize(loss, np.zeros(3), method="L-BFGS-B", bounds=[(-8, 8)] * 3, options={"ftol": 1e-13, "gtol": 1e-8})
    if not found.success or not np.isfinite(found.fun):
        return None
    p, q, v = _parameters(found.x)
    likelihood = _log_likelihood(x, m, p, q, v * scale)
    return Spending(p, q, v * scale, likelihood, len(x), _correlation(x, m))


def _parameters(logs: Column) -> tuple[float, float, float]:
    """q stays above 1: below, the mean over all buyers would be negative."""
    p, q, v = np.exp(logs)
    return float(p), 1 + float(q), float(v)


def _correlation(x: Column, m: Column) -> float:
    return float(np.corrcoef(x, m)[0, 1]) if x.std() and m.std() else 0.0


def _log_likelihood(x: Column, m: Column, p: float, q: float, v: float) -> float:
    px = p * x
    gammas = gammaln(px + q) - gammaln(px) - gammaln(q)
    return float((gammas + q * np.log(v) + (px - 1) * np.log(m) + px * np.log(x) - (px + q) * np.log(x * m + v)).sum())
