"""Fields that a form shows only while other fields say so. This is the one way in which Encore's forms do it.

For each such field a form names the cases in which it is shown; a case holds when every field named in it has one of
the values beside it. What `conditional` makes of them goes to the other scripts of the form or of its admin:

    class Media:
        js = (conditional({"wait_on": [{"wait": [Step.Wait.DATE]}]}),)

Only the page is concerned: a field that is not shown is sent like any other, and the form's `clean` decides about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from django.db.models import Model
from django.forms.widgets import Script

# Fields by name, each with the values of which it has one.
Case: TypeAlias = Mapping[str, Sequence[str]]
Cases: TypeAlias = Mapping[str, Sequence[Case]]


def conditional(shown_when: Cases) -> Script:
    return Script("encore/conditional.js", defer=True, **{"data-shown-when": json.dumps(shown_when)})


def fieldsets_to_read(fieldsets: Any, shown_when: Cases, subject: Model) -> list[tuple[Any, dict[str, Any]]]:
    """Who may only read has no fields that a script could ask, so what does not apply is left out beforehand."""
    return [
        (name, {**options, "fields": list(_applying(options["fields"], shown_when, subject))})
        for name, options in fieldsets
    ]


def _applying(lines: Sequence[Any], shown_when: Cases, subject: Model) -> Iterator[Any]:
    for line in lines:
        names = (line,) if isinstance(line, str) else line
        if kept := tuple(name for name in names if _applies(shown_when.get(name, [{}]), subject)):
            yield kept


def _applies(cases: Sequence[Case], subject: Model) -> bool:
    return any(all(getattr(subject, name) in values for name, values in case.items()) for case in cases)
