import datetime as dt

import pytest
from django.conf import settings

from chains.definition.checks import problems, warnings
from chains.definition.checks.codes import Code
from chains.definition.publishing import publish
from chains.definition.tree import tree_of
from chains.engine.run import tick
from chains.models import BranchArm, Chain, MessageTemplate, Step, TemplateText, Touch
from chains.reactions.answering import answer, question_of
from chains.ready.chains import READY_CHAINS
from chains.ready.install import add_ready_chains
from chains.ready.steps import all_steps, letters_of
from chains.ready.words import chain_words
from crm.languages import codes
from tests.conftest import make_customer, make_order

DAY = dt.timedelta(days=1)
LANGUAGES = codes()
LETTERS = [(ready, letter) for ready in READY_CHAINS for letter in letters_of(ready)]
# What only the shop can do: connect Telegram and SMS.
OF_THE_SHOP = {Code.SOME_CHANNEL}


def ready_chain(key, language=settings.LANGUAGE_CODE):
    return Chain.objects.get(name=chain_words(language, key).name)


@pytest.mark.django_db
def test_a_new_installation_has_them_as_drafts():
    assert Chain.objects.filter(status="draft").count() == len(READY_CHAINS)
    texts = sum(1 + len(letter.short) for _ready, letter in LETTERS)
    assert TemplateText.objects.count() == texts * len(LANGUAGES)
    assert Step.objects.count() == sum(len(all_steps(ready.steps)) for ready in READY_CHAINS)


@pytest.mark.django_db
def test_installing_again_adds_nothing_even_after_renaming(now):
    chain = ready_chain(READY_CHAINS[0].key)
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
    assert BranchArm.objects.filter(name="время вышло").exists()
    assert Step.objects.filter(kind="staff_task", script__startswith="Здравствуйте").exists()


@pytest.mark.django_db
def test_a_deleted_chain_comes_back_with_the_letters_that_are_left(now):
    chain = ready_chain("win_back_6", "en")
    letters = {step.template for step in chain.steps.filter(kind="message")}
    left = chain.steps.filter(kind="message").first().template
    left.texts.update(subject="Changed by a marketer")
    chain.delete()

    assert add_ready_chains("en", now) == ["Win-back, 6 months"]
    back = ready_chain("win_back_6", "en")
    assert {step.template for step in back.steps.filter(kind="message")} == letters
    assert set(left.texts.values_list("subject", flat=True)) == {"Changed by a marketer"}


@pytest.mark.django_db
def test_an_answer_leads_on_in_whatever_language_it_was_given():
    arm = BranchArm.objects.get(step__chain=ready_chain("win_back_6"), name="Delivery")

    assert arm.rule["all"][0]["value"] == ["Delivery was slow or expensive", "Доставка долгая или дорогая"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "last"),
    [(1, "win_back_6/delivery_on_us"), (2, "Call: put it right")],
    ids=["delivery", "not treated well"],
)
def test_win_back_goes_on_by_the_answer(shop, now, place, last):
    customer = make_customer(language="ru")
    make_order(customer=customer, placed_at=now - 179 * DAY, delivered_at=now - 177 * DAY)
    publish(ready_chain("win_back_6"), now)
    for days in range(20):
        tick(now + days * DAY)
    asked = Touch.objects.filter(customer=customer, status="sent").latest("pk")
    key = next(iter(asked.enrolment.version.program["steps"][2]["texts"]["email"]["ru"]["questions"]))

    answer(asked, question_of(asked, key), str(place), at=now + 20 * DAY)
    for days in range(21, 24):
        tick(now + days * DAY)

    touch = Touch.objects.filter(customer=customer).latest("pk")
    step = Step.objects.get(key=touch.step_key)
    assert (step.template.ready_key if step.template else step.name) == last
    assert touch.channel == Touch.Channel.STAFF_TASK or touch.status == "sent"


@pytest.mark.django_db
@pytest.mark.parametrize("ready", READY_CHAINS, ids=lambda ready: ready.key)
def test_passes_the_checks_and_can_be_switched_on(ready, shop, now):
    chain = ready_chain(ready.key)
    chain.full_clean()
    for step in chain.steps.all():
        step.full_clean()

    assert problems(chain, shop) == []
    told = [str(one) for one in warnings(chain, shop, tree_of(chain)) if one.code not in OF_THE_SHOP]
    assert told == []
    program = publish(chain, now).program

    messages = [step for step in all_of(program["steps"]) if step["kind"] == "message"]
    assert len(messages) == len(letters_of(ready))
    assert all(set(step["texts"]["email"]) == set(LANGUAGES) for step in messages)


def all_of(steps):
    for step in steps:
        yield step
        for arm in step.get("arms", ()):
            yield from all_of(arm["steps"])
