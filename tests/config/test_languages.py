import shutil

import pytest
from django.core.checks import run_checks

from crm import languages
from crm.language_checks import TAG, lacking


@pytest.fixture
def german(settings, tmp_path):
    """One more entry, and a folder that is a copy of the English one."""
    shutil.copytree(languages.folder("en"), tmp_path / "en")
    shutil.copytree(tmp_path / "en", tmp_path / "de")
    (tmp_path / "de" / "LC_MESSAGES").mkdir()
    (tmp_path / "de" / "LC_MESSAGES" / "django.po").touch()
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    settings.LOCALE_PATHS = [tmp_path]
    return tmp_path / "de"


def complaints():
    return [found.msg for found in run_checks(tags=[TAG])]


def test_every_language_has_all_it_needs():
    assert complaints() == []


def test_an_entry_and_a_folder_are_a_language(german):
    assert complaints() == []


def test_names_a_file_that_is_missing(german):
    (german / "letters" / "service.repeat.txt").unlink()
    (german / "LC_MESSAGES" / "django.po").unlink()

    assert complaints() == [
        f"{german}/LC_MESSAGES/django.po is missing: the translation of all texts.",
        f"{german}/letters/service.repeat.txt is missing.",
    ]


def test_names_words_that_are_missing(german):
    for name, line in (("words.toml", 'from = ["from", "sender"]'), ("sample.toml", 'city = "Leeds"')):
        file = german / name
        file.write_text(file.read_text().replace(f"{line}\n", ""))
    letter = german / "letters" / "service.repeat.txt"
    letter.write_text(letter.read_text().replace("Preheader:", "Preamble:"))

    assert complaints() == [
        f"{german}/letters/service.repeat.txt has no line 'Preheader'.",
        f"{german}/sample.toml does not say customer.city.",
        f"{german}/words.toml does not say mail.from.",
    ]


def test_a_language_nobody_knows_is_named():
    assert next(lacking("xx")) == ("Django and Babel know no language 'xx': dates and money cannot be written in it.")


@pytest.mark.parametrize("topic", ["coupon_codes", "replies"])
def test_every_letter_typed_has_the_one_it_is_typed_for(topic):
    for code in languages.codes():
        words = languages.content(code, "words")[topic]
        assert len(words["typed"]) == len(words["meant"])
