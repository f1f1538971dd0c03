import pytest

from crm.limited_process import Died, Limits, OverLimit, answers
from tests.crm import limited_work

SMALL = Limits(megabytes=50, seconds=1)


def test_answers_come_one_by_one():
    assert list(answers(SMALL, limited_work.squares, 4)) == [0, 1, 4, 9]


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(ValueError, match="nothing to read"):
        list(answers(SMALL, limited_work.refusing, "nothing to read"))


@pytest.mark.parametrize("work", [limited_work.hoarding, limited_work.endless, limited_work.bottomless])
def test_work_that_wants_too_much_ends_and_nothing_else_does(work):
    with pytest.raises(OverLimit):
        list(answers(SMALL, work))


def test_time_is_given_anew_for_each_answer():
    assert list(answers(SMALL, limited_work.slow, 3)) == [0, 1, 2]


def test_a_process_that_just_ends_is_told_from_one_that_wanted_too_much():
    with pytest.raises(Died, match="7"):
        list(answers(SMALL, limited_work.leaving, 7))


def test_nothing_is_left_running_when_nobody_wants_the_rest(tmp_path):
    note = tmp_path / "pid"
    asked = answers(SMALL, limited_work.noting, note)

    next(asked)
    asked.close()

    with pytest.raises(ProcessLookupError):
        limited_work.ask_whether_it_runs(int(note.read_text()))
