from hypothesis import given
from hypothesis import strategies as st

from chains.messages.pieces import pieces
from chains.messages.sms_parts import sms_parts


def short(limit):
    return lambda words: len(words) <= limit


def test_what_fits_is_one_piece():
    assert list(pieces("  On Friday.  ", short(20))) == ["On Friday."]
    assert list(pieces(" ", short(20))) == []


def test_breaks_where_one_would_pause():
    words = "The lid is on its way.\n\nIt comes on Friday. Please be there."

    assert list(pieces(words, short(45))) == ["The lid is on its way.", "It comes on Friday. Please be there."]
    assert list(pieces("It comes on Friday. Please be there.", short(24))) == [
        "It comes on Friday.",
        "Please be there.",
    ]
    assert list(pieces("x" * 25, short(10))) == ["x" * 10, "x" * 10, "x" * 5]


@given(st.text(alphabet="ab .\nж€😀", max_size=300), st.integers(1, 6))
def test_no_piece_is_too_long_and_no_word_is_lost(words, most):
    found = list(pieces(words, lambda part: sms_parts(part).parts <= most and len(part) <= 40 * most))

    assert "".join("".join(found).split()) == "".join(words.split())
    assert all(sms_parts(piece).parts <= most for piece in found)
