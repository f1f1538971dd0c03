import re

import pytest
from django.apps import apps
from django.conf import settings

from chains.definition.checks import problems
from chains.definition.publishing import publish
from chains.messages.compiling import compile_text, problems_by_field
from chains.messages.rendering import render
from chains.messages.samples import nothing_known, sample
from chains.models import Chain, MessageTemplate, Step, TemplateText
from chains.ready.chains import READY_CHAINS, ReadyLetter
from chains.ready.install import install
from chains.ready.words import LANGUAGES, TEXTS, read
from tests.chains.written_messages import make_shop

LETTERS = [(ready, step) for ready in READY_CHAINS for step in ready.steps if isinstance(step, ReadyLetter)]
IN_BOTH = [
    pytest.param(ready, letter, language, id=f"{ready.key}/{letter.key}-{language}")
    for ready, letter in LETTERS
    for language in LANGUAGES
]


def text_of(ready, letter, language):
    words = read(language, ready.key, letter.key)
    return TemplateText(
        template=MessageTemplate(name=words.name, purpose=letter.purpose),
        language=language,
        subject=words.subject,
        preheader=words.preheader,
        body=words.body,
        cta_label=words.button,
        cta_url=letter.leads_to if words.button else "",
        picture_url=letter.picture,
    )


def model(name):
    return apps.get_model("chains", name)


@pytest.mark.parametrize(("ready", "letter", "language"), IN_BOTH)
def test_every_ready_letter_renders_for_somebody_and_for_nobody_known(ready, letter, language):
    text = text_of(ready, letter, language)
    assert problems_by_field(text) == {}
    compiled = compile_text(text, make_shop())

    for context in (sample(language), nothing_known()):
        made = render(compiled, context)
        for part in (made.subject, made.html, made.text):
            assert part.strip()
            assert not re.search(r"{{|{%|\bNone\b|mark-|xliquid|  \(\)|\(\)", part)
        assert len(made.subject) <= 90
        assert len(compiled["links"]) <= 1


@pytest.mark.parametrize(("ready", "letter", "language"), IN_BOTH)
def test_ready_words_are_short_and_calm(ready, letter, language):
    words = read(language, ready.key, letter.key)
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
        assert {path.name for path in (TEXTS / language).iterdir()} == expected


@pytest.mark.django_db
def test_a_new_installation_has_them_as_drafts():
    assert Chain.objects.filter(status="draft").count() == len(READY_CHAINS)
    assert TemplateText.objects.count() == len(LETTERS) * len(LANGUAGES)
    assert Step.objects.filter(kind="message").count() == len(LETTERS)


@pytest.mark.django_db
def test_installing_again_adds_nothing_even_after_renaming(now):
    chain = Chain.objects.get(name=READY_CHAINS[0].names[settings.LANGUAGE_CODE][0])
    chain.name = "Kettles"
    chain.save()

    assert install("en", now, model) == []
    assert install("ru", now, model) == []
    assert Chain.objects.count() == len(READY_CHAINS)


@pytest.mark.django_db
def test_installs_in_russian(now):
    Chain.objects.all().delete()
    MessageTemplate.objects.all().delete()

    added = install("ru", now, model)

    assert added == [ready.names["ru"][0] for ready in READY_CHAINS]
    assert MessageTemplate.objects.filter(name="Мелкая техника 1: заказ принят").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("ready", READY_CHAINS, ids=lambda ready: ready.key)
def test_passes_the_checks_and_can_be_switched_on(ready, shop, now):
    chain = Chain.objects.get(name=ready.names[settings.LANGUAGE_CODE][0])
    chain.full_clean()
    for step in chain.steps.all():
        step.full_clean()

    assert problems(chain, shop) == []
    version = publish(chain, now)

    texts = [step["texts"]["email"] for step in version.program["steps"] if step["kind"] == "message"]
    assert texts
    assert all(set(found) == set(LANGUAGES) for found in texts)
