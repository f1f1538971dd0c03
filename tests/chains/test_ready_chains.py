import re

import pytest
from django.conf import settings

from chains.definition.checks import problems
from chains.definition.publishing import publish
from chains.messages import text_problems
from chains.messages.compiling import compile_text
from chains.messages.rendering import render
from chains.messages.samples import nothing_known, sample
from chains.models import Chain, MessageTemplate, Step, TemplateText
from chains.ready.chains import READY_CHAINS, ReadyLetter
from chains.ready.install import add_ready_chains, ready_text
from chains.ready.words import chain_words, letter_words
from crm.languages import codes, folder
from tests.chains.written_messages import make_shop

LANGUAGES = codes()
LETTERS = [(ready, step) for ready in READY_CHAINS for step in ready.steps if isinstance(step, ReadyLetter)]
IN_BOTH = [
    pytest.param(ready, letter, language, id=f"{ready.key}/{letter.key}-{language}")
    for ready, letter in LETTERS
    for language in LANGUAGES
]


@pytest.mark.parametrize(("ready", "letter", "language"), IN_BOTH)
def test_every_ready_letter_renders_for_somebody_and_for_nobody_known(ready, letter, language):
    text = ready_text(ready, letter, language)
    assert list(text_problems.problems(text)) == []
    compiled = compile_text(text, make_shop())

    for context in (sample(language), nothing_known()):
        made = render(compiled, context)
        for part in (made.subject, made.html, made.text):
            assert part.strip()
            assert not re.search(r"{{|{%|\bNone\b|qhidden|xliquid|  \(\)|\(\)", part)
        assert len(made.subject) <= 90
        assert len(compiled["links"]) <= 1


@pytest.mark.parametrize(("ready", "letter", "language"), IN_BOTH)
def test_ready_words_are_short_and_calm(ready, letter, language):
    words = letter_words(language, ready.key, letter.key)
    said = re.sub(r"{[{%].*?[%}]}", "", f"{words.subject} {words.preheader} {words.body} {words.button}")

    assert len(said) < 1000
    assert not re.search(r"\b[A-ZА-ЯЁ]{4,}\b", said)
    assert "!!" not in said
    assert said.count("!") <= 1
    assert not re.search(r"free gift|amazing|exclusive|hurry|эксклюзив|уникальн|спешите|успейте", said, re.IGNORECASE)
    assert bool(re.search("[а-яё]", said)) == (language == "ru")


def test_no_file_of_words_is_left_over():
    expected = {f"{ready.key}.{letter.key}.txt" for ready, letter in LETTERS}

    for language in LANGUAGES:
        assert {path.name for path in (folder(language) / "letters").iterdir()} == expected


@pytest.mark.django_db
def test_a_new_installation_has_them_as_drafts():
    assert Chain.objects.filter(status="draft").count() == len(READY_CHAINS)
    assert TemplateText.objects.count() == len(LETTERS) * len(LANGUAGES)
    assert Step.objects.filter(kind="message").count() == len(LETTERS)


@pytest.mark.django_db
def test_installing_again_adds_nothing_even_after_renaming(now):
    chain = Chain.objects.get(name=chain_words(settings.LANGUAGE_CODE, READY_CHAINS[0].key).name)
    chain.name = "Kettles"
    chain.save()

    assert add_ready_chains("en", now) == []
    assert add_ready_chains("ru", now) == []
    assert Chain.objects.count() == len(READY_CHAINS)


@pytest.mark.django_db
def test_installs_in_russian(now):
    Chain.objects.all().delete()
    MessageTemplate.objects.all().delete()

    added = add_ready_chains("ru", now)

    assert added == [chain_words("ru", ready.key).name for ready in READY_CHAINS]
    assert MessageTemplate.objects.filter(name="Мелкая техника 1: заказ принят").exists()


@pytest.mark.django_db
def test_a_deleted_chain_comes_back_with_the_letters_that_are_left(now):
    chain = Chain.objects.get(name=chain_words("en", "win_back_6").name)
    letters = [step.template for step in chain.steps.filter(kind="message")]
    letters[0].texts.update(subject="Changed by a marketer")
    chain.delete()

    assert add_ready_chains("en", now) == ["Win-back, 6 months"]
    back = Chain.objects.get(name="Win-back, 6 months")
    assert [step.template for step in back.steps.filter(kind="message")] == letters
    assert set(letters[0].texts.values_list("subject", flat=True)) == {"Changed by a marketer"}


@pytest.mark.django_db
@pytest.mark.parametrize("ready", READY_CHAINS, ids=lambda ready: ready.key)
def test_passes_the_checks_and_can_be_switched_on(ready, shop, now):
    chain = Chain.objects.get(name=chain_words(settings.LANGUAGE_CODE, ready.key).name)
    chain.full_clean()
    for step in chain.steps.all():
        step.full_clean()

    assert problems(chain, shop) == []
    version = publish(chain, now)

    texts = [step["texts"]["email"] for step in version.program["steps"] if step["kind"] == "message"]
    assert texts
    assert all(set(found) == set(LANGUAGES) for found in texts)
