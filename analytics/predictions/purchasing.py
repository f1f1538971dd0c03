"""How often buyers buy, and after which purchase they stop for good: BG/NBD, and MBG/NBD where it is likelier.

P. Fader, B. Hardie, K. Lee: “Counting Your Customers” the Easy Way, Marketing Science 24 (2005); formulas by number
there. In BG/NBD nobody stops after the first purchase, so whoever bought once is expected back for ever. In MBG/NBD
everybody may: E. Batislam, M. Denizel, A. Filiztekin: Empirical validation and comparison of models for customer base
analysis, International Journal of Research in Marketing 24 (2007). Its formulas are those of BG/NBD with one chance to
stop more. Time in weeks. x: repeat purchases, t_x: when the last was, T: how long the buyer is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from analytics.predictions.histories import Column, PurchaseHistories
from analytics.predictions.search import Found, search

BG_NBD, MBG_NBD = "BG/NBD", "MBG/NBD"
NAMES = ("r", "alpha", "a", "b")
STARTS = ((0, 0, 0, 0), (-1, 0, -1, 1), (1, 1, 0, 0))
# “Very strong” for Bayes factors in R. Kass, A. Raftery (1995): twice the difference of the log-likelihoods over 10.
CLEARLY_LIKELIER = 5.0


@dataclass(frozen=True)
class Purchasing:
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    name: str = BG_NBD
    at_edge: tuple[str, ...] = ()

    def alive(self, known: PurchaseHistories) -> Column:
        """The chance that a buyer has not stopped; by BG/NBD always 1 after a single purchase."""
        x, stops = known.repeats, self._stops(known)
        waited = np.log((self.alpha + known.known_for) / (self.alpha + known.last_at))
        gone = np.log(self.a / (self.b + np.maximum(stops, 1) - 1)) + (self.r + x) * waited
        return np.where(stops > 0, expit(-gone), 1.0)

    def orders(self, known: PurchaseHistories, weeks: float) -> Column:
        """Purchases to expect of a buyer over the coming weeks (equation 10)."""
        x, stops, known_for = known.repeats, self._stops(known), self.alpha + known.known_for
        a, b, r = self.a, self.b, self.r
        likely = hyp2f1(r + x, b + stops, a + b + stops - 1, weeks / (known_for + weeks))
        stays = (a + b + stops - 1) / (a - 1) * (1 - (known_for / (known_for + weeks)) ** (r + x) * likely)
        return np.where(np.isfinite(stays), stays, self._orders_of_alike(known, weeks)) * self.alive(known)

    def interval(self, known: PurchaseHistories) -> Column:
        """Weeks between purchases, the buyer's own rhythm and the shop's weighed by how much is known."""
        return (self.alpha + known.last_at) / (self.r + known.repeats)

    def _orders_of_alike(self, known: PurchaseHistories, weeks: float) -> Column:
        """As if all stopped with the mean chance: what equation 10 comes to where its series overflows."""
        chance = self.a / (self.a + self.b + self._stops(known))
        ahead = np.log1p(chance * weeks / (self.alpha + known.known_for))
        return -np.expm1(-(self.r + known.repeats) * ahead) / chance

    def _stops(self, known: PurchaseHistories) -> Column:
        return _stops(known, self.name)


def fit_likeliest(known: PurchaseHistories, usual: str = BG_NBD) -> Purchasing | None:
    """The usual model, unless the other is clearly likelier: near the border a shop does not change it every night."""
    other = BG_NBD if usual == MBG_NBD else MBG_NBD
    found, instead = fit(known, usual), fit(known, other)
    if found is None or instead is None:
        return found or instead
    return instead if instead.log_likelihood > found.log_likelihood + CLEARLY_LIKELIER else found


def fit(known: PurchaseHistories, name: str = BG_NBD) -> Purchasing | None:
    """The parameters under which these histories are likeliest; None when none were found."""
    # Searched on a scale on which all four are of about one size.
    sizes = np.array([1, float(known.known_for.max()) / 10 or 1.0, 1, 1])
    times, buyers = known.distinct()
    shares = buyers / buyers.sum()

    def loss(logs: Column) -> tuple[float, Column]:
        values = np.exp(logs) * sizes
        likelihoods, slopes = _log_likelihoods(times, values, name)
        return -float(likelihoods @ shares), -(slopes @ shares) * values

    found = search(loss, STARTS)
    return _purchasing(found, sizes, -loss(found.logs)[0] * float(buyers.sum()), name) if found else None


def _purchasing(found: Found, sizes: Column, log_likelihood: float, name: str) -> Purchasing:
    r, alpha, a, b = (float(one) for one in np.exp(found.logs) * sizes)
    # The closed form of expected purchases has a pole at a = 1.
    a = a if abs(a - 1) > 1e-6 else 1 + 1e-6
    return Purchasing(r, alpha, a, b, log_likelihood, name, found.at_edge(NAMES))


def _log_likelihoods(known: PurchaseHistories, values: Column, name: str) -> tuple[Column, Column]:
    """Equation 6, with logarithms throughout, and its slopes along r, α, a and b."""
    r, alpha, a, b = values
    x, stops = known.repeats, _stops(known, name)
    until, last = alpha + known.known_for, alpha + known.last_at
    earlier = b + np.maximum(stops, 1) - 1
    alive = -(r + x) * np.log(until)
    stopped = np.where(stops > 0, np.log(a / earlier) - (r + x) * np.log(last), -np.inf)
    either = np.logaddexp(alive, stopped)
    is_alive, is_gone = np.exp(alive - either), np.exp(stopped - either)
    buying = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    staying = betaln(a, b + stops) - betaln(a, b)
    slopes = (
        digamma(r + x) - digamma(r) + np.log(alpha) - is_alive * np.log(until) - is_gone * np.log(last),
        r / alpha - (r + x) * (is_alive / until + is_gone / last),
        digamma(a + b) - digamma(a + b + stops) + is_gone / a,
        digamma(b + stops) - digamma(b) + digamma(a + b) - digamma(a + b + stops) - is_gone / earlier,
    )
    return buying + staying + either, np.stack(slopes)


def _stops(known: PurchaseHistories, name: str) -> Column:
    """After how many of their purchases buyers might have stopped."""
    return known.repeats + 1 if name == MBG_NBD else known.repeats
