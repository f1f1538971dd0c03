"""What happens to a case, as events of its customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.events import record
from crm.models import Case, EventKind


def record_stage(case: Case, kind: EventKind, at: dt.datetime, **more: Any) -> None:
    """Once; of a case that was opened again, once since then."""
    again = f":{case.reopened_at.isoformat()}" if case.reopened_at else ""
    _tell(case, kind, at, f"case:{case.pk}:{kind.removeprefix('case.')}{again}", more)


def record_change(case: Case, kind: EventKind, at: dt.datetime, **before: Any) -> None:
    """Each time anew: what was corrected may be corrected back."""
    name = "-".join(before)
    _tell(case, kind, at, f"case:{case.pk}:{kind.removeprefix('case.')}:{name}:{at.isoformat()}", before)


def _tell(case: Case, kind: EventKind, at: dt.datetime, key: str, more: dict[str, Any]) -> None:
    record(
        kind,
        customer=case.customer,
        order=case.order,
        occurred_at=at,
        source="crm",
        key=key,
        properties={"case": case.pk, "kind": case.kind, "severity": case.severity, **more},
    )
