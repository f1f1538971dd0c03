"""Which fields of a form apply, by what other fields hold."""

from types import SimpleNamespace

import pytest

from crm.admin.conditional import conditional, fieldsets_to_read

SHOWN_WHEN = {
    "hour": [{"wait": ["hour", "date"]}, {"wait": ["offset"], "since": ["birthday"]}],
    "since": [{"wait": ["offset"]}],
}
FIELDSETS = ((None, {"fields": ("wait", ("since", "hour"), "name"), "description": "How long"}),)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        pytest.param({"wait": "time", "since": "birthday"}, [("wait",), ("name",)], id="no case holds"),
        pytest.param({"wait": "date", "since": ""}, [("wait",), ("hour",), ("name",)], id="the first case holds"),
        pytest.param(
            {"wait": "offset", "since": "birthday"},
            [("wait",), ("since", "hour"), ("name",)],
            id="all of a case holds",
        ),
        pytest.param({"wait": "offset", "since": "paid"}, [("wait",), ("since",), ("name",)], id="half a case holds"),
    ],
)
def test_who_may_only_read_sees_the_fields_that_apply(values, fields):
    found = fieldsets_to_read(FIELDSETS, SHOWN_WHEN, SimpleNamespace(**values))

    assert found == [(None, {"fields": fields, "description": "How long"})]


def test_the_page_is_told_the_cases_and_runs_nothing_written_into_it():
    assert str(conditional({"since": [{"wait": ["offset"]}]})) == (
        '<script src="/static/encore/conditional.js"'
        ' data-shown-when="{&quot;since&quot;: [{&quot;wait&quot;: [&quot;offset&quot;]}]}" defer></script>'
    )
