"""Fields that a form shows only while other fields say so. This is the one way in which Encore's forms do it.

For each such field a form names the cases in which it is shown; a case holds when every field named in it has one of
the values beside it. What `conditional` makes of them goes to the other scripts of the form or of its admin:

    class Media:
        js = (conditional({"wait_on": [{"wait": [Step.Wait.DATE]}]}),)

Only the page is concerned: a field that is not shown is sent like any other, and the form's `clean` decides about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from django.forms.widgets import Script

Case: TypeAlias = Mapping[str, Sequence[str]]


def conditional(shown_when: Mapping[str, Sequence[Case]]) -> Script:
    return Script("encore/conditional.js", defer=True, **{"data-shown-when": json.dumps(shown_when)})
