import itertools

import pytest

_serial = itertools.count(1)


def condition(field, operator, value=None, **more):
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value}) | more


def make_segment(*conditions, rule=None, name=None, **fields):
    from segments.models import Segment

    return Segment.objects.create(
        name=name or f"Segment {next(_serial)}", rule=rule or {"all": list(conditions)}, **fields
    )


@pytest.fixture
def no_starters(db):
    """Only the segments a test makes."""
    from chains.models import Chain
    from segments.models import Segment

    Chain.objects.exclude(trigger_segment=None).delete()
    Segment.objects.all().delete()
