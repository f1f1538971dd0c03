import gettext

import pytest

from config import translations

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def make_catalogue(tmp_path):
    def make(body):
        path = tmp_path / "ru" / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True)
        path.write_text(HEADER + body)
        return path

    return make


def test_compiles_without_gnu_gettext(make_catalogue, tmp_path):
    path = make_catalogue('msgid "order"\nmsgstr "заказ"\n')

    assert translations.compile_stale(tmp_path) == [path]
    assert translations.compile_stale(tmp_path) == []
    with path.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("order") == "заказ"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('msgid "order"\nmsgstr ""\n', "'order' is not translated"),
        ('#, fuzzy\nmsgid "order"\nmsgstr "приказ"\n', "'order' is fuzzy"),
        ('#, python-format\nmsgid "%(count)d orders"\nmsgstr "%(number)d заказов"\n', "%(count)d orders"),
        ('msgid "day"\nmsgid_plural "days"\nmsgstr[0] "день"\nmsgstr[1] ""\nmsgstr[2] ""\n', "is not translated"),
        ('msgid "order"\nmsgstr "заказ"\n\n#~ msgid "old"\n#~ msgstr "старый"\n', "1 obsolete"),
    ],
)
def test_names_what_is_not_complete(make_catalogue, body, words):
    (problem,) = translations.problems(make_catalogue(body))

    assert words in problem


def test_finds_nothing_wrong_with_a_complete_catalogue(make_catalogue):
    assert translations.problems(make_catalogue('msgid "order"\nmsgstr "заказ"\n')) == []
