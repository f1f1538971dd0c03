import pytest

from chains.models import ChainVersion
from chains.program import program
from tests.chains.factories import draft_chain, live_chain, message, wait

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def test_a_program_is_parsed_once(django_assert_num_queries):
    version = live_chain(message(), wait(2)).version_id
    first = program.load([version])[version]

    with django_assert_num_queries(1):
        again = program.load([version])[version]

    assert again is first


def test_another_program_under_the_same_id_is_noticed():
    """As after a backup was restored under a running worker."""
    chain = live_chain(message(), wait(2))
    program.load([chain.version_id])
    ChainVersion.objects.filter(pk=chain.version_id).update(
        program=chain.version.program | {"steps": chain.version.program["steps"][:1]}
    )

    assert len(program.load([chain.version_id])[chain.version_id].steps) == 1


def test_a_draft_has_no_program():
    assert draft_chain(message()).version is None
    assert program.load([]) == {}
