"""A template as one document: read, checked, saved, copied."""

import copy

import pytest

from chains.messages.content import ContentError, check_content, content_of, copy_template, save_content, texts_of
from chains.models import MessageBlock, MessageTemplate
from tests.chains.factories import make_template, write

pytestmark = pytest.mark.django_db

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


def document(**fields):
    words = {"key": "0a1b2c3d", "kind": "words", "rule": REPEAT, "content": {"source": "Hello"}}
    button = {"key": None, "kind": "button", "rule": {"all": []}, "content": {"label": "Go", "link": "tel:1"}}
    text = {"channel": "email", "language": "en", "subject": "Hi", "preheader": "", "blocks": [words, button]}
    return {"name": "Care", "purpose": "service", "topic": "", "tags": ["care"], "texts": [text]} | fields


def test_what_was_saved_is_read_as_it_was(shop, admin_user):
    template = save_content(MessageTemplate(), document(), admin_user)

    found = content_of(MessageTemplate.objects.get(name="Care"))
    key = found["texts"][0]["blocks"][1]["key"]
    expected = document()
    expected["texts"][0]["blocks"][1] |= {"key": key, "rule": None}
    assert found == expected
    assert template.changed_by == admin_user
    save_content(template, found, admin_user)
    assert content_of(MessageTemplate.objects.get(name="Care")) == found
    assert MessageBlock.objects.filter(text__template=template).count() == 2


def test_a_text_that_is_left_out_is_gone(shop):
    template = make_template(languages=("en", "ru"))
    content = content_of(template)
    del content["texts"][0]

    save_content(template, content, None)

    assert [text.language for text in template.texts.all()] == ["ru"]


def test_a_copy_has_all_texts_and_blocks_of_its_own(shop):
    template = make_template(button=("Go", "https://shop.example/"), tags=["care"])
    write(template, "en", channel="sms", words="Short")

    made = copy_template(template, "Another", None)

    assert content_of(made) == content_of(template) | {"name": "Another"}
    template.delete()
    assert len(content_of(made)["texts"]) == 2


DEEP: object = {"all": [{"all": [{"all": [{"all": [{"all": [{"all": [{"all": []}]}]}]}]}]}]}
HOSTILE: list[tuple[tuple[object, ...], object, str]] = [
    ((), None, ""),
    ((), [], ""),
    (("name",), 7, "name"),
    (("name",), "x" * 301, "name"),
    (("name",), "x" * 201, "name"),
    (("name",), "", "name"),
    (("name",), "Taken", "name"),
    (("purpose",), "spam", "purpose"),
    (("tags",), "care", "tags"),
    (("tags",), [None], "tags.0"),
    (("tags",), ["x" * 51], "tags"),
    (("texts",), {}, "texts"),
    (("texts",), [None], "texts.0"),
    (("texts", 0, "channel"), "fax", "texts.0.channel"),
    (("texts", 0, "language"), ["en"], "texts.0.language"),
    (("texts", 0, "subject"), "", "texts.0.subject"),
    (("texts", 0, "subject"), "a\x00b", "texts.0.subject"),
    (("texts", 0, "preheader"), "{{ nobody }}", "texts.0.preheader"),
    (("texts", 0, "blocks"), "words", "texts.0.blocks"),
    (("texts", 0, "blocks", 0), [], "texts.0.blocks.0"),
    (("texts", 0, "blocks", 0, "key"), "../../etc", "texts.0.blocks.0.key"),
    (("texts", 0, "blocks", 1, "key"), "0a1b2c3d", "texts.0.blocks"),
    (("texts", 0, "blocks", 0, "kind"), {}, "texts.0.blocks.0.kind"),
    (("texts", 0, "blocks", 0, "rule"), "all", "texts.0.blocks.0.rule"),
    (("texts", 0, "blocks", 0, "rule"), DEEP, "texts.0.blocks.0.rule"),
    (("texts", 0, "blocks", 0, "rule"), {"field": "a\x00"}, "texts.0.blocks.0.rule"),
    (("texts", 0, "blocks", 0, "rule"), {"field": "orders_count", "operator": "at_least", "value": float("nan")},
     "texts.0.blocks.0.rule"),
    (("texts", 0, "blocks", 0, "content"), 7, "texts.0.blocks.0.content"),
    (("texts", 0, "blocks", 0, "content"), {"source": {}}, "texts.0.blocks.0.source"),
    (("texts", 0, "blocks", 0, "content"), {"source": "a\x00b"}, "texts.0.blocks.0.source"),
    (("texts", 0, "blocks", 0, "content"), {"source": "\ud800"}, "texts.0.blocks.0.source"),
    (("texts", 0, "blocks", 0, "content"), {"source": "{% if %}"}, "texts.0.blocks.0.source"),
    (("texts", 0, "blocks", 1, "content"), {"label": "Go"}, "texts.0.blocks.1.link"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "path"), HOSTILE)
def test_what_is_no_message_is_refused_in_words_with_its_place(shop, place, value, path):
    MessageTemplate.objects.filter(pk=make_template().pk).update(name="Taken")
    data = copy.deepcopy(document())
    if place:
        *way, last = place
        inner = data
        for step in way:
            inner = inner[step]
        inner[last] = value
    else:
        data = value

    found = check_content(data)

    assert path in found
    assert all(sentence for sentences in found.values() for sentence in sentences)
    with pytest.raises(ContentError):
        save_content(MessageTemplate(), data, None)
    assert not MessageTemplate.objects.exclude(name="Taken").filter(ready_key=None).exists()


def test_texts_that_are_not_saved_can_be_previewed(shop):
    (text,) = texts_of(document())

    assert (text.subject, [block.kind for block in text.blocks]) == ("Hi", ["words", "button"])
