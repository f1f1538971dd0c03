"""Nobody's typing and no stranger's address makes a page fall over: each is asked for what it cannot have foreseen."""

from itertools import cycle
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from analytics.models import Dashboard
from chains.models import ChannelState
from crm.models import Shop
from tests.config.pages.addresses import addresses, row_of, values_of, verbs_of
from tests.config.pages.asking import Asking
from tests.config.pages.shop_rows import open_shop

pytestmark = pytest.mark.django_db
# Their lists are pages of their own, where nothing is chosen.
WITHOUT_ROWS = {ChannelState, Dashboard}
HUGE, NUL, DIGITS = "9" * 20, "\0", "9" * 5_000
IN_ADDRESSES = [HUGE, NUL, "%s", "no-number", "²", DIGITS[:1_000], "-1", "2026-02-30"]
TYPED = [
    HUGE,
    f"-{HUGE}",
    NUL,
    "%s %(name)s {x} {{ x }} {% x %}",
    "0000-01-01",
    "9999-12-31T23:59:59-12:00",
    "10000-01-01",
    "0001-01-01 00:00",
    "9999-12-31",
    "1e999",
    "NaN",
    "²",
    DIGITS,
    "[" * 100_000,
    '{"all": [{"field": "orders", "op": "is", "value": 1e999}]}',
    '["\\ud800"]',
    "\u202e\ufffd\U0010ffff",
    "http://[",
    "1,2,no-number",
]
ASKED_OF_LISTS = ["q", "o", "p", "all", "_popup", "_to_field", "_facets", "id__exact", "id__in", "pk", "no_such_field"]
# Leaving would end the session that asks.
LEFT_OUT = {"logout"}


@pytest.fixture
def asking(shop):
    open_shop()
    return Asking(User.objects.create_superuser("root", email="root@example.com"))


def staff_addresses():
    return [one for one in addresses() if one.of_staff and one.name not in LEFT_OUT]


def test_addresses_with_strange_blanks(asking):
    strange = cycle(IN_ADDRESSES)

    for one in addresses():
        values = values_of(one)
        for blank in one.blanks:
            address = one.filled(values | {blank: quote(next(strange), safe="")})
            asking.get(address)
            asking.post(address)

    assert asking.faults == []
    assert asking.asked > 400


@pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime:RuntimeWarning")
def test_lists_filtered_by_strange_values(asking):
    """Lists of libraries warn of a moment without a zone, and take it for the shop's."""
    strange = cycle(TYPED)

    for model, shown in admin.site._registry.items():
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        names = {*asking.names_asked("get", address), *ASKED_OF_LISTS, *filter_names(model, shown)}
        for name in sorted(names):
            asking.get(address, {name: next(strange)})

    assert asking.faults == []
    assert asking.asked > 400


def filter_names(model, shown):
    """What links of the filters hold, and what somebody may make of them."""
    yield from (f"{field.name}__id__exact" for field in model._meta.fields if field.is_relation)
    for one in shown.list_filter:
        field = one[0] if isinstance(one, tuple) else one
        if isinstance(field, str):
            yield from (f"{field}{part}" for part in ("__exact", "__gte", "_from", "_to"))
        else:
            yield field.parameter_name
    if shown.date_hierarchy:
        yield from (f"{shown.date_hierarchy}__{part}" for part in ("year", "month", "day"))


def test_actions_on_strange_rows(asking):
    strange = cycle(TYPED)

    for model, shown in admin.site._registry.items():
        if model in WITHOUT_ROWS:
            continue
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for _call, name, _words in shown._get_base_actions():
            for chosen in (HUGE, "no-number", NUL, DIGITS, [row_of(model).pk, HUGE]):
                asking.post(address, {"action": name, "_selected_action": chosen, "tag": next(strange)})
            asking.post(address, {"action": name, "_selected_action": row_of(model).pk, "select_across": "²"})

    assert asking.faults == []
    assert asking.asked > 100


def test_forms_and_buttons_of_staff_with_strange_fields(asking):
    strange = cycle(TYPED)

    for one in staff_addresses():
        for verb in verbs_of(one) if one.name.endswith("_do") else [""]:
            address = one.filled(values_of(one) | ({"name": verb} if verb else {}))
            for ask, method in ((asking.get, "get"), (asking.post, "post")):
                if names := asking.names_asked(method, address):
                    ask(address, {name: next(strange) for name in names})

    assert asking.faults == []
    assert asking.asked > 900


def test_marks_of_formats_in_every_place_of_a_list(asking):
    address = f"/admin/crm/shop/{row_of(Shop).pk}/change/"
    places = [name for name in asking.names_asked("post", address) if name.startswith("channel_order_")]

    asking.post(address, dict.fromkeys(places, "%s %(name)s"))

    assert asking.faults == []
    assert len(places) > 3
