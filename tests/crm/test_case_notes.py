import pytest
from django.contrib.auth.models import User

from crm.models import CaseMention, CaseNote
from crm.privacy.erase import erase
from crm.service import case_notes
from tests.conftest import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return [User.objects.create_user(name, is_staff=True) for name in ("ada", "Bob.Lee", "cyd")]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@ada look", {"ada"}),
        ("(@ADA, @bob.lee.) and @ada again", {"ada", "Bob.Lee"}),
        ("write to ann@ada.example", set()),
        ("nothing", set()),
    ],
)
def test_whoever_is_named_finds_it_on_their_desk(staff, now, text, named):
    case_notes.write_note(make_case(at=now), text=text, at=now, by=staff[2])

    assert set(CaseMention.objects.unseen().values_list("user__username", flat=True)) == named


def test_a_name_nobody_has_is_refused_with_the_note(staff, now):
    User.objects.create_user("customer")
    for text in ("@nobody", "@ada and @customer", " ", "x" * 5001):
        with pytest.raises(ValueError, match=r"Nobody here|at most"):
            case_notes.write_note(make_case(at=now), text=text, at=now, by=staff[0])

    assert not CaseNote.objects.exists()


def test_who_writes_has_read_what_named_them(staff, now):
    ada, bob, _cyd = staff
    case, other = make_case(at=now), make_case(at=now)
    for each in (case, other):
        case_notes.write_note(each, text="@ada?", at=now, by=bob)

    case_notes.write_note(case, text="Yes, @ada knows. @bob.lee", at=now, by=ada)

    assert list(CaseMention.objects.unseen().filter(user=ada).values_list("note__case", flat=True)) == [other.pk]
    assert CaseMention.objects.unseen().get(user=bob).note.case == case


def test_a_note_has_nowhere_to_be_sent(now):
    """The promise that notes are never mailed is that they name no address, channel or key."""
    names = {field.name for field in CaseNote._meta.get_fields()}

    assert names == {"id", "case", "author", "text", "written_at", "mentions"}


def test_of_an_erased_customer_no_note_says_a_word(staff, now):
    case = make_case(at=now)
    case_notes.write_note(case, text="She lives in Berlin", at=now, by=staff[0])

    erase(case.customer, at=now, by=staff[0])

    assert CaseNote.objects.get().text == ""
