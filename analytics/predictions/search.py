"""The parameters under which a likelihood is greatest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Column = NDArray[np.float64]
Loss = Callable[[Column], tuple[float, Column]]

# Logarithms of what is searched: beyond, parameters hardly differ in what they predict, and formulas overflow.
EDGE = 6.0
NEAR_EDGE = 0.01
# A loss per buyer that a further search lowers by less has been at its least.
SETTLED = 1e-6


@dataclass(frozen=True)
class Found:
    logs: Column

    def at_edge(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those that the search would have moved further."""
        near = np.abs(self.logs) > EDGE - NEAR_EDGE
        return tuple(name for name, is_near in zip(names, near, strict=True) if is_near)


def search(loss: Loss, starts: Sequence[Sequence[float]]) -> Found | None:
    """The logarithms of the least loss per buyer; None where it cannot be told. A loss comes with its gradient.

    A gradient's search loses its way where the loss is flat, and says so although it is as near as anybody needs. So
    it is tried from other points, and what it found is gone on from without gradients: if that finds hardly less, it
    was the answer.
    """
    best = None
    for start in starts:
        tried = _by_gradient(loss, np.array(start))
        if np.isfinite(tried.fun) and (best is None or tried.fun < best.fun):
            best = tried
        if best is not None and best.success and not Found(best.x).at_edge("?" * len(start)):
            return Found(best.x)
    if best is None or best.success:
        return Found(best.x) if best else None
    return _settled(loss, best.x, float(best.fun))


def _settled(loss: Loss, logs: Column, least: float) -> Found | None:
    for _attempt in range(3):
        polished = _without_gradient(loss, logs)
        if polished.success or least - polished.fun < SETTLED:
            return Found(polished.x if polished.fun < least else logs)
        logs, least = polished.x, float(polished.fun)
    return None


def _by_gradient(loss: Loss, start: Column) -> Any:
    options = {"ftol": 1e-13, "gtol": 1e-7}
    return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-EDGE, EDGE)] * len(start), options=options)


def _without_gradient(loss: Loss, start: Column) -> Any:
    options = {"xatol": 1e-6, "fatol": 1e-12, "maxiter": 400 * len(start)}
    bounds = [(-EDGE, EDGE)] * len(start)
    return minimize(lambda logs: loss(logs)[0], start, method="Nelder-Mead", bounds=bounds, options=options)
