"""Chains that go with a long job: its plan, its state every week, a stage to accept, its end."""

from __future__ import annotations

from typing import Any

from chains.messages.blocks.job import ACCEPTANCE, PLAN, REPORT, STATE
from chains.messages.blocks.recommendations import SKIP_MESSAGE
from chains.ready.blocks import ReadyBlock, words
from chains.ready.steps import ReadyChain, ReadyLetter

# A stage may be asked about again, and a status is due every week: at most one letter a day.
AGAIN: dict[str, Any] = {"trigger": "event", "re_entry": "after_days", "re_entry_days": 1, "priority": 1}
ONCE: dict[str, Any] = {"trigger": "event", "re_entry": "per_order", "priority": 1}


def _job(shows: str) -> ReadyBlock:
    return ReadyBlock("job", content={"shows": shows, "if_none": SKIP_MESSAGE})


JOB_WELCOME = ReadyChain(
    key="job_welcome",
    rules=ONCE | {"trigger_event": "job.started"},
    steps=(ReadyLetter("plan", (words("hello"), _job(PLAN), words("ask")), tags=("job",), late_after_hours=48),),
)
JOB_STATUS = ReadyChain(
    key="job_status",
    rules=AGAIN | {"trigger_event": "job.status_due"},
    steps=(ReadyLetter("state", (words("hello"), _job(STATE), words("ask")), tags=("job",), late_after_hours=24),),
)
JOB_ACCEPTANCE = ReadyChain(
    key="job_acceptance",
    rules=AGAIN | {"trigger_event": "job.acceptance_asked"},
    steps=(ReadyLetter("look", (words("hello"), _job(ACCEPTANCE)), tags=("job",), late_after_hours=48),),
)
JOB_REPORT = ReadyChain(
    key="job_report",
    rules=ONCE | {"trigger_event": "job.closed"},
    steps=(ReadyLetter("report", (words("hello"), _job(REPORT), words("thanks")), tags=("job",), late_after_hours=72),),
)
