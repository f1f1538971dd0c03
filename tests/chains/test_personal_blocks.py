"""Blocks that some customers get and others do not, from the published chain to the letter."""

from dataclasses import replace

import pytest

from chains.channels.registry import senders
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import BlockKind, LetterPart
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.page import if_filled, mjml_if_filled
from chains.messages.written import Block, written_texts
from chains.models import Touch
from chains.simulate import preview
from crm.models import Shop
from tests.chains.factories import live_chain, make_template, message
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
FIRST_TIME = {"all": [{"field": "orders_count", "operator": "at_most", "value": 1}]}
DEAR = {"all": [{"field": "order_total", "operator": "at_least", "value": 100}]}


class Post:
    """An email channel that keeps what it was given."""

    is_idempotent = False

    def __init__(self):
        self.texts = {}

    def deliver(self, batch, shop):
        from chains.channels.sender import Outcome, Result

        for outgoing in batch:
            assert ("Welcome back" in outgoing.content.html) == ("Welcome back" in outgoing.content.text)
            self.texts[outgoing.name] = outgoing.content.text.partition("\n\n-- ")[0]
            yield Outcome(outgoing.touch_id, Result.SENT)


@pytest.fixture
def post(monkeypatch, shop):
    made = Post()
    monkeypatch.setitem(senders(), "email", made)
    return made


def _letter(block, page):
    name = f"{block.shown}.name"
    shown = mjml_if_filled(name, f"<mj-text>{page.value(name)}</mj-text>")
    return LetterPart(shown, if_filled(name, f"For you: {{{{ {name} }}}}"))


class Advice:
    """A kind that reads its own facts, and counts how often."""

    def __init__(self):
        self.reads = 0

    def read(self, asked, now):
        self.reads += 1
        return {(one.touch_id, one.key): {"name": f"{one.content['what']} {one.language}"} for one in asked[1:]}

    @property
    def kind(self):
        return BlockKind(
            value="advice",
            label="Advice",
            icon="lightbulb",
            help="",
            fields=(
                BlockField(name="what", label="What", input=Input.LINE),
                BlockField(
                    name="if_none", label="Else", input=Input.CHOICE, choices=(("hide", ""), ("skip_message", ""))
                ),
            ),
            letter=_letter,
            read=self.read,
            sample=lambda content, language: {"name": "a lid"},
        )


@pytest.fixture
def advice(monkeypatch):
    made = Advice()
    monkeypatch.setitem(BLOCK_KINDS, "advice", made.kind)
    return made


def words(source, rule=None):
    return Block("words", {"source": source}, rule)


def people():
    """One with a first order, one with a second and dear one."""
    make_order(customer=make_customer(first_name="Ann"), placed_at=NOW, price=10)
    bob = make_customer(first_name="Bob")
    make_order(customer=bob, placed_at=NOW.replace(year=2025), price=10)
    make_order(customer=bob, placed_at=NOW, price=500)


def test_each_customer_gets_the_blocks_whose_rules_hold_for_them(post):
    blocks = (words("Thanks."), words("Welcome back.", REPEAT), words("So much!", DEAR), words("Hello.", FIRST_TIME))
    live_chain(message(template=make_template(blocks=blocks)), at=NOW.replace(hour=0))
    people()

    tick(NOW)

    assert post.texts == {"Ann": "Thanks.\n\nHello.", "Bob": "Thanks.\n\nWelcome back.\n\nSo much!"}
    tick(NOW)
    assert Touch.objects.filter(status="sent").count() == 2


def test_facts_of_a_kind_are_read_once_for_all_and_a_block_without_any_is_hidden(post, advice):
    blocks = (words("Thanks."), Block("advice", {"what": "a lid", "if_none": "hide"}))
    live_chain(message(template=make_template(blocks=blocks)), at=NOW.replace(hour=0))
    people()

    tick(NOW)

    assert sorted(post.texts.values()) == ["Thanks.", "Thanks.\n\nFor you: a lid en"]
    assert advice.reads == 1


def test_a_message_that_is_nothing_without_its_block_is_not_sent(post, advice):
    blocks = (words("Thanks."), Block("advice", {"what": "a lid", "if_none": "skip_message"}))
    live_chain(message(template=make_template(blocks=blocks)), at=NOW.replace(hour=0))
    people()

    tick(NOW)

    assert list(post.texts.values()) == ["Thanks.\n\nFor you: a lid en"]
    skipped = Touch.objects.get(status="skipped")
    assert sentence(skipped) == "Not sent: there is nothing to show the customer in it"


def test_a_text_without_personal_blocks_says_nothing_of_them(post):
    plain, personal = (make_template(blocks=blocks) for blocks in ((words("A"),), (words("A"), words("B", REPEAT))))
    chains = [live_chain(message(template=one), at=NOW.replace(hour=0), event=one.name) for one in (plain, personal)]

    texts = [chain.version.program["steps"][0]["texts"]["email"]["en"] for chain in chains]

    assert not {"rules", "reads"} & set(texts[0])
    assert list(texts[1]["rules"].values()) == [REPEAT]


def test_a_preview_names_the_blocks_this_customer_does_not_get(shop, advice):
    people()
    ann = make_customer(first_name="Cleo")
    back, lid = words("Welcome back.", REPEAT), Block("advice", {"what": "a lid", "if_none": "hide"})
    (text,) = written_texts(make_template(blocks=(words("Thanks."), back, lid)))

    of_ann, of_nobody = (preview.rendered(text, customer, NOW, Shop.load()) for customer in (ann, None))

    assert of_ann.hidden == (back.key, lid.key)
    assert of_nobody.hidden == ()
    assert "For you: a lid" in of_nobody.letter.text
    assert 1_000 < of_ann.bytes < of_nobody.bytes < 60_000


def test_a_preview_of_an_unsaved_short_message_counts_its_parts(shop):
    (text,) = written_texts(make_template(channel="sms", blocks=(words("я" * 71),)))

    made = preview.rendered(replace(text, language="ru"), None, NOW, Shop.load())

    assert (made.letter, made.sms.parts) == (None, 2)


def test_a_test_message_goes_to_whatever_address_is_typed(shop, mailoutbox):
    template = make_template(languages=("en", "ru"))

    sent = preview.send(written_texts(template), ["a@example.com", "b@example.com"], None, NOW)

    assert len(sent) == len(mailoutbox) == 4
    assert {address for letter in mailoutbox for address in letter.to} == {"a@example.com", "b@example.com"}
