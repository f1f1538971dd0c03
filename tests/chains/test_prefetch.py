from contextlib import closing

import pytest
from django.utils import translation

from chains.engine.deliver.prefetch import slices_ahead


def test_slices_hold_everything_in_order():
    assert list(slices_ahead(iter(range(7)), lambda: 3)) == [[0, 1, 2], [3, 4, 5], [6]]


def test_the_next_slice_is_made_while_one_is_in_use_and_no_more():
    made = []
    items = (made.append(number) or number for number in range(10))

    with closing(slices_ahead(items, lambda: 2)) as slices:
        first = next(slices)

    assert first == [0, 1]
    assert made == [0, 1, 2, 3]


def test_what_fails_ahead_fails_where_it_is_needed():
    slices = slices_ahead((10 // number for number in (5, 2, 0)), lambda: 2)

    assert next(slices) == [2, 5]
    with pytest.raises(ZeroDivisionError):
        next(slices)


def test_the_language_that_is_active_holds_for_what_is_made_ahead():
    with translation.override("ru"):
        assert list(slices_ahead((translation.get_language() for _number in range(2)), lambda: 1)) == [["ru"], ["ru"]]
