"""When a failing provider is left alone, and when it is tried again: values only."""

import datetime as dt
from dataclasses import replace

import pytest

from chains.engine.deliver.breaker import OPENS_AFTER, PROBE, Breaker, ProviderAnswers, learn
from tests.conftest import NOW

MINUTE = dt.timedelta(minutes=1)
SHUT = Breaker(OPENS_AFTER, 1, NOW - MINUTE, NOW + MINUTE)


@pytest.mark.parametrize(
    ("told", "before", "met", "after"),
    [
        ("nothing happened", Breaker(3), ProviderAnswers(), Breaker(3)),
        ("an answer forgets failures", Breaker(3), ProviderAnswers(was_answered=True), Breaker()),
        ("failures add up", Breaker(2), ProviderAnswers(failures=2), Breaker(4)),
        ("one too many opens", Breaker(4), ProviderAnswers(failures=1), Breaker(5, 1, NOW, NOW + MINUTE)),
        ("an answer in between", Breaker(4), ProviderAnswers(was_answered=True, failures=4), Breaker(4)),
        ("a pause is no failure", Breaker(), ProviderAnswers(pause=3 * MINUTE), Breaker(resumes_at=NOW + 3 * MINUTE)),
        (
            "it asks for longer than we would wait",
            Breaker(4),
            ProviderAnswers(failures=1, pause=3 * MINUTE),
            Breaker(5, 1, NOW, NOW + 3 * MINUTE),
        ),
        ("shut by another worker: counted once", SHUT, ProviderAnswers(failures=5), replace(SHUT, failures=10)),
        ("an answer to another worker", SHUT, ProviderAnswers(was_answered=True), Breaker()),
        (
            "the probe fails",
            Breaker(5, 1, NOW - MINUTE, NOW + PROBE),
            ProviderAnswers(failures=1, is_probe=True),
            Breaker(6, 2, NOW - MINUTE, NOW + 2 * MINUTE),
        ),
        (
            "it never waits longer than half an hour",
            Breaker(50, 40, NOW - MINUTE, NOW + PROBE),
            ProviderAnswers(failures=1, is_probe=True),
            Breaker(51, 41, NOW - MINUTE, NOW + 30 * MINUTE),
        ),
        ("the probe arrives", replace(SHUT, openings=2), ProviderAnswers(was_answered=True, is_probe=True), Breaker()),
    ],
)  # fmt: skip
def test_learns(told, before, met, after):
    assert learn(before, met, NOW) == after
