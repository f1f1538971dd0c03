"""Whom a ready chain, an arm of it or a block is for, as rules of segments."""

from __future__ import annotations

from typing import Any

Rule = dict[str, Any]


def _rule(field: str, operator: str, value: Any = None) -> Rule:
    condition = {"field": field, "operator": operator}
    return {"all": [condition if value is None else {**condition, "value": value}]}


GOODS = _rule("order_kind", "is", ["goods"])
SERVICES = _rule("order_kind", "is", ["service"])
FIRST_TIME = _rule("order_first", "yes")
REPEAT = _rule("order_first", "no")
COMPLEX = _rule("order_complexity", "has", ["complex"])
TO_REVIEW = _rule("order_to_review", "yes")
VIP = _rule("vip", "yes")
BUYERS = _rule("orders_count", "at_least", 1)
PROMISED = _rule("order_promised", "known")
NOT_PROMISED = _rule("order_promised", "unknown")
APPOINTED = _rule("order_appointment", "known")
NOT_APPOINTED = _rule("order_appointment", "unknown")
DETRACTOR = _rule("event_nps", "at_most", 6)
DELIGHTED = {"any": [*_rule("event_rating", "exactly", 5)["all"], *_rule("event_nps", "at_least", 9)["all"]]}
AS_RECOMMENDER = _rule("event_referral_as", "is", ["recommender"])
COMPLAINT = _rule("event_case", "is", ["complaint"])


def both(*rules: Rule) -> Rule:
    return {"all": [condition for rule in rules for condition in rule["all"]]}


def chose(answers: list[str], days: int) -> Rule:
    """Whoever chose one of these answers to a question of late, in whatever language."""
    return {"all": [{"field": "chosen_answer", "operator": "has", "value": answers, "window": days}]}
