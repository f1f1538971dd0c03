import re

import pytest

from chains.messages.rendering import render
from chains.messages.samples import nothing_known, sample
from tests.chains.written_messages import compiled, rendered


def test_lays_paragraphs_out_as_a_page_and_as_plain_text():
    letter = rendered(
        subject="Order {{ order.number }}",
        preheader="Here {{ order.promised_on }}",
        words="Hello, {{ customer.first_name }}!\n\n**Two things** before it comes:\n\n- make room\n- keep the box",
        button=("Track it", "https://shop.example.com/track/{{ order.tracking_number }}"),
        picture="{{ product.picture_url }}",
    )

    assert letter.subject == "Order 1042"
    assert "<strong>Two things</strong>" in letter.html
    assert letter.html.count("<li ") == 2
    assert 'src="https://shop.example/kettle.jpg"' in letter.html
    assert "Track it" in letter.html
    assert f"Here {sample('en')['order']['promised_on']}" in letter.html
    assert "Hello, Anna!\n\nTwo things before it comes:\n\n- make room\n- keep the box" in letter.text


def test_conditions_enclose_whole_paragraphs():
    letter = rendered(words="One.\n{% if order.number != '' %}\nTwo {{ order.number }}.\n{% endif %}\nThree.")

    assert len(re.findall(r"<p style[^>]*>(One|Two 1042|Three)\.</p>", letter.html)) == 3
    assert "One.\n\nTwo 1042.\n\nThree." in letter.text


def test_goes_through_order_lines():
    letter = rendered(words="{% for line in order.lines %}\n- {{ line.name }} × {{ line.quantity }}\n{% endfor %}")

    assert letter.html.count("<li ") == 2
    assert letter.html.count("<ul ") == letter.html.count("</ul>")
    assert "- Descaler × 2" in letter.text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ shop.name }}"])
def test_a_hostile_name_stays_words(name):
    letter = rendered({"customer": {"first_name": name}}, words="Hello {{ customer.first_name }}")

    assert "<script>" not in letter.html
    assert "<img src=x" not in letter.html
    assert name in letter.text


def test_html_in_the_text_is_shown_as_words():
    letter = rendered(words='<script>alert(1)</script> <b onclick="x">bold</b>')

    assert "<script>alert" not in letter.html
    assert "<b onclick" not in letter.html


def test_a_name_with_line_breaks_leaves_the_subject_on_one_line():
    letter = rendered(
        {"customer": {"first_name": "Ann\r\nBcc: all@example.com"}}, subject="For {{ customer.first_name }}"
    )

    assert letter.subject == "For Ann Bcc: all@example.com"


@pytest.mark.parametrize("purpose", ["service", "marketing"])
def test_every_letter_ends_with_where_to_turn_and_what_to_choose(purpose):
    letter = rendered(purpose=purpose)

    for part in (letter.html, letter.text):
        assert "+44 20 7946 0000" in part
        assert "/m/p/sample/" in part
        assert ("/m/u/sample/" in part) == (purpose == "marketing")


@pytest.mark.parametrize("purpose", ["service", "marketing"])
def test_nothing_unreplaced_is_left_even_when_nothing_is_known(purpose):
    letter = rendered(
        nothing_known(),
        purpose=purpose,
        words="Hello {{ customer.first_name | default: 'there' }}\n\n[care]({{ shop.site_url }}/care)",
        button=("Rate", "{{ rate_url }}"),
    )

    for part in (letter.subject, letter.html, letter.text):
        assert "{{" not in part
        assert "{%" not in part
        assert "mark-" not in part
        assert "xliquid" not in part


def test_words_that_look_like_our_own_marks_survive():
    letter = rendered(words="xliquid0z {{ shop.name }} mark-footer", subject="mark-body")

    assert "xliquid0z Home &amp; Hearth mark-footer" in letter.html


def test_a_compiled_text_is_plain_json():
    import json

    assert json.loads(json.dumps(compiled(button=("Go", "https://a.example/"))))["links"] == ["https://a.example/"]


def test_a_letter_fetches_nothing_from_strangers():
    letter = rendered(button=("Go", "https://shop.example/x"), picture="{{ product.picture_url }}")

    fetched = re.findall(r"""(?:src|url|@import|<link[^>]*href)\s*[=(]?\s*["']?(https?://[^/"')]+)""", letter.html)
    assert set(fetched) == {"https://shop.example"}


def test_a_letter_published_before_there_were_blocks_goes_out_as_it_was():
    text = {
        "language": "en",
        "purpose": "service",
        "subject": "Hello",
        "preheader": "",
        "html": '{% if picture != \'\' %}<img src="{{ picture }}">{% endif %}<a href="{{ links[0] }}">Go</a>',
        "text": "Go: {{ links[0] }}",
        "links": ["https://shop.example/"],
        "picture": "{{ product.picture_url }}",
        "shows": [],
    }

    made = render(text, sample("en"), is_tracked=False)

    assert made.html == '<img src="https://shop.example/kettle.jpg"><a href="https://shop.example/">Go</a>'
    assert made.text == "Go: https://shop.example/\n"
