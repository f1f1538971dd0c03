import json

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.urls import reverse

from chains.definition.message_step import begin_message
from chains.models import MessageTemplate, PushSubscription, TemplateDraft, Touch
from tests.chains.channels.provider import running_provider
from tests.chains.channels.setups import SETUPS, browser_keys, set_up
from tests.chains.factories import draft_chain, message
from tests.chains.written_messages import saved_text
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

WORDS = {"key": "0000000a", "kind": "words", "rule": None, "content": {"source": "Hello {{ customer.first_name }}"}}


def content(*blocks, **fields):
    text = {"channel": "email", "language": "en", "subject": "Hi", "preheader": "", "blocks": list(blocks or [WORDS])}
    return {"name": "Care", "purpose": "service", "topic": "", "tags": [], "texts": [text]} | fields


def log_in(client, name, role):
    user = User.objects.create_user(name, f"{name}@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def marketer(client, shop):
    return log_in(client, "mia", "Marketing")


@pytest.fixture
def template(shop):
    return saved_text(words="As it was").template


def ask(client, act, data, *args):
    address = reverse(f"admin:chains_composer_{act}", args=args)
    return client.post(address, json.dumps(data), content_type="application/json")


def opened(client, template):
    return client.get(reverse("admin:chains_composer_data", args=[template.pk])).json()


def seen(data):
    return {"base": data["base"], "revision": (data["draft"] or {"revision": ""})["revision"]}


def test_opens_with_the_template_and_all_that_can_be_chosen(marketer, template, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        data = opened(marketer, template)

    assert data["content"]["texts"][0]["blocks"][0]["content"] == {"source": "As it was"}
    assert {"words", "button", "picture"} <= {kind["kind"] for kind in data["kinds"]}
    assert [one["value"] for one in data["channels"]] == ["email", "telegram", "push", "sms"]
    assert data["channels"][0]["lines"] == {"subject": "Subject", "preheader": "Preheader"}
    assert "picture" not in data["channels"][3]["kinds"]
    assert (data["draft"], data["problems"], data["canChange"]) == (None, {}, True)


def test_shows_what_is_not_saved_as_a_real_customer_gets_it(marketer, template):
    greta = make_customer(first_name="Greta")
    make_order(customer=greta, product=make_product(name="Kettle Aria"))
    personal = WORDS | {"key": "0000000b", "rule": {"field": "orders_count", "operator": "at_least", "value": 2}}

    made_up = ask(marketer, "preview", {"content": content(WORDS, personal), "place": 0}, template.pk).json()
    real = ask(
        marketer, "preview", {"content": content(WORDS, personal), "place": 0, "customer": greta.pk}, template.pk
    ).json()

    assert "Hello Anna" in made_up["html"]
    assert "Hello Greta" in real["html"]
    assert (made_up["hidden"], real["hidden"]) == ([], ["0000000b"])
    assert real["rules"] == {"0000000b": "Number of orders: at least 2"}
    assert made_up["bytes"] == len(made_up["html"].encode())


@pytest.mark.parametrize(("chain", "offer"), [("small_appliance", "free delivery"), ("birthday", "10\xa0%")])
def test_shows_the_coupon_that_the_chain_gives_before_the_letter(marketer, chain, offer):
    template = MessageTemplate.objects.filter(ready_key__startswith=f"{chain}/", purpose="marketing").first()
    coupon = {"key": "0000000c", "kind": "coupon", "rule": None, "content": {"title": "", "note": ""}}

    shown = ask(marketer, "preview", {"content": content(coupon), "place": 0}, template.pk).json()
    given = {"content": content(coupon), "channel": "email", "address": "a@example.com"}
    ask(marketer, "test", given, template.pk)

    assert [offer in made for made in (shown["html"], mail.outbox[0].alternatives[0][0])] == [True, True]


def test_short_messages_say_how_many_sms_they_take(marketer, template):
    sms = {"channel": "sms", "language": "ru", "subject": "", "preheader": "", "blocks": [WORDS]}

    shown = ask(marketer, "preview", {"content": content(texts=[sms]), "place": 0}, template.pk).json()

    assert shown["text"] == "Hello Анна"
    assert shown["parts"].startswith("1 SMS · “А” is not in the SMS alphabet")


def test_the_health_check_speaks_at_the_block_it_is_about(marketer, template):
    first, second = (
        {"key": f"0000000{n}", "kind": "button", "rule": None, "content": {"label": f"Go {n}", "link": link}}
        for n, link in ((1, "https://a.example/"), (2, "http://b.example/"))
    )
    long = WORDS | {"content": {"source": "word " * 121}}

    shown = ask(marketer, "preview", {"content": content(long, first, second), "place": 0}, template.pk).json()

    assert [(one["block"], one["said"]) for one in shown["findings"]] == [
        ("00000002", "2 calls to action, where one is enough: “Go 1”, “Go 2”."),
        ("", "121 words: it may read better with 120 or fewer."),
        ("00000002", "“Go 2” leads to a page without encryption (http://)."),
    ]
    assert shown["findings"][0]["why"] == "Who may choose between several things to press often presses none."


def test_a_mistake_is_told_at_its_place(marketer, template):
    wrong = WORDS | {"content": {"source": "Hi\n{{ custmer.name }}"}}

    shown = ask(
        marketer, "preview", {"content": content(WORDS, wrong | {"key": "0000000b"}), "place": 0}, template.pk
    ).json()

    assert list(shown["problems"]) == ["texts.0.blocks.1.source"]
    assert "Line 2" in shown["problems"]["texts.0.blocks.1.source"][0]
    assert "custmer" in shown["problem"]


def test_a_draft_is_kept_with_its_mistakes_and_saved_without(marketer, template):
    state = seen(opened(marketer, template))
    wrong = content(WORDS | {"content": {"source": ""}})

    kept = ask(marketer, "draft", {"content": wrong, **state}, template.pk).json()
    refused = ask(marketer, "save", {"content": wrong, **state, "revision": kept["revision"]}, template.pk)

    assert list(kept["problems"]) == ["texts.0.blocks.0.source"]
    assert opened(marketer, template)["content"] == wrong
    assert (refused.status_code, list(refused.json()["problems"])) == (400, ["texts.0.blocks.0.source"])
    assert template.texts.get().blocks.get().content == {"source": "As it was"}

    saved = ask(marketer, "save", {"content": content(), **state, "revision": kept["revision"]}, template.pk)

    assert saved.status_code == 200
    assert not TemplateDraft.objects.exists()
    template.refresh_from_db()
    assert (template.name, template.changed_by.username) == ("Care", "mia")
    assert template.texts.get().blocks.get().content == WORDS["content"]


@pytest.mark.parametrize(
    ("named", "subject", "words", "called"),
    [
        ("After the delivery", "How is {{ product.name }}?", "Hi", "How is …?"),
        ("After the delivery", "", "**Free** delivery\nto you", "Free delivery"),
        ("Mine", "How is it?", "Hi", "Mine"),
        ("After the delivery", "Taken", "Hi", "Taken 2"),
    ],
)
def test_what_was_begun_on_the_picture_is_called_as_it_begins(marketer, named, subject, words, called):
    MessageTemplate.objects.create(name="Taken")
    step = draft_chain(message(name=""), name="After the delivery").steps.get()
    step.template = begin_message(step, step.chain, User.objects.get(username="mia"))
    step.save()
    [text] = content(WORDS | {"content": {"source": words}})["texts"]
    text |= {"subject": subject, "channel": "email" if subject else "sms"}

    given = {"content": content(name=named, texts=[text]), **seen(opened(marketer, step.template))}
    saved = ask(marketer, "save", given, step.template.pk)

    assert saved.json()["name"] == called


def test_a_discarded_draft_leaves_what_was_saved(marketer, template):
    state = seen(opened(marketer, template))
    kept = ask(marketer, "draft", {"content": content(), **state}, template.pk).json()

    left = ask(marketer, "discard", {**state, "revision": kept["revision"]}, template.pk).json()

    assert left["draft"] is None
    assert left["content"]["texts"][0]["blocks"][0]["content"] == {"source": "As it was"}


@pytest.mark.parametrize("act", ["draft", "save", "discard"])
@pytest.mark.parametrize("theirs", ["draft", "save"])
def test_nothing_is_written_over_what_somebody_else_wrote(marketer, client, template, act, theirs):
    state = seen(opened(marketer, template))
    anna = log_in(type(client)(), "anna", "Marketing")
    hers = content(name="Hers")
    assert ask(anna, theirs, {"content": hers, **state}, template.pk).status_code == 200

    refused = ask(marketer, act, {"content": content(name="Mine"), **state}, template.pk)

    told = refused.json()
    assert refused.status_code == 409
    assert told["problem"] == "anna changed it just now."
    assert told["theirs"]["content"]["name"] == "Hers"
    assert opened(marketer, template)["content"]["name"] == "Hers"


@pytest.mark.parametrize("source", ["Good day.", ""])
def test_mine_is_kept_as_a_copy_mistakes_and_all(marketer, source):
    mine = content(WORDS | {"content": {"source": source}})

    made = ask(marketer, "copy", {"content": mine}).json()

    copy = MessageTemplate.objects.get(pk=made["id"])
    assert (copy.name, made["url"]) == ("Care (copy)", reverse("admin:chains_messagetemplate_change", args=[copy.pk]))
    assert opened(marketer, copy)["content"]["texts"][0]["blocks"][0]["content"] == {"source": source}


def test_sends_what_is_written_to_the_addresses_typed(marketer, template):
    russian = content()["texts"][0] | {"language": "ru", "subject": "Привет"}
    both = content(texts=[*content()["texts"], russian])

    ask(
        marketer,
        "test",
        {"content": both, "channel": "email", "address": "a@example.com, b@example.com", "language": "ru"},
        template.pk,
    )
    answer = ask(
        marketer, "test", {"content": both, "channel": "email", "address": "c@example.com", "language": ""}, template.pk
    )

    assert answer.status_code == 200
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["a@example.com"], "Test: Привет"),
        (["b@example.com"], "Test: Привет"),
        (["c@example.com"], "Test: Hi"),
        (["c@example.com"], "Test: Привет"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": ""}, "type an address"),
        ({"address": "nobody"}, "“nobody” is not an email address"),
        ({"address": "a@b.example " * 6}, "at most 5 addresses"),
        ({"language": "ru"}, "Nothing is written in this language"),
        ({"channel": "sms"}, "Nothing is written in this language"),
        ({"channel": []}, "Nothing is written in this language"),
        ({"content": content(WORDS | {"content": {"source": "{{ x }}"}})}, "no placeholder"),
        ({"content": []}, "not what belongs here"),
    ],
)
def test_a_test_that_cannot_be_sent_says_why(marketer, template, given, said):
    usual = {"content": content(), "channel": "email", "address": "a@b.example"}
    refused = ask(marketer, "test", usual | given, template.pk)

    assert refused.status_code == 400
    assert said in refused.json()["problem"]
    assert mail.outbox == []


@pytest.fixture
def provider():
    with running_provider() as found:
        yield found


def short(channel):
    [text] = content()["texts"]
    return content(texts=[text | {"channel": channel, "subject": "Hi" if channel == "push" else ""}])


@pytest.mark.parametrize("name", ["gateway", "telegram", "push"])
def test_short_messages_are_tried_by_their_provider_for_the_customer_chosen(
    marketer, template, settings, provider, name
):
    set_up(name, provider.url, settings)
    provider.says(*SETUPS[name].taken)
    greta = make_customer(first_name="Greta")
    channel = SETUPS[name].channel
    told = {"endpoint": f"{provider.url}/push/me", "keys": browser_keys()}
    where = {"address": "+7 (999) 123-45-67", "subscription": json.dumps(told)}

    given = {"content": short(channel), "channel": channel, "customer": greta.pk, **where}
    answer = ask(marketer, "test", given, template.pk)

    assert answer.json() == {"said": "The provider took it: look whether it arrives."}
    assert len(provider.requests) == 1
    if name == "gateway":
        assert provider.requests[0].json == {"to": "+79991234567", "text": "Hello Greta"}
    assert not Touch.objects.exists()
    assert not PushSubscription.objects.filter(endpoint=told["endpoint"]).exists()


def test_what_a_provider_refuses_and_a_channel_that_is_not_connected_are_told(marketer, template, settings, provider):
    set_up("gateway", provider.url, settings)
    provider.says(*SETUPS["gateway"].rejected)
    given = {"content": short("sms"), "channel": "sms", "address": "+79991234567"}

    refused = ask(marketer, "test", given, template.pk)
    no_number = ask(marketer, "test", given | {"address": "+12"}, template.pk)
    not_connected = ask(marketer, "test", given | {"content": short("telegram"), "channel": "telegram"}, template.pk)

    assert [one.status_code for one in (refused, no_number, not_connected)] == [400, 400, 400]
    assert "unknown subscriber" in refused.json()["problem"]
    assert "is not a phone number" in no_number.json()["problem"]
    assert "A bot made with @BotFather has to be connected." in not_connected.json()["problem"]
    assert len(provider.requests) == 1


def test_a_rule_comes_back_in_words(marketer):
    rule = {"all": [{"field": "orders_count", "operator": "at_least", "value": "2"}]}

    form = ask(marketer, "rule_form", {"rule": rule}).json()["html"]
    read = ask(marketer, "rule_check", {"rule": json.dumps(rule)}).json()
    nobody = ask(marketer, "rule_check", {"rule": json.dumps({"all": [{"field": ""}]})}).json()
    wrong = ask(marketer, "rule_check", {"rule": json.dumps({"all": [{"field": "shoe_size"}]})})

    assert "data-rule" in form
    assert read == {
        "rule": {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]},
        "words": "Number of orders: at least 2",
    }
    assert nobody == {"rule": None, "words": ""}
    assert wrong.status_code == 400


def test_people_with_the_same_name_are_told_apart(marketer):
    make_customer(first_name="Greta", last_name="Berg", city="Leeds")
    make_customer(first_name="Greta", last_name="Berg", city="Cork")

    found = marketer.get(reverse("admin:chains_composer_customers"), {"q": "Greta Berg"}).json()["customers"]

    assert {one["hint"].split(" · ")[0] for one in found} == {"Leeds", "Cork"}


HOSTILE = [
    b"",
    b"[" * 100_000,
    b"[]",
    b'{"content": {"name": "\\u0000"}}',
    b'{"content": {"name": "\\ud800"}}',
    b'{"content": 1e999}',
    b'{"content": {"name": 1, "texts": {}}}',
    json.dumps({"content": content(texts=[{"channel": "email", "blocks": 7}]), "place": 0}).encode(),
    json.dumps({"content": content(texts=[None]), "place": 0}).encode(),
    json.dumps({"content": content(), "place": 10**30}).encode(),
    json.dumps({"content": content(WORDS | {"kind": "no such"}), "place": 0, "customer": 10**30}).encode(),
    json.dumps({"content": content(WORDS | {"rule": {"all": [[]]}}), "place": 0, "customer": -1}).encode(),
    json.dumps({"content": content(WORDS | {"content": {"source": [{}]}}), "place": 0, "to": {}}).encode(),
    json.dumps({"rule": "[" * 5_000}).encode(),
    json.dumps({"rule": {"all": 5}}).encode(),
]


@pytest.mark.parametrize("act", ["preview", "draft", "save", "discard", "copy", "test", "rule_form", "rule_check"])
def test_hostile_json_is_answered_in_words(marketer, template, act):
    args = [template.pk] if act in {"preview", "test", "draft", "save", "discard"} else []
    address = reverse(f"admin:chains_composer_{act}", args=args)

    for body in HOSTILE:
        answer = marketer.post(address, body, content_type="application/json")

        assert answer.status_code in {200, 400, 409}, body
        assert answer.status_code == 200 or answer.json()["problem"]
    assert template.texts.get().blocks.get().content == {"source": "As it was"}


def test_who_may_only_read_changes_nothing(client, template):
    manager = log_in(client, "gina", "Managers")
    data = opened(manager, template)

    refused = [ask(manager, act, {"content": content(), **seen(data)}, template.pk) for act in ("draft", "save")]
    refused += [ask(manager, act, {"content": content()}) for act in ("copy", "rule_form")]

    assert data["canChange"] is False
    assert [one.status_code for one in refused] == [403] * 4
    assert ask(manager, "preview", {"content": content(), "place": 0}, template.pk).status_code == 200
    assert not TemplateDraft.objects.exists()
