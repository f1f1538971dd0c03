import pytest
from django.contrib.auth.models import User

from config.supervisor import prepared

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def checkout(tmp_path, settings):
    """One with a migration and a catalogue, prepared by a first start."""
    settings.BASE_DIR, settings.VAR_DIR = tmp_path, tmp_path / "var"
    for name in ("crm/migrations/0001_initial.py", "locale/ru/LC_MESSAGES/django.po", "var/secret_key"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    prepared.remember()
    return tmp_path


def test_a_start_that_finds_nothing_new_prepares_nothing(checkout):
    assert prepared.is_prepared()


def test_a_first_start_prepares(checkout):
    (checkout / "var" / "prepared").unlink()

    assert not prepared.is_prepared()


@pytest.mark.parametrize("name", ["crm/migrations/0002_more.py", "locale/ru/LC_MESSAGES/django.mo"])
def test_what_comes_with_an_upgrade_is_prepared(checkout, name):
    (checkout / name).touch()

    assert not prepared.is_prepared()


def test_translations_that_changed_are_prepared(checkout):
    (checkout / "locale/ru/LC_MESSAGES/django.po").write_text('msgid ""')

    assert not prepared.is_prepared()


def test_an_administrator_who_is_gone_is_made_again(checkout):
    User.objects.create_superuser("ann", "", "f3Jx92mQk4vTz81p")
    prepared.remember()
    User.objects.all().delete()

    assert not prepared.is_prepared()
