"""Short messages: what a text becomes for SMS, Telegram and push, and the short links it carries."""

import pytest

from chains.definition.checks.steps import step_problems
from chains.definition.tree import tree_of
from chains.engine.deliver.prepare import LeasedTouch, prepare
from chains.messages.samples import sample
from chains.messages.short_links import parse_code, short_url
from chains.messages.short_message import compile_note, render_note
from chains.messages.sms_parts import sms_parts
from chains.messages.text_problems import problems
from chains.models import Step, Touch
from tests.chains.factories import draft_chain, live_chain, make_template, message, write
from tests.chains.written_messages import make_text, make_touch


def note(touch_id=None, context=None, **fields):
    return render_note(compile_note(make_text(**fields)), {**sample("en"), **(context or {})}, touch_id)


@pytest.mark.parametrize(
    ("text", "units", "parts", "foreign"),
    [
        ("", 0, 1, ""),
        ("a" * 160, 160, 1, ""),
        ("a" * 161, 161, 2, ""),
        ("a" * 306, 306, 2, ""),
        ("a" * 307, 307, 3, ""),
        ("€" * 80, 160, 1, ""),
        ("a" * 152 + "€" + "a" * 153, 307, 3, ""),
        ("я" * 70, 70, 1, "я"),
        ("я" * 71, 71, 2, "я"),
        ("a" * 69 + "…", 70, 1, "…"),
        ("😀" * 35, 70, 1, "😀"),
        ("😀" * 36, 72, 2, "😀"),
    ],
)
def test_counts_sms(text, units, parts, foreign):
    size = sms_parts(text)

    assert (size.units, size.parts, size.foreign) == (units, parts, foreign)


def test_an_sms_is_plain_and_ends_with_its_links():
    made = note(
        channel="sms",
        subject="",
        purpose="marketing",
        words="**Hello**, {{ customer.first_name }}",
        button=("See", "https://shop.example/{{ order.number }}"),
    )

    assert made.text == (
        "Hello, Anna\nSee: https://shop.example/1042\nNo more offers: https://shop.example/m/u/sample/"
    )
    assert made.subject == "Hello, Anna See: https://shop.example/1042 No more offers: https://shop.example/m/u/sample/"


def test_a_sent_sms_has_short_links(settings):
    made = note(7, channel="sms", purpose="marketing", words="Hello", button=("See", "https://shop.example/x"))

    address = made.text.splitlines()[1].removeprefix("See: ")
    assert len(address) - len(settings.SITE_URL) < 16
    assert parse_code(address.rpartition("/")[2]) == (7, "0")
    assert made.links == ["https://shop.example/x"]


def test_telegram_gets_its_few_tags_and_nothing_of_a_customers_own():
    made = note(
        context={"customer": {"first_name": "<b>Eve</b> & co"}},
        channel="telegram",
        purpose="marketing",
        subject="Hi {{ customer.first_name }}",
        words="**Dear** {{ customer.first_name }}, <u>see</u> [this](https://shop.example/a?b=1&c=2)\n\n- one\n- two",
        button=("Open", "https://shop.example/x"),
    )

    assert made.text == (
        "<b>Hi &lt;b&gt;Eve&lt;/b&gt; &amp; co</b>\n\n"
        "<b>Dear</b> &lt;b&gt;Eve&lt;/b&gt; &amp; co, &lt;u&gt;see&lt;/u&gt; "
        '<a href="https://shop.example/a?b=1&amp;c=2">this</a>\n\n- one\n- two'
    )
    assert (made.label, made.button) == ("Open", "https://shop.example/x")
    assert (made.stop_label, made.stop) == ("No more offers", "https://shop.example/m/u/sample/")


def test_a_long_push_is_cut_and_a_link_inside_refused():
    made = note(context={"customer": {"first_name": "A" * 900}}, channel="push", subject="Hi",
                words="{{ customer.first_name }}")  # fmt: skip
    assert len(made.text) == 500

    found = list(problems(make_text(channel="push", subject="Hi", words="See [this](https://shop.example)")))
    assert found == [("blocks.0.source", "A push has one link, its button: the words themselves cannot lead anywhere.")]


def test_an_sms_that_grows_too_long_is_refused_when_saved():
    found = list(problems(make_text(channel="sms", words="я" * 500)))

    assert found == [("blocks", "It takes 8 SMS; the longest that is sent takes 6.")]


@pytest.mark.parametrize("channel", ["sms", "telegram", "push"])
def test_a_mistake_in_a_short_text_is_named_once(channel):
    found = list(problems(make_text(channel=channel, subject="Hi", words="{{ custmer.name }}")))

    assert [path for path, _sentence in found] == ["blocks.0.source"]


@pytest.mark.parametrize("code", ["", "1-0", "1-0AAAAAAAA", "-0AAAAAAAA", "я-0AAAAAAAA", "1" * 5000])
def test_a_short_address_nobody_gave_out_leads_nowhere(code):
    assert parse_code(code) is None


@pytest.mark.django_db
def test_a_short_link_counts_as_a_click_and_leads_on(client, shop):
    touch = make_touch(channel="sms")

    answer = client.get(short_url(touch.pk, 0), headers={"user-agent": "Mozilla/5.0 (Android 14; Mobile) Firefox/130"})

    touch.refresh_from_db()
    assert answer["Location"] == "https://kettle.example.com/care"
    assert touch.clicked_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(("letter", "page"), [("u", "unsubscribe"), ("p", "preferences"), ("r", "rate")])
def test_a_short_address_leads_to_our_own_pages(client, shop, letter, page):
    touch = make_touch(channel="sms")

    answer = client.get(short_url(touch.pk, letter) + "?score=5", follow=True)

    assert answer.redirect_chain[0][0].endswith(f"/{touch.token}/?score=5")
    assert answer.status_code == 200
    assert answer.resolver_match.url_name == page


@pytest.mark.django_db
def test_a_forged_short_address_says_politely_that_it_does_not_work(client, shop):
    assert client.get("/s/1-0AAAAAAAA").status_code == 404


def words_for(template, channel, **fields):
    return write(template, channel=channel, **{"subject": "Hi", "words": f"By {channel}"} | fields)


@pytest.mark.django_db
def test_a_touch_gets_the_text_of_its_channel(shop):
    template = make_template(words="By email")
    words_for(template, "sms")
    chain = live_chain(message(template=template), name="By channel")
    touch = make_touch(status="scheduled", sent_at=None, step_key=chain.version.program["steps"][0]["key"],
                       due_at="2026-03-10T12:00Z", channel="sms", purpose="service")  # fmt: skip
    touch.enrolment.version = chain.version
    touch.enrolment.save()

    def made(channel):
        rows = Touch.objects.filter(pk=touch.pk).values_list(*LeasedTouch._fields)
        row = LeasedTouch(*rows.get())._replace(channel=channel)
        return next(prepare([row], touch.due_at))

    assert made("sms").outgoing.content.text == "By sms"
    assert made("email").outgoing.content.text.startswith("By email")
    assert made("push").status == "failed"


@pytest.mark.django_db
def test_a_program_keeps_the_order_of_channels_and_every_text(shop, channels_connected):
    template = make_template()
    words_for(template, "sms")
    words_for(template, "telegram")
    step = live_chain(message(template=template, channels=["telegram", "sms"])).version.program["steps"][0]

    assert step["channels"] == ["telegram", "sms"]
    assert set(step["texts"]) == {"email", "sms", "telegram"}


@pytest.mark.django_db
def test_a_channel_without_a_text_blocks_publishing(shop):
    template = make_template()
    chain = draft_chain(message(template=template, channels=["sms", "email"]))

    [found] = step_problems(chain, tree_of(chain))

    assert str(found).endswith(f"the template “{template}” has no text in English for SMS (phone).")
    assert Step.objects.get(chain=chain).channels == ["sms", "email"]


@pytest.mark.parametrize("channel", ["telegram", "push"])
@pytest.mark.parametrize("link", ["{{ reply_url }}", "mailto:help@shop.example", "tel:+442079460000"])
def test_a_button_of_a_messenger_opens_pages_only(channel, link):
    subject = "Ready" if channel == "push" else ""
    text = make_text(channel=channel, subject=subject, words="Your order is ready.", button=("Answer", link))

    assert [sentence for _path, sentence in problems(text)] == [
        "A button here opens pages only: people answer by writing back."
    ]
