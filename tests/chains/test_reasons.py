"""Each decision as a sentence with the facts it rested on."""

import pytest
from django.utils import translation

from chains.explain.reasons import SENTENCES, because, sentence
from chains.models import Touch

WEEK = {"cap": 3, "days": ["2026-03-02", "2026-03-04", "2026-03-06"]}
ONE = {"cap": 1, "days": ["2026-03-02"]}


def why(status, reason, facts):
    return sentence(Touch(status=status, reason=reason, facts=facts))


@pytest.mark.parametrize(
    ("reason", "facts", "sentence"),
    [
        ("weekly_cap", WEEK, "3 of 3 messages this week (2, 4 and 6 March)"),
        (
            "weekly_cap",
            ONE | {"because": "unread", "letters": 5},
            "1 of 1 message this week (2 March), as the last 5 letters were not read",
        ),
        ("weekly_cap", ONE | {"because": "less"}, "1 of 1 message this week (2 March), as the customer asked for less"),
        (
            "weekly_cap",
            WEEK | {"because": "more"},
            "3 of 3 messages this week (2, 4 and 6 March), although the customer asked for more",
        ),
        (
            "weekly_cap",
            ONE | {"because": "segment", "segment": "Sleeping"},
            "1 of 1 message this week (2 March), as the segment “Sleeping” has a number of its own",
        ),
        (
            "weekly_cap",
            {"cap": 0, "days": [], "because": "segment", "segment": "Trade"},
            "no marketing at all, as the segment “Trade” has a number of its own",
        ),
        (
            "weekly_cap",
            {"cap": 2, "days": ["2026-03-31", "2026-04-02"]},
            "2 of 2 messages this week (31 March and 2 April)",
        ),
        ("complaint", {"case": "It leaks"}, "an open complaint (“It leaks”)"),
        ("complaint", {"cooldown_until": "2026-03-12"}, "peace after a complaint, until 12 March"),
        ("goal", {"order": "A-7", "on": "2026-03-12"}, "the goal was reached: order A-7 on 12 March"),
        ("goal", {}, "the goal was reached"),
        ("not_delivered", {"order": "A-7"}, "order A-7 has not arrived"),
        (
            "just_delivered",
            {"order": "A-7", "cooldown_until": "2026-03-12"},
            "order A-7 has only just arrived, it rests until 12 March",
        ),
        ("service_first", {"order": "A-7"}, "no service message for order A-7 yet"),
        (
            "quiet_hours",
            {"channel": "email", "until": "2026-03-12T09:00+03:00"},
            "quiet hours until 12 March, 09:00 where the customer is",
        ),
        ("no_consent", {"channel": "sms", "consent": "unknown"}, "no consent to marketing (not asked)"),
        ("bad_address", {"channel": "email", "state": "bounced"}, "the address does not work (bounced)"),
        ("topic_muted", {"topic": "tips"}, "the customer does not want letters on “care and tips”"),
        (
            "no_address",
            {
                "tried": [
                    {"channel": "telegram", "reason": "no_address"},
                    {"channel": "email", "reason": "bad_address", "state": "bounced"},
                    {"channel": "sms", "reason": "opted_out"},
                ]
            },
            "Telegram: no address; Email: the address does not work (bounced); SMS (phone): the customer unsubscribed",
        ),
        (
            "too_late",
            {"waited_for": "complaint", "useful_until": "2026-03-12T09:00:00+00:00"},
            "too late to be useful, after waiting: an open complaint",
        ),
        ("temporary", {"attempts": 2, "error": "451 later"}, "a temporary failure, tried 2 times (451 later)"),
        ("gave_up", {"error": "451 later"}, "failed too many times (451 later)"),
        ("rejected", {"error": "550 no"}, "refused by the provider (550 no)"),
        ("template", {"error": "line 1"}, "the text could not be made (line 1)"),
    ],
)
def test_a_reason_is_told_with_its_facts(reason, facts, sentence):
    assert because(reason, facts) == sentence


@pytest.mark.parametrize("reason", [reason for reason in Touch.Reason if reason])
def test_every_reason_is_a_sentence_even_when_its_facts_were_erased(reason):
    assert because(reason, {}) == str(reason.label)
    assert why("skipped", reason, {}) == f"Not sent: {reason.label}"


def test_every_sentence_belongs_to_a_reason():
    assert set(SENTENCES) <= set(Touch.Reason.values)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("skipped", "Not sent: 3 of 3 messages this week (2, 4 and 6 March)"),
        ("scheduled", "Waits: 3 of 3 messages this week (2, 4 and 6 March)"),
    ],
)
def test_the_sentence_begins_with_what_came_of_it(status, sentence):
    with translation.override("en"):
        assert why(status, "weekly_cap", WEEK) == sentence


def test_what_is_held_is_told_as_held():
    assert why("control", "control", {}) == "Held back: in the control group"
