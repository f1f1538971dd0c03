"""Blocks that show what each customer is offered, and what others say: recommendations, bundle, review."""

import datetime as dt
from decimal import Decimal

import pytest

from chains.engine.deliver.blocks_shown import BlocksShown
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.compiling import compile_text
from chains.messages.text_problems import block_problems
from chains.messages.written import Block
from chains.simulate.preview import rendered
from crm.models import ProductRelation, Review
from tests.chains.factories import written_text
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def block(kind, **content):
    new = {field.name: field.empty for field in BLOCK_KINDS[kind].fields}
    return Block(kind, {**new, **content}, key="a1b2c3d4")


def goods(name, **fields):
    return make_product(name=name, picture_url=f"https://shop.example/{name}.jpg", **fields)


@pytest.fixture
def kettle(settings):
    settings.CURRENCY = "EUR"
    return goods("Kettle")


@pytest.fixture
def lid(kettle):
    lid = goods("Lid", url="https://kettle.example.com/lid", price=Decimal("9.5"))
    ProductRelation.objects.create(product=kettle, related=lid, kind="accessory")
    return lid


@pytest.fixture
def buyer(kettle, now):
    customer = make_customer()
    make_order(customer=customer, product=kettle, placed_at=now - 5 * DAY)
    return customer


def look(one, customer, now, shop, **text):
    return rendered(written_text(blocks=[one], **text), customer, now, shop)


def test_recommendations_show_picture_name_price_link_and_reason(now, shop, buyer, lid):
    letter = look(block("recommendations", title="For you"), buyer, now, shop).letter

    for told in ("For you", "Lid", "€9.50", "Goes with your Kettle", "https://shop.example/Lid.jpg"):
        assert told in letter.html
    assert letter.links[0] == "https://kettle.example.com/lid"
    assert "For you\nLid, €9.50\nGoes with your Kettle\nhttps://kettle.example.com/lid\n" in letter.text


def test_recommendations_speak_the_letters_language(now, shop, buyer, lid):
    letter = look(block("recommendations"), buyer, now, shop, language="ru").letter

    assert "Дополняет «Kettle»" in letter.html
    assert "9,50\xa0€" in letter.html


def test_recommendations_in_a_messenger_link_the_names(now, shop, buyer, lid):
    note = look(block("recommendations", title="For you"), buyer, now, shop, channel="telegram").note

    assert '<a href="https://kettle.example.com/lid"><b>Lid</b></a>, €9.50\nGoes with your Kettle' in note.text


@pytest.mark.parametrize(("minimum", "is_hidden"), [(1, False), (2, True)])
def test_too_few_recommendations_hide_the_block(now, shop, buyer, lid, minimum, is_hidden):
    preview = look(block("recommendations", minimum=minimum), buyer, now, shop)

    assert preview.hidden == (("a1b2c3d4",) if is_hidden else ())
    assert ("Lid" in preview.letter.html) is not is_hidden


def test_chosen_products_are_shown_in_the_order_named(now, shop, buyer, kettle, lid):
    cup, sold_out = goods("Cup"), goods("Gone", is_in_stock=False)
    named = [sold_out.pk, kettle.pk, cup.pk, lid.pk]

    letter = look(block("recommendations", source="chosen", products=named), buyer, now, shop).letter

    assert letter.html.index("Cup") < letter.html.index("Lid")
    assert "Gone" not in letter.html
    assert "Goes with" not in letter.html


def test_excluded_products_are_never_shown(now, shop, buyer, lid):
    assert look(block("recommendations", exclude=[lid.pk]), buyer, now, shop).hidden


def test_a_bundle_says_its_price_what_it_costs_apart_and_what_is_saved(now, shop, buyer, lid):
    bundle = block("bundle", products=[lid.pk, goods("Tray", price=20).pk], price="24,90")

    letter = look(bundle, buyer, now, shop).letter

    for words in (letter.html, letter.text):
        assert "Together: €24.90" in words
        assert "Apart €29.50, you save €4.60" in words


@pytest.mark.parametrize("second", ["sold out", "had"])
def test_a_bundle_that_is_not_whole_is_hidden(now, shop, buyer, kettle, lid, second):
    other = kettle if second == "had" else goods("Gone", is_in_stock=False)

    assert look(block("bundle", products=[lid.pk, other.pk], price="10"), buyer, now, shop).hidden


def test_a_bundle_no_cheaper_than_its_parts_promises_nothing(now, shop, buyer, lid):
    bundle = block("bundle", products=[lid.pk, goods("Tray", price=20).pk], price="30")

    assert "you save" not in look(bundle, buyer, now, shop).letter.text


def praise(product, now, *, text="Quiet, and boils in three minutes.", language="en", **fields):
    fields.setdefault("customer", make_customer(first_name="Emma"))
    order = make_order(customer=fields["customer"], product=product, placed_at=now - 50 * DAY)
    given = {"stars": 5, "status": "published", "may_publish": True, "published_at": now - 10 * DAY} | fields
    return Review.objects.create(order=order, product=product, text=text, language=language, sent_at=now, **given)


def test_a_review_of_what_was_bought_is_quoted(now, shop, buyer, kettle):
    praise(kettle, now, published_at=now - 20 * DAY, text="Good enough for every day.")
    praise(kettle, now)

    letter = look(block("review", title="What others say"), buyer, now, shop).letter

    assert "“Quiet, and boils in three minutes.”" in letter.html
    assert "★★★★★ — Emma" in letter.html
    assert "What others say\n“Quiet, and boils in three minutes.”\n— Emma\nKettle" in letter.text


def test_a_review_shows_its_photo_and_as_much_of_the_name_as_its_author_allowed(now, shop, buyer, kettle):
    review = praise(kettle, now, customer=make_customer(first_name="Emma", last_name="Stone"), shown_as="initials")
    kept = {"content": b"1", "thumbnail": b"1", "width": 1, "height": 1}
    review.photos.create(name="hidden.jpg", digest="1", hidden_at=now, **kept)
    photo = review.photos.create(name="home.jpg", digest="2", **kept)

    letter = look(block("review"), buyer, now, shop).letter

    assert f"/reviews/photos/small/{photo.token}.jpg" in letter.html
    assert letter.html.count("/reviews/photos/") == 1
    assert "— E. S." in letter.html
    assert "Emma" not in letter.html


def test_answers_to_questions_are_quoted_where_there_are_no_other_words(now, shop, buyer, kettle):
    answers = [{"question": "What changed?", "answer": "We drink more tea."}, {"question": "Before?", "answer": ""}]
    praise(kettle, now, text="", answers=answers)

    assert "“We drink more tea.”" in look(block("review"), buyer, now, shop).letter.html


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "waiting", "published_at": None},
        {"status": "refused", "published_at": None, "refusal": "fake"},
        {"status": "withdrawn", "published_at": None},
        {"stars": 3},
        {"text": "Good"},
        {"published_at": dt.datetime(2026, 4, 1, tzinfo=dt.UTC)},
    ],
)
def test_what_may_not_be_shown_or_says_nothing_is_no_review(now, shop, buyer, kettle, fields):
    praise(kettle, now, **fields)

    assert look(block("review"), buyer, now, shop).hidden


def test_a_review_is_of_somebody_else_in_the_letters_language_about_the_same_goods(now, shop, buyer, kettle, lid):
    praise(kettle, now, customer=buyer)
    praise(kettle, now, language="ru")
    praise(lid, now)

    assert look(block("review"), buyer, now, shop).hidden


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        ("recommendations", {"source": "chosen"}, "products"),
        ("recommendations", {"minimum": 4}, "minimum"),
        ("recommendations", {"count": 5}, "count"),
        ("recommendations", {"exclude": ["x"]}, "exclude"),
        ("bundle", {"products": [1], "price": "10"}, "products"),
        ("bundle", {"products": [1, 1], "price": "10"}, "products"),
        ("bundle", {"products": [1, 2], "price": "NaN"}, "price"),
        ("bundle", {"products": [1, 2], "price": "-1"}, "price"),
        ("bundle", {"products": [1, 2], "price": "{{ order.total }}"}, "price"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(kind, content, field):
    assert [name for name, _sentence in block_problems(block(kind, **content), "email")] == [field]


@pytest.mark.parametrize("kind", ["recommendations", "bundle", "review"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_made_up_customer_sees_each(now, shop, kind, language):
    content = {"products": [1, 2], "price": "10"} if kind == "bundle" else {}

    preview = look(block(kind, **content), None, now, shop, language=language)

    assert not preview.hidden
    assert len(preview.letter.text) > 100


def test_a_batch_asks_as_much_as_one_letter(now, shop, kettle, lid, django_assert_num_queries):
    praise(kettle, now)
    blocks = [
        block("recommendations"),
        block("bundle", products=[lid.pk, goods("Tray").pk], price="10"),
        block("review"),
    ]
    keyed = [Block(one.kind, one.content, key=f"key{place}") for place, one in enumerate(blocks)]
    compiled = compile_text(written_text(blocks=keyed), shop)
    rows = []
    for number in range(4):
        order = make_order(product=kettle, placed_at=now - DAY)
        rows.append(_Row(number, order.customer_id, order.pk, None))

    with django_assert_num_queries(4):
        shown = BlocksShown(rows, {row.pk: compiled for row in rows}, now)

    assert all(set(shown.context(row.pk)["shown"]) == {"key0", "key1", "key2"} for row in rows)


class _Row:
    def __init__(self, pk, customer_id, order_id, event_id):
        self.pk, self.customer_id, self.order_id, self.enrolment__event_id = pk, customer_id, order_id, event_id
        self.asks = ""
