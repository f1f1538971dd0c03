"""BG/NBD: how often buyers buy, and after which purchase they stop for good.

P. Fader, B. Hardie, K. Lee: “Counting Your Customers” the Easy Way, Marketing Science 24 (2005); formulas by number
there. Time in weeks. x: repeat purchases, t_x: when the last was, T: how long the buyer is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from analytics.predictions.histories import PurchaseHistories

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Purchasing:
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, known: PurchaseHistories) -> Column:
        """The chance that a buyer has not stopped; always 1 after a single purchase, for which nothing speaks yet."""
        x, t_x, t = known.repeats, known.last_at, known.known_for
        gone = self.a / (self.b + np.maximum(x, 1) - 1) * ((self.alpha + t) / (self.alpha + t_x)) ** (self.r + x)
        return 1 / (1 + np.where(x > 0, gone, 0))

    def orders(self, known: PurchaseHistories, weeks: float) -> Column:
        """Purchases to expect of a buyer over the coming weeks (equation 10)."""
        x, known_for = known.repeats, self.alpha + known.known_for
        a, b, r = self.a, self.b, self.r
        likely = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (known_for + weeks))
        stays: Column = (a + b + x - 1) / (a - 1) * (1 - (known_for / (known_for + weeks)) ** (r + x) * likely)
        return stays * self.alive(known)

    def interval(self, known: PurchaseHistories) -> Column:
        """Weeks between purchases, the buyer's own rhythm and the shop's weighed by how much is known."""
        return (self.alpha + known.last_at) / (self.r + known.repeats)


def fit(known: PurchaseHistories) -> Purchasing | None:
    """The parameters under which these histories are likeliest; None when none were found."""
    # Searched on a scale on which all four are of about one size.
    scale = float(known.known_for.max()) / 10 or 1.0

    def loss(logs: Column) -> float:
        r, alpha, a, b = np.exp(logs)
        return -_log_likelihood(known, r, alpha * scale, a, b) / len(known.repeats)

    found = minimize(loss, np.zeros(4), method="L-BFGS-B", bounds=[(-8, 8)] * 4, options={"ftol": 1e-12, "gtol": 1e-7})
    if not found.success or not np.isfinite(found.fun):
        return None
    r, alpha, a, b = (float(one) for one in np.exp(found.x))
    # The closed form of expected purchases has a pole at a = 1.
    a = a if abs(a - 1) > 1e-6 else 1 + 1e-6
    return Purchasing(r, alpha * scale, a, b, _log_likelihood(known, r, alpha * scale, a, b))


def _log_likelihood(known: PurchaseHistories, r: float, alpha: float, a: float, b: float) -> float:
    """Equation 6, with logarithms throughout."""
    x = known.repeats
    buying = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    staying = betaln(a, b + x) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + known.known_for)
    stopped = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + known.last_at)
    return float((buying + staying + np.where(x > 0, np.logaddexp(alive, stopped), alive)).sum())
